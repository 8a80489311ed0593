/** Dynamic time warping of all pairs, on one thread beside dtaidistance's C code, and on two. */
import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { pairwiseSymbolWarping, pairwiseWarping } from '../../src/analyzing/warping/dynamic-time-warping.ts';
import { Random } from '../../src/cluster/random.ts';

const STEPS = 100;
const peers = (path: string) => fileURLToPath(new URL(`../peers/${path}`, import.meta.url));

/** Logs one line per kind of sequence; a ratio below 1 means faster than dtaidistance. */
export async function benchDtw(log: (line: string) => void): Promise<void> {
  const random = new Random(1);
  const python = execFileSync('bash', [peers('install.sh')], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .at(-1)!;
  for (const count of [200, 1000])
    for (const dimension of [1, 7]) {
      const sequences = Array.from({ length: count }, () => ({
        dimension,
        values: Float64Array.from({ length: STEPS * dimension }, () => random.normal()),
      }));
      const one = await seconds(() => pairwiseWarping(sequences), count);
      const two = await seconds(() => pairwiseWarping(sequences, { threads: 2 }), count);
      const shape = [count, STEPS, dimension].map(String);
      const peer = Number(execFileSync(python, [peers('warping_time.py'), ...shape], { encoding: 'utf8' }));
      log(
        `DTW, ${count} sequences of ${STEPS} steps, dimension ${dimension}: ${one.toFixed(2)} s on one thread, ` +
          `dtaidistance ${peer.toFixed(2)} s, ratio ${(one / peer).toFixed(2)} (limit 1); on two threads ${two.toFixed(2)} s`,
      );
    }
  const symbols = 25;
  const moves = Array.from({ length: 1000 }, () =>
    Uint16Array.from({ length: STEPS }, () => random.integer(0, symbols - 1)),
  );
  const table = Float64Array.from({ length: symbols ** 2 }, (_, i) =>
    Math.abs(Math.floor(i / symbols) - (i % symbols)),
  );
  const looked = await seconds(() => pairwiseSymbolWarping(moves, table), 1000);
  log(`DTW, 1000 action sequences of ${STEPS} steps: ${looked.toFixed(2)} s on one thread`);
}

/** The best of three runs; one is enough where it takes long. */
async function seconds(run: () => Promise<unknown>, count: number): Promise<number> {
  let best = Infinity;
  for (let trial = 0; trial < (count < 500 ? 3 : 1); trial++) {
    const start = performance.now();
    await run();
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}
