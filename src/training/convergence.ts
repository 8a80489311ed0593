/**
 * Returns of training episodes, and the convergence rule on them: over a window of episodes std(return) < mu and mean(return) > lambda
 * (karma.md section 2; the values of the rule are ours). The return of an episode is its mean J.
 */
import type { TypedArray } from '../runs/checkpoints.ts';
import type { Training } from '../spec/model.ts';

export class Convergence {
  readonly #rule: Training['convergence'];
  /** The returns of the last `window` episodes. */
  #returns: readonly number[] = [];
  /** [environment] sum of J and number of steps of the current episode. */
  readonly #sum: Float64Array;
  readonly #steps: Float64Array;

  constructor(rule: Training['convergence'], environments: number) {
    this.#rule = rule;
    this.#sum = new Float64Array(environments);
    this.#steps = new Float64Array(environments);
  }

  /** `objective`: [environment] J of one step. */
  addStep(objective: Float64Array): void {
    for (let e = 0; e < objective.length; e++) {
      this.#sum[e] += objective[e];
      this.#steps[e]++;
    }
  }

  /** Ends the current episode of an environment and gives its return. */
  endEpisode(environment: number): number {
    const mean = this.#sum[environment] / this.#steps[environment];
    this.#sum[environment] = this.#steps[environment] = 0;
    this.#returns = [...this.#returns, mean].slice(-this.#rule.window);
    return mean;
  }

  /** Whether the rule holds now. */
  get converged(): boolean {
    const { window, std, mean } = this.#rule;
    if (this.#returns.length < window) return false;
    const average = this.#returns.reduce((sum, value) => sum + value, 0) / window;
    const variance = this.#returns.reduce((sum, value) => sum + (value - average) ** 2, 0) / window;
    return average > mean && Math.sqrt(variance) < std;
  }

  save(): Record<string, TypedArray> {
    return {
      returns: Float64Array.from(this.#returns),
      episodeSum: this.#sum.slice(),
      episodeSteps: this.#steps.slice(),
    };
  }

  restore(saved: Readonly<Record<string, TypedArray>>): void {
    this.#returns = [...(saved.returns as Float64Array)];
    this.#sum.set(saved.episodeSum as Float64Array);
    this.#steps.set(saved.episodeSteps as Float64Array);
  }
}
