import { condensedIndex, type CondensedDistances } from './condensed-distances.ts';

/**
 * Silhouette of each item of a grouping, in [-1, 1] (Rousseeuw 1987): (b - a) / max(a, b), a = mean distance to its own
 * group, b = smallest mean distance to another; 0 for an item alone in its group. Labels are 0..k-1. One group gives zeros.
 */
export function silhouettes({ count, values }: CondensedDistances, labels: ArrayLike<number>): Float64Array {
  const result = new Float64Array(count);
  const groups = Array.from(labels).reduce((most, label) => Math.max(most, label + 1), 0);
  if (groups < 2) return result;
  const sizes = new Int32Array(groups);
  for (let i = 0; i < count; i++) sizes[labels[i]]++;
  const sums = new Float64Array(groups);
  for (let i = 0; i < count; i++) {
    const own = labels[i];
    if (sizes[own] < 2) continue;
    sums.fill(0);
    for (let j = 0; j < count; j++) if (j !== i) sums[labels[j]] += values[condensedIndex(count, i, j)];
    const within = sums[own] / (sizes[own] - 1);
    let nearest = Infinity;
    for (let g = 0; g < groups; g++) if (g !== own && sizes[g] > 0) nearest = Math.min(nearest, sums[g] / sizes[g]);
    const larger = Math.max(within, nearest);
    if (larger > 0) result[i] = (nearest - within) / larger;
  }
  return result;
}

/** Mean of the items' silhouettes; 0 for one group. */
export function silhouette(distances: CondensedDistances, labels: ArrayLike<number>): number {
  const { count } = distances;
  return count === 0 ? 0 : silhouettes(distances, labels).reduce((sum, value) => sum + value, 0) / count;
}
