/** The modeling phase as one call: traces -> twin, and a report that says whether to rely on it. */
import type { Cluster, TwinKind } from '../spec/model.ts';
import { specParameters } from '../cluster/emulator/parameters.ts';
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
import type { Recording, TraceStore } from './traces/trace-store.ts';
import { loadTraces, splitTraces, transitionsOf, type SkippedRecording, type SplitTraces } from './traces/trace.ts';
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
  const { cluster, store, kind, seed, signal } = options;
  const progress = (stage: FitStage) => (done: number, total: number) => options.onProgress?.(stage, done, total);
  const isRecorded = kind !== 'emulator' || store.count() > 0;
  const loaded = isRecorded ? loadTraces(store, cluster, options.recordings) : { segments: [], skipped: [] };
  const traces = splitTraces(loaded.segments, HELD_OUT_SHARE);

  const calibration =
    kind === 'calibrated'
      ? await calibrate({
          cluster,
          segments: traces.fit,
          seed,
          ...(options.candidates === undefined ? {} : { candidates: options.candidates }),
          signal,
          onProgress: progress('calibrate'),
        })
      : undefined;
  const { parameters, ...found } = calibration ?? { parameters: specParameters(cluster) };
  const learned = isRecorded ? await fitNetwork(options, traces, progress('network')) : undefined;
  try {
    const queueing = queueingOpenLoop(cluster, parameters, seed, OPEN_LOOP_MEMBERS);
    const judge = (model: OpenLoopModel): Promise<Accuracy | undefined> =>
      measureAccuracy(model, cluster, traces.heldOut, signal, progress('accuracy'));
    const network = learned && learnedOpenLoop(learned.model);
    const isLearned = kind === 'recorded-then-mlp';
    const accuracy = isRecorded ? await judge(isLearned && network ? network : queueing) : undefined;
    const networkAccuracy = network && !isLearned ? await judge(network) : undefined;

    const twin = newTwin(cluster, {
      kind,
      seed,
      parameters,
      ...(calibration ? { calibration: found as Twin['calibration'] & object } : {}),
      ...(isRecorded
        ? {
            traces: {
              recordings: [...new Set(loaded.segments.map(({ recording }) => recording))],
              interval: traces.interval,
              fit: transitionsOf(traces.fit).length,
              heldOut: transitionsOf(traces.heldOut).length,
            },
            drift: DriftMeter.fit(
              transitionsOf(traces.fit).map(({ state }) => state),
              transitionsOf(traces.heldOut).map(({ state }) => state),
              seed,
            ).save(),
          }
        : {}),
      ...(learned ? { network: learned.model.network.save() } : {}),
      ...(learned?.records ? { records: learned.records.save() } : {}),
    });
    const ranking = options.ranking && (await rankKnown(twin, options, options.ranking, progress('rank')));
    const verdict = verdictOf(accuracy, ranking, twin.traces);
    return {
      twin,
      report: {
        kind,
        cluster: cluster.name,
        ...(accuracy ? { accuracy } : {}),
        ...(networkAccuracy ? { networkAccuracy } : {}),
        ...(ranking ? { ranking } : {}),
        ...(calibration ? { calibration: found as Twin['calibration'] & object } : {}),
        ...(twin.traces ? { traces: { ...twin.traces, recordings: recordingsOf(store, twin.traces.recordings) } } : {}),
        skipped: loaded.skipped,
        verdict,
      },
    };
  } finally {
    learned?.model.network.dispose();
  }
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
    scoreSystems(simulate, cluster, systems, episodes, seed, signal, (done) =>
      onProgress(from + done, 2 * systems.length),
    );
  const inTwin = await score(twinSimulations(twin, cluster, backend), 0);
  const onCluster =
    typeof truth === 'function' ? await score(truth, systems.length) : systems.map(({ name }) => truth[name] ?? NaN);
  const ranked = systems
    .map(({ name }, i): RankedSystem => ({ name, twin: inTwin[i], cluster: onCluster[i] }))
    .filter((system) => Number.isFinite(system.cluster));
  return rank(ranked, CLEAR_DIFFERENCE);
}
