/** Steps a second of every kind of twin, by environments and threads. A step is the interval of the traces, 15 s, of one environment. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { EmulatedCluster } from '../../src/cluster/live/emulated-cluster.ts';
import { makeEpisode } from '../../src/cluster/episodes/make-episode.ts';
import { initialReplicas } from '../../src/cluster/episodes/warm-start.ts';
import type { Episode } from '../../src/cluster/simulation/simulation.ts';
import { collect } from '../../src/modeling/collect.ts';
import { fitTwin } from '../../src/modeling/fit-twin.ts';
import { TraceStore } from '../../src/modeling/traces/trace-store.ts';
import { loadTwin, saveTwin, twinSimulations } from '../../src/modeling/twin.ts';
import { createWasmBackend } from '../../src/nn/wasm/backend.ts';
import type { TwinKind } from '../../src/spec/model.ts';
import { sampleCluster, sampleScenarios } from '../unit/cluster/sample.ts';

export interface TwinRow {
  readonly kind: TwinKind;
  readonly environments: number;
  readonly threads: number;
  readonly stepsPerSecond: number;
}

const KINDS: readonly TwinKind[] = ['calibrated', 'emulator', 'recorded-then-mlp'];
const INTERVAL = 15;
/** Long enough for the records and the networks to have their usual size. */
const TRACE_SECONDS = 4 * 3600;
/** Seconds measured, in slices: the best slice counts, since other work on the machine can only slow one down. */
const SLICE = 0.25;
const SLICES = 4;

/** Fits the twins to traces of an emulated cluster, then prints and returns the rows. */
export async function benchTwin(): Promise<TwinRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'karma-bench-'));
  try {
    await fitTwins(folder);
    const rows: TwinRow[] = [];
    for (const kind of KINDS)
      for (const threads of [1, 2])
        for (const environments of [1, 64, 512, 2048]) {
          const parts = Math.min(threads, environments);
          const rates =
            parts === 1
              ? [await measure(folder, kind, environments)]
              : await Promise.all(
                  Array.from({ length: parts }, () => measureInThread(folder, kind, Math.ceil(environments / parts))),
                );
          const stepsPerSecond = Math.round(rates.reduce((sum, rate) => sum + rate, 0));
          rows.push({ kind, environments, threads, stepsPerSecond });
          console.log(
            `twin ${kind}, ${environments} environments, ${threads} thread${threads > 1 ? 's' : ''}: ` +
              `${stepsPerSecond.toLocaleString('en')} intervals of ${INTERVAL} s a second`,
          );
        }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function episodes(): Episode[] {
  return sampleScenarios.flatMap((scenario) =>
    [1, 2].map((seed) =>
      makeEpisode(
        sampleCluster,
        {
          ...scenario,
          load: [
            { entryPoint: 'a', profiles: [{ type: 'sine', relative: true, mean: 0.7, amplitude: 0.3, period: 1800 }] },
          ],
        },
        new Map(),
        { split: 'train', seed },
      ),
    ),
  );
}

async function fitTwins(folder: string): Promise<void> {
  const { signal } = new AbortController();
  using store = new TraceStore(join(folder, 'traces.sqlite'));
  const [episode] = episodes();
  const cluster = new EmulatedCluster(sampleCluster, { episode, seed: 1 });
  await collect({
    spec: sampleCluster,
    cluster,
    write: (write, _now, writeSignal) => cluster.write(write, { dryRun: false, signal: writeSignal }),
    store,
    seconds: TRACE_SECONDS,
    seed: 1,
    signal,
  });
  const backend = await createWasmBackend();
  for (const kind of KINDS) {
    const { twin } = await fitTwin({
      cluster: sampleCluster,
      store,
      kind,
      seed: 1,
      backend,
      candidates: 20,
      // The networks of the learned twin have their usual shape; the other kinds run without.
      network: { hidden: [128, 128, 128], learningRate: 1e-3, members: kind === 'recorded-then-mlp' ? 5 : 0 },
      signal,
    });
    mkdirSync(join(folder, kind));
    saveTwin(join(folder, kind), twin);
  }
  backend.dispose();
}

async function measure(folder: string, kind: TwinKind, environments: number): Promise<number> {
  const backend = await createWasmBackend();
  const simulation = twinSimulations(loadTwin(join(folder, kind)), sampleCluster, backend)(environments);
  const all = episodes();
  let best = 0;
  for (let slice = 0; slice < SLICES; slice++) {
    for (let e = 0; e < environments; e++) {
      const episode = all[e % all.length];
      const second = (e * 45) % 1800;
      simulation.reset(e, episode, { second, seed: e, replicas: initialReplicas(sampleCluster, episode, second) });
    }
    const began = performance.now();
    let steps = 0;
    while (performance.now() - began < SLICE * 1000) {
      simulation.advance(INTERVAL);
      steps += environments;
    }
    best = Math.max(best, steps / ((performance.now() - began) / 1000));
  }
  backend.dispose();
  return best;
}

interface Task {
  readonly twinFolder: string;
  readonly kind: TwinKind;
  readonly environments: number;
}

function measureInThread(twinFolder: string, kind: TwinKind, environments: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { twinFolder, kind, environments } satisfies Task,
    });
    worker.once('message', (rate: number) => resolve(rate));
    worker.once('error', reject);
  });
}

const task = workerData as Partial<Task> | null;
if (!isMainThread && task?.twinFolder)
  parentPort?.postMessage(await measure(task.twinFolder, task.kind!, task.environments!));
