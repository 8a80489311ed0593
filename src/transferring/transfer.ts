/**
 * The decision loop on a live cluster, stage by stage up the ladder. It writes through applyWrites alone, asks before each
 * stage that writes, and gives the services back to their HPAs when it ends, for whatever reason.
 */
import type { Cluster as LiveCluster, HpaState, Snapshot } from '../cluster/cluster.ts';
import { observedObjective } from '../cluster/observed-objective.ts';
import type { Backend } from '../nn/backend.ts';
import { abortConditionHolds } from './abort-condition.ts';
import type { Cluster, Transfer } from '../spec/model.ts';
import type { Policies } from '../training/policy.ts';
import { applyWrites, type ApplyContext } from './apply.ts';
import type { Audit, DecisionRecord, RestoredHpa, StageTerms, TransferEnd } from './audit.ts';
import { Decider } from './decide.ts';
import { currentReplicas, decisionRecord, hpaRecord } from './decision-record.ts';
import { Guard, type Verdict } from './guard.ts';
import {
  keepOriginals,
  stagesOf,
  writesOfDecision,
  writesOfFallback,
  stageTerms,
  writesOnEntering,
  type OriginalHpas,
  type Stage,
  type StageName,
} from './ladder.ts';
import { limitProposal } from './limits.ts';

/** Giving back to the HPA must not hang on the way out. */
const FALLBACK_TIMEOUT_MS = 10_000;

export interface TransferOptions {
  readonly cluster: LiveCluster;
  readonly spec: Cluster;
  readonly transfer: Transfer;
  readonly policies: Policies;
  readonly backend: Backend;
  /** Normalised distance of a snapshot's state to those that the twin was validated on; NaN = nothing tells, it is not watched. */
  readonly driftOf: (snapshot: Snapshot) => number;
  /** Seconds in `full` before the transfer ends; Infinity = until stopped. */
  readonly fullFor: number;
  /** The highest stage to climb to. */
  readonly upTo: Stage['stage'];
  /** Nothing is written; the server is asked what it would accept. */
  readonly dryRun: boolean;
  /** Asked before each stage that writes. */
  readonly confirm: (stage: Stage) => Promise<boolean>;
  readonly audit: Audit;
  /** Saved HPA objects: on disk before the first write, so that whoever comes next can restore them. */
  readonly originals: { read(): OriginalHpas; write(originals: OriginalHpas): void };
  /** Two snapshots one decision apart, to flow back into the trace store. */
  readonly onTransition: (before: Snapshot, after: Snapshot) => void;
  readonly onProgress: (seconds: number, total: number, stage: StageName) => void;
  readonly signal: AbortSignal;
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
  /** Share of service-decisions at which the agents and the HPA wanted the same replicas. */
  readonly agreement: number;
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
  #decision = 0;
  #last: Snapshot | undefined;

  constructor(options: TransferOptions) {
    this.#options = options;
    this.#decider = new Decider(options.policies, options.backend);
    this.#guard = new Guard(options.transfer.fallback);
    this.#originals = options.originals.read();
  }

  async climb(): Promise<TransferResult> {
    const { transfer, spec, upTo, signal } = this.#options;
    const order = ['shadow', 'floor', 'canary', 'full'];
    const stages = stagesOf(transfer, spec).filter((stage) => order.indexOf(stage.stage) <= order.indexOf(upTo));
    try {
      for (const [index, stage] of stages.entries()) {
        if (stage.stage !== 'shadow' && !(await this.#options.confirm(stage)))
          return await this.#giveBack('declined', `stage ${stage.stage} was declined`);
        const why = await this.#runStage(stage, stages[index + 1]?.stage ?? '');
        if (why) return await this.#giveBack('fallback', why);
      }
    } catch (error) {
      if (signal.aborted) return await this.#giveBack('stopped', 'stopped by the user');
      await this.#giveBack('fallback', error instanceof Error ? error.message : String(error));
      throw error;
    }
    return await this.#giveBack('finished', 'all stages went through');
  }

  /** Runs one stage to its end; returns why the HPA must take over, if so. */
  async #runStage(stage: Stage, next: StageTerms['next']): Promise<string | undefined> {
    const { cluster, spec, transfer, signal, onProgress } = this.#options;
    const lasts = Math.min(stage.lasts, stage.stage === 'full' ? this.#options.fullFor : Infinity);
    const terms = stageTerms(cluster, transfer, { ...stage, lasts }, next);
    const interval = spec.decisionInterval;
    const tally = { decisions: 0, applied: 0, held: 0, objective: 0, agreed: 0 };
    this.#guard.enterStage();
    let snapshot = await this.#observe();
    await this.#enter(stage, terms, snapshot);
    const decisions = Math.max(1, Math.round(lasts / interval));
    for (let d = 0; d < decisions; d++) {
      if (d > 0) {
        await cluster.wait(interval, signal);
        snapshot = await this.#observe();
      }
      const record = await this.#decide(stage, snapshot);
      tally.decisions++;
      tally.applied += Number(record.outcome === 'applied');
      tally.held += Number(record.outcome === 'hold');
      tally.objective += record.objective;
      tally.agreed += agreement(record);
      onProgress((d + 1) * interval, lasts, stage.stage);
      if (record.outcome === 'fallback') {
        this.#summarise(stage.stage, tally);
        return record.why;
      }
    }
    await cluster.wait(interval, signal);
    this.#summarise(stage.stage, tally);
    return undefined;
  }

  async #observe(): Promise<Snapshot> {
    const { cluster, onTransition, signal, originals } = this.#options;
    const snapshot = await cluster.observe(signal);
    this.#decider.see(snapshot);
    const kept = keepOriginals(this.#originals, snapshot);
    if (kept !== this.#originals) originals.write((this.#originals = kept));
    if (this.#last && snapshot.time > this.#last.time) onTransition(this.#last, snapshot);
    this.#last = snapshot;
    return snapshot;
  }

  async #enter(stage: Stage, terms: StageTerms, snapshot: Snapshot): Promise<void> {
    this.#options.audit({ type: 'stage', time: snapshot.time, stage: stage.stage, why: '', terms });
    const writes = writesOnEntering(stage, snapshot, this.#originals);
    if (writes.length === 0) return;
    const { refused } = await applyWrites(this.#options.cluster, writes, this.#context(stage.stage, snapshot));
    if (refused.length > 0) throw new Error(`Stage ${stage.stage} cannot start: ${refused[0].message}`);
  }

  async #decide(stage: Stage, snapshot: Snapshot): Promise<DecisionRecord> {
    const { spec, transfer, cluster, driftOf, audit } = this.#options;
    const current = currentReplicas(snapshot);
    const proposal = this.#decider.propose(snapshot, current);
    const limited = limitProposal(spec, transfer.limits, current, proposal.replicas);
    const { objective } = observedObjective(spec, snapshot.observation);
    const oldestMetric = Math.max(...snapshot.age);
    const drift = driftOf(snapshot);
    const load = entryLoad(spec, snapshot);
    if (stage.stage === 'shadow') this.#guard.learnReference(objective, load);
    const abort = abortConditionHolds(stage.abortWhen, spec, this.#decider.history);
    const verdict = this.#guard.check({ oldestMetric, drift, objective, load, abort });

    let outcome: Pick<DecisionRecord, 'outcome' | 'why'> = describe(verdict, stage.stage);
    if (verdict.verdict === 'act' && stage.stage !== 'shadow') {
      const writes = writesOfDecision(stage, spec, snapshot, current, limited.replicas);
      outcome = { outcome: 'nothing to do', why: '' };
      if (writes.length > 0) {
        const { accepted, refused } = await applyWrites(cluster, writes, this.#context(stage.stage, snapshot));
        const refusal = refused.map(({ message }) => message).join('; ');
        outcome = {
          outcome: accepted.length > 0 && !this.#options.dryRun ? 'applied' : 'hold',
          why: this.#options.dryRun ? 'dry run' : refusal,
        };
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
    audit(record);
    return record;
  }

  /** Restores every HPA as it was, even when the run was aborted or the cluster misbehaves, and says what it could not. */
  async #giveBack(ended: TransferResult['ended'], why: string): Promise<TransferResult> {
    const { cluster, audit, originals } = this.#options;
    const writes = writesOfFallback(this.#originals);
    const signal = AbortSignal.timeout(FALLBACK_TIMEOUT_MS);
    let failed = '';
    if (writes.length > 0) {
      const context = { ...this.#context('fallback', this.#last), signal };
      const { refused } = await applyWrites(cluster, writes, context);
      failed = refused.map(({ write, message }) => `${write.service}: ${message}`).join('; ');
      if (failed === '' && !this.#options.dryRun) originals.write({});
    }
    const reason =
      failed === '' ? why : `${why}; the HPA of ${failed} could not be restored, run the transfer's fallback again`;
    const hpas = await this.#readBack(signal);
    audit({
      type: 'stage',
      time: this.#last?.time ?? 0,
      stage: 'fallback',
      why: reason,
      ended,
      ...(hpas ? { hpas } : {}),
    });
    return { ended, why: reason, stages: this.#stages };
  }

  /** The HPAs as the cluster has them now, beside what they were; undefined where it does not answer. */
  async #readBack(signal: AbortSignal): Promise<Record<string, RestoredHpa> | undefined> {
    try {
      const { hpas } = await this.#options.cluster.observe(signal);
      const entries = hpas.flatMap((hpa): [string, RestoredHpa][] => {
        if (!hpa) return [];
        const original = this.#originals[hpa.service] as HpaState | undefined;
        const asBefore =
          !hpa.paused &&
          (!original || (hpa.minReplicas === original.minReplicas && hpa.maxReplicas === original.maxReplicas));
        return [[hpa.service, { ...hpaRecord(hpa), asBefore }]];
      });
      return Object.fromEntries(entries);
    } catch {
      // What was written stands in the records of the writes; this would only have confirmed it.
      return undefined;
    }
  }

  #context(stage: StageName, snapshot: Snapshot | undefined): ApplyContext {
    const { spec, transfer, dryRun, audit, signal } = this.#options;
    const current = snapshot ? currentReplicas(snapshot) : [];
    return { spec, limits: transfer.limits, stage, dryRun, audit, signal, time: snapshot?.time ?? 0, current };
  }

  #summarise(
    stage: StageName,
    tally: { decisions: number; applied: number; held: number; objective: number; agreed: number },
  ): void {
    const { decisions, applied, held } = tally;
    this.#stages.push({
      stage,
      decisions,
      applied,
      held,
      objective: tally.objective / decisions,
      agreement: tally.agreed / decisions,
    });
  }

  dispose(): void {
    this.#decider.dispose();
  }
}

function describe(verdict: Verdict, stage: StageName): Pick<DecisionRecord, 'outcome' | 'why'> {
  if (verdict.verdict === 'act') return { outcome: 'shadow', why: '' };
  // Shadow writes nothing, so there is nothing to fall back from: it notes what it saw and goes on.
  const outcome = verdict.verdict === 'fallback' && stage === 'shadow' ? 'hold' : verdict.verdict;
  return { outcome, why: verdict.why };
}

/** Requests/s that arrive at the entry points. */
const entryLoad = (spec: Cluster, { observation }: Snapshot): number =>
  spec.services.reduce((sum, { entryPoint }, s) => sum + (entryPoint ? observation.service.received[s] : 0), 0);

/** Share of services for which the agents and the HPA want the same. */
function agreement(record: DecisionRecord): number {
  const services = Object.keys(record.hpa);
  if (services.length === 0) return 0;
  return services.filter((name) => record.hpa[name] === record.limited[name]).length / services.length;
}
