/** Errors of predictions of one quantity, gathered one by one. */
export interface MetricError {
  readonly count: number;
  /** Mean absolute error, root mean squared error, and mean of prediction - record. */
  readonly mae: number;
  readonly rmse: number;
  readonly bias: number;
  /** 1 - squared error / variance of the record; absent where the record does not vary. */
  readonly r2?: number;
  /** Mean absolute error of "as at the origin": what a twin must beat. */
  readonly persistence: number;
}

export class ErrorSum {
  #count = 0;
  #absolute = 0;
  #squared = 0;
  #signed = 0;
  #persistence = 0;
  /** Running mean and sum of squared deviations of the record (Welford 1962). */
  #mean = 0;
  #deviation = 0;

  add(predicted: number, recorded: number, atOrigin: number): void {
    const error = predicted - recorded;
    this.#count++;
    this.#absolute += Math.abs(error);
    this.#squared += error * error;
    this.#signed += error;
    this.#persistence += Math.abs(atOrigin - recorded);
    const before = recorded - this.#mean;
    this.#mean += before / this.#count;
    this.#deviation += before * (recorded - this.#mean);
  }

  result(): MetricError {
    const n = Math.max(1, this.#count);
    return {
      count: this.#count,
      mae: this.#absolute / n,
      rmse: Math.sqrt(this.#squared / n),
      bias: this.#signed / n,
      ...(this.#deviation > 1e-12 * n ? { r2: 1 - this.#squared / this.#deviation } : {}),
      persistence: this.#persistence / n,
    };
  }
}
