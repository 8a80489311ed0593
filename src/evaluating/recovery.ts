/**
 * Recovery time: how long after a disturbance service is good again. The KARMA paper reports one without a definition; this
 * one is ours. Disturbances are read off the episode alone, so that every system is asked about the same ones.
 */
import { ACCOUNTING_INTERVAL, type Episode } from '../cluster/simulation/simulation.ts';

/** Service is good in an accounting interval with at least this share of successes and latency within the maximum. */
export const GOOD_SUCCESS = 0.95;
/** Onsets within this many seconds after another one belong to it. */
const SAME_DISTURBANCE = 120;
/** Trouble that begins later than this many seconds after the onset has another cause. */
const ATTRIBUTED = 300;
/** Service has recovered once it stays good for this many seconds. */
const STAYS_GOOD = 60;
/** A load that is this many times the mean of the minute before is a disturbance. */
const SURGE = 1.2;

/**
 * Accounting intervals in which a disturbance begins, ascending: an attack, crashes or contention set in, pods are
 * killed, or the load surges.
 */
export function disturbances(episode: Episode): number[] {
  const services = episode.rate.length / episode.seconds;
  const intervals = Math.floor(episode.seconds / ACCOUNTING_INTERVAL);
  const load = Float64Array.from({ length: intervals }, (_, k) => total(episode.rate, k, services));
  const onsets: number[] = [];
  let last = -Infinity;
  for (let k = 1; k < intervals; k++) {
    const from = Math.max(0, k - 60 / ACCOUNTING_INTERVAL);
    const before = load.subarray(from, k).reduce((sum, value) => sum + value, 0) / (k - from);
    const begins =
      load[k] > SURGE * before ||
      (total(episode.attack, k, 1) > 0 && total(episode.attack, k - 1, 1) === 0) ||
      setsIn(episode.crash, k, services, (value) => value > 0) ||
      setsIn(episode.factor, k, services, (value) => value < 1) ||
      episode.kills.some(({ second }) => Math.floor(second / ACCOUNTING_INTERVAL) === k);
    if (begins && (k - last) * ACCOUNTING_INTERVAL > SAME_DISTURBANCE) {
      onsets.push(k);
      last = k;
    }
  }
  return onsets;
}

/**
 * Mean seconds from a disturbance until service is good and stays so for a minute; 0 for one that does no harm, at most
 * the time to the next one. null where nothing disturbs. `good`: [accounting interval] 1 = good service.
 */
export function recoveryTime(onsets: readonly number[], good: Uint8Array): number | null {
  if (onsets.length === 0) return null;
  const times = onsets.map((onset, i) => {
    const end = onsets[i + 1] ?? good.length;
    const harm = good.indexOf(0, onset);
    if (harm < 0 || harm >= end || (harm - onset) * ACCOUNTING_INTERVAL > ATTRIBUTED) return 0;
    let calm = 0;
    for (let k = harm; k < end; k++) {
      calm = good[k] ? calm + 1 : 0;
      if (calm * ACCOUNTING_INTERVAL >= STAYS_GOOD) return (k + 1 - calm - onset) * ACCOUNTING_INTERVAL;
    }
    return (end - calm - onset) * ACCOUNTING_INTERVAL;
  });
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

/** Sum over one accounting interval. */
function total(values: Float32Array, interval: number, perSecond: number): number {
  const length = ACCOUNTING_INTERVAL * perSecond;
  let sum = 0;
  for (let i = interval * length; i < (interval + 1) * length; i++) sum += values[i];
  return sum;
}

/** Some service is touched in this interval that was not touched at any time of the one before. */
function setsIn(
  values: Float32Array,
  interval: number,
  services: number,
  touched: (value: number) => boolean,
): boolean {
  for (let service = 0; service < services; service++) {
    const any = (k: number): boolean => {
      for (let second = k * ACCOUNTING_INTERVAL; second < (k + 1) * ACCOUNTING_INTERVAL; second++)
        if (touched(values[second * services + service])) return true;
      return false;
    };
    if (any(interval) && !any(interval - 1)) return true;
  }
  return false;
}
