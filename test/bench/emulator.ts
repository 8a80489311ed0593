/** Intervals of 30 s a second of the emulator, by environments and threads. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Emulator } from '../../src/cluster/emulator/emulator.ts';
import { makeEpisode } from '../../src/cluster/episodes/make-episode.ts';
import { initialReplicas } from '../../src/cluster/episodes/warm-start.ts';
import type { RandomEvent, Scenario } from '../../src/spec/model.ts';
import { sampleCluster, sampleScenarios } from '../unit/cluster/sample.ts';

export interface EmulatorRow {
  readonly environments: number;
  readonly threads: number;
  /** Intervals of 30 s of one environment. */
  readonly stepsPerSecond: number;
}

const INTERVAL = 30;
/** Seconds measured, in slices: the best slice counts, since other work on the machine can only slow one down. */
const SLICE = 0.25;
const SLICES = 6;

/** Prints and returns the rows. */
export async function benchEmulator(): Promise<EmulatorRow[]> {
  const rows: EmulatorRow[] = [];
  for (const threads of [1, 2]) {
    for (const environments of [1, 64, 512, 2048]) {
      const parts = Array.from({ length: Math.min(threads, environments) }, (_, part) =>
        threads === 1
          ? Promise.resolve(measure(environments))
          : measureInThread(Math.ceil(environments / threads), part),
      );
      const stepsPerSecond = Math.round((await Promise.all(parts)).reduce((sum, rate) => sum + rate, 0));
      rows.push({ environments, threads, stepsPerSecond });
      console.log(
        `emulator, ${environments} environments, ${threads} thread${threads > 1 ? 's' : ''}: ` +
          `${stepsPerSecond.toLocaleString('en')} intervals of ${INTERVAL} s a second`,
      );
    }
  }
  return rows;
}

/** A wave of load with the events of all five scenarios. */
function scenarios(): Scenario[] {
  return sampleScenarios.map((scenario) => ({
    ...scenario,
    load: [{ entryPoint: 'a', profiles: [{ type: 'sine', relative: true, mean: 0.7, amplitude: 0.3, period: 1800 }] }],
    random: scenario.random satisfies readonly RandomEvent[],
  }));
}

function measure(environments: number): number {
  const emulator = new Emulator(sampleCluster, environments);
  const episodes = scenarios().flatMap((scenario) =>
    [1, 2, 3, 4].map((seed) => makeEpisode(sampleCluster, scenario, new Map(), { split: 'train', seed })),
  );
  const start = (): void => {
    for (let e = 0; e < environments; e++) {
      const episode = episodes[e % episodes.length];
      const second = (e * 37) % 1800;
      emulator.reset(e, episode, { second, seed: e, replicas: initialReplicas(sampleCluster, episode, second) });
    }
  };
  let best = 0;
  for (let slice = 0; slice < SLICES; slice++) {
    start();
    const began = performance.now();
    let steps = 0;
    while (performance.now() - began < SLICE * 1000) {
      emulator.advance(INTERVAL);
      steps += environments;
    }
    best = Math.max(best, steps / ((performance.now() - began) / 1000));
  }
  return best;
}

function measureInThread(environments: number, part: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { emulatorEnvironments: environments, part } });
    worker.once('message', (rate: number) => resolve(rate));
    worker.once('error', reject);
  });
}

const task = workerData as { emulatorEnvironments?: number } | null;
if (!isMainThread && task?.emulatorEnvironments) parentPort?.postMessage(measure(task.emulatorEnvironments));
