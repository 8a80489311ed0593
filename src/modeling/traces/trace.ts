/** Recordings in memory, cut where observations are missing, and split in time order. */
import type { Cluster } from '../../spec/model.ts';
import { TraceError } from './errors.ts';
import { clusterHash, type Transition } from './layout.ts';
import type { TraceStore } from './trace-store.ts';

/** Transitions that follow one another without a gap: the next state of one is the state of the next. */
export interface Segment {
  readonly recording: number;
  /** Seconds between two states. */
  readonly interval: number;
  readonly transitions: readonly Transition[];
}

/** Segments for fitting, and those, strictly later in each recording, that are held out. */
export interface SplitTraces {
  readonly interval: number;
  readonly fit: readonly Segment[];
  readonly heldOut: readonly Segment[];
}

/** A recording whose cluster differs from the one at hand, and was left out. */
export interface SkippedRecording {
  readonly recording: number;
  readonly reason: string;
}

/**
 * Reads what the store holds of a cluster. Only recordings of the cluster as it is now count: another number of
 * services, other calls or bounds are another transition function. Throws TraceError where nothing is left.
 * @param only ids; absent = all that fit
 */
export function loadTraces(
  store: TraceStore,
  cluster: Cluster,
  only?: readonly number[],
): { segments: Segment[]; skipped: SkippedRecording[] } {
  const hash = clusterHash(cluster);
  const recordings = only ? only.map((id) => store.recording(id)) : store.recordings();
  const skipped: SkippedRecording[] = [];
  const segments: Segment[] = [];
  for (const { id, clusterHash: recorded, cluster: name, interval } of recordings) {
    if (recorded !== hash)
      skipped.push({
        recording: id,
        reason: `recorded on ${name} as it was then, not on ${cluster.name} as it is now`,
      });
    else if (segments.length > 0 && segments[0].interval !== interval)
      skipped.push({
        recording: id,
        reason: `recorded every ${interval} s, the others every ${segments[0].interval} s`,
      });
    else segments.push(...segmentsOf(id, interval, store.transitions(id)));
  }
  if (segments.length === 0)
    throw new TraceError(
      'missing',
      `${store.path}: no traces of cluster ${cluster.name} as it is now${skipped.length > 0 ? ` (${skipped.length} of other clusters)` : ''}; collect some first.`,
    );
  return { segments, skipped };
}

/** Cuts a recording where steps are missing. */
export function segmentsOf(recording: number, interval: number, transitions: Iterable<Transition>): Segment[] {
  const parts: Transition[][] = [];
  let last: Transition | undefined;
  for (const transition of transitions) {
    if (last?.step !== transition.step - 1) parts.push([]);
    parts[parts.length - 1].push(transition);
    last = transition;
  }
  return parts.map((part) => ({ recording, interval, transitions: part }));
}

/** Holds out the last share of every recording. Nothing held out is earlier than anything to fit in its recording. */
export function splitTraces(segments: readonly Segment[], heldOutShare: number): SplitTraces {
  const fit: Segment[] = [];
  const heldOut: Segment[] = [];
  for (const recording of new Set(segments.map((segment) => segment.recording))) {
    const mine = segments.filter((segment) => segment.recording === recording);
    let left = Math.round(mine.reduce((sum, { transitions }) => sum + transitions.length, 0) * (1 - heldOutShare));
    for (const segment of mine) {
      const cut = Math.min(left, segment.transitions.length);
      left -= cut;
      if (cut > 0) fit.push({ ...segment, transitions: segment.transitions.slice(0, cut) });
      if (cut < segment.transitions.length) heldOut.push({ ...segment, transitions: segment.transitions.slice(cut) });
    }
  }
  return { interval: segments[0]?.interval ?? 0, fit, heldOut };
}

export const transitionsOf = (segments: readonly Segment[]): Transition[] =>
  segments.flatMap((segment) => [...segment.transitions]);
