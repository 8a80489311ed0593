/**
 * The ladder of a transfer: shadow (decides, writes nothing) -> floor (raises the HPA's minimum; the HPA still acts) ->
 * canary (some services) -> full. Each rung says which services it controls and what is written on entering it.
 */
import type { ClusterIdentity, ClusterWrite, HpaState, LiveCluster, Snapshot } from '../cluster/live/live-cluster.ts';
import type { Cluster, Transfer, TransferStage } from '../spec/model.ts';

/** `exploration`: traces are being collected, before any transfer. */
export type StageName = 'exploration' | 'plan' | 'shadow' | 'floor' | 'canary' | 'full' | 'fallback';

export interface Stage {
  readonly stage: 'shadow' | 'floor' | 'canary' | 'full';
  /** Seconds; Infinity = until stopped. */
  readonly lasts: number;
  /** Services whose replicas (floor: HPA minimum) the agents set. */
  readonly services: readonly string[];
  /** CEL; empty = never. */
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
  /** Seconds of the cluster; null = until stopped. */
  readonly lasts: number | null;
  /** The next stage; empty = the services return to their HPAs. */
  readonly next: StageName | '';
  /** Services whose replicas (floor: HPA minimum) the agents set. */
  readonly services: readonly string[];
  /** CEL; empty = never. */
  readonly abortWhen: string;
  readonly driftThreshold: number;
  /** Seconds. */
  readonly staleAfter: number;
}

/** The terms of a stage, for the audit trail. */
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

/** The saved originals, completed by HPAs seen for the first time. A paused HPA is never taken for an original. */
export function keepOriginals(saved: OriginalHpas, snapshot: Snapshot): OriginalHpas {
  const seen = snapshot.hpas.flatMap((hpa): [string, HpaState][] =>
    hpa && !hpa.paused && !(hpa.service in saved) ? [[hpa.service, hpa]] : [],
  );
  return seen.length === 0 ? saved : { ...saved, ...Object.fromEntries(seen) };
}

/** In these stages the agents set the replicas, and the HPAs are paused. */
export const controlsReplicas = ({ stage }: Pick<Stage, 'stage'>): boolean => stage === 'canary' || stage === 'full';

/** What entering a stage writes: HPAs of newly controlled services are paused, all others go back to their originals. */
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

/** What one decision writes in this stage, given replicas within the limits. */
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

/** Returns every service to its HPA as it was. */
export const writesOfFallback = (originals: OriginalHpas): ClusterWrite[] => Object.values(originals).map(restoreOf);

const restoreOf = (hpa: HpaState): ClusterWrite => ({
  type: 'restoreHpa',
  service: hpa.service,
  original: hpa.original,
});
