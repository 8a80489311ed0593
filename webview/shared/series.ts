/** The content of a chart as plain data, which the chart on the screen, its pictures and its table share. */

export type Value = number | null;

export interface Line {
  readonly key: string;
  readonly label: string;
  /** Ascending. */
  readonly x: readonly number[];
  /** null marks a gap. */
  readonly y: readonly Value[];
  /** Lower and upper bounds of a band around the line. */
  readonly low?: readonly Value[];
  readonly high?: readonly Value[];
  readonly color: string;
  /** Pixels of dash and gap; empty for a solid line. */
  readonly dash: readonly number[];
  /** Number of its shape from 1 on (see markerAt), or 0 for none. Shapes distinguish lines without color. */
  readonly marker: number;
  readonly width: number;
  /** Whether it is drawn behind the others, without a marker, and left out of the spoken values. */
  readonly faint: boolean;
}

/** A horizontal line at one value. */
export interface Level {
  readonly label: string;
  readonly y: number;
  readonly color: string;
}

/** A vertical line at one x. */
export interface Mark {
  readonly label: string;
  readonly x: number;
  readonly color: string;
}

export interface ChartData {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly Line[];
  readonly levels: readonly Level[];
  readonly marks: readonly Mark[];
  /** The shown part of the x axis; null for all of it. */
  readonly range: Interval | null;
  /** The whole x axis if several charts share it; by default the extent of the lines. */
  readonly all?: Interval;
  /** Whether a few outliers may be cut off, so that they do not flatten the rest. */
  readonly ignoreOutliers: boolean;
  readonly formatX: (x: number) => string;
  readonly xIsTime: boolean;
  /** Minimum width of the y axis in pixels, so that plots below one another align. */
  readonly axisWidth?: number;
}

export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Returns the point nearest to x; undefined at a gap, or if x is clearly outside the line. */
export function pointAt(line: Line, x: number): { x: number; y: number; low?: number; high?: number } | undefined {
  let first = 0;
  let after = line.x.length;
  while (first < after) {
    const middle = (first + after) >> 1;
    if (line.x[middle] <= x) first = middle + 1;
    else after = middle;
  }
  // Take the nearer of the two neighbors.
  const [a, b] = [first - 1, first];
  if (a < 0 && !(b < line.x.length)) return undefined;
  const i = a < 0 || (b < line.x.length && line.x[b] - x < x - line.x[a]) ? b : a;
  const ends = line.x.length > 1 ? (line.x[line.x.length - 1] - line.x[0]) / (line.x.length - 1) : 0;
  if (x < line.x[0] - 2 * ends || x > line.x[line.x.length - 1] + 2 * ends) return undefined;
  const y = line.y[i];
  if (y === null || y === undefined) return undefined;
  const low = line.low?.[i];
  const high = line.high?.[i];
  return { x: line.x[i], y, ...(typeof low === 'number' && typeof high === 'number' ? { low, high } : {}) };
}

/** Returns the x axis: the requested range, or the extent of all lines. */
export function xExtent({ lines, range, all }: Pick<ChartData, 'lines' | 'range' | 'all'>): Interval {
  const given = range ?? all;
  if (given) return given;
  const ends = lines.filter(({ x }) => x.length > 0).map(({ x }) => [x[0], x[x.length - 1]]);
  if (ends.length === 0) return { from: 0, to: 1 };
  const from = Math.min(...ends.map(([first]) => first));
  const to = Math.max(...ends.map(([, last]) => last));
  return to > from ? { from, to } : { from: from - 1, to: to + 1 };
}

/** Share of values that may be cut off at either end, if the whole range is more than WORTH_CUTTING times the rest. */
const OUTLIERS = 0.02;
const WORTH_CUTTING = 2;
const PADDING = 0.06;

/** Returns the y axis: all values in the x range, all levels, and bands as far as they do not flatten the lines. */
export function yExtent(data: ChartData): Interval {
  const { from, to } = xExtent(data);
  const values: number[] = [];
  let bandLow = Infinity;
  let bandHigh = -Infinity;
  for (const { x, y, low, high } of data.lines) {
    for (let i = 0; i < x.length; i++) {
      if (x[i] < from || x[i] > to) continue;
      const value = y[i];
      if (value !== null) values.push(value);
      bandLow = Math.min(bandLow, low?.[i] ?? Infinity);
      bandHigh = Math.max(bandHigh, high?.[i] ?? -Infinity);
    }
  }
  const levels = data.levels.map((level) => level.y);
  if (values.length === 0 && levels.length === 0) return { from: 0, to: 1 };
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  let [least, greatest] = [at(0), at(1)];
  if (data.ignoreOutliers && values.length >= 20) {
    const [low, high] = [at(OUTLIERS), at(1 - OUTLIERS)];
    if (greatest - least > WORTH_CUTTING * (high - low)) [least, greatest] = [low, high];
  }
  const span = greatest - least || Math.abs(greatest) * 0.1 || 1;
  const bottom = Math.min(...levels, Math.max(Math.min(least, bandLow), least - span * 0.5));
  const top = Math.max(...levels, Math.min(Math.max(greatest, bandHigh), greatest + span * 0.5));
  const padding = (top - bottom || span) * PADDING;
  // Values that are never negative get no negative axis.
  const floor = sorted[0] >= 0 && bottom - padding < 0 ? 0 : bottom - padding;
  return { from: Math.min(floor, bottom), to: top + padding };
}

/** Returns each stretch without a gap as [from, to). */
export function stretches(values: readonly Value[]): [number, number][] {
  const found: [number, number][] = [];
  let from = 0;
  for (let i = 0; i <= values.length; i++) {
    if (i < values.length && values[i] !== null) continue;
    if (i > from) found.push([from, i]);
    from = i + 1;
  }
  return found;
}
