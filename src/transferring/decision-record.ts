/** Builds the audit record of a decision. */
import type { HpaState, Snapshot } from '../cluster/live/live-cluster.ts';
import type { Cluster } from '../spec/model.ts';
import type { DecisionRecord, HpaRecord } from './audit.ts';
import type { AgentDecision } from './decide.ts';
import type { StageName } from './ladder.ts';
import type { LimitedDecision } from './limits.ts';

export interface Decision {
  readonly spec: Cluster;
  /** Counts from 1. */
  readonly decision: number;
  readonly stage: StageName;
  readonly snapshot: Snapshot;
  readonly proposal: AgentDecision;
  readonly limited: LimitedDecision;
  readonly result: Pick<DecisionRecord, 'outcome' | 'why' | 'objective' | 'drift' | 'oldestMetric'>;
}

export function decisionRecord({ spec, snapshot, proposal, limited, result, ...rest }: Decision): DecisionRecord {
  const byService = (values: ArrayLike<number>) =>
    Object.fromEntries(spec.services.map((service, s) => [service.name, values[s]]));
  const ofHpas = <T>(value: (hpa: HpaState) => T) =>
    Object.fromEntries(snapshot.hpas.flatMap((hpa) => (hpa ? [[hpa.service, value(hpa)]] : [])));
  return {
    type: 'decision',
    time: snapshot.time,
    ...rest,
    state: stateOf(spec, snapshot),
    agents: proposal.agents,
    current: byService(currentReplicas(snapshot)),
    proposed: byService(proposal.replicas),
    limited: byService(limited.replicas),
    caps: limited.caps,
    hpa: ofHpas((hpa) => hpa.desiredReplicas),
    hpas: ofHpas(hpaRecord),
    ...result,
  };
}

/** [services] replicas that are currently requested. */
export const currentReplicas = (snapshot: Snapshot): Int32Array =>
  Int32Array.from(snapshot.observation.service.desired);

export const hpaRecord = ({ minReplicas, maxReplicas, paused }: HpaState): HpaRecord => ({
  minReplicas,
  maxReplicas,
  paused,
});

function stateOf(spec: Cluster, snapshot: Snapshot): Record<string, number> {
  const { service, cluster } = snapshot.observation;
  const round = (value: number) => Math.round(value * 1e4) / 1e4;
  const perService = spec.services.flatMap(({ name }, s) =>
    Object.entries(service).map(([field, values]): [string, number] => [`${name}.${field}`, round(values[s])]),
  );
  const whole = Object.entries(cluster).map(([field, values]): [string, number] => [
    `cluster.${field}`,
    round(values[0]),
  ]);
  return Object.fromEntries([...perService, ...whole]);
}
