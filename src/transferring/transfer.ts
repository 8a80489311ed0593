/**
 * The decision loop on a live cluster, stage by stage up the ladder. It writes only through applyWrites, asks before each stage
 * that writes, and returns the services to their HPAs when it ends, for whatever reason.
 */
import { ClusterError, type LiveCluster, type ClusterWrite, type Snapshot } from '../cluster/live/live-cluster.ts';
import type { Timers } from '../cluster/live/timers.ts';
import { observedObjective } from '../cluster/live/observed-objective.ts';
import type { Backend } from '../nn/backend.ts';
import type { Steering } from '../runs/steering.ts';
import { abortConditionHolds } from './abort-condition.ts';
import type { Cluster, Transfer } from '../spec/model.ts';
import type { Policies } from '../deciding/policy.ts';
import { applyWrites, PASSING, type Applied, type ApplyContext, type Refusal } from './apply.ts';
import type { Audit, DecisionRecord, TransferEnd } from './audit.ts';
import { Decider } from './decide.ts';
import { currentReplicas, decisionRecord } from './decision-record.ts';
import { Guard, type Verdict } from './guard.ts';
import {
  controlsReplicas,
  keepOriginals,
  stagesOf,
  writesOfDecision,
  writesOfFallback,
  stageTerms,
  writesOnEntering,
  type OriginalHpas,
  type Stage,
  type StageName,
  type StageTerms,
} from './ladder.ts';
import { limitDecision } from './limits.ts';
import { readBack, restoreOriginals } from './restore-originals.ts';
import { WriterLeaseError, type Fence } from './writer-lease.ts';

/** More than one, because an observation may date from before the pause. */
const RESUMED_IN_A_ROW = 2;
/** During an outage, the last snapshot ages like a metric. */
const OUTAGES: ReadonlySet<ClusterError['reason']> = new Set(['unreachable', 'timeout']);

export interface TransferOptions {
  readonly cluster: LiveCluster;
  readonly spec: Cluster;
  readonly transfer: Transfer;
  readonly agents: TransferredAgents;
  readonly climb: Climb;
  /** The lease that allows writes; required on a shared cluster. `signal` aborts with a WriterLeaseError if somebody takes it. */
  readonly fence?: Fence;
  /** The saved HPA objects. They are stored before the first write, so that the next transfer can restore them. */
  readonly originals: { read(): OriginalHpas; write(originals: OriginalHpas): void };
  readonly listeners: TransferListeners;
  readonly timers: Timers;
  readonly signal: AbortSignal;
}

/** The agents that decide on the cluster, and a measure of how far to trust them. */
export interface TransferredAgents {
  readonly policies: Policies;
  readonly backend: Backend;
  /** Returns the normalized distance of the snapshot's state from those on which the twin was validated. NaN turns drift off. */
  readonly driftOf: (snapshot: Snapshot) => number;
}

/** How far a transfer climbs, and how long it stays there. */
export interface Climb {
  /** The highest stage to climb to. */
  readonly upTo: Stage['stage'];
  /** Seconds in `full` before the transfer ends; Infinity until stopped. */
  readonly fullFor: number;
  /** Whether the highest stage continues until stopped. */
  readonly stay?: boolean;
  /** Whether to write nothing and only ask the server what it would accept. */
  readonly dryRun: boolean;
  /** Called before each stage that writes. */
  readonly confirm: (stage: Stage) => Promise<boolean>;
  /** Called at the end of each decision's interval. `promote` applies once. */
  readonly steer?: () => Steering;
  /** Seconds for which restoring the HPAs is repeated if the cluster refuses or does not answer; 0 by default. */
  readonly restoreFor?: number;
}

export interface TransferListeners {
  readonly audit: Audit;
  /** Receives two snapshots one decision apart, for the trace store. */
  readonly onTransition: (before: Snapshot, after: Snapshot) => void;
  readonly onProgress: (seconds: number, total: number, stage: StageName) => void;
}

export interface TransferResult {
  readonly ended: TransferEnd;
  readonly why: string;
  readonly stages: readonly StageSummary[];
}

export interface StageSummary {
  readonly stage: StageName;
  readonly decisions: number;
  readonly applied: number;
  readonly held: number;
  /** Mean J over the stage. */
  readonly objective: number;
  /** Share of pairs of service and decision for which the agents and the HPA wanted the same number of replicas. */
  readonly agreement: number;
}

/** Sums over the decisions of a stage. `judged` counts those whose objective is known. */
interface Tally {
  decisions: number;
  applied: number;
  held: number;
  objective: number;
  judged: number;
  agreed: number;
}

export async function runTransfer(options: TransferOptions): Promise<TransferResult> {
  const session = new TransferSession(options);
  try {
    return await session.climb();
  } finally {
    session.dispose();
  }
}

class TransferSession {
  readonly #options: TransferOptions;
  readonly #decider: Decider;
  readonly #guard: Guard;
  readonly #stages: StageSummary[] = [];
  #originals: OriginalHpas;
  /** Services whose HPAs this transfer or an earlier attempt of it may have changed. */
  readonly #touched = new Set<string>();
  #decision = 0;
  #last: Snapshot | undefined;
  /** Number of decisions since the server last answered, and why it did not. */
  #missed = { decisions: 0, why: '' };
  /** The snapshot at which the current stage paused or restored its HPAs, or why it could not do so yet. */
  #entered: { at: Snapshot | undefined; why: string } = { at: undefined, why: '' };
  /** Number of consecutive observations in which a paused HPA acts again. */
  #resumed = 0;
  /** Time of the last snapshot with all metrics. */
  #complete = -Infinity;

  constructor(options: TransferOptions) {
    this.#options = options;
    this.#decider = new Decider(options.agents.policies, options.agents.backend);
    this.#guard = new Guard(options.transfer.fallback);
    this.#originals = options.originals.read();
    // A transfer that only observes may not restore anything.
    if (options.fence || options.cluster.kind === 'own')
      for (const service in this.#originals) this.#touched.add(service);
  }

  async climb(): Promise<TransferResult> {
    const { transfer, spec, climb, signal } = this.#options;
    const order = ['shadow', 'floor', 'canary', 'full'];
    const rungs = stagesOf(transfer, spec).filter((stage) => order.indexOf(stage.stage) <= order.indexOf(climb.upTo));
    const stages = rungs.map((stage, r) =>
      climb.stay && r === rungs.length - 1 ? { ...stage, lasts: Infinity } : stage,
    );
    try {
      for (const [index, stage] of stages.entries()) {
        if (stage.stage !== 'shadow' && !(await climb.confirm(stage)))
          return await this.#end('declined', `stage ${stage.stage} was declined`);
        const why = await this.#runStage(stage, stages[index + 1]?.stage ?? '');
        if (why) return await this.#end('fallback', why);
      }
    } catch (error) {
      if (signal.reason instanceof WriterLeaseError) return await this.#end('fallback', signal.reason.message);
      if (signal.aborted) return await this.#end('stopped', 'stopped by the user');
      await this.#end('fallback', error instanceof Error ? error.message : String(error));
      throw error;
    }
    return await this.#end('finished', 'all stages went through');
  }

  /** Runs one stage to its end. Returns why the HPA must take over, or undefined if it need not. */
  async #runStage(stage: Stage, next: StageTerms['next']): Promise<string | undefined> {
    const { cluster, spec, transfer, climb, signal } = this.#options;
    const { audit, onProgress } = this.#options.listeners;
    const lasts = Math.min(stage.lasts, stage.stage === 'full' ? climb.fullFor : Infinity);
    const terms = stageTerms(cluster, transfer, { ...stage, lasts }, next);
    const interval = spec.decisionInterval;
    const tally: Tally = { decisions: 0, applied: 0, held: 0, objective: 0, judged: 0, agreed: 0 };
    this.#guard.enterStage();
    let snapshot = await this.#observe();
    audit({ type: 'stage', time: snapshot.time, stage: stage.stage, why: '', terms });
    this.#entered = { at: undefined, why: '' };
    this.#resumed = 0;
    const decisions = Math.max(1, Math.round(lasts / interval));
    let steering: Steering = 'goOn';
    for (let d = 0; d < decisions || steering === 'hold'; d++) {
      if (d > 0) snapshot = await this.#observe();
      if (!this.#entered.at && this.#missed.decisions === 0) await this.#enter(stage, snapshot);
      const record = await this.#decide(stage, snapshot);
      tally.decisions++;
      tally.applied += Number(record.outcome === 'applied');
      tally.held += Number(record.outcome === 'hold');
      if (Number.isFinite(record.objective)) {
        tally.objective += record.objective;
        tally.judged++;
      }
      tally.agreed += agreement(record);
      onProgress((d + 1) * interval, lasts, stage.stage);
      if (record.outcome === 'fallback') {
        this.#summarize(stage.stage, tally);
        return record.why;
      }
      await cluster.wait(interval, signal);
      // Ask after the wait, so that a request made in the meantime counts before the next stage begins.
      steering = climb.steer?.() ?? 'goOn';
      if (steering === 'promote' && next !== '') break;
    }
    this.#summarize(stage.stage, tally);
    return undefined;
  }

  async #observe(): Promise<Snapshot> {
    const { cluster, listeners, signal, originals } = this.#options;
    let snapshot: Snapshot;
    try {
      snapshot = await cluster.observe(signal);
    } catch (error) {
      return this.#grownOld(error);
    }
    this.#decider.see(snapshot);
    const kept = keepOriginals(this.#originals, snapshot);
    if (kept !== this.#originals) originals.write((this.#originals = kept));
    if (this.#last && this.#missed.decisions === 0 && snapshot.time > this.#last.time)
      listeners.onTransition(this.#last, snapshot);
    this.#missed = { decisions: 0, why: '' };
    this.#last = snapshot;
    return snapshot;
  }

  /** Returns the last snapshot, aged by the decisions since. Throws if there is none, or if waiting does not help. */
  #grownOld(error: unknown): Snapshot {
    if (!this.#last || !(error instanceof ClusterError) || !OUTAGES.has(error.reason)) throw error;
    this.#missed = { decisions: this.#missed.decisions + 1, why: error.message };
    const seconds = this.#missed.decisions * this.#options.spec.decisionInterval;
    return { ...this.#last, time: this.#last.time + seconds, age: this.#last.age.map((age) => age + seconds) };
  }

  /** Throws if the cluster refuses permanently. Other refusals are tried again at the next decision. */
  async #enter(stage: Stage, snapshot: Snapshot): Promise<void> {
    const { refused } = await this.#apply(writesOnEntering(stage, snapshot, this.#originals), stage, snapshot);
    const final = refused.find(({ reason }) => !PASSING.has(reason));
    if (final) throw new Error(`Stage ${stage.stage} cannot start: ${final.message}`);
    this.#entered = refused.length === 0 ? { at: snapshot, why: '' } : { at: undefined, why: refused[0].message };
  }

  async #decide(stage: Stage, snapshot: Snapshot): Promise<DecisionRecord> {
    const { spec, transfer, agents, listeners } = this.#options;
    const current = currentReplicas(snapshot);
    const isMissed = this.#missed.decisions > 0;
    const proposal = isMissed
      ? { replicas: Int32Array.from(current), agents: [] }
      : this.#decider.propose(snapshot, current);
    const limited = limitDecision(spec, transfer.limits, current, proposal.replicas);
    const objective = isMissed ? NaN : observedObjective(spec, snapshot.observation).objective;
    const oldestMetric = Math.max(...snapshot.age);
    if (Number.isFinite(oldestMetric)) this.#complete = snapshot.time;
    const missingFor = snapshot.time - this.#complete;
    const drift = isMissed ? NaN : agents.driftOf(snapshot);
    const load = entryLoad(spec, snapshot);
    if (stage.stage === 'shadow') this.#guard.learnReference({ objective, load, oldestMetric });
    const abort = abortConditionHolds(stage.abortWhen, spec, this.#decider.history);
    const judged = this.#guard.check({ oldestMetric, missingFor, drift, objective, load, abort });
    const verdict = this.#besides(stage, snapshot, judged);

    let outcome: Pick<DecisionRecord, 'outcome' | 'why'> = describe(verdict, stage.stage);
    if (verdict.verdict === 'act' && stage.stage !== 'shadow') {
      const writes = writesOfDecision(stage, spec, snapshot, current, limited.replicas);
      outcome = { outcome: 'nothing to do', why: '' };
      if (writes.length > 0) {
        const { accepted, refused } = await this.#apply(writes, stage, snapshot);
        outcome = this.#options.climb.dryRun
          ? { outcome: 'hold', why: 'dry run' }
          : outcomeOf(accepted.length, refused);
      }
    }
    const record = decisionRecord({
      spec,
      decision: ++this.#decision,
      stage: stage.stage,
      snapshot,
      proposal,
      limited,
      result: { ...outcome, objective, drift, oldestMetric },
    });
    listeners.audit(record);
    return record;
  }

  #apply(writes: readonly ClusterWrite[], { stage }: Stage, snapshot: Snapshot): Promise<Applied> {
    // Recorded before the write, which may succeed even if its answer is lost.
    if (!this.#options.climb.dryRun)
      for (const { type, service } of writes) if (type !== 'scale') this.#touched.add(service);
    return applyWrites(this.#options.cluster, writes, this.#context(stage, snapshot));
  }

  /** Adjusts a verdict to what the guard does not see: a server that does not answer, and other writers. */
  #besides(stage: Stage, snapshot: Snapshot, verdict: Verdict): Verdict {
    if (verdict.verdict === 'fallback') return verdict;
    if (this.#missed.decisions > 0) return { verdict: 'hold', why: this.#missed.why };
    if (!this.#entered.at) return { verdict: 'hold', why: this.#entered.why };
    // A dry run does not pause any HPA.
    if (!controlsReplicas(stage) || this.#entered.at === snapshot || this.#options.climb.dryRun) return verdict;
    const acting = snapshot.hpas.find((hpa) => hpa && !hpa.paused && stage.services.includes(hpa.service));
    this.#resumed = acting ? this.#resumed + 1 : 0;
    if (!acting) return verdict;
    const why = `somebody else made the HPA of ${acting.service} act again`;
    return { verdict: this.#resumed < RESUMED_IN_A_ROW ? 'hold' : 'fallback', why };
  }

  /** Restores every HPA, even if the run was aborted or the cluster misbehaves, and reports what it could not restore. */
  async #end(ended: TransferResult['ended'], why: string): Promise<TransferResult> {
    const { cluster, climb, listeners, originals, timers } = this.#options;
    const writes = writesOfFallback(this.#originals).filter(({ service }) => this.#touched.has(service));
    const context = this.#context('fallback', this.#last);
    const refused = await restoreOriginals(writes, { cluster, timers, restoreFor: climb.restoreFor ?? 0, context });
    // An HPA that somebody deleted needs no restoring.
    const left = refused.filter((refusal) => refusal.reason !== 'notFound');
    const failed = left.map(({ write, message }) => `${write.service}: ${message}`).join('; ');
    if (failed === '' && !climb.dryRun) originals.write({});
    const reason =
      failed === '' ? why : `${why}; the HPA of ${failed} could not be restored, run the transfer's fallback again`;
    const hpas = await readBack(cluster, this.#originals, timers);
    listeners.audit({
      type: 'stage',
      time: this.#last?.time ?? 0,
      stage: 'fallback',
      why: reason,
      ended,
      ...(hpas ? { hpas } : {}),
    });
    return { ended, why: reason, stages: this.#stages };
  }

  #context(stage: StageName, snapshot: Snapshot | undefined): ApplyContext {
    const { spec, transfer, climb, listeners, signal, fence } = this.#options;
    const current = snapshot ? currentReplicas(snapshot) : [];
    const { limits } = transfer;
    const { dryRun } = climb;
    const { audit } = listeners;
    return { spec, limits, stage, dryRun, audit, signal, time: snapshot?.time ?? 0, current, fence };
  }

  #summarize(stage: StageName, { decisions, applied, held, objective, judged, agreed }: Tally): void {
    this.#stages.push({
      stage,
      decisions,
      applied,
      held,
      objective: objective / judged,
      agreement: agreed / decisions,
    });
  }

  dispose(): void {
    this.#decider.dispose();
  }
}

/** The outcome of a decision's writes. Without the right to write, the paused HPAs must not stay paused. */
function outcomeOf(accepted: number, refused: readonly Refusal[]): Pick<DecisionRecord, 'outcome' | 'why'> {
  const why = refused.map(({ message }) => message).join('; ');
  if (refused.some(({ reason }) => reason === 'forbidden')) return { outcome: 'fallback', why };
  return { outcome: accepted > 0 ? 'applied' : 'hold', why };
}

function describe(verdict: Verdict, stage: StageName): Pick<DecisionRecord, 'outcome' | 'why'> {
  if (verdict.verdict === 'act') return { outcome: 'shadow', why: '' };
  // Shadow writes nothing, so there is nothing to fall back from. It records what it saw and continues.
  const outcome = verdict.verdict === 'fallback' && stage === 'shadow' ? 'hold' : verdict.verdict;
  return { outcome, why: verdict.why };
}

/** Requests/s that arrive at the entry points. */
const entryLoad = (spec: Cluster, { observation }: Snapshot): number =>
  spec.services.reduce((sum, { entryPoint }, s) => sum + (entryPoint ? observation.service.received[s] : 0), 0);

/** Returns the share of services for which the agents and the HPA want the same number of replicas. */
function agreement(record: DecisionRecord): number {
  const services = Object.keys(record.hpa);
  if (services.length === 0) return 0;
  return services.filter((name) => record.hpa[name] === record.limited[name]).length / services.length;
}
