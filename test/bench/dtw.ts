/** Pairs of sequences a second of dynamic time warping, on one thread. */
import { performance } from 'node:perf_hooks';
import { pairwiseSymbolWarping, pairwiseWarping } from '../../src/analyzing/dynamic-time-warping.ts';
import { Random } from '../../src/cluster/random.ts';

const COUNT = 120;
const STEPS = 100;

/** Logs one line per kind of sequence. */
export async function benchDtw(log: (line: string) => void): Promise<void> {
  const random = new Random(1);
  const time = async (what: string, run: () => Promise<{ values: Float64Array }>) => {
    await run();
    const start = performance.now();
    const pairs = (await run()).values.length;
    const seconds = (performance.now() - start) / 1000;
    log(`DTW, ${what}: ${Math.round(pairs / seconds)} pairs a second`);
  };
  for (const dimension of [1, 7]) {
    const sequences = Array.from({ length: COUNT }, () => ({
      dimension,
      values: Float64Array.from({ length: STEPS * dimension }, () => random.normal()),
    }));
    const what = `${COUNT} sequences of ${STEPS} steps, dimension ${dimension}`;
    await time(what, () => pairwiseWarping(sequences));
    await time(`${what}, band 10`, () => pairwiseWarping(sequences, { band: 10 }));
  }
  const symbols = 25;
  const moves = Array.from({ length: COUNT }, () =>
    Uint16Array.from({ length: STEPS }, () => random.integer(0, symbols - 1)),
  );
  const table = Float64Array.from({ length: symbols ** 2 }, (_, i) =>
    Math.abs(Math.floor(i / symbols) - (i % symbols)),
  );
  await time(`${COUNT} action sequences of ${STEPS} steps`, () => pairwiseSymbolWarping(moves, table));
}
