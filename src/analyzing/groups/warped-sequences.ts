/** Action sequences drawn onto the time of one of them, so that the same moves stand below each other. */
import type { MoveAlphabet } from './action-sequences.ts';

/**
 * `sequence` on the time of `onto`, one symbol per step of it: along the alignment of least cost (dynamic-time-warping.ts,
 * with the same band), of the steps aligned with one step the largest move, the first of equal ones.
 */
export function warpedOnto(
  sequence: Uint16Array,
  onto: Uint16Array,
  { moves, distances }: MoveAlphabet,
  band?: number,
): Uint16Array {
  const warped = new Uint16Array(onto.length);
  const size = (symbol: number): number => Math.abs(moves[symbol].move);
  for (const [i, j] of alignment(sequence, onto, distances, moves.length, band).reverse())
    if (size(sequence[i]) > size(warped[j])) warped[j] = sequence[i];
  return warped;
}

/** Pairs of steps, the last first. None where either is empty. */
function alignment(
  a: Uint16Array,
  b: Uint16Array,
  distances: Float64Array,
  symbols: number,
  band?: number,
): [number, number][] {
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0) return [];
  const width = Math.max(band ?? Infinity, Math.abs(n - m));
  // Row and column 0 are the edge: cell (i, j) is step i - 1 with step j - 1.
  const cost = new Float64Array((n + 1) * (m + 1)).fill(Infinity);
  cost[0] = 0;
  const at = (i: number, j: number): number => i * (m + 1) + j;
  for (let i = 1; i <= n; i++)
    for (let j = Math.max(1, i - width); j <= Math.min(m, i + width); j++)
      cost[at(i, j)] =
        distances[a[i - 1] * symbols + b[j - 1]] +
        Math.min(cost[at(i - 1, j - 1)], cost[at(i - 1, j)], cost[at(i, j - 1)]);
  const pairs: [number, number][] = [];
  let [i, j] = [n, m];
  while (i > 0 && j > 0) {
    pairs.push([i - 1, j - 1]);
    const [both, first, second] = [cost[at(i - 1, j - 1)], cost[at(i - 1, j)], cost[at(i, j - 1)]];
    if (both <= first && both <= second) [i, j] = [i - 1, j - 1];
    else if (first <= second) i--;
    else j--;
  }
  return pairs;
}
