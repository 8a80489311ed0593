/**
 * Means with 95 % intervals by Student's t. Systems are compared in pairs, episode by episode: both met the same load
 * and the same luck, so the difference is far more certain than either value.
 */

export interface Estimate {
  readonly mean: number;
  /** Half the width of the 95 % interval; NaN from fewer than two values. */
  readonly interval: number;
  /** Values that went in. NaN among the given ones (nothing to measure there) are left out. */
  readonly count: number;
}

export interface PairedEstimate extends Estimate {
  /** Share of the pairs in which the first is larger; a tie counts half. */
  readonly won: number;
}

/** Mean and 95 % interval of independent values. NaN (no value) is left out; nothing left gives NaN. */
export function estimate(values: ArrayLike<number>): Estimate {
  const known = Array.from(values).filter((value) => !Number.isNaN(value));
  const count = known.length;
  const mean = known.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, interval: NaN, count };
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = Math.sqrt(squares / (count - 1) / count);
  return { mean, interval: studentQuantile(0.975, count - 1) * standardError, count };
}

/** Of a[i] - b[i], pairs with a NaN left out. Throws a RangeError where the lengths differ. */
export function pairedDifference(a: ArrayLike<number>, b: ArrayLike<number>): PairedEstimate {
  if (a.length !== b.length) throw new RangeError(`${a.length} values cannot be paired with ${b.length}.`);
  const differences = Array.from(a, (value, i) => value - b[i]).filter((value) => !Number.isNaN(value));
  const wins = differences.reduce((sum, d) => sum + (d > 0 ? 1 : d === 0 ? 0.5 : 0), 0);
  return { ...estimate(differences), won: wins / differences.length };
}

/** Column means of rows[seed][episode], NaN left out: what an average training run gets in each episode. */
export function meanOverRows(rows: readonly ArrayLike<number>[]): number[] {
  return Array.from(rows[0] ?? [], (_, column) => estimate(rows.map((row) => row[column])).mean);
}

/**
 * The value that a Student t variable with `freedom` (a whole number, at least 1) degrees of freedom stays below with
 * probability p, 0 < p < 1. Inverts the finite series of Abramowitz and Stegun, 26.7.3 and 26.7.4, which are exact for
 * whole degrees of freedom, by bisection on the angle.
 */
export function studentQuantile(p: number, freedom: number): number {
  if (!(p > 0 && p < 1) || !Number.isInteger(freedom) || freedom < 1)
    throw new RangeError(`no Student t quantile for p = ${p} with ${freedom} degrees of freedom`);
  const central = Math.abs(2 * p - 1);
  let low = 0;
  let high = Math.PI / 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (centralProbability(middle, freedom) < central) low = middle;
    else high = middle;
  }
  return Math.sign(p - 0.5) * Math.sqrt(freedom) * Math.tan((low + high) / 2);
}

/** P(|T| <= t) with t = sqrt(freedom) tan(angle). */
function centralProbability(angle: number, freedom: number): number {
  const cosine = Math.cos(angle);
  const odd = freedom % 2;
  // odd: cos + 2/3 cos^3 + 2*4/(3*5) cos^5 + ...; even: 1 + 1/2 cos^2 + 1*3/(2*4) cos^4 + ...
  let term = odd ? cosine : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let power = odd + 2; power <= freedom - 2; power += 2) {
    term *= (cosine * cosine * (power - 1)) / power;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
