/** A curve as sent: NaN in y is a gap; low and high are NaN where there are too few seeds for an interval. */
export interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly low?: readonly number[];
  readonly high?: readonly number[];
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The points in a range (and one on either side, so that lines go on to the edge), thinned out to some `buckets` where there are
 * more than two for each: of every bucket its least and greatest y stay, in their order, and one gap where it has any.
 *
 * A bucket's width is a power of two and buckets begin at multiples of it: as a curve grows, its old points stay the same until
 * the width doubles, so that only its new end has to be sent. x must not fall.
 */
export function thinOut(points: Points, range: Span | null, buckets: number): Points {
  const { x } = points;
  const first = range ? Math.max(0, lowerBound(x, range.from) - 1) : 0;
  const last = range ? Math.min(x.length, lowerBound(x, range.to) + 1) : x.length;
  const count = last - first;
  if (count <= 2 * buckets) return pointsAt(points, sequence(first, last));
  const span = x[last - 1] - x[first];
  const width = 2 ** Math.ceil(Math.log2(span / buckets));
  const chosen: number[] = [];
  const intervals: [number, number][] = [];
  for (let i = first; i < last;) {
    const bucket = Math.floor(x[i] / width);
    let end = i + 1;
    while (end < last && Math.floor(x[end] / width) === bucket) end++;
    const kept = keep(points.y, i, end);
    const interval: [number, number] = [extreme(points.low, i, end, Math.min), extreme(points.high, i, end, Math.max)];
    for (const index of kept) {
      chosen.push(index);
      intervals.push(interval);
    }
    i = end;
  }
  const thinned = pointsAt(points, chosen);
  if (!points.low || !points.high) return thinned;
  return { ...thinned, low: intervals.map(([low]) => low), high: intervals.map(([, high]) => high) };
}

/** Indices in [from, to) of the least, the greatest and the first gap, ascending, each once. */
function keep(y: readonly number[], from: number, to: number): number[] {
  let least = -1;
  let greatest = -1;
  let gap = -1;
  for (let i = from; i < to; i++) {
    if (!Number.isFinite(y[i])) gap = gap < 0 ? i : gap;
    else {
      if (least < 0 || y[i] < y[least]) least = i;
      if (greatest < 0 || y[i] > y[greatest]) greatest = i;
    }
  }
  const kept = [least, greatest, gap].filter((index) => index >= 0).sort((a, b) => a - b);
  return kept.filter((index, i) => index !== kept[i - 1]);
}

/** NaN where no value is finite. */
function extreme(
  values: readonly number[] | undefined,
  from: number,
  to: number,
  better: (a: number, b: number) => number,
): number {
  let found = NaN;
  for (let i = from; values && i < to; i++)
    if (Number.isFinite(values[i])) found = Number.isNaN(found) ? values[i] : better(found, values[i]);
  return found;
}

function pointsAt({ x, y, low, high }: Points, indices: readonly number[]): Points {
  const at = (values: readonly number[]) => indices.map((i) => values[i]);
  return { x: at(x), y: at(y), ...(low && high ? { low: at(low), high: at(high) } : {}) };
}

function sequence(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** Index of the first value that is at least `limit`. */
function lowerBound(values: readonly number[], limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
