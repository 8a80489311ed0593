/** Distances of all pairs in SciPy's condensed form: (0,1), (0,2), ... (0,n-1), (1,2), ... */
export interface CondensedDistances {
  readonly count: number;
  /** [count * (count - 1) / 2] */
  readonly values: Float64Array;
}

export function condensedIndex(count: number, i: number, j: number): number {
  const [low, high] = i < j ? [i, j] : [j, i];
  return low * count - (low * (low + 1)) / 2 + high - low - 1;
}
