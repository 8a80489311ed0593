import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  dynamicTimeWarping,
  pairwiseSymbolWarping,
  pairwiseWarping,
  type Sequence,
} from '../../../../src/analyzing/warping/dynamic-time-warping.ts';
import { condensedIndex } from '../../../../src/analyzing/groups/condensed-distances.ts';
import { Random } from '../../../../src/cluster/random.ts';

const scalars = (...values: number[]): Sequence => ({ values: Float64Array.from(values), dimension: 1 });
const vectors = (dimension: number, ...rows: number[][]): Sequence => ({
  values: Float64Array.from(rows.flat()),
  dimension,
});

/** By the definition: the least over all alignments, recursively. */
function byDefinition(a: Sequence, b: Sequence, band = Infinity): number {
  const { dimension } = a;
  const [n, m] = [a.values.length / dimension, b.values.length / dimension];
  const width = Math.max(band, Math.abs(n - m));
  const cost = (i: number, j: number) =>
    Math.hypot(
      ...Array.from({ length: dimension }, (_, d) => a.values[i * dimension + d] - b.values[j * dimension + d]),
    );
  const rest = (i: number, j: number): number => {
    if (Math.abs(i - j) > width) return Infinity;
    if (i === n - 1 && j === m - 1) return cost(i, j);
    const next = [
      [i + 1, j],
      [i, j + 1],
      [i + 1, j + 1],
    ].filter(([x, y]) => x < n && y < m);
    return cost(i, j) + Math.min(...next.map(([x, y]) => rest(x, y)));
  };
  return rest(0, 0);
}

describe('dynamic time warping', () => {
  it('The warping distance is 0 for the same course at another pace', () => {
    assert.equal(dynamicTimeWarping(scalars(1, 2, 3), scalars(1, 1, 2, 2, 2, 3)), 0);
  });

  it('The warping distance is what the alignment by hand gives', () => {
    // 0-1, 3-1, 3-4, 6-4 would cost 6; 0-1, 3-4, 6-4 costs 1 + 1 + 2.
    assert.equal(dynamicTimeWarping(scalars(0, 3, 6), scalars(1, 4)), 4);
    // In the plane: 3-4-5 triangles twice.
    assert.equal(dynamicTimeWarping(vectors(2, [0, 0], [3, 4]), vectors(2, [3, 4], [0, 0])), 10);
  });

  it('Warping keeps to the band, and widens it to the difference of the lengths', () => {
    const a = scalars(0, 0, 0, 5, 0);
    const b = scalars(0, 5, 0, 0, 0);
    assert.equal(dynamicTimeWarping(a, b), 0);
    assert.equal(dynamicTimeWarping(a, b, { band: 2 }), 0);
    assert.equal(dynamicTimeWarping(a, b, { band: 1 }), 10);
    assert.equal(dynamicTimeWarping(a, b, { band: 0 }), 10);
    assert.equal(dynamicTimeWarping(scalars(1, 1, 1, 1), scalars(1), { band: 0 }), 0);
  });

  it('Warping agrees with its definition on random sequences, with and without a band', () => {
    const value = fc.integer({ min: -3, max: 3 });
    const sequence = fc
      .array(fc.tuple(value, value), { minLength: 1, maxLength: 6 })
      .map((rows) => vectors(2, ...rows));
    fc.assert(
      fc.property(sequence, sequence, fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }), (a, b, band) => {
        const actual = dynamicTimeWarping(a, b, band === undefined ? {} : { band });
        assert.ok(Math.abs(actual - byDefinition(a, b, band)) < 1e-9);
        assert.ok(Math.abs(actual - dynamicTimeWarping(b, a, band === undefined ? {} : { band })) < 1e-9);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('Warping gives up past a limit, and only then', () => {
    const [a, b] = [scalars(0, 3, 6), scalars(1, 4)];
    assert.equal(dynamicTimeWarping(a, b, { limit: 4 }), 4);
    assert.equal(dynamicTimeWarping(a, b, { limit: 3 }), Infinity);
  });

  it('Warping refuses sequences that it cannot align', () => {
    assert.throws(() => dynamicTimeWarping(scalars(1), vectors(2, [1, 2])), RangeError);
    assert.equal(dynamicTimeWarping(scalars(), scalars()), 0);
    assert.equal(dynamicTimeWarping(scalars(), scalars(1)), Infinity);
  });

  it('Pairwise warping fills the condensed matrix by vectors and by symbols alike, and reports progress', async () => {
    const moves = [
      [0, 0],
      [1, 0],
      [0, -2],
    ];
    const symbolic = [[0, 1, 2, 0], [0, 0, 1], [2, 2, 2, 2, 1], [0]];
    const progress: [number, number][] = [];
    const dense = await pairwiseWarping(
      symbolic.map((symbols) => vectors(2, ...symbols.map((symbol) => moves[symbol]))),
      { onProgress: (done, total) => progress.push([done, total]) },
    );
    const table = Float64Array.from(moves.flatMap((x) => moves.map((y) => Math.hypot(x[0] - y[0], x[1] - y[1]))));
    const looked = await pairwiseSymbolWarping(
      symbolic.map((symbols) => Uint16Array.from(symbols)),
      table,
    );
    assert.deepEqual(looked, dense);
    assert.equal(dense.values.length, 6);
    // [0,1,2,0] and [0,0,1]: 0-0, 1-1, 2-1, 0-1 = sqrt(5) + 1, or the end on 1: the same.
    assert.ok(Math.abs(dense.values[condensedIndex(4, 0, 1)] - (Math.sqrt(5) + 1)) < 1e-12);
    assert.equal(condensedIndex(4, 2, 0), condensedIndex(4, 0, 2));
    assert.deepEqual(progress.at(-1), [6, 6]);
  });

  const matrices = fc.record({
    dimension: fc.constantFrom(1, 2, 3, 7),
    steps: fc.array(fc.nat({ max: 12 }), { maxLength: 11 }),
    band: fc.option(fc.nat({ max: 6 }), { nil: undefined }),
    seed: fc.nat(),
  });
  const drawn = (dimension: number, steps: readonly number[], seed: number): Sequence[] => {
    const random = new Random(seed);
    return steps.map((n) => ({
      dimension,
      values: Float64Array.from({ length: n * dimension }, () => random.normal()),
    }));
  };

  it('Pairwise warping gives what it gives pair by pair, whatever the lengths and the band', () =>
    fc.assert(
      fc.asyncProperty(matrices, async ({ dimension, steps, band, seed }) => {
        const sequences = drawn(dimension, steps, seed);
        const options = band === undefined ? {} : { band };
        const { count, values } = await pairwiseWarping(sequences, options);
        for (let i = 0; i < count; i++)
          for (let j = i + 1; j < count; j++) {
            const expected = dynamicTimeWarping(sequences[i], sequences[j], options);
            const found = values[condensedIndex(count, i, j)];
            assert.ok(found === expected || Math.abs(found - expected) < 1e-12, `${i} ${j}: ${found} for ${expected}`);
          }
      }),
    ));

  it('Warping in threads gives the same result, and the threads end on the signal', async () => {
    const sequences = drawn(1, new Array<number>(120).fill(100), 3);
    assert.deepEqual(await pairwiseWarping(sequences, { threads: 3 }), await pairwiseWarping(sequences));
    const stop = new AbortController();
    const stopped = pairwiseWarping(sequences, { threads: 3, signal: stop.signal, onProgress: () => stop.abort() });
    await assert.rejects(stopped, { name: 'AbortError' });
  });

  it('Pairwise warping refuses values that are not numbers', async () => {
    await assert.rejects(pairwiseWarping([scalars(1, NaN), scalars(1)]), /not a number/);
  });

  it('Pairwise warping stops on the signal', async () => {
    const long = Array.from({ length: 60 }, () => ({ values: new Float64Array(600), dimension: 1 }));
    await assert.rejects(pairwiseWarping(long, { signal: AbortSignal.abort(new Error('enough')) }), /enough/);
    await assert.rejects(pairwiseWarping([scalars(1), vectors(2, [1, 2])]), RangeError);
  });
});
