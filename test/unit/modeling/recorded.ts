/** Traces recorded on an emulated cluster, for tests that fit to them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmulatedCluster } from '../../../src/cluster/live/emulated-cluster.ts';
import type { EmulatorParameters } from '../../../src/cluster/emulator/parameters.ts';
import { collect } from '../../../src/modeling/collect.ts';
import type { Exploration } from '../../../src/modeling/exploring-rule.ts';
import { TraceStore } from '../../../src/modeling/traces/trace-store.ts';
import type { Cluster } from '../../../src/spec/model.ts';
import { wanderingEpisode } from './clusters.ts';

export const never = new AbortController().signal;

export interface RecordOptions {
  readonly seconds: number;
  /** Requests/s that count as all the cluster can take. */
  readonly capacity: number;
  readonly parameters: EmulatorParameters;
  readonly exploration?: Partial<Exploration>;
  readonly crashes?: boolean;
  readonly seed?: number;
  readonly interval?: number;
}

/** Adds one recording to the store; returns its number. */
export async function record(store: TraceStore, spec: Cluster, options: RecordOptions): Promise<number> {
  const seed = options.seed ?? 1;
  const episode = wanderingEpisode(spec, options.seconds, seed, options.capacity, options.crashes);
  const cluster = new EmulatedCluster(spec, { episode, seed, parameters: options.parameters });
  const { recording } = await collect({
    spec,
    cluster,
    write: (write, _now, signal) => cluster.write(write, { dryRun: false, signal }),
    store,
    seconds: options.seconds,
    seed,
    signal: never,
    ...(options.exploration ? { exploration: options.exploration } : {}),
    ...(options.interval ? { interval: options.interval } : {}),
  });
  return recording;
}

/** Runs `use` with a store in a temporary folder. */
export async function withStore<T>(use: (store: TraceStore, folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'karma-modeling-'));
  const store = new TraceStore(join(folder, 'traces.sqlite'));
  try {
    return await use(store, folder);
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
