/** The modeling phase as one call: traces -> twin, and a report that says whether to rely on it. */
import type { Cluster, TwinKind } from '../spec/model.ts';
import { specParameters, type EmulatorParameters } from '../cluster/emulator/parameters.ts';
import type { Episode, Simulation, System } from '../cluster/simulation/simulation.ts';
import type { Backend } from '../nn/backend.ts';
import { measureAccuracy, type Accuracy } from './accuracy/accuracy.ts';
import { learnedOpenLoop, queueingOpenLoop, type OpenLoopModel } from './accuracy/open-loop.ts';
import { rank, scoreSystems, type RankedSystem, type Ranking } from './accuracy/ranking.ts';
import { HELD_OUT_SHARE, verdictOf, type Verdict } from './accuracy/verdict.ts';
import { calibrate, type Calibration } from './calibrate.ts';
import { DriftMeter } from './drift.ts';
import { LearnedModel } from './network/learned-model.ts';
import { RecordedTransitions } from './network/recorded-transitions.ts';
import { ENSEMBLE, FITTABLE, TransitionNetwork } from './network/transition-network.ts';
import type { Transition } from './traces/layout.ts';
import type { Recording, TraceStore } from './traces/trace-store.ts';
import {
  loadTraces,
  splitTraces,
  transitionsOf,
  type Segment,
  type SkippedRecording,
  type SplitTraces,
} from './traces/trace.ts';
import { newTwin, twinSimulations, type Twin } from './twin.ts';

/** Runs of the queueing model with different luck, for accuracy. */
const OPEN_LOOP_MEMBERS = 8;
/** Difference of J from which on two systems count as different: what another set of crashes moves J by, doubled. */
const CLEAR_DIFFERENCE = 0.002;

export type FitStage = 'calibrate' | 'network' | 'accuracy' | 'rank';

/** Known policies to be ranked by the twin and by the cluster. */
export interface RankingRequest {
  readonly systems: readonly System[];
  readonly episodes: readonly Episode[];
  /** The cluster itself where it is emulated, or the J that each system was recorded to reach on it. */
  readonly truth: ((environments: number) => Simulation) | Readonly<Record<string, number>>;
}

export interface FitTwinOptions {
  readonly cluster: Cluster;
  readonly store: TraceStore;
  /** Ids of the recordings to use; absent = all of this cluster. */
  readonly recordings?: readonly number[];
  readonly kind: TwinKind;
  readonly seed: number;
  readonly backend: Backend;
  /** Of the network. `members` 0: no network (then no ensemble for pictures; 'recorded-then-mlp' needs one). */
  readonly network?: { readonly hidden: readonly number[]; readonly learningRate: number; readonly members?: number };
  /** Candidates of the calibration. */
  readonly candidates?: number;
  readonly ranking?: RankingRequest;
  readonly signal: AbortSignal;
  readonly onProgress?: (stage: FitStage, done: number, total: number) => void;
}

export interface TwinReport {
  readonly kind: TwinKind;
  readonly cluster: string;
  /** Absent where the twin was made without traces, or with too few to judge it by. */
  readonly accuracy?: Accuracy;
  /** Of the network, where it is not the twin itself. */
  readonly networkAccuracy?: Accuracy;
  readonly ranking?: Ranking;
  /** What was fitted, beside the numbers of the spec; 'calibrated' only. */
  readonly calibration?: Omit<Calibration, 'parameters'>;
  /** The traces it was fitted to and tested on; absent where it was made without. */
  readonly traces?: TracesUsed;
  readonly skipped: readonly SkippedRecording[];
  readonly verdict: Verdict;
}

export interface TracesUsed {
  /** Seconds between two observations. */
  readonly interval: number;
  /** Transitions that it was fitted to, and those, later, that were held out. */
  readonly fit: number;
  readonly heldOut: number;
  readonly recordings: readonly Pick<Recording, 'id' | 'source' | 'started' | 'transitions' | 'notes'>[];
}

/**
 * Fits a twin of the cluster. 'emulator' needs no traces and is tested on them if there are any; the other kinds throw
 * TraceError (nothing recorded) or RangeError (too little). With few traces the queueing model is fitted all the same, without
 * a network beside it, and not judged.
 */
export async function fitTwin(options: FitTwinOptions): Promise<{ twin: Twin; report: TwinReport }> {
  const { cluster, store, kind, seed } = options;
  const progress = (stage: FitStage) => (done: number, total: number) => options.onProgress?.(stage, done, total);
  const isRecorded = kind !== 'emulator' || store.count() > 0;
  const loaded = isRecorded ? loadTraces(store, cluster, options.recordings) : { segments: [], skipped: [] };
  const traces = splitTraces(loaded.segments, HELD_OUT_SHARE);

  const { parameters, calibration } = await fitQueueing(options, traces, progress('calibrate'));
  const learned = isRecorded ? await fitNetwork(options, traces, progress('network')) : undefined;
  try {
    const accuracies = isRecorded ? await judge(options, parameters, learned?.model, traces, progress('accuracy')) : {};
    const twin = newTwin(cluster, {
      kind,
      seed,
      parameters,
      ...(calibration ? { calibration } : {}),
      ...(isRecorded ? tracesOfTwin(loaded.segments, traces, seed) : {}),
      ...(learned ? { network: learned.model.network.save() } : {}),
      ...(learned?.records ? { records: learned.records.save() } : {}),
    });
    const ranking = options.ranking && (await rankKnown(twin, options, options.ranking, progress('rank')));
    return {
      twin,
      report: {
        kind,
        cluster: cluster.name,
        ...accuracies,
        ...(ranking ? { ranking } : {}),
        ...(calibration ? { calibration } : {}),
        ...(twin.traces ? { traces: { ...twin.traces, recordings: recordingsOf(store, twin.traces.recordings) } } : {}),
        skipped: loaded.skipped,
        verdict: verdictOf(accuracies.accuracy, ranking, twin.traces),
      },
    };
  } finally {
    learned?.model.network.dispose();
  }
}

/** The numbers of the queueing model: fitted for 'calibrated', else those of the spec. */
async function fitQueueing(
  { cluster, kind, seed, candidates, signal }: FitTwinOptions,
  traces: SplitTraces,
  onProgress: (done: number, total: number) => void,
): Promise<{ parameters: EmulatorParameters; calibration?: Omit<Calibration, 'parameters'> }> {
  if (kind !== 'calibrated') return { parameters: specParameters(cluster) };
  const { parameters, ...calibration } = await calibrate({
    cluster,
    segments: traces.fit,
    seed,
    ...(candidates === undefined ? {} : { candidates }),
    signal,
    onProgress,
  });
  return { parameters, calibration };
}

/** Open-loop errors of what the twin simulates with, and of the network where it stands beside. */
async function judge(
  { cluster, kind, seed, signal }: FitTwinOptions,
  parameters: EmulatorParameters,
  learned: LearnedModel | undefined,
  traces: SplitTraces,
  onProgress: (done: number, total: number) => void,
): Promise<Pick<TwinReport, 'accuracy' | 'networkAccuracy'>> {
  const measure = (model: OpenLoopModel): Promise<Accuracy | undefined> =>
    measureAccuracy(model, cluster, traces.heldOut, signal, onProgress);
  const network = learned && learnedOpenLoop(learned);
  const simulatesByNetwork = kind === 'recorded-then-mlp' && network !== undefined;
  const accuracy = await measure(
    simulatesByNetwork ? network : queueingOpenLoop(cluster, parameters, seed, OPEN_LOOP_MEMBERS),
  );
  const networkAccuracy = network && !simulatesByNetwork ? await measure(network) : undefined;
  return { ...(accuracy ? { accuracy } : {}), ...(networkAccuracy ? { networkAccuracy } : {}) };
}

/** What a twin keeps of its traces: which they were, and what is usual in them. */
function tracesOfTwin(
  segments: readonly Segment[],
  traces: SplitTraces,
  seed: number,
): Required<Pick<Twin, 'traces' | 'drift'>> {
  const fit = transitionsOf(traces.fit);
  const heldOut = transitionsOf(traces.heldOut);
  const stateOf = ({ state }: Transition): Float64Array => state;
  return {
    traces: {
      recordings: [...new Set(segments.map(({ recording }) => recording))],
      interval: traces.interval,
      fit: fit.length,
      heldOut: heldOut.length,
    },
    drift: DriftMeter.fit(fit.map(stateOf), heldOut.map(stateOf), seed).save(),
  };
}

const recordingsOf = (store: TraceStore, ids: readonly number[]): TracesUsed['recordings'] =>
  ids.map((recording) => {
    const { id, source, started, transitions, notes } = store.recording(recording);
    return { id, source, started, transitions, notes };
  });

async function fitNetwork(
  { cluster, kind, seed, backend, network, signal }: FitTwinOptions,
  traces: SplitTraces,
  onProgress: (done: number, total: number) => void,
): Promise<{ model: LearnedModel; records: RecordedTransitions | undefined } | undefined> {
  const members = network?.members ?? ENSEMBLE;
  const transitions = transitionsOf(traces.fit);
  if (kind !== 'recorded-then-mlp' && (members === 0 || transitions.length < FITTABLE)) return undefined;
  const fitted = await TransitionNetwork.fit(transitions, {
    cluster,
    interval: traces.interval,
    backend,
    hidden: network?.hidden ?? [128, 128, 128],
    learningRate: network?.learningRate ?? 1e-3,
    members: Math.max(1, members),
    seed,
    signal,
    onProgress,
  });
  const records =
    kind === 'recorded-then-mlp' ? RecordedTransitions.of(transitions, fitted.codec, fitted.inputScaler) : undefined;
  return { model: new LearnedModel(fitted, records), records };
}

async function rankKnown(
  twin: Twin,
  { cluster, backend, seed, signal }: FitTwinOptions,
  { systems, episodes, truth }: RankingRequest,
  onProgress: (done: number, total: number) => void,
): Promise<Ranking> {
  const score = (simulate: (environments: number) => Simulation, from: number): Promise<number[]> =>
    scoreSystems(simulate, systems, {
      cluster,
      episodes,
      seed,
      signal,
      onProgress: (done) => onProgress(from + done, 2 * systems.length),
    });
  const inTwin = await score(twinSimulations(twin, cluster, backend), 0);
  const onCluster =
    typeof truth === 'function' ? await score(truth, systems.length) : systems.map(({ name }) => truth[name] ?? NaN);
  const ranked = systems
    .map(({ name }, i): RankedSystem => ({ name, twin: inTwin[i], cluster: onCluster[i] }))
    .filter((system) => Number.isFinite(system.cluster));
  return rank(ranked, CLEAR_DIFFERENCE);
}
