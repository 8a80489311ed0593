/** Messages of the Twin Report view. The host reads the report of a run's twin; the view shows it. */
import { runChoiceToHost, runChoiceToView } from './run-choice.ts';
import { flag, list, number, object, oneOf, optional, orNull, text, type Of } from './shape.ts';

/** As modeling/accuracy/errors.ts MetricError. */
const metricError = object({
  count: number,
  mae: number,
  rmse: number,
  bias: number,
  /** Left out where the record does not vary. */
  r2: optional(number),
  persistence: number,
});

const series = object({
  recorded: list(number),
  low: list(number),
  middle: list(number),
  high: list(number),
});

const horizon = object({
  intervals: number,
  seconds: number,
  metrics: list(object({ name: text, error: metricError })),
});

const accuracy = object({
  heldOut: number,
  origins: number,
  ratio: number,
  horizons: list(horizon),
  fan: orNull(
    object({
      /** Seconds. */
      interval: number,
      from: number,
      metrics: list(object({ name: text, series })),
    }),
  ),
});

const ranking = object({
  /** Best on the cluster first. */
  systems: list(object({ name: text, cluster: number, twin: number })),
  spearman: number,
  kendall: number,
  agreeing: number,
  ratio: number,
});

const calibration = object({
  errorOfSpec: number,
  error: number,
  candidates: number,
  transitions: number,
  values: list(
    object({
      name: text,
      /** Left out: one value for all services. */
      service: optional(text),
      value: number,
      /** Left out where the specification says nothing. */
      spec: optional(number),
      unit: text,
      plausible: list(number),
      identifiable: flag,
      note: text,
    }),
  ),
});

const traces = object({
  interval: number,
  fit: number,
  heldOut: number,
  recordings: list(object({ id: number, source: text, started: number, transitions: number, notes: text })),
});

const report = object({
  /** Of the run. */
  directory: text,
  kind: oneOf('calibrated', 'recorded-then-mlp', 'emulator'),
  cluster: text,
  verdict: object({ accepted: flag, reason: text }),
  accuracy: orNull(accuracy),
  /** Of the network, where it is not the twin itself. */
  networkAccuracy: orNull(accuracy),
  ranking: orNull(ranking),
  calibration: orNull(calibration),
  traces: orNull(traces),
  skipped: list(object({ recording: number, reason: text })),
});

export const twinReport = {
  toView: {
    ...runChoiceToView,
    report,
  },
  toHost: {
    ...runChoiceToHost,
    open: object({ what: oneOf('fit', 'collect', 'runAll', 'reveal', 'showLog') }),
  },
} as const;

/** The report as the runner writes it differs only in that `metrics` are objects, and absent parts are left out. */
export type TwinReportMessage = Of<typeof report>;
export type TwinAccuracy = Of<typeof accuracy>;
export type TwinHorizon = Of<typeof horizon>;
export type TwinRanking = Of<typeof ranking>;
export type TwinCalibration = Of<typeof calibration>;
export type TwinTraces = Of<typeof traces>;
export type FanSeries = Of<typeof series>;
export type MetricError = Of<typeof metricError>;
