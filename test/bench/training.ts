/** End-to-end training: environment steps a second of one process, with both copies of every episode, guides and updates. */
import { performance } from 'node:perf_hooks';
import { createWasmBackend } from '../../src/nn/wasm/backend.ts';
import { episodePool } from '../../src/training/setup.ts';
import { Mappo } from '../../src/training/mappo/mappo.ts';
import { sampleSetup } from '../unit/training/sample.ts';

const WARM_UP = 8;
/** Iterations measured one by one: the best fifth counts, since other work on the machine can only slow one down. */
const MEASURED = 60;

/** Logs one line per number of environments. */
export async function benchTraining(log: (line: string) => void): Promise<void> {
  const backend = await createWasmBackend({ threads: 1 });
  for (const environments of [32, 64, 128]) {
    const setup = await sampleSetup(backend, {
      algorithm: { hidden: [64, 64], critic: [128, 128] },
      budget: { steps: 2_000_000, episode: 900, environments, horizon: 32 },
    });
    const trainer = new Mappo({ ...setup, seed: 1, episodes: 50, episodeAt: episodePool(setup, 'train', 1) });
    for (let i = 0; i < WARM_UP; i++) trainer.iterate();
    const times = Array.from({ length: MEASURED }, () => {
      const start = performance.now();
      trainer.iterate();
      return (performance.now() - start) / 1000;
    }).sort((a, b) => a - b);
    const rate = (seconds: number): string => Math.round(trainer.stepsPerIteration / seconds).toLocaleString('en');
    const best = times.slice(0, MEASURED / 5).reduce((sum, time) => sum + time) / (MEASURED / 5);
    const middle = times[MEASURED / 2];
    log(`training, 4 agents, ${environments} environments: ${rate(best)} steps a second (median ${rate(middle)})`);
    trainer.dispose();
  }
  backend.dispose();
}
