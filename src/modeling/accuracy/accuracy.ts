/** How well a twin predicts transitions that were held out, in time order, from everything it was fitted to. */
import type { Cluster } from '../../spec/model.ts';
import type { ServiceField } from '../../spec/observation.ts';
import { indicatorColumn } from '../traces/indicators.ts';
import { INDICATORS, stateColumn, stateNames, stateSize, type Indicator } from '../traces/layout.ts';
import type { Segment } from '../traces/trace.ts';
import { ErrorSum, type MetricError } from './errors.ts';
import type { OpenLoopModel } from './open-loop.ts';

/** Intervals ahead. */
const HORIZONS = [1, 10, 30] as const;
/** Origins at most, spread evenly over the held-out transitions. */
const ORIGINS = 240;
/** Transitions at the start of a segment that no prediction starts from: the queueing model gets its hidden state there. */
const BURN_IN = 8;
const J = indicatorColumn('objective');
const FAN_INTERVALS = 40;
const FAN_QUANTILE = 0.75;
const FAN_METRICS = [
  'objective',
  'resilience',
  'latency',
  'success',
  'pending',
] as const satisfies readonly Indicator[];
/** And of every service. */
const FAN_FIELDS = ['ready', 'pending', 'utilization', 'latency'] as const satisfies readonly ServiceField[];

export interface HorizonErrors {
  readonly intervals: number;
  readonly seconds: number;
  /** By 'objective', ..., 'a.pending', ..., 'cluster.latency'. Indicators first. */
  readonly metrics: Readonly<Record<string, MetricError>>;
}

/** One open-loop run against the record, for a picture. Series over intervals 1, 2, ... from the origin. */
export interface Fan {
  readonly interval: number;
  /** Seconds since the start of the recording. */
  readonly from: number;
  /** By 'objective', ..., 'a.ready', ... Indicators first. */
  readonly metrics: Readonly<Record<string, FanSeries>>;
}

/** `low` to `high`: the range of the twin's members; `middle`: their mean. */
export interface FanSeries {
  readonly recorded: number[];
  readonly low: number[];
  readonly middle: number[];
  readonly high: number[];
}

export interface Accuracy {
  readonly heldOut: number;
  readonly origins: number;
  /** Mean recorded J over mean predicted J, at the longest horizon: the paper's "accuracy" of a twin. */
  readonly ratio: number;
  readonly horizons: readonly HorizonErrors[];
  readonly fan?: Fan;
}

/** Transitions in a row that have to be held out to judge a twin by. */
export const JUDGEABLE = BURN_IN + HORIZONS[HORIZONS.length - 1];

/** Undefined where less is held out than the longest horizon needs. */
export async function measureAccuracy(
  model: OpenLoopModel,
  cluster: Cluster,
  heldOut: readonly Segment[],
  signal: AbortSignal,
  onProgress?: (done: number, total: number) => void,
): Promise<Accuracy | undefined> {
  const long = heldOut.filter(({ transitions }) => transitions.length >= JUDGEABLE);
  if (long.length === 0) return undefined;
  const possible = long.reduce((sum, { transitions }) => sum + transitions.length - BURN_IN, 0);
  // Odd, so that origins fall on intervals with and without a decision.
  const stride = Math.ceil(possible / ORIGINS) | 1;
  const errors = new OpenLoopErrors(cluster);
  let counted = 0;
  for (const [i, segment] of long.entries()) {
    const origins: number[] = [];
    for (let k = BURN_IN; k < segment.transitions.length; k += stride) origins.push(k);
    counted += origins.length;
    await model.run(
      segment,
      origins,
      HORIZONS[HORIZONS.length - 1],
      (origin, ahead, states, indicators) => errors.add(segment, origin, ahead, states, indicators),
      signal,
    );
    onProgress?.(i + 1, long.length);
  }
  return {
    heldOut: heldOut.reduce((sum, { transitions }) => sum + transitions.length, 0),
    origins: counted,
    ratio: errors.ratio,
    horizons: errors.horizons(long[0].interval),
    fan: await fanOf(model, cluster, long, signal),
  };
}

/** Errors of the members' means by horizon and column: the indicators, then the state. */
class OpenLoopErrors {
  readonly #names: readonly string[];
  readonly #stateSize: number;
  readonly #sums: readonly (readonly ErrorSum[])[];
  /** Sums of J at the longest horizon. */
  #recorded = 0;
  #predicted = 0;

  constructor({ services }: Cluster) {
    this.#names = [...INDICATORS, ...stateNames(services.map(({ name }) => name))];
    this.#stateSize = stateSize(services.length);
    this.#sums = HORIZONS.map(() => this.#names.map(() => new ErrorSum()));
  }

  add(segment: Segment, origin: number, ahead: number, states: Float64Array, indicators: Float64Array): void {
    const at = HORIZONS.findIndex((horizon) => horizon === ahead);
    if (at < 0) return;
    const recorded = segment.transitions[origin + ahead - 1];
    const before = segment.transitions[origin - 1];
    if (at === HORIZONS.length - 1) {
      this.#recorded += recorded.indicators[J];
      this.#predicted += memberMean(indicators, INDICATORS.length, J);
    }
    const sums = this.#sums[at];
    INDICATORS.forEach((_, c) =>
      sums[c].add(memberMean(indicators, INDICATORS.length, c), recorded.indicators[c], before.indicators[c]),
    );
    for (let c = 0; c < this.#stateSize; c++)
      sums[INDICATORS.length + c].add(memberMean(states, this.#stateSize, c), recorded.next[c], before.next[c]);
  }

  get ratio(): number {
    return this.#recorded / this.#predicted;
  }

  horizons(interval: number): HorizonErrors[] {
    return HORIZONS.map((intervals, h) => ({
      intervals,
      seconds: intervals * interval,
      metrics: Object.fromEntries(this.#names.map((name, c) => [name, this.#sums[h][c].result()])),
    }));
  }
}

/** From a stretch that is livelier than most: a quiet one shows nothing, and the liveliest is a fault that nobody foresees. */
async function fanOf(
  model: OpenLoopModel,
  cluster: Cluster,
  segments: readonly Segment[],
  signal: AbortSignal,
): Promise<Fan> {
  const { segment, origin } = livelyStretch(segments, J);
  const size = stateSize(cluster.services.length);
  const indicators = FAN_METRICS.map((name) => ({ name, column: indicatorColumn(name), series: emptySeries() }));
  const fields = cluster.services.flatMap((service, s) =>
    FAN_FIELDS.map((field) => ({
      name: `${service.name}.${field}`,
      column: stateColumn(s, field),
      series: emptySeries(),
    })),
  );
  await model.run(
    segment,
    [origin],
    FAN_INTERVALS,
    (_, ahead, states, outcomes) => {
      const recorded = segment.transitions[origin + ahead - 1];
      for (const { series, column } of indicators)
        extend(series, recorded.indicators[column], outcomes, INDICATORS.length, column);
      for (const { series, column } of fields) extend(series, recorded.next[column], states, size, column);
    },
    signal,
  );
  return {
    interval: segment.interval,
    from: segment.transitions[origin].time,
    metrics: Object.fromEntries([...indicators, ...fields].map(({ name, series }) => [name, series])),
  };
}

/** The stretch of FAN_INTERVALS (or as many as there are) in which an indicator's range is wider than in FAN_QUANTILE of all. */
function livelyStretch(segments: readonly Segment[], column: number): { segment: Segment; origin: number } {
  const longest = Math.max(...segments.map(({ transitions }) => transitions.length));
  const intervals = Math.min(FAN_INTERVALS, longest - BURN_IN);
  const stretches = segments.flatMap((segment) =>
    Array.from({ length: Math.max(0, segment.transitions.length - BURN_IN - intervals + 1) }, (_, i) => {
      const origin = BURN_IN + i;
      const ahead = segment.transitions.slice(origin, origin + intervals);
      const values = ahead.map(({ indicators }) => indicators[column]);
      return { segment, origin, range: Math.max(...values) - Math.min(...values) };
    }),
  );
  stretches.sort((a, b) => a.range - b.range);
  return stretches[Math.floor(FAN_QUANTILE * stretches.length)];
}

const emptySeries = (): FanSeries => ({ recorded: [], low: [], middle: [], high: [] });

/** Adds one moment: the record, and one column of [members x columns]. */
function extend(series: FanSeries, recorded: number, values: Float64Array, columns: number, column: number): void {
  const members = Array.from({ length: values.length / columns }, (_, m) => values[m * columns + column]);
  series.recorded.push(recorded);
  series.low.push(Math.min(...members));
  series.middle.push(memberMean(values, columns, column));
  series.high.push(Math.max(...members));
}

function memberMean(values: Float64Array, columns: number, column: number): number {
  let sum = 0;
  for (let at = column; at < values.length; at += columns) sum += values[at];
  return (sum * columns) / values.length;
}
