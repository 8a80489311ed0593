/**
 * Records traces of a running cluster under exploration: replicas follow utilisation as under the Horizontal Pod
 * Autoscaler, with a target that is drawn anew now and then, and some services get a small random move. Without such
 * moves start-up times and the effect of a move cannot be told from the traces.
 */
import type { Cluster as ClusterSpec } from '../spec/model.ts';
import { ACCOUNTING_INTERVAL } from '../cluster/simulation.ts';
import { Random } from '../cluster/random.ts';
import type { Cluster, ClusterWrite, Snapshot } from '../cluster/cluster.ts';
import { clusterHash } from './traces/layout.ts';
import { isFresh, transitionBetween } from './traces/observed-transition.ts';
import type { TraceStore } from './traces/trace-store.ts';

export interface Exploration {
  /** Share of the decisions about a service that are random moves. */
  readonly share: number;
  /** Largest random move, pods. */
  readonly move: number;
  /** Range of the utilisation targets, and the mean number of decisions until a service gets a new one. */
  readonly targets: readonly [number, number];
  readonly redraw: number;
}

/** Moves of one pod: larger ones cost the cluster more and told the calibration no more. */
export const EXPLORATION: Exploration = { share: 0.25, move: 1, targets: [0.5, 0.9], redraw: 20 };

/** Relative distance of utilisation from its target at which the rule holds, as in the Kubernetes HPA. */
const TOLERANCE = 0.1;
/** Seconds for which a larger recommendation stands: a shorter down-scale stabilisation than the HPA's 300 s. */
const STABILIZATION = 120;

export interface CollectOptions {
  readonly spec: ClusterSpec;
  readonly cluster: Cluster;
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

/** Replicas by utilisation over a target, and random moves in between. */
class ExploringRule {
  readonly #spec: ClusterSpec;
  readonly #exploration: Exploration;
  readonly #random: Random;
  readonly #targets: number[];
  /** Per service, the recommendations that still count, newest last. */
  readonly #recommended: number[][];

  constructor(spec: ClusterSpec, exploration: Exploration, random: Random) {
    this.#spec = spec;
    this.#exploration = exploration;
    this.#random = random;
    this.#targets = spec.services.map(() => random.between(...exploration.targets));
    this.#recommended = spec.services.map(() => []);
  }

  decide({ observation }: Snapshot): Float64Array {
    const { share, targets, redraw } = this.#exploration;
    const random = this.#random;
    const { ready, desired, utilization } = observation.service;
    return Float64Array.from(this.#spec.services, ({ replicas }, s) => {
      if (random.uniform() < 1 / redraw) this.#targets[s] = random.between(...targets);
      const ratio = utilization[s] / this.#targets[s];
      // As the HPA: nothing ready, nothing to go by; within the tolerance, hold.
      const holds = ready[s] === 0 || Math.abs(ratio - 1) <= TOLERANCE;
      const recommended = this.#recommended[s];
      recommended.push(holds ? desired[s] : Math.ceil(ready[s] * ratio));
      if (recommended.length > Math.ceil(STABILIZATION / this.#spec.decisionInterval)) recommended.shift();
      const newest = recommended[recommended.length - 1];
      const stable = newest < desired[s] ? Math.min(desired[s], Math.max(...recommended)) : newest;
      const wanted = random.uniform() < share ? this.#explore(desired[s], ready[s] * utilization[s]) : stable;
      return Math.min(replicas.max, Math.max(replicas.min, wanted));
    });
  }

  /** A random move; `busy`: how many pods' worth of CPU is in use, which the rest must be able to carry. */
  #explore(desired: number, busy: number): number {
    const { move } = this.#exploration;
    const moved = desired + this.#random.pick([-1, 1]) * this.#random.integer(1, Math.max(1, move));
    return moved < desired && moved < busy ? desired : moved;
  }
}
