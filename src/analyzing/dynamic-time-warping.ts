/**
 * Dynamic time warping: d(i, j) = min over alignments of sum_k || a_i(t_k) - a_j(t_k) ||_2 (karma.md section 3; Sakoe and
 * Chiba 1978, symmetric steps of weight one). An alignment runs from both starts to both ends and repeats steps as needed.
 */
import { setImmediate as yieldToEvents } from 'node:timers/promises';

/** A sequence of vectors, [steps x dimension]. */
export interface Sequence {
  readonly values: Float64Array;
  readonly dimension: number;
}

export interface WarpingOptions {
  /**
   * Sakoe-Chiba band: a step may be aligned with steps at most this far from it in time. Widened to the difference of the
   * lengths, so that an alignment exists. Default: none.
   */
  readonly band?: number;
}

/**
 * The distance of two sequences of the same dimension. Stops early and returns Infinity once it must exceed `limit`. Two
 * empty sequences are at 0, an empty one and another at Infinity. Throws a RangeError on different dimensions.
 */
export function dynamicTimeWarping(
  a: Sequence,
  b: Sequence,
  options: WarpingOptions & { readonly limit?: number } = {},
): number {
  if (a.dimension !== b.dimension)
    throw new RangeError(`Sequences of dimension ${a.dimension} and ${b.dimension} cannot be aligned.`);
  const steps = stepsOf(b);
  return warp(stepsOf(a), steps, euclidean(a, b), new Float64Array(steps), options.band, options.limit ?? Infinity);
}

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

export interface MatrixOptions extends WarpingOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** All pairs of sequences of one dimension. Rejects with the signal's reason when aborted. */
export async function pairwiseWarping(
  sequences: readonly Sequence[],
  options: MatrixOptions = {},
): Promise<CondensedDistances> {
  const longest = sequences.reduce((most, sequence) => Math.max(most, stepsOf(sequence)), 0);
  const row = new Float64Array(longest);
  return allPairs(sequences.map(stepsOf), options, (i, j) => {
    const [a, b] = [sequences[i], sequences[j]];
    if (a.dimension !== b.dimension)
      throw new RangeError(`Sequences of dimension ${a.dimension} and ${b.dimension} cannot be aligned.`);
    return warp(stepsOf(a), stepsOf(b), euclidean(a, b), row, options.band, Infinity);
  });
}

/**
 * All pairs of sequences over a small alphabet, where the distance of two symbols is looked up: `distances` is
 * [symbols x symbols]. The same values as `pairwiseWarping` on the symbols' vectors, several times as fast.
 */
export async function pairwiseSymbolWarping(
  sequences: readonly Uint16Array[],
  distances: Float64Array,
  options: MatrixOptions = {},
): Promise<CondensedDistances> {
  const symbols = Math.sqrt(distances.length);
  const lengths = sequences.map((sequence) => sequence.length);
  const row = new Float64Array(Math.max(0, ...lengths));
  const costs = new Float64Array(row.length);
  return allPairs(lengths, options, (i, j) => {
    const b = sequences[j];
    const cost: CostRow = (step, from, to) => {
      const base = sequences[i][step] * symbols;
      for (let k = from; k < to; k++) costs[k] = distances[base + b[k]];
      return costs;
    };
    return warp(lengths[i], lengths[j], cost, row, options.band, Infinity);
  });
}

/** Steps of a sequence. */
export function stepsOf({ values, dimension }: Sequence): number {
  return values.length / dimension;
}

/** Costs of aligning step `step` of the first sequence with steps from..to-1 of the second, at their indices. */
type CostRow = (step: number, from: number, to: number) => Float64Array;

function euclidean(a: Sequence, b: Sequence): CostRow {
  const { dimension } = a;
  const [x, y] = [a.values, b.values];
  const costs = new Float64Array(stepsOf(b));
  return (step, from, to) => {
    const start = step * dimension;
    for (let k = from; k < to; k++) {
      let sum = 0;
      for (let d = 0, at = k * dimension; d < dimension; d++, at++) {
        const difference = x[start + d] - y[at];
        sum += difference * difference;
      }
      costs[k] = Math.sqrt(sum);
    }
    return costs;
  };
}

/** The recurrence D(i,j) = c(i,j) + min(D(i-1,j), D(i,j-1), D(i-1,j-1)), one row at a time, in place. */
function warp(
  n: number,
  m: number,
  costRow: CostRow,
  row: Float64Array,
  band: number | undefined,
  limit: number,
): number {
  if (n === 0 || m === 0) return n === m ? 0 : Infinity;
  const width = Math.max(band ?? Infinity, Math.abs(n - m));
  row.fill(Infinity, 0, m);
  for (let i = 0; i < n; i++) {
    const from = Math.max(0, i - width);
    const to = Math.min(m, i + width + 1);
    const costs = costRow(i, from, to);
    let diagonal = i === 0 ? 0 : from > 0 ? row[from - 1] : Infinity;
    let left = Infinity;
    let smallest = Infinity;
    for (let j = from; j < to; j++) {
      const above = row[j];
      let best = above < diagonal ? above : diagonal;
      if (left < best) best = left;
      left = costs[j] + best;
      row[j] = left;
      diagonal = above;
      if (left < smallest) smallest = left;
    }
    if (smallest > limit) return Infinity;
  }
  return row[m - 1];
}

/** Calls `distance` for every pair, a slice at a time, so that other work of the process gets its turn. */
async function allPairs(
  lengths: readonly number[],
  { signal, onProgress }: MatrixOptions,
  distance: (i: number, j: number) => number,
): Promise<CondensedDistances> {
  const count = lengths.length;
  const values = new Float64Array((count * (count - 1)) / 2);
  // About 50 ms of work on a slow core.
  const slice = 5_000_000;
  let index = 0;
  let cells = 0;
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      values[index++] = distance(i, j);
      cells += lengths[i] * lengths[j] + 100;
      if (cells < slice) continue;
      cells = 0;
      onProgress?.(index, values.length);
      await yieldToEvents();
      signal?.throwIfAborted();
    }
  onProgress?.(index, values.length);
  return { count, values };
}
