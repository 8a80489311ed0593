/**
 * Poisson counts from one uniform number, so that the same key always gives the same count. Small rates by inversion;
 * large ones by the normal quantile with its first Cornish-Fisher correction, which also gets the skewness right.
 */

/** From this rate on the corrected normal is used; its distribution is then within .003 of the exact one. */
const LARGE_RATE = 16;

const INTERVALS = 1024;
const quantiles = normalQuantiles(INTERVALS);

/** A Poisson count of the given rate; `uniform` in [0, 1). */
export function poisson(rate: number, uniform: number): number {
  if (rate >= LARGE_RATE) {
    const position = uniform * INTERVALS;
    const index = position | 0;
    const low = quantiles[index];
    const z = low + (quantiles[index + 1] - low) * (position - index);
    const count = rate + Math.sqrt(rate) * z + (z * z - 1) / 6 + 0.5;
    return count > 0 ? Math.floor(count) : 0;
  }
  return rate > 0 ? poissonByInversion(rate, uniform) : 0;
}

function poissonByInversion(rate: number, uniform: number): number {
  let probability = Math.exp(-rate);
  let below = probability;
  let count = 0;
  while (uniform >= below && count < 100) {
    count++;
    probability *= rate / count;
    below += probability;
  }
  return count;
}

/**
 * Knots at i / intervals such that a value interpolated at a uniform position is normal to the eye of a statistical test;
 * the infinite ends are pulled in, and the whole is scaled to variance 1.
 */
function normalQuantiles(intervals: number): Float64Array {
  const knots = new Float64Array(intervals + 1);
  for (let i = 0; i <= intervals; i++) {
    const p = Math.min(Math.max(i / intervals, 0.1 / intervals), 1 - 0.1 / intervals);
    knots[i] = normalQuantile(p);
  }
  let variance = 0;
  for (let i = 0; i < intervals; i++) {
    // Mean square of a piecewise linear function over one interval.
    variance += (knots[i] * knots[i] + knots[i] * knots[i + 1] + knots[i + 1] * knots[i + 1]) / (3 * intervals);
  }
  const scale = 1 / Math.sqrt(variance);
  return knots.map((z) => z * scale);
}

/** Inverse of the normal distribution by bisection on its distribution function (Zelen and Severo 26.2.17, error < 7.5e-8). */
function normalQuantile(p: number): number {
  let low = -8;
  let high = 8;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalDistribution(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalDistribution(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return z >= 0 ? 1 - upper : upper;
}
