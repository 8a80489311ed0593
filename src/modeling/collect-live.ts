/**
 * Records traces of a real cluster: as it is, or under exploration. A real cluster serves somebody: exploration gives way to its
 * autoscalers while an objective is broken, and an observation that fails, or a metric that is missing, leaves a gap and no more.
 */
import { ClusterError, type ClusterWrite, type LiveCluster, type Snapshot } from '../cluster/live/live-cluster.ts';
import { Random } from '../cluster/random.ts';
import { ACCOUNTING_INTERVAL } from '../cluster/simulation/simulation.ts';
import type { Cluster } from '../spec/model.ts';
import { EXPLORATION, ExploringRule, type Exploration } from './exploring-rule.ts';
import { clusterHash } from './traces/layout.ts';
import { isFresh, transitionBetween } from './traces/observed-transition.ts';
import type { TraceStore } from './traces/trace-store.ts';

export interface LiveCollectOptions {
  readonly spec: Cluster;
  readonly cluster: LiveCluster;
  readonly store: TraceStore;
  /** How long to record. */
  readonly seconds: number;
  /** Seconds between two observations; 15 by default. */
  readonly interval?: number;
  readonly seed: number;
  readonly notes: string;
  /** Absent = nothing is written. */
  readonly explore?: LiveExploration;
  /** What happens, in sentences. */
  readonly onState?: (message: string) => void;
  /** Intervals done, of all. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

export interface LiveExploration {
  readonly settings?: Partial<Exploration>;
  /** Applies writes within the caps, and says what was refused. Rejects only on an abort. */
  readonly write: (writes: readonly ClusterWrite[], now: Snapshot, signal: AbortSignal) => Promise<readonly string[]>;
  /** Cuts replicas that are asked for to what one decision may change. */
  readonly limit: (current: ArrayLike<number>, wanted: ArrayLike<number>) => ArrayLike<number>;
  /** Which objective is broken; empty = none. */
  readonly broken: (snapshot: Snapshot) => string;
}

export interface LiveCollected {
  readonly transitions: number;
  /** Intervals that left a gap. */
  readonly skipped: number;
  /** Times that exploration gave way. */
  readonly pauses: number;
}

/** Observations in a row without a broken objective before exploration goes on. */
const CALM = 4;
/** How often restoring the autoscalers is tried, and the seconds between two tries. */
const UNDO_ATTEMPTS = 30;
const UNDO_WAIT = 2;

/** Records until the time is over. Rejects when `signal` aborts; what was recorded is kept and autoscalers are restored. */
export async function collectLive(options: LiveCollectOptions): Promise<LiveCollected> {
  const { cluster, signal, onProgress } = options;
  const interval = options.interval ?? ACCOUNTING_INTERVAL;
  const total = Math.floor(options.seconds / interval);
  const recorder = new LiveRecorder(options, interval);
  const explorer = options.explore && new LiveExplorer(options, options.explore, interval);
  try {
    let anchor = NaN;
    for (let step = 0; step <= total; step++) {
      const snapshot = await observeOrGap(options);
      recorder.see(snapshot, step);
      onProgress?.(step, total);
      if (step === total) break;
      if (!snapshot) {
        await cluster.wait(interval, signal);
        continue;
      }
      await explorer?.act(snapshot, step);
      // Seconds that observing and writing took are taken off the wait, unless the clock was set meanwhile.
      if (!(Math.abs(snapshot.time - (anchor + step * interval)) < interval)) anchor = snapshot.time - step * interval;
      await cluster.wait(anchor + (step + 1) * interval - snapshot.time, signal);
    }
  } finally {
    await explorer?.restoreAll();
  }
  return { ...recorder.counts, pauses: explorer?.pauses ?? 0 };
}

/** Undefined where the cluster does not answer now. Rejects where waiting does not help, or `signal` aborts. */
async function observeOrGap({ cluster, signal, onState }: LiveCollectOptions): Promise<Snapshot | undefined> {
  try {
    return await cluster.observe(signal);
  } catch (error) {
    if (!(error instanceof ClusterError) || signal.aborted) throw error;
    if (!['unreachable', 'timeout', 'conflict'].includes(error.reason)) throw error;
    onState?.(`${error.message} A gap is left in the traces.`);
    return undefined;
  }
}

class LiveRecorder {
  readonly #options: LiveCollectOptions;
  readonly #interval: number;
  #before: Snapshot | undefined;
  #recording: number | undefined;
  #started = 0;
  #transitions = 0;
  #skipped = 0;

  constructor(options: LiveCollectOptions, interval: number) {
    this.#options = options;
    this.#interval = interval;
  }

  get counts(): { transitions: number; skipped: number } {
    return { transitions: this.#transitions, skipped: this.#skipped };
  }

  see(after: Snapshot | undefined, step: number): void {
    const before = this.#before;
    this.#before = after;
    if (step === 0) return;
    if (!before || !after || !this.#fit(before, after)) {
      this.#skipped++;
      return;
    }
    const { spec, store } = this.#options;
    const recording = (this.#recording ??= this.#create(before, step));
    // Whoever set the replicas did so at the start of the interval.
    const desired = after.observation.service.desired;
    const started = this.#started;
    const interval = this.#interval;
    store.append(recording, [transitionBetween(spec, { before, desired, after, step: step - 1, started, interval })]);
    this.#transitions++;
  }

  /** Both fresh, and one interval apart: after a clock was set, or a slow answer, they are not. */
  #fit(before: Snapshot, after: Snapshot): boolean {
    const interval = this.#interval;
    const apart = after.time - before.time;
    return Math.abs(apart - interval) < interval / 2 && isFresh(before, interval) && isFresh(after, interval);
  }

  #create(before: Snapshot, step: number): number {
    const { spec, cluster, store, seed, notes, explore } = this.#options;
    this.#started = before.time - (step - 1) * this.#interval;
    return store.create({
      cluster: spec.name,
      clusterHash: clusterHash(spec),
      source: `${cluster.identity.context}/${cluster.identity.namespace}`,
      interval: this.#interval,
      started: this.#started,
      seed: explore ? seed : null,
      notes,
      services: spec.services.map(({ name }) => name),
    });
  }
}

class LiveExplorer {
  readonly #options: LiveCollectOptions;
  readonly #explore: LiveExploration;
  readonly #rule: ExploringRule;
  readonly #decideEvery: number;
  /** HPAs to restore, by service. */
  readonly #undo = new Map<string, ClusterWrite>();
  #last: Snapshot | undefined;
  #exploring = false;
  /** Observations without a broken objective; exploration may begin at once. */
  #calm = CALM;
  #said = '';
  pauses = 0;

  constructor(options: LiveCollectOptions, explore: LiveExploration, interval: number) {
    this.#options = options;
    this.#explore = explore;
    this.#rule = new ExploringRule(
      options.spec,
      { ...EXPLORATION, ...explore.settings },
      new Random(options.seed, 0xc011),
    );
    this.#decideEvery = Math.max(1, Math.round(options.spec.decisionInterval / interval));
  }

  async act(snapshot: Snapshot, step: number): Promise<void> {
    this.#last = snapshot;
    const broken = this.#explore.broken(snapshot);
    this.#calm = broken === '' ? this.#calm + 1 : 0;
    if (broken !== '' && this.#exploring) {
      this.#say(`Exploration gives way to the autoscalers: ${broken}.`);
      this.pauses++;
      this.#exploring = false;
    }
    // What could not be restored is tried again.
    if (!this.#exploring) await this.#restore(this.#options.signal);
    if (!this.#exploring && this.#calm >= CALM && this.#undo.size === 0) await this.#begin(snapshot);
    else if (this.#exploring && step % this.#decideEvery === 0) await this.#move(snapshot);
  }

  /** Restores what is paused, whatever happens: also after an abort, and while the cluster does not answer. */
  async restoreAll(): Promise<void> {
    this.#exploring = false;
    const never = new AbortController().signal;
    for (let left = UNDO_ATTEMPTS; this.#undo.size > 0 && left > 0; left--) {
      await this.#restore(never).catch(() => undefined);
      if (this.#undo.size > 0 && left > 1) await this.#options.cluster.wait(UNDO_WAIT, never);
    }
    if (this.#undo.size > 0)
      this.#say(`The HPAs of ${[...this.#undo.keys()].join(', ')} could not be restored: resume this run, which does.`);
  }

  async #begin(snapshot: Snapshot): Promise<void> {
    const { signal } = this.#options;
    const acting = snapshot.hpas.flatMap((hpa) => (hpa && !hpa.paused ? [hpa] : []));
    // Noted first: a pause that failed half-way is undone too.
    for (const { service, original } of acting) this.#undo.set(service, { type: 'restoreHpa', service, original });
    const pauses = acting.map(({ service }): ClusterWrite => ({ type: 'pauseHpa', service }));
    const refused = await this.#explore.write(pauses, snapshot, signal);
    this.#exploring = refused.length === 0;
    this.#say(this.#exploring ? 'Exploring; the autoscalers are paused.' : `Exploration cannot begin: ${refused[0]}`);
    if (!this.#exploring) this.#calm = 0;
  }

  async #move(snapshot: Snapshot): Promise<void> {
    const { spec, signal } = this.#options;
    const current = snapshot.observation.service.desired;
    // A missing or stale metric means hold.
    if (!isFresh(snapshot, ACCOUNTING_INTERVAL)) return;
    const wanted = this.#explore.limit(current, this.#rule.decide(snapshot));
    const writes = spec.services.flatMap(({ name: service }, s): ClusterWrite[] =>
      wanted[s] === current[s] ? [] : [{ type: 'scale', service, replicas: wanted[s] }],
    );
    for (const refusal of await this.#explore.write(writes, snapshot, signal)) this.#say(refusal);
  }

  async #restore(signal: AbortSignal): Promise<void> {
    if (this.#undo.size === 0 || !this.#last) return;
    for (const [service, write] of this.#undo) {
      const refused = await this.#explore.write([write], this.#last, signal);
      if (refused.length === 0) this.#undo.delete(service);
      else this.#say(refused[0]);
    }
  }

  /** A message that repeats the last one is not said again. */
  #say(message: string): void {
    if (message === this.#said) return;
    this.#said = message;
    this.#options.onState?.(message);
  }
}
