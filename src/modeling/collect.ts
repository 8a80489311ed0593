/**
 * Records traces of a running cluster under exploration: replicas follow utilization as under the Horizontal Pod
 * Autoscaler, with a target that is drawn anew now and then, and some services get a small random move. Without such
 * moves start-up times and the effect of a move cannot be told from the traces.
 */
import type { Cluster } from '../spec/model.ts';
import { ACCOUNTING_INTERVAL } from '../cluster/simulation/simulation.ts';
import { Random } from '../cluster/random.ts';
import type { ClusterWrite, LiveCluster, Snapshot } from '../cluster/live/live-cluster.ts';
import { EXPLORATION, ExploringRule, type Exploration } from './exploring-rule.ts';
import { clusterHash } from './traces/layout.ts';
import { isFresh, transitionBetween } from './traces/observed-transition.ts';
import type { TraceStore } from './traces/trace-store.ts';

export interface CollectOptions {
  readonly spec: Cluster;
  readonly cluster: LiveCluster;
  /** Applies a write to `cluster`: the one place where limits, dry run and audit are. `now`: the last snapshot. */
  readonly write: (write: ClusterWrite, now: Snapshot, signal: AbortSignal) => Promise<void>;
  readonly store: TraceStore;
  /** How long to record. */
  readonly seconds: number;
  /** Seconds between two observations; 15 by default, so that no scrape is missed. */
  readonly interval?: number;
  readonly seed: number;
  readonly exploration?: Partial<Exploration>;
  readonly notes?: string;
  readonly signal: AbortSignal;
  /** Intervals done, of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Collected {
  readonly recording: number;
  readonly transitions: number;
  /** Intervals left out because a metric was missing or stale. */
  readonly skipped: number;
}

/**
 * Records until the time is over or `signal` aborts (what was recorded until then is kept, and the promise rejects).
 * Autoscalers of the cluster are paused meanwhile and restored at the end, whatever happens.
 * A missing or stale metric means hold, and no transition is recorded.
 */
export async function collect(options: CollectOptions): Promise<Collected> {
  const { spec, cluster, store, seed, signal, write } = options;
  const interval = options.interval ?? ACCOUNTING_INTERVAL;
  if (!(interval > 0) || spec.decisionInterval % interval !== 0)
    throw new RangeError(
      `the interval between observations (${interval} s) must divide the decision interval (${spec.decisionInterval} s)`,
    );
  const total = Math.floor(options.seconds / interval);
  const decideEvery = spec.decisionInterval / interval;
  const rule = new ExploringRule(spec, { ...EXPLORATION, ...options.exploration }, new Random(seed));

  let before = await cluster.observe(signal);
  const started = before.time;
  const recording = store.create({
    cluster: spec.name,
    clusterHash: clusterHash(spec),
    source: `${cluster.identity.context}/${cluster.identity.namespace}`,
    interval,
    started,
    seed,
    notes: options.notes ?? '',
    services: spec.services.map(({ name }) => name),
  });
  let transitions = 0;
  const paused: ClusterWrite[] = [];
  try {
    for (const hpa of before.hpas) {
      if (!hpa || hpa.paused) continue;
      // Noted first: a pause that failed half-way is undone too.
      paused.push({ type: 'restoreHpa', service: hpa.service, original: hpa.original });
      await write({ type: 'pauseHpa', service: hpa.service }, before, signal);
    }
    for (let step = 0; step < total; step++) {
      const current = before.observation.service.desired;
      const fresh = isFresh(before, interval);
      const desired = step % decideEvery === 0 && fresh ? rule.decide(before) : current.slice();
      const move = desired.map((replicas, s) => replicas - current[s]);
      for (const [s, { name }] of spec.services.entries())
        if (move[s] !== 0) await write({ type: 'scale', service: name, replicas: desired[s] }, before, signal);

      const due = started + (step + 1) * interval;
      if (due > before.time) await cluster.wait(due - before.time, signal);
      const after = await cluster.observe(signal);
      if (fresh && isFresh(after, interval)) {
        store.append(recording, [transitionBetween(spec, { before, desired, after, step, started, interval })]);
        transitions++;
      }
      before = after;
      options.onProgress?.(step + 1, total);
    }
  } finally {
    // The user's signal may have aborted; the cluster must get its autoscalers back all the same.
    const undo = new AbortController();
    for (const restore of paused) await write(restore, before, undo.signal);
  }
  return { recording, transitions, skipped: total - transitions };
}
