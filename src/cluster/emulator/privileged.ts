/**
 * What only a simulator knows, for a central critic: the true load, crash probabilities and contention now and over the
 * next 30 and 90 s. Means ahead come from running sums, made once per episode.
 */
import type { Episode } from '../simulation/simulation.ts';
import type { Constants } from './constants.ts';

/** Seconds ahead; 1 = now. */
const WINDOWS = [1, 30, 90];

/** Per window: the load of each entry point, then crash probability and throughput factor of each service. */
export function privilegedSizeOf(c: Constants): number {
  return WINDOWS.length * (c.entries.length + 2 * c.services);
}

/** [(second + 1) * width + column] sums of the columns up to and with that second; row 0 is zero. */
const sumsOf = new WeakMap<Episode, Float64Array>();

export function writePrivileged(
  c: Constants,
  episode: Episode,
  second: number,
  into: Float32Array,
  offset: number,
): void {
  const width = c.entries.length + 2 * c.services;
  let sums = sumsOf.get(episode);
  if (!sums) {
    sums = runningSums(c, episode, width);
    sumsOf.set(episode, sums);
  }
  const end = episode.seconds;
  let out = offset;
  for (const window of WINDOWS) {
    const from = Math.min(second, end - 1);
    const to = Math.min(second + window, end);
    // Behind the end the last second repeats.
    const repeated = Math.min(window, second + window - to);
    for (let k = 0; k < width; k++) {
      const inside = repeated < window ? sums[to * width + k] - sums[from * width + k] : 0;
      const last = sums[end * width + k] - sums[(end - 1) * width + k];
      into[out++] = (inside + repeated * last) / window;
    }
  }
}

function runningSums(c: Constants, episode: Episode, width: number): Float64Array {
  const sums = new Float64Array((episode.seconds + 1) * width);
  for (let t = 0; t < episode.seconds; t++) {
    const row = t * c.services;
    let out = (t + 1) * width;
    const add = (value: number): void => {
      sums[out] = sums[out - width] + value;
      out++;
    };
    for (const entry of c.entries) add(episode.rate[row + entry] / c.chainCapacity[entry]);
    for (let s = 0; s < c.services; s++) add(episode.crash[row + s]);
    for (let s = 0; s < c.services; s++) add(episode.factor[row + s]);
  }
  return sums;
}
