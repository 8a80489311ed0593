/** What an iteration reports: means over its steps and over the episodes that ended in it. */
import type { Outcome } from '../../cluster/simulation/simulation.ts';
import type { TrainingMetrics } from '../algorithm.ts';

export class Tally {
  readonly #sums: Record<string, number> = {};
  #steps = 0;
  #active = 0;
  #complied = 0;
  #episodes = 0;
  #episodeReturns = 0;

  outcome(outcome: Outcome, hpaObjective: Float64Array | undefined): void {
    const add = (name: string, values: Float64Array) => {
      let sum = this.#sums[name] ?? 0;
      for (let e = 0; e < values.length; e++) sum += values[e];
      this.#sums[name] = sum;
    };
    this.#steps += outcome.objective.length;
    add('objective', outcome.objective);
    add('resilience', outcome.resilience);
    add('success', outcome.success);
    add('latency', outcome.latency);
    add('latencyCompliance', outcome.latencyCompliance);
    add('pending', outcome.pending);
    add('moves', outcome.moves);
    if (hpaObjective) add('hpaObjective', hpaObjective);
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
    const { moves, ...sums } = this.#sums;
    const means = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / this.#steps]));
    return {
      ...means,
      movesPerHour: (moves / steps) * (3600 / interval),
      ...(this.#active > 0 ? { compliance: this.#complied / this.#active } : {}),
      ...(this.#episodes > 0 ? { episodeReturn: this.#episodeReturns / this.#episodes } : {}),
    };
  }
}
