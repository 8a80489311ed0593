/** Messages of the Learning Curves view. The host reads the runs, smooths, averages and thins out; the view draws. */
import { flag, list, number, object, oneOf, optional, orNull, text, type Of } from './shape.ts';

const seed = object({
  seed: number,
  state: oneOf('waiting', 'running', 'finished', 'stopped', 'failed'),
  /** The last training step; 0 before the first. */
  step: number,
  /** Where the convergence rule first held. */
  convergedAt: optional(object({ step: number, seconds: number })),
});

const run = object({
  /** Its directory: unique over all projects. */
  id: text,
  /** Name of its folder. */
  name: text,
  training: text,
  kind: text,
  state: oneOf(
    'created',
    'running',
    'stopped',
    'finished',
    'failed',
    'stale',
    'unreadable',
    'other-version',
    'incomplete',
  ),
  /** Milliseconds since the epoch. */
  createdAt: number,
  updatedAt: number,
  /** Why it failed or cannot be read. */
  message: optional(text),
  /** J of the default HPA on the days kept for choosing. */
  hpa: optional(number),
  seeds: list(seed),
});

/**
 * One curve of a chart, or its new end: points before `from` stay as they are. A value that was not finite is null, a
 * gap. `of`: 'mean' over the seeds shown, with its interval in `low` and `high` where there are seeds enough; 'hpa', the
 * default HPA on the same episodes; or one seed's number.
 */
const curve = object({
  of: text,
  from: number,
  x: list(number),
  y: list(orNull(number)),
  low: optional(list(orNull(number))),
  high: optional(list(orNull(number))),
});

/** Curves of one run for one metric; those that are the same as before are left out. */
const curves = object({ query: number, run: text, metric: text, curves: list(curve) });

/** What the view shows. Curves carry the number of the query that they answer; a later query ends an earlier one. */
const query = object({
  query: number,
  runs: list(text),
  /** Seeds switched off, as "<run>#<seed>". */
  hidden: list(text),
  metrics: list(text),
  axis: oneOf('step', 'time'),
  /** 0 = none, to 0.99: share of the previous smoothed value. */
  smoothing: number,
  /** Each seed's own curve beside the mean. */
  eachSeed: flag,
  /** Shown part of the x axis, in its units; null = all. */
  range: orNull(object({ from: number, to: number })),
  /** At most so many buckets a curve; each keeps its least and greatest value. */
  buckets: number,
});

export const learningCurves = {
  toView: {
    runs: object({ runs: list(run), selected: orNull(list(text)) }),
    curves,
    /** All curves of the query have been sent; `at` is the time of the newest event in them, 0 = there is none. */
    answered: object({ query: number, at: number }),
  },
  toHost: {
    query,
    /** Every point of these metrics, as shown (runs, seeds, smoothing), in a CSV file. */
    saveTable: object({ metrics: list(text) }),
    /** From the empty state. */
    start: object({ command: oneOf('karma-mas.train', 'karma-mas.createSample') }),
  },
} as const;

export type RunInfo = Of<typeof run>;
export type SeedInfo = Of<typeof seed>;
export type Curves = Of<typeof curves>;
export type Query = Of<typeof query>;
