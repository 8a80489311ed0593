/** The plan of a transfer: what each stage would write now, asked of the server as a dry run. Changes nothing. */
import type { Cluster as LiveCluster, ClusterWrite } from '../cluster/cluster.ts';
import type { Backend } from '../nn/backend.ts';
import type { Cluster, Transfer } from '../spec/model.ts';
import type { Policies } from '../training/policy.ts';
import { applyWrites } from './apply.ts';
import type { Audit } from './audit.ts';
import { Decider } from './decide.ts';
import { keepOriginals, stagesOf, writesOfDecision, writesOnEntering, type Stage } from './ladder.ts';
import { limitProposal } from './limits.ts';

export interface PlanOptions {
  readonly cluster: LiveCluster;
  readonly spec: Cluster;
  readonly transfer: Transfer;
  readonly policies: Policies;
  readonly backend: Backend;
  readonly audit: Audit;
  readonly signal: AbortSignal;
}

export interface PlannedStage {
  readonly stage: Stage['stage'];
  /** A line of the diff per write: what, from, to, and what the server says. */
  readonly changes: readonly PlannedChange[];
}

export interface PlannedChange {
  readonly service: string;
  readonly change: string;
  /** Empty where the server would accept it. */
  readonly refused: string;
}

export async function planTransfer(options: PlanOptions): Promise<PlannedStage[]> {
  const { cluster, spec, transfer, policies, backend, audit, signal } = options;
  const snapshot = await cluster.observe(signal);
  const current = Int32Array.from(snapshot.observation.service.desired);
  const originals = keepOriginals({}, snapshot);
  const decider = new Decider(policies, backend);
  try {
    decider.see(snapshot);
    const { replicas } = limitProposal(spec, transfer.limits, current, decider.propose(snapshot, current).replicas);
    const stages: PlannedStage[] = [];
    for (const stage of stagesOf(transfer, spec)) {
      const writes =
        stage.stage === 'shadow'
          ? []
          : [
              ...writesOnEntering(stage, snapshot, originals),
              ...writesOfDecision(stage, spec, snapshot, current, replicas),
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
          change: describeWrite(write, spec, current),
          refused: refusalOf(write),
        })),
      });
    }
    return stages;
  } finally {
    decider.dispose();
  }
}

function describeWrite(write: ClusterWrite, spec: Cluster, current: Int32Array): string {
  const now = current[spec.services.findIndex(({ name }) => name === write.service)];
  switch (write.type) {
    case 'scale':
      return `replicas ${now} -> ${write.replicas}`;
    case 'pauseHpa':
      return 'HPA active -> paused';
    case 'setHpaMinimum':
      return `HPA minReplicas -> ${write.minReplicas}`;
    case 'restoreHpa':
      return 'HPA -> as it was';
  }
}
