/**
 * The rules of the Kubernetes HPA as pure functions of numbers (Kubernetes documentation, "Horizontal Pod Autoscaling":
 * algorithm details, configurable scaling behavior). One service at a time, so that a single autoscaler and a controller
 * of thousands of columns share them.
 */
import type { ScalingRules } from './settings.ts';

/** No recommendation: a metric is missing for every pod. */
export const UNKNOWN = -1;

/** Ratios of metrics are not exact; a ceiling must not jump over a whole number for a rounding error. */
const ROUNDING = 1e-9;

/**
 * desired = ceil(pods * utilization / target), with its exceptions: nothing changes within the tolerance; pods that are
 * not ready yet are left out, and count as using nothing where that makes a scale-up smaller; pods without a metric count as
 * using all of their request on the way down and nothing on the way up; nothing changes where such assumptions would turn
 * the direction. `measured`: ready pods with a metric, whose mean utilization (share of the request) is given.
 */
export function replicasForUtilization(
  current: number,
  utilization: number,
  measured: number,
  unready: number,
  missing: number,
  target: number,
  tolerance: number,
): number {
  if (measured === 0 || Number.isNaN(utilization)) return UNKNOWN;
  const ratio = utilization / target;
  if (isWithin(ratio, 0)) return current;
  const countsUnready = unready > 0 && ratio > 1;
  if (!countsUnready && missing === 0) {
    return isWithin(ratio, tolerance) ? current : ceiling(ratio * measured);
  }
  const assumed = ratio < 1 ? missing * Math.max(1, target) : 0;
  const counted = measured + missing + (countsUnready ? unready : 0);
  const cautious = (utilization * measured + assumed) / (target * counted);
  if (isWithin(cautious, tolerance) || (ratio < 1 && cautious > 1) || (ratio > 1 && cautious < 1)) return current;
  const replicas = ceiling(cautious * counted);
  const turned = cautious < 1 ? replicas > current : replicas < current;
  return turned ? current : replicas;
}

function isWithin(ratio: number, tolerance: number): boolean {
  return Math.abs(1 - ratio) <= tolerance + ROUNDING;
}

function ceiling(value: number): number {
  return Math.ceil(value - ROUNDING);
}

/** Of several metrics the largest recommendation counts; where one is unknown, replicas may grow but not shrink. */
export function combineRecommendations(current: number, first: number, second: number): number {
  const largest = Math.max(first, second);
  if (largest === UNKNOWN) return current;
  return (first === UNKNOWN || second === UNKNOWN) && largest < current ? current : largest;
}

/**
 * The replicas nearest to the present ones between the lowest recommendation in the scale-up window and the highest in
 * the scale-down window, the newest included in both.
 */
export function stabilize(current: number, lowestForUp: number, highestForDown: number): number {
  return current < lowestForUp ? lowestForUp : current > highestForDown ? highestForDown : current;
}

/** Largest replica count that the policies allow. `changed(period)`: pods added minus pods removed in the last `period` seconds. */
export function upperLimit(current: number, rules: ScalingRules, changed: (periodSeconds: number) => number): number {
  if (rules.selectPolicy === 'Disabled' || rules.policies.length === 0) return current;
  const largest = rules.selectPolicy === 'Max';
  let limit = largest ? -Infinity : Infinity;
  for (const { type, value, periodSeconds } of rules.policies) {
    const atStart = current - changed(periodSeconds);
    const allowed = type === 'Pods' ? atStart + value : ceiling(atStart * (1 + value / 100));
    limit = largest ? Math.max(limit, allowed) : Math.min(limit, allowed);
  }
  return Math.max(limit, current);
}

/** Smallest replica count that the policies allow. */
export function lowerLimit(current: number, rules: ScalingRules, changed: (periodSeconds: number) => number): number {
  if (rules.selectPolicy === 'Disabled' || rules.policies.length === 0) return current;
  const largest = rules.selectPolicy === 'Max';
  let limit = largest ? Infinity : -Infinity;
  for (const { type, value, periodSeconds } of rules.policies) {
    const atStart = current - changed(periodSeconds);
    const allowed = type === 'Pods' ? atStart - value : Math.floor(atStart * (1 - value / 100) + ROUNDING);
    limit = largest ? Math.min(limit, allowed) : Math.max(limit, allowed);
  }
  return Math.min(limit, current);
}

/** Replicas after policies and bounds. Replicas outside the bounds go there at once. */
export function limitReplicas(
  current: number,
  desired: number,
  min: number,
  max: number,
  scaleUp: ScalingRules,
  scaleDown: ScalingRules,
  changed: (periodSeconds: number) => number,
): number {
  if (current > max) return max;
  if (current < min) return min;
  if (desired > current) return Math.min(desired, max, upperLimit(current, scaleUp, changed));
  if (desired < current) return Math.max(desired, min, lowerLimit(current, scaleDown, changed));
  return current;
}
