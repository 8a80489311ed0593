/** The plan of a transfer: what each stage would write now, with the server's answers to dry runs. Nothing is changed. */
import type { ClusterWrite, LiveCluster, Snapshot } from '../cluster/live/live-cluster.ts';
import type { Cluster, Transfer } from '../spec/model.ts';
import { applyWrites } from './apply.ts';
import type { Audit } from './audit.ts';
import { Decider } from './decide.ts';
import { observedObjective } from '../cluster/live/observed-objective.ts';
import { currentReplicas, decisionRecord } from './decision-record.ts';
import { keepOriginals, stagesOf, stageTerms, writesOfDecision, writesOnEntering, type Stage } from './ladder.ts';
import { limitDecision } from './limits.ts';
import type { TransferredAgents } from './transfer.ts';

export interface PlanOptions {
  readonly cluster: LiveCluster;
  readonly spec: Cluster;
  readonly transfer: Transfer;
  readonly agents: TransferredAgents;
  readonly audit: Audit;
  readonly signal: AbortSignal;
}

export interface PlannedStage {
  readonly stage: Stage['stage'];
  /** One entry per write: what changes, from what to what, and the answer of the server. */
  readonly changes: readonly PlannedChange[];
}

export interface PlannedChange {
  readonly service: string;
  readonly change: string;
  /** Why the server refuses; empty if it accepts. */
  readonly refused: string;
}

export async function planTransfer(options: PlanOptions): Promise<PlannedStage[]> {
  const { cluster, spec, transfer, agents, audit, signal } = options;
  const snapshot = await cluster.observe(signal);
  const current = currentReplicas(snapshot);
  const originals = keepOriginals({}, snapshot);
  const decider = new Decider(agents.policies, agents.backend);
  try {
    decider.see(snapshot);
    const proposal = decider.propose(snapshot, current);
    const limited = limitDecision(spec, transfer.limits, current, proposal.replicas);
    const planned = stagesOf(transfer, spec);
    const terms = stageTerms(cluster, transfer, { lasts: 0, services: [], abortWhen: '' }, planned[0].stage);
    audit({ type: 'stage', time: snapshot.time, stage: 'plan', why: '', terms });
    audit(
      decisionRecord({
        spec,
        decision: 1,
        stage: 'plan',
        snapshot,
        proposal,
        limited,
        result: {
          outcome: 'shadow',
          why: 'a plan writes nothing',
          objective: observedObjective(spec, snapshot.observation).objective,
          drift: agents.driftOf(snapshot),
          oldestMetric: Math.max(...snapshot.age),
        },
      }),
    );
    const stages: PlannedStage[] = [];
    for (const stage of planned) {
      const writes =
        stage.stage === 'shadow'
          ? []
          : [
              ...writesOnEntering(stage, snapshot, originals),
              ...writesOfDecision(stage, spec, snapshot, current, limited.replicas),
            ];
      const { refused } = await applyWrites(cluster, writes, {
        spec,
        limits: transfer.limits,
        stage: 'plan',
        dryRun: true,
        audit,
        time: snapshot.time,
        current,
        signal,
      });
      const refusalOf = (write: ClusterWrite) => refused.find((entry) => entry.write === write)?.message ?? '';
      stages.push({
        stage: stage.stage,
        changes: writes.map((write) => ({
          service: write.service,
          change: describeWrite(write, spec, snapshot),
          refused: refusalOf(write),
        })),
      });
    }
    return stages;
  } finally {
    decider.dispose();
  }
}

function describeWrite(write: ClusterWrite, spec: Cluster, { observation, hpas }: Snapshot): string {
  const s = spec.services.findIndex(({ name }) => name === write.service);
  switch (write.type) {
    case 'scale':
      return `replicas ${observation.service.desired[s]} -> ${write.replicas}`;
    case 'pauseHpa':
      return 'HPA active -> paused';
    case 'setHpaMinimum':
      return `HPA minReplicas ${hpas[s]?.minReplicas ?? 'unset'} -> ${write.minReplicas}`;
    case 'restoreHpa':
      return 'HPA -> as it was';
  }
}
