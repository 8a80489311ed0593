/**
 * Dynamic time warping: d(i, j) = min over alignments of sum_k || a_i(t_k) - a_j(t_k) ||_2 (KARMA paper, "Analyzing"; Sakoe and
 * Chiba 1978, symmetric steps of weight one). An alignment runs from both starts to both ends and repeats steps as needed.
 */
import { allPairs, type MatrixOptions, type WarpingOptions } from './all-pairs.ts';
import type { CondensedDistances } from '../groups/condensed-distances.ts';

/** A sequence of vectors, [steps x dimension]. */
export interface Sequence {
  readonly values: Float64Array;
  readonly dimension: number;
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

/** All pairs of sequences of one dimension. Rejects with a RangeError on different dimensions; else as `allPairs`. */
export async function pairwiseWarping(
  sequences: readonly Sequence[],
  options: MatrixOptions = {},
): Promise<CondensedDistances> {
  const dimension = sequences[0]?.dimension ?? 1;
  const other = sequences.find((sequence) => sequence.dimension !== dimension);
  if (other) throw new RangeError(`Sequences of dimension ${dimension} and ${other.dimension} cannot be aligned.`);
  const values = sequences.map((sequence) => sequence.values);
  return allPairs({ kind: 'vectors', sequences: values, dimension, band: options.band }, options);
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
  return allPairs({ kind: 'symbols', sequences, distances, symbols, band: options.band }, options);
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
