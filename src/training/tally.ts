/** Means over the steps of an iteration and over the episodes that ended in it. */
import type { Outcome } from '../cluster/simulation/simulation.ts';
import type { MetricName } from '../runs/metric-names.ts';
import type { TrainingMetrics } from './algorithm.ts';

export class Tally {
  readonly #sums: Partial<Record<MetricName, number>> = {};
  #moves = 0;
  #steps = 0;
  #active = 0;
  #complied = 0;
  #episodes = 0;
  #episodeReturns = 0;

  outcome(outcome: Outcome, hpaObjective: Float64Array | undefined): void {
    const add = (name: MetricName, values: Float64Array) => {
      let sum = this.#sums[name] ?? 0;
      for (let e = 0; e < values.length; e++) sum += values[e];
      this.#sums[name] = sum;
    };
    this.#steps += outcome.objective.length;
    add('cluster/objective', outcome.objective);
    add('cluster/resilience', outcome.resilience);
    add('cluster/success', outcome.success);
    add('cluster/latency', outcome.latency);
    add('cluster/latency_compliance', outcome.latencyCompliance);
    add('cluster/pending', outcome.pending);
    for (const moves of outcome.moves) this.#moves += moves;
    if (hpaObjective) add('cluster/hpa_objective', hpaObjective);
  }

  compliance(complied: boolean): void {
    this.#active++;
    this.#complied += Number(complied);
  }

  episode(meanObjective: number): void {
    this.#episodes++;
    this.#episodeReturns += meanObjective;
  }

  metrics(steps: number, interval: number): TrainingMetrics {
    const means = Object.fromEntries(Object.entries(this.#sums).map(([name, sum]) => [name, sum / this.#steps]));
    return {
      ...means,
      'cluster/moves_per_hour': (this.#moves / steps) * (3600 / interval),
      ...(this.#active > 0 ? { 'guides/compliance': this.#complied / this.#active } : {}),
      ...(this.#episodes > 0 ? { 'charts/episodic_return': this.#episodeReturns / this.#episodes } : {}),
    };
  }
}
