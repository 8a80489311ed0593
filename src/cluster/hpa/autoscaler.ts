/** One HorizontalPodAutoscaler of one service, synced at whatever times its owner likes. */
import { combineRecommendations, limitReplicas, replicasForUtilization, stabilize, UNKNOWN } from './rules.ts';
import type { HpaSettings } from './settings.ts';

/** What the metrics API and the API server tell about a service's pods. */
export interface PodMetrics {
  /** Ready pods that have a metric, and their mean utilization of the request; NaN = none known. */
  readonly ready: number;
  readonly cpu: number;
  readonly memory: number;
  /** Pods that are pending or not ready yet. */
  readonly unready: number;
  /** Pods without a metric, such as crashed ones. */
  readonly missing: number;
}

interface Dated {
  readonly time: number;
  readonly value: number;
}

export class Autoscaler {
  /** May be exchanged between two syncs; what was recommended and done before still counts. */
  settings: HpaSettings;
  #recommendations: Dated[] = [];
  #started = false;
  #changes: Dated[] = [];

  constructor(settings: HpaSettings) {
    this.settings = settings;
  }

  /** The replicas wanted at `time` (seconds), from `current` ones, within the bounds. */
  sync(
    time: number,
    current: number,
    metrics: PodMetrics,
    bounds: { readonly min: number; readonly max: number },
  ): number {
    const { cpuTarget, memoryTarget, tolerance, scaleUp, scaleDown } = this.settings;
    const { ready, unready, missing } = metrics;
    // What it finds counts as recommended before.
    if (!this.#started) this.#recommendations.push({ time, value: current });
    this.#started = true;
    const forMetric = (utilization: number, target: number): number =>
      replicasForUtilization(current, utilization, ready, unready, missing, target, tolerance);
    const byCpu = forMetric(metrics.cpu, cpuTarget);
    const byMemory = memoryTarget === undefined ? byCpu : forMetric(metrics.memory, memoryTarget);
    if (byCpu === UNKNOWN && byMemory === UNKNOWN)
      return limitReplicas(current, current, bounds.min, bounds.max, scaleUp, scaleDown, () => 0);
    const recommended = combineRecommendations(current, byCpu, byMemory);

    this.#recommendations.push({ time, value: recommended });
    const within = (seconds: number): number[] =>
      this.#recommendations.filter((past) => past.time > time - seconds).map((past) => past.value);
    const desired = stabilize(
      current,
      Math.min(recommended, ...within(scaleUp.stabilizationSeconds)),
      Math.max(recommended, ...within(scaleDown.stabilizationSeconds)),
    );
    const changed = (period: number): number =>
      this.#changes.reduce((sum, change) => (change.time > time - period ? sum + change.value : sum), 0);
    const limited = limitReplicas(current, desired, bounds.min, bounds.max, scaleUp, scaleDown, changed);
    if (limited !== current) this.#changes.push({ time, value: limited - current });
    this.#forget(time);
    return limited;
  }

  #forget(time: number): void {
    const { scaleUp, scaleDown } = this.settings;
    const window = Math.max(scaleUp.stabilizationSeconds, scaleDown.stabilizationSeconds);
    const period = Math.max(0, ...[...scaleUp.policies, ...scaleDown.policies].map((policy) => policy.periodSeconds));
    this.#recommendations = this.#recommendations.filter((past) => past.time > time - window);
    this.#changes = this.#changes.filter((past) => past.time > time - period);
  }
}
