/**
 * What is done to a HorizontalPodAutoscaler, as pure functions of the object. The spec as it was stands in an annotation of the
 * object itself from the first change on, so that whoever comes next can restore it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { HpaState } from '../../live/live-cluster.ts';
import type { Hpa, HpaScaling, HpaSpec } from '../client/objects.ts';

/** JSON of the spec before the first change. */
export const ORIGINAL_ANNOTATION = 'karma-mas.dev/original-spec';
/** The minimum that was set. */
export const MINIMUM_ANNOTATION = 'karma-mas.dev/minimum';

const DISABLED = 'Disabled';

/** What is kept to restore an HPA. */
export interface OriginalHpa {
  readonly name: string;
  readonly spec: HpaSpec;
}

export const isPaused = ({ behavior }: HpaSpec): boolean =>
  behavior?.scaleUp?.selectPolicy === DISABLED && behavior.scaleDown?.selectPolicy === DISABLED;

export function hpaStateOf(hpa: Hpa, service: string): HpaState {
  const { spec, status } = hpa;
  return {
    service,
    minReplicas: spec.minReplicas ?? 1,
    maxReplicas: spec.maxReplicas,
    currentReplicas: status?.currentReplicas ?? 0,
    desiredReplicas: status?.desiredReplicas ?? 0,
    paused: isPaused(spec),
    original: originalOf(hpa),
  };
}

/** As it was before the first change: what the annotation says, or else as it is. */
export function originalOf(hpa: Hpa): OriginalHpa {
  return { name: hpa.metadata.name, spec: annotated(hpa) ?? hpa.spec };
}

function annotated({ metadata, spec }: Hpa): HpaSpec | undefined {
  const text = metadata.annotations?.[ORIGINAL_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    const original = JSON.parse(text) as HpaSpec | null;
    // Somebody may have copied the annotation to another object.
    return isDeepStrictEqual(original?.scaleTargetRef, spec.scaleTargetRef) ? (original ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

export function pausedHpa(hpa: Hpa): Hpa {
  const { behavior } = hpa.spec;
  const off = (rules: HpaScaling | undefined): HpaScaling => ({ ...rules, selectPolicy: DISABLED });
  const spec = {
    ...hpa.spec,
    behavior: { ...behavior, scaleUp: off(behavior?.scaleUp), scaleDown: off(behavior?.scaleDown) },
  };
  return annotate({ ...hpa, spec }, { [ORIGINAL_ANNOTATION]: JSON.stringify(originalOf(hpa).spec) });
}

export function withMinimum(hpa: Hpa, minReplicas: number): Hpa {
  return annotate(
    { ...hpa, spec: { ...hpa.spec, minReplicas } },
    { [ORIGINAL_ANNOTATION]: JSON.stringify(originalOf(hpa).spec), [MINIMUM_ANNOTATION]: String(minReplicas) },
  );
}

/**
 * Undoes what was done, and only that: what somebody else changed meanwhile stays. Where nobody did, the spec is what it was.
 * Where the annotation is gone, `kept` tells how it was.
 */
export function restoredHpa(hpa: Hpa, kept: HpaSpec): Hpa {
  const noted = annotated(hpa);
  const original = noted ?? kept;
  const { spec } = hpa;
  const minimum = hpa.metadata.annotations?.[MINIMUM_ANNOTATION];
  const ourMinimum = minimum === undefined ? noted === undefined : Number(minimum) === spec.minReplicas;
  const minReplicas = ourMinimum ? original.minReplicas : spec.minReplicas;
  const behavior = restoredBehavior(spec.behavior, original.behavior);
  const annotations = without(hpa.metadata.annotations ?? {}, ORIGINAL_ANNOTATION, MINIMUM_ANNOTATION);
  const undone: HpaSpec = {
    ...without(spec, 'minReplicas', 'behavior'),
    ...(minReplicas === undefined ? {} : { minReplicas }),
    ...(behavior ? { behavior } : {}),
  };
  return {
    ...hpa,
    metadata: { ...hpa.metadata, annotations },
    // To the byte, where nobody else changed anything.
    spec: isDeepStrictEqual(undone, original) ? original : undone,
  };
}

function restoredBehavior(now: HpaSpec['behavior'], original: HpaSpec['behavior']): HpaSpec['behavior'] {
  const { scaleUp, scaleDown } = now ?? {};
  const off = [scaleUp, scaleDown].filter((rules) => rules?.selectPolicy === DISABLED).length;
  // Nothing of ours is left in it.
  if (off === 0) return now;
  // What the server fills in beside a policy is not what somebody set: without rules before, there are none after.
  if (!original) return off === 2 ? undefined : now;
  const back = (rules: HpaScaling | undefined, before: HpaScaling | undefined): HpaScaling | undefined => {
    if (rules?.selectPolicy !== DISABLED) return rules;
    return before?.selectPolicy === undefined
      ? without(rules, 'selectPolicy')
      : { ...rules, selectPolicy: before.selectPolicy };
  };
  const up = back(scaleUp, original.scaleUp);
  const down = back(scaleDown, original.scaleDown);
  return { ...now, ...(up ? { scaleUp: up } : {}), ...(down ? { scaleDown: down } : {}) };
}

/** Whether `hpa` bears anything of ours. */
export const isTouched = ({ metadata, spec }: Hpa, kept: HpaSpec): boolean =>
  metadata.annotations?.[ORIGINAL_ANNOTATION] !== undefined || isPaused(spec) || spec.minReplicas !== kept.minReplicas;

function without<T extends object, K extends keyof T>(object: T, ...keys: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key as K))) as Omit<T, K>;
}

const annotate = (hpa: Hpa, more: Readonly<Record<string, string>>): Hpa => ({
  ...hpa,
  metadata: { ...hpa.metadata, annotations: { ...hpa.metadata.annotations, ...more } },
});
