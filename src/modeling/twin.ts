/** A twin: what stands in for a cluster in training. Plain JSON; makes Simulations; saved in two files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster, TwinKind } from '../spec/model.ts';
import { Emulator } from '../cluster/emulator/emulator.ts';
import type { EmulatorParameters } from '../cluster/emulator/parameters.ts';
import type { Simulation } from '../cluster/simulation/simulation.ts';
import type { Backend } from '../nn/backend.ts';
import { writeFileAtomic } from '../runs/atomic-file.ts';
import type { Calibration } from './calibrate.ts';
import { DriftMeter, type SavedDrift } from './drift.ts';
import { LearnedModel } from './network/learned-model.ts';
import { LearnedSimulation } from './network/learned-simulation.ts';
import { RecordedTransitions, type SavedRecords } from './network/recorded-transitions.ts';
import { TransitionNetwork, type SavedNetwork } from './network/transition-network.ts';
import { clusterHash } from './traces/layout.ts';

const FORMAT = 1;
const TWIN_FILE = 'twin.json';
/** Network weights, records and known states: large, and nothing to read. */
const WEIGHTS_FILE = 'twin-weights.json';
type Weights = 'network' | 'records' | 'drift';

export interface Twin {
  readonly format: typeof FORMAT;
  readonly kind: TwinKind;
  readonly cluster: string;
  readonly clusterHash: string;
  readonly seed: number;
  /** Of the queueing model: fitted ('calibrated') or the spec's. A learned twin starts its episodes from it. */
  readonly parameters: EmulatorParameters;
  readonly calibration?: Omit<Calibration, 'parameters'>;
  /** The traces it was fitted to; absent for 'emulator' without traces. */
  readonly traces?: {
    readonly recordings: readonly number[];
    readonly interval: number;
    readonly fit: number;
    readonly heldOut: number;
  };
  readonly network?: SavedNetwork;
  readonly records?: SavedRecords;
  readonly drift?: SavedDrift;
}

export const newTwin = (cluster: Cluster, twin: Omit<Twin, 'format' | 'cluster' | 'clusterHash'>): Twin => ({
  format: FORMAT,
  cluster: cluster.name,
  clusterHash: clusterHash(cluster),
  ...twin,
});

/**
 * Makes simulations of the twin, all on one copy of its networks, which `backend` computes and which live as long as it
 * does. Throws RangeError where the twin is of another cluster.
 */
export function twinSimulations(twin: Twin, cluster: Cluster, backend: Backend): (environments: number) => Simulation {
  if (twin.clusterHash !== clusterHash(cluster))
    throw new RangeError(
      `The twin was fitted to ${twin.cluster} as it was then; cluster ${cluster.name} differs now: fit it again.`,
    );
  if (twin.kind !== 'recorded-then-mlp') return (environments) => new Emulator(cluster, environments, twin.parameters);
  const model = learnedModelOf(twin, cluster, backend);
  return (environments) => new LearnedSimulation(cluster, environments, model, twin.parameters);
}

/** One simulation of the twin; see `twinSimulations` for several. */
export function createTwinSimulation(twin: Twin, cluster: Cluster, environments: number, backend: Backend): Simulation {
  return twinSimulations(twin, cluster, backend)(environments);
}

/** The network of a twin, behind its records for 'recorded-then-mlp'. Throws RangeError where the twin has none. */
export function learnedModelOf(twin: Twin, cluster: Cluster, backend: Backend): LearnedModel {
  if (!twin.network)
    throw new RangeError(`The twin of ${twin.cluster} was fitted without a network; fit it again with one.`);
  const network = TransitionNetwork.load(twin.network, cluster, backend);
  return new LearnedModel(
    network,
    twin.records && RecordedTransitions.load(twin.records, network.codec, network.inputScaler),
  );
}

/** Undefined where the twin was made without traces: what is usual is then unknown. */
export const driftMeterOf = (twin: Twin): DriftMeter | undefined => twin.drift && DriftMeter.load(twin.drift);

/** Writes twin.json and twin-weights.json into a folder, each as one step; the weights first. */
export function saveTwin(folder: string, twin: Twin): void {
  const { network, records, drift, ...readable } = twin;
  writeFileAtomic(join(folder, WEIGHTS_FILE), JSON.stringify({ network, records, drift }));
  writeFileAtomic(join(folder, TWIN_FILE), `${JSON.stringify(readable, null, 2)}\n`);
}

/** Reads what saveTwin wrote. Throws an Error with the file's name where that fails. */
export function loadTwin(folder: string): Twin {
  const read = <Part>(name: string): Part => {
    const file = join(folder, name);
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Part;
    } catch (error) {
      throw new Error(`${file}: the twin cannot be read (${(error as Error).message}); fit it again.`, {
        cause: error,
      });
    }
  };
  const readable = read<Omit<Twin, Weights>>(TWIN_FILE);
  if (readable.format !== FORMAT)
    throw new Error(
      `${join(folder, TWIN_FILE)}: format ${String(readable.format)} is not known (this version reads ${FORMAT}); fit it again.`,
    );
  return { ...readable, ...read<Pick<Twin, Weights>>(WEIGHTS_FILE) };
}
