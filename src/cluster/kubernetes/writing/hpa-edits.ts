/**
 * Edits a HorizontalPodAutoscaler with pure functions. From the first edit on, an annotation of the object holds its original
 * spec, so that any later process can restore it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { HpaState } from '../../live/live-cluster.ts';
import type { Hpa, HpaScaling, HpaSpec } from '../client/objects.ts';

/** JSON of the spec before the first change. */
export const ORIGINAL_ANNOTATION = 'karma-mas.dev/original-spec';
/** The minimum that a transfer set. */
export const MINIMUM_ANNOTATION = 'karma-mas.dev/minimum';

const DISABLED = 'Disabled';

/** What is kept in order to restore an HPA. */
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

/** Returns the HPA before the first edit, from the annotation. Without one, it returns the HPA as it is. */
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
 * Undoes our edits and leaves what others changed in the meantime. If nobody changed anything, the result is the original
 * spec. If the annotation is gone, `kept` is taken as the original.
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
    // If nobody else changed anything, restore the original exactly.
    spec: isDeepStrictEqual(undone, original) ? original : undone,
  };
}

function restoredBehavior(now: HpaSpec['behavior'], original: HpaSpec['behavior']): HpaSpec['behavior'] {
  const { scaleUp, scaleDown } = now ?? {};
  const off = [scaleUp, scaleDown].filter((rules) => rules?.selectPolicy === DISABLED).length;
  // None of our edits are left in it.
  if (off === 0) return now;
  // The server adds defaults beside a policy. They are not anybody's choice: without rules before, there are none after.
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

/** Tells whether any of our edits are in `hpa`. */
export const isTouched = ({ metadata, spec }: Hpa, kept: HpaSpec): boolean =>
  metadata.annotations?.[ORIGINAL_ANNOTATION] !== undefined || isPaused(spec) || spec.minReplicas !== kept.minReplicas;

function without<T extends object, K extends keyof T>(object: T, ...keys: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key as K))) as Omit<T, K>;
}

const annotate = (hpa: Hpa, more: Readonly<Record<string, string>>): Hpa => ({
  ...hpa,
  metadata: { ...hpa.metadata, annotations: { ...hpa.metadata.annotations, ...more } },
});
