/**
 * Agglomerative grouping: join the two nearest groups until one is left. By nearest-neighbor chains (Murtagh 1983;
 * Müllner 2011), O(n^2) in time and memory, in SciPy's conventions so that other tools read the result.
 */
import { condensedIndex, type CondensedDistances } from './condensed-distances.ts';

/**
 * The distance of two groups: the nearest pair, the farthest pair, the mean over pairs (UPGMA), or the growth of the squared
 * distances to the center (Ward 1963). Ward's means something for Euclidean distances only: not for dynamic time warping.
 */
export type LinkageMethod = 'single' | 'complete' | 'average' | 'ward';

/** Joined group, joined group, their distance, items in the new group. */
export type Merge = readonly [number, number, number, number];

/**
 * SciPy's linkage matrix, n - 1 rows in order of distance: items are groups 0..n-1, row i makes group n + i, the smaller
 * number comes first.
 */
export type Linkage = readonly Merge[];

/** Two groups x and y that become one, and a third: distances and sizes. */
interface Joining {
  readonly toX: number;
  readonly toY: number;
  readonly xToY: number;
  readonly sizeX: number;
  readonly sizeY: number;
  readonly size: number;
}

/** The new distance to the third group, by Lance and Williams 1967. */
const UPDATE: Record<LinkageMethod, (joining: Joining) => number> = {
  single: ({ toX, toY }) => Math.min(toX, toY),
  complete: ({ toX, toY }) => Math.max(toX, toY),
  average: ({ toX, toY, sizeX, sizeY }) => (sizeX * toX + sizeY * toY) / (sizeX + sizeY),
  ward: ({ toX, toY, xToY, sizeX, sizeY, size }) =>
    Math.sqrt(
      Math.max(0, (sizeX + size) * toX ** 2 + (sizeY + size) * toY ** 2 - size * xToY ** 2) / (sizeX + sizeY + size),
    ),
};

/** Distances must be numbers: throws a RangeError on NaN. Fewer than two items give no rows. */
export function agglomerate({ count, values }: CondensedDistances, method: LinkageMethod): Linkage {
  if (values.some(Number.isNaN)) throw new RangeError('A distance is not a number: the items cannot be grouped.');
  const distances = values.slice();
  const sizes = new Int32Array(count).fill(1);
  const chain: number[] = [];
  const merges: [number, number, number, number][] = [];

  for (let k = 0; k < count - 1; k++) {
    if (chain.length === 0) chain.push(sizes.findIndex((size) => size > 0));
    const nearest = endOfChain(chain, sizes, distances);
    chain.length -= 2;
    const [x, y] = [Math.min(...nearest.pair), Math.max(...nearest.pair)];
    const [sizeX, sizeY] = [sizes[x], sizes[y]];
    merges.push([x, y, nearest.distance, sizeX + sizeY]);
    sizes[x] = 0;
    sizes[y] = sizeX + sizeY;
    for (let i = 0; i < count; i++) {
      if (sizes[i] === 0 || i === y) continue;
      const toY = condensedIndex(count, i, y);
      distances[toY] = UPDATE[method]({
        toX: distances[condensedIndex(count, i, x)],
        toY: distances[toY],
        xToY: nearest.distance,
        sizeX,
        sizeY,
        size: sizes[i],
      });
    }
  }
  merges.sort((a, b) => a[2] - b[2]);
  return numberGroups(merges, count);
}

/** Follows nearest neighbors until two are each other's; they are the last two of the chain. */
function endOfChain(chain: number[], sizes: Int32Array, distances: Float64Array) {
  const count = sizes.length;
  for (;;) {
    const x = chain[chain.length - 1];
    let y = -1;
    let distance = Infinity;
    if (chain.length > 1) {
      y = chain[chain.length - 2];
      distance = distances[condensedIndex(count, x, y)];
    }
    for (let i = 0; i < count; i++) {
      if (i === x || sizes[i] === 0) continue;
      const candidate = distances[condensedIndex(count, x, i)];
      if (candidate < distance || y < 0) {
        distance = candidate;
        y = i;
      }
    }
    if (chain.length > 1 && y === chain[chain.length - 2]) return { pair: [x, y], distance };
    chain.push(y);
  }
}

/** Replaces each merge's representatives by the numbers of the groups that they stand for by then. */
function numberGroups(merges: readonly Merge[], count: number): Linkage {
  const parents = Int32Array.from({ length: 2 * count }, (_, i) => i);
  const sizes = new Int32Array(2 * count).fill(1);
  const root = (item: number): number => {
    let top = item;
    while (parents[top] !== top) top = parents[top];
    while (parents[item] !== top) [item, parents[item]] = [parents[item], top];
    return top;
  };
  return merges.map(([x, y, distance], row): Merge => {
    const [a, b] = [root(x), root(y)];
    const made = count + row;
    parents[a] = made;
    parents[b] = made;
    sizes[made] = sizes[a] + sizes[b];
    return [Math.min(a, b), Math.max(a, b), distance, sizes[made]];
  });
}
