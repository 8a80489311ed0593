/** How well two ways to divide the same items agree. Labels are any whole numbers from 0. */

/** [groups x classes] how many items have this label and that class. */
export function contingency(labels: ArrayLike<number>, classes: ArrayLike<number>): number[][] {
  if (labels.length !== classes.length)
    throw new RangeError(`${labels.length} labels cannot be compared with ${classes.length}.`);
  const rows = Array.from(labels).reduce((most, label) => Math.max(most, label + 1), 0);
  const columns = Array.from(classes).reduce((most, label) => Math.max(most, label + 1), 0);
  const table = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  for (let i = 0; i < labels.length; i++) table[labels[i]][classes[i]]++;
  return table;
}

/** 1/N sum over groups of the largest class count (purity, as in the KARMA paper). 1 for no items. */
export function purity(labels: ArrayLike<number>, classes: ArrayLike<number>): number {
  if (labels.length === 0) return 1;
  const largest = contingency(labels, classes).map((row) => Math.max(0, ...row));
  return largest.reduce((sum, count) => sum + count, 0) / labels.length;
}

/**
 * Adjusted Rand index (Hubert and Arabie 1985): 1 for the same division, 0 as expected by chance, below for less. 1 where
 * both put everything together, or everything apart.
 */
export function adjustedRandIndex(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const table = contingency(a, b);
  const pairs = (count: number) => (count * (count - 1)) / 2;
  const sumPairs = (counts: readonly number[]) => counts.reduce((sum, count) => sum + pairs(count), 0);
  const together = sumPairs(table.flat());
  const inA = sumPairs(table.map((row) => row.reduce((sum, count) => sum + count, 0)));
  const inB = sumPairs((table[0] ?? []).map((_, column) => table.reduce((sum, row) => sum + row[column], 0)));
  const all = pairs(a.length);
  // Times `all`, so that whole numbers stay whole.
  const expected = inA * inB;
  const largest = ((inA + inB) / 2) * all;
  return largest === expected ? 1 : (together * all - expected) / (largest - expected);
}

/** Mean adjusted Rand index over all pairs of labelings of the same items; undefined for fewer than two. */
export function stability(labelings: readonly ArrayLike<number>[]): number | undefined {
  const values = labelings.flatMap((a, i) => labelings.slice(i + 1).map((b) => adjustedRandIndex(a, b)));
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The column for each row, each column once, so that the sum of weights is largest (the assignment problem; Hungarian
 * method with potentials, O(n^3)). -1 for rows without a column, where there are more rows.
 */
export function bestAssignment(weights: readonly (readonly number[])[]): number[] {
  const rows = weights.length;
  const columns = weights[0]?.length ?? 0;
  const size = Math.max(rows, columns);
  const cost = (i: number, j: number) => -(weights[i - 1]?.[j - 1] ?? 0);
  const rowPotential = new Float64Array(size + 1);
  const columnPotential = new Float64Array(size + 1);
  const rowOf = new Int32Array(size + 1);
  const before = new Int32Array(size + 1);
  for (let i = 1; i <= size; i++) {
    rowOf[0] = i;
    let column = 0;
    const slack = new Float64Array(size + 1).fill(Infinity);
    const used = new Uint8Array(size + 1);
    while (rowOf[column] !== 0) {
      used[column] = 1;
      let smallest = Infinity;
      let next = 0;
      for (let j = 1; j <= size; j++) {
        if (used[j]) continue;
        const reduced = cost(rowOf[column], j) - rowPotential[rowOf[column]] - columnPotential[j];
        if (reduced < slack[j]) {
          slack[j] = reduced;
          before[j] = column;
        }
        if (slack[j] < smallest) {
          smallest = slack[j];
          next = j;
        }
      }
      for (let j = 0; j <= size; j++) {
        if (used[j]) {
          rowPotential[rowOf[j]] += smallest;
          columnPotential[j] -= smallest;
        } else slack[j] -= smallest;
      }
      column = next;
    }
    for (; column !== 0; column = before[column]) rowOf[column] = rowOf[before[column]];
  }
  const result = new Array<number>(rows).fill(-1);
  for (let j = 1; j <= columns; j++) if (rowOf[j] <= rows) result[rowOf[j] - 1] = j - 1;
  return result;
}
