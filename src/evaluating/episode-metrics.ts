import { EpisodeSums } from '../cluster/simulation/run-controller.ts';
import { ACCOUNTING_INTERVAL, type Episode, type Outcome } from '../cluster/simulation/simulation.ts';
import type { Metric } from './evaluation.ts';
import { disturbances, GOOD_SUCCESS, recoveryTime } from './recovery.ts';

/** The metrics of one system in one episode; null = nothing to measure. */
export type MetricValues = Readonly<Record<Metric, number | null>>;

/** Adds up what one system does in one episode, one accounting interval at a time. */
export class Account {
  readonly #episode: Episode;
  readonly #sums = new EpisodeSums();
  readonly #good: number[] = [];

  constructor(episode: Episode) {
    this.#episode = episode;
  }

  /** Whether the whole episode has been counted. */
  get complete(): boolean {
    return this.#good.length * ACCOUNTING_INTERVAL >= this.#episode.seconds;
  }

  /** Counts one accounting interval of an environment. */
  add(outcome: Outcome, environment: number): void {
    this.#sums.add(outcome, environment);
    const isGood = outcome.success[environment] >= GOOD_SUCCESS && outcome.latencyCompliance[environment] === 1;
    this.#good.push(Number(isGood));
  }

  /** Means, and amounts per hour, over what was counted. */
  values(): MetricValues {
    const result = this.#sums.result();
    const seconds = this.#good.length * ACCOUNTING_INTERVAL;
    return {
      objective: result.objective,
      resilience: result.resilience,
      success: result.success,
      latencyCompliance: result.latencyCompliance,
      podSeconds: (result.podSeconds * 3600) / seconds,
      coreSeconds: (result.coreSeconds * 3600) / seconds,
      cores: result.coreSeconds / seconds,
      moves: result.movesPerHour,
      recovery: recoveryTime(disturbances(this.#episode), Uint8Array.from(this.#good)),
    };
  }
}
