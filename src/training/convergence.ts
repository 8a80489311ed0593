/** Converged: over a window of episodes std(return) < mu and mean(return) > lambda (karma.md section 2; values are ours). */
import type { Training } from '../spec/model.ts';

export class Convergence {
  readonly #rule: Training['convergence'];
  /** The last `window` episode returns; saved in checkpoints. */
  readonly returns: number[] = [];

  constructor(rule: Training['convergence']) {
    this.#rule = rule;
  }

  /** Episode returns here are the mean of J over the episode. */
  add(episodeReturn: number): void {
    this.returns.push(episodeReturn);
    if (this.returns.length > this.#rule.window) this.returns.shift();
  }

  get converged(): boolean {
    const { window, std, mean } = this.#rule;
    if (this.returns.length < window) return false;
    const average = this.returns.reduce((sum, value) => sum + value, 0) / window;
    const variance = this.returns.reduce((sum, value) => sum + (value - average) ** 2, 0) / window;
    return average > mean && Math.sqrt(variance) < std;
  }
}
