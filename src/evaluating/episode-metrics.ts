import { EpisodeSums } from '../cluster/simulation/run-controller.ts';
import { ACCOUNTING_INTERVAL, type Episode, type Outcome } from '../cluster/simulation/simulation.ts';
import { byMetric, METRICS, type MetricValues } from './metrics.ts';
import { GOOD_SUCCESS } from './recovery.ts';

/** Measures one system in one episode, one accounting interval at a time. */
export class EpisodeMetrics {
  readonly #episode: Episode;
  readonly #sums = new EpisodeSums();
  readonly #good: number[] = [];

  constructor(episode: Episode) {
    this.#episode = episode;
  }

  /** Whether the whole episode has been counted. */
  get complete(): boolean {
    return this.#seconds >= this.#episode.seconds;
  }

  get #seconds(): number {
    return this.#good.length * ACCOUNTING_INTERVAL;
  }

  /** Counts one accounting interval of an environment. */
  add(outcome: Outcome, environment: number): void {
    this.#sums.add(outcome, environment);
    const isGood = outcome.success[environment] >= GOOD_SUCCESS && outcome.latencyCompliance[environment] === 1;
    this.#good.push(Number(isGood));
  }

  /** All columns, over what was counted. */
  values(): MetricValues {
    const measured = {
      episode: this.#episode,
      result: this.#sums.result(),
      seconds: this.#seconds,
      good: Uint8Array.from(this.#good),
    };
    return byMetric((name) => METRICS[name].of(measured)) as MetricValues;
  }
}
