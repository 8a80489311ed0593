/** Runs a transfer on a real namespace in this process, with short stages, a decision every few seconds, and restless agents. */
import type { KubernetesCluster } from '../../../src/cluster/kubernetes/kubernetes-cluster.ts';
import type { Backend } from '../../../src/nn/backend.ts';
import type { Cluster, Transfer, TransferStage } from '../../../src/spec/model.ts';
import type { Policies } from '../../../src/deciding/policy.ts';
import { RESTORE_FOR } from '../../../src/jobs/kinds/transfer.ts';
import { leaseOptions } from '../../../src/jobs/running/real-cluster.ts';
import { episodePool } from '../../../src/training/setup.ts';
import { Mappo } from '../../../src/training/mappo/mappo.ts';
import type { AuditRecord, DecisionRecord, StageRecord } from '../../../src/transferring/audit.ts';
import { runGuardedTransfer } from '../../../src/transferring/guarded-transfer.ts';
import type { OriginalHpas } from '../../../src/transferring/ladder.ts';
import type { Steering } from '../../../src/runs/steering.ts';
import type { TransferResult } from '../../../src/transferring/transfer.ts';
import { sampleModel, sampleSetup } from '../../unit/training/sample.ts';
import { eventually } from './kubectl.ts';

/** Seconds between decisions. */
export const INTERVAL = 3;
/** Seconds after which metrics are stale; after three times as long, they are lost. Those of cAdvisor may be 20 s old on a busy machine. */
export const STALE_AFTER = 30;

/** Subtracted from the logit for holding. */
const RESTLESS = 8;

/** Barely trained agents of the sample that act wherever their roles allow: the tests need actions, not good actions. */
export async function restlessAgents(backend: Backend, spec: Cluster): Promise<Policies> {
  const setup = await sampleSetup(backend);
  const trainer = new Mappo({ ...setup, seed: 1, episodes: 4, episodeAt: episodePool(setup, 'train', 1) });
  trainer.iterate();
  const policies = trainer.policies();
  trainer.dispose();
  const agents = policies.agents.map((agent) => {
    const weights = agent.weights.slice();
    // The biases of the outputs come last, and the first output is to hold.
    weights[weights.length - agent.shape.outputs] -= RESTLESS;
    return { ...agent, weights };
  });
  return { ...policies, agents, cluster: spec };
}

/** The stage to reach at once: each stage before it lasts one decision. */
export type Rung = 'floor' | 'canary' | 'full';

export class Climb {
  readonly records: AuditRecord[] = [];
  readonly result: Promise<TransferResult>;
  originals: OriginalHpas = {};
  steering: Steering = 'goOn';
  /** Seconds during which the transfer tries to restore at its end; less for a test in which nothing can be restored. */
  restoreFor = RESTORE_FOR;
  readonly #stop = new AbortController();

  private constructor(result: (climb: Climb, signal: AbortSignal) => Promise<TransferResult>) {
    this.result = result(this, this.#stop.signal);
    // The test awaits the result later.
    this.result.catch(() => undefined);
  }

  /** Starts a transfer and resolves after the first decision in the stage. */
  static async to(rung: Rung, cluster: KubernetesCluster, policies: Policies, backend: Backend): Promise<Climb> {
    const spec = { ...policies.cluster, decisionInterval: INTERVAL };
    const transfer = await ladderTo(rung);
    const climb = new Climb((self, signal) =>
      runGuardedTransfer({
        ...leaseOptions(),
        cluster,
        spec,
        transfer,
        agents: { policies: { ...policies, cluster: spec }, backend, driftOf: () => NaN },
        climb: {
          upTo: rung,
          fullFor: Infinity,
          stay: true,
          dryRun: false,
          confirm: () => Promise.resolve(true),
          steer: () => self.steering,
          get restoreFor() {
            return self.restoreFor;
          },
        },
        originals: { read: () => self.originals, write: (originals) => (self.originals = originals) },
        listeners: {
          audit: (record) => self.records.push(record),
          onTransition: () => undefined,
          onProgress: () => undefined,
        },
        signal,
      }),
    );
    await eventually(`a decision in stage ${rung}`, () => climb.decisions(rung).length > 0 || climb.hasFallenBack());
    return climb;
  }

  /** Whether the transfer has ended. A decision says so only where the guard ended it, and not where the cluster refused. */
  hasFallenBack(): boolean {
    return this.#fallback() !== undefined;
  }

  decisions(stage?: string): DecisionRecord[] {
    return this.records.filter(
      (record): record is DecisionRecord =>
        record.type === 'decision' && (stage === undefined || record.stage === stage),
    );
  }

  /** Waits for a decision for which `isSo` holds. If there is none, the error shows the last decisions. */
  async untilDecision(what: string, isSo: (decision: DecisionRecord) => boolean): Promise<void> {
    await eventually(
      what,
      () => this.decisions().some(isSo),
      () => this.lastDecisions(),
    );
  }

  /** The last five decisions, one per line, and why the transfer ended if it did. */
  lastDecisions(): string {
    const lines = this.decisions()
      .slice(-5)
      .map(({ stage, outcome, why, agents }) => `${stage}: ${outcome} (${why}; ${agents.map(({ choice }) => choice)})`);
    const ended = this.#fallback();
    return [...lines, ...(ended ? [`ended: ${ended.why}`] : [])].join('\n');
  }

  /** Waits for the next `count` decisions. */
  async next(count: number): Promise<readonly DecisionRecord[]> {
    const from = this.decisions().length;
    await eventually(`${count} more decisions`, () => this.decisions().length >= from + count);
    return this.decisions().slice(from, from + count);
  }

  /** Stops the transfer as a user does. */
  async stop(): Promise<TransferResult> {
    this.#stop.abort();
    return this.result;
  }

  #fallback(): StageRecord | undefined {
    return this.records.find((record): record is StageRecord => record.type === 'stage' && record.stage === 'fallback');
  }
}

async function ladderTo(rung: Rung): Promise<Transfer> {
  const [sample] = (await sampleModel()).transfers;
  const stages: TransferStage[] = [{ stage: 'shadow', lasts: INTERVAL }];
  if (rung === 'floor') stages.push({ stage: 'floor', lasts: Infinity, abortWhen: '' });
  if (rung === 'canary') stages.push({ stage: 'canary', services: ['b'], lasts: Infinity, abortWhen: '' });
  if (rung === 'full') stages.push({ stage: 'full', abortWhen: '' });
  const fallback = { ...sample.fallback, when: ['staleMetrics'], staleAfter: STALE_AFTER } as const;
  return { ...sample, stages, fallback };
}
