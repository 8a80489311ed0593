/**
 * A recorded load as one profile uses it: averaged, scaled or mapped to shares of the chain's capacity, faster or slower,
 * from a window of the part of the record that is for this use.
 */
import type { FileProfile, Span, SplitName } from '../../spec/model.ts';
import type { LoadRecord } from './load-records.ts';

/** Percentiles that a map sends to its low and its high end. */
const LOW_PERCENTILE = 0.01;
const HIGH_PERCENTILE = 0.995;

interface PlayedRecord {
  readonly seconds: Float64Array;
  /** Requests/s, mapped. */
  readonly rates: Float64Array;
}

/** Percentiles and means over a record take longer than an episode: kept per record and profile. */
const played = new WeakMap<LoadRecord, WeakMap<FileProfile, { capacity: number; record: PlayedRecord }>>();

/**
 * [seconds] rates of a window that begins at a random place of the split. `uniform` in [0, 1) picks the place. A split
 * shorter than the window is played again from its start.
 */
export function playRecord(
  profile: FileProfile,
  record: LoadRecord,
  capacity: number,
  { split, seconds, uniform }: { readonly split: SplitName; readonly seconds: number; readonly uniform: number },
): Float64Array {
  const { seconds: times, rates } = preparedRecord(profile, record, capacity);
  const [from, to] = spanOf(profile, record, split);
  const length = to - from;
  const start = from + uniform * Math.max(0, length - seconds * profile.speed);
  const result = new Float64Array(seconds);
  let point = lastPointAtOrBefore(times, start);
  for (let t = 0; t < seconds; t++) {
    const at = from + ((start - from + t * profile.speed) % length);
    // Begun again from the start of the split.
    if (at < times[point]) point = lastPointAtOrBefore(times, at);
    while (point + 1 < times.length && times[point + 1] <= at) point++;
    const next = Math.min(point + 1, times.length - 1);
    const gap = times[next] - times[point];
    const share = gap > 0 ? Math.max(0, (at - times[point]) / gap) : 0;
    result[t] = rates[point] + (rates[next] - rates[point]) * share;
  }
  return result;
}

/** The part of the record for a use; the whole where the profile has no split. Throws RangeError where the record has no such part. */
function spanOf(profile: FileProfile, record: LoadRecord, split: SplitName): Span {
  const begin = record.seconds[0];
  const end = record.seconds[record.seconds.length - 1];
  const wanted = profile.split ? profile.split[split] : ([begin, end] as const);
  const span: Span = [Math.max(begin, wanted[0]), Math.min(end, wanted[1])];
  if (span[1] <= span[0])
    throw new RangeError(
      `${profile.path}: the part for "${split}" (${wanted[0]}-${wanted[1]} s) lies outside the record (${begin}-${end} s).`,
    );
  return span;
}

function preparedRecord(profile: FileProfile, record: LoadRecord, capacity: number): PlayedRecord {
  let byProfile = played.get(record);
  if (!byProfile) played.set(record, (byProfile = new WeakMap()));
  const known = byProfile.get(profile);
  if (known && known.capacity === capacity) return known.record;
  const smooth = profile.smooth > 0 ? movingMean(record, profile.smooth) : record.rates;
  const prepared = { seconds: record.seconds, rates: mapped(smooth, profile, capacity) };
  byProfile.set(profile, { capacity, record: prepared });
  return prepared;
}

function mapped(rates: Float64Array, profile: FileProfile, capacity: number): Float64Array {
  const { map, scale } = profile;
  if (!map) return rates.map((rate) => rate * scale);
  const sorted = rates.toSorted();
  const low = percentile(sorted, LOW_PERCENTILE);
  const high = percentile(sorted, HIGH_PERCENTILE);
  const slope = high > low ? (map.high - map.low) / (high - low) : 0;
  return rates.map((rate) => capacity * Math.max(0, Math.min(map.clip, map.low + slope * (rate - low))));
}

function percentile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const index = Math.floor(position);
  const next = Math.min(index + 1, sorted.length - 1);
  return sorted[index] + (sorted[next] - sorted[index]) * (position - index);
}

/** Mean over the points at most half of `width` seconds away. */
function movingMean({ seconds, rates }: LoadRecord, width: number): Float64Array {
  const means = new Float64Array(rates.length);
  let first = 0;
  let end = 0;
  let sum = 0;
  for (let i = 0; i < rates.length; i++) {
    while (end < rates.length && seconds[end] <= seconds[i] + width / 2) sum += rates[end++];
    while (seconds[first] < seconds[i] - width / 2) sum -= rates[first++];
    means[i] = Math.max(0, sum / (end - first));
  }
  return means;
}

function lastPointAtOrBefore(times: Float64Array, at: number): number {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle] <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
