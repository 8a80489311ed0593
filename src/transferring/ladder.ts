/**
 * The ladder of a transfer: shadow (decides, writes nothing) -> floor (raises the HPA's minimum; the HPA still acts) ->
 * canary (some services) -> full. Each rung says which services it controls and what is written on entering it.
 */
import type { ClusterIdentity, ClusterWrite, HpaState, LiveCluster, Snapshot } from '../cluster/live/live-cluster.ts';
import type { Cluster, Transfer, TransferStage } from '../spec/model.ts';

/** `exploration` comes before any transfer, while traces are collected. */
export type StageName = 'exploration' | 'plan' | 'shadow' | 'floor' | 'canary' | 'full' | 'fallback';

export interface Stage {
  readonly stage: 'shadow' | 'floor' | 'canary' | 'full';
  /** Seconds; Infinity until stopped. */
  readonly lasts: number;
  /** Services whose replicas (floor: HPA minimum) the agents set. */
  readonly services: readonly string[];
  /** A CEL expression; empty for never. */
  readonly abortWhen: string;
}

export function stagesOf(transfer: Transfer, spec: Cluster): Stage[] {
  const all = spec.services.map((service) => service.name);
  return transfer.stages.map((stage: TransferStage): Stage => {
    switch (stage.stage) {
      case 'shadow':
        return { stage: 'shadow', lasts: stage.lasts, services: [], abortWhen: '' };
      case 'floor':
        return { stage: 'floor', lasts: stage.lasts, services: all, abortWhen: stage.abortWhen };
      case 'canary':
        return { stage: 'canary', lasts: stage.lasts, services: stage.services, abortWhen: stage.abortWhen };
      case 'full':
        return { stage: 'full', lasts: Infinity, services: all, abortWhen: stage.abortWhen };
    }
  });
}

export interface StageTerms extends ClusterIdentity {
  /** Seconds of the cluster's clock; null until stopped. */
  readonly lasts: number | null;
  /** The next stage; empty if the services then return to their HPAs. */
  readonly next: StageName | '';
  /** Services whose replicas (floor: HPA minimum) the agents set. */
  readonly services: readonly string[];
  /** A CEL expression; empty for never. */
  readonly abortWhen: string;
  readonly driftThreshold: number;
  /** Seconds. */
  readonly staleAfter: number;
}

/** Returns the terms of a stage for the audit trail. */
export function stageTerms(
  { identity }: LiveCluster,
  { fallback }: Transfer,
  { lasts, services, abortWhen }: Pick<Stage, 'lasts' | 'services' | 'abortWhen'>,
  next: StageTerms['next'],
): StageTerms {
  const { driftThreshold, staleAfter } = fallback;
  return {
    ...identity,
    lasts: Number.isFinite(lasts) ? lasts : null,
    next,
    services,
    abortWhen,
    driftThreshold,
    staleAfter,
  };
}

/** HPA objects as they were before the first write, by service. Kept on disk until they are restored. */
export type OriginalHpas = Readonly<Record<string, HpaState>>;

/** Adds HPAs that are seen for the first time to the saved originals. A paused HPA is never taken for an original. */
export function keepOriginals(saved: OriginalHpas, snapshot: Snapshot): OriginalHpas {
  const seen = snapshot.hpas.flatMap((hpa): [string, HpaState][] =>
    hpa && !hpa.paused && !(hpa.service in saved) ? [[hpa.service, hpa]] : [],
  );
  return seen.length === 0 ? saved : { ...saved, ...Object.fromEntries(seen) };
}

/** Tells whether the agents set the replicas in this stage, which means that the HPAs are paused. */
export const controlsReplicas = ({ stage }: Pick<Stage, 'stage'>): boolean => stage === 'canary' || stage === 'full';

/** Returns the writes on entering a stage. They pause the HPAs of newly controlled services and restore all others. */
export function writesOnEntering(stage: Stage, snapshot: Snapshot, originals: OriginalHpas): ClusterWrite[] {
  const controlled = controlsReplicas(stage) ? stage.services : [];
  return snapshot.hpas.flatMap((hpa): ClusterWrite[] => {
    if (!hpa) return [];
    if (controlled.includes(hpa.service)) return hpa.paused ? [] : [{ type: 'pauseHpa', service: hpa.service }];
    const original = originals[hpa.service];
    const changed = original && (hpa.paused || hpa.minReplicas !== original.minReplicas);
    return changed && stage.stage !== 'floor' ? [restoreOf(original)] : [];
  });
}

/** Returns the writes of one decision in this stage. The replicas must be within the limits. */
export function writesOfDecision(
  stage: Stage,
  spec: Cluster,
  snapshot: Snapshot,
  current: ArrayLike<number>,
  limited: ArrayLike<number>,
): ClusterWrite[] {
  return spec.services.flatMap(({ name }, s): ClusterWrite[] => {
    if (!stage.services.includes(name)) return [];
    if (stage.stage !== 'floor')
      return limited[s] === current[s] ? [] : [{ type: 'scale', service: name, replicas: limited[s] }];
    const hpa = snapshot.hpas[s];
    return !hpa || hpa.minReplicas === limited[s]
      ? []
      : [{ type: 'setHpaMinimum', service: name, minReplicas: limited[s] }];
  });
}

/** Returns the writes that restore every HPA. */
export const writesOfFallback = (originals: OriginalHpas): ClusterWrite[] => Object.values(originals).map(restoreOf);

const restoreOf = (hpa: HpaState): ClusterWrite => ({
  type: 'restoreHpa',
  service: hpa.service,
  original: hpa.original,
});
