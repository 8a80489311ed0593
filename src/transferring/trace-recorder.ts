/** Records the observations of a transfer in the trace store, for the next twin. */
import type { ClusterIdentity, Snapshot } from '../cluster/live/live-cluster.ts';
import { clusterHash } from '../modeling/traces/layout.ts';
import { isFresh, transitionBetween } from '../modeling/traces/observed-transition.ts';
import type { TraceStore } from '../modeling/traces/trace-store.ts';
import type { Cluster } from '../spec/model.ts';

export interface TraceRecorder {
  /** Adds the transition between two snapshots one decision apart. It skips one with a missing or stale metric. */
  record(before: Snapshot, after: Snapshot): void;
  /** Number of transitions recorded so far. */
  readonly transitions: number;
}

/** `notes` identifies the run. The recorder replaces what an earlier attempt of the same run recorded. Throws TraceError. */
export function makeTraceRecorder(
  store: TraceStore,
  spec: Cluster,
  identity: ClusterIdentity,
  notes: string,
): TraceRecorder {
  for (const recording of store.recordings()) if (recording.notes === notes) store.delete(recording.id);
  const interval = spec.decisionInterval;
  let recording: number | undefined;
  let started = 0;
  let transitions = 0;
  const record = (before: Snapshot, after: Snapshot): void => {
    if (!isFresh(before, interval) || !isFresh(after, interval)) return;
    if (recording === undefined) {
      started = before.time;
      recording = store.create({
        cluster: spec.name,
        clusterHash: clusterHash(spec),
        source: `${identity.context}/${identity.namespace}`,
        interval,
        started,
        seed: null,
        notes,
        services: spec.services.map(({ name }) => name),
      });
    }
    // The agents or the HPA set the replicas at the start of the interval.
    const desired = after.observation.service.desired;
    const step = Math.round((before.time - started) / interval);
    store.append(recording, [transitionBetween(spec, { before, desired, after, step, started, interval })]);
    transitions++;
  };
  return {
    record,
    get transitions() {
      return transitions;
    },
  };
}
