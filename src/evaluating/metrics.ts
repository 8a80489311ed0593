/**
 * The columns of an evaluation: what is measured of a system in an episode. A new column is one entry here; tables, CSV,
 * Markdown, report and journal follow. The names are those of the stored evaluation.json, in this order.
 */
import type { EpisodeResult } from '../cluster/simulation/run-controller.ts';
import type { Episode } from '../cluster/simulation/simulation.ts';
import { disturbances, recoveryTime } from './recovery.ts';

/** What one system did in one episode. */
export interface MeasuredEpisode {
  readonly episode: Episode;
  readonly result: EpisodeResult;
  /** Seconds that were counted. */
  readonly seconds: number;
  /** [accounting interval] 1 = good service (recovery.ts). */
  readonly good: Uint8Array;
}

export interface MetricColumn {
  /** Heading of the column. */
  readonly title: string;
  /** '' for a number without a unit. */
  readonly unit: string;
  readonly about: string;
  readonly better: 'higher' | 'lower';
  /** Decimals in tables. */
  readonly digits: number;
  /** null = there was nothing to measure. */
  readonly of: (measured: MeasuredEpisode) => number | null;
}

const HOUR = 3600;

export const METRICS = {
  objective: {
    title: 'J',
    unit: '',
    about: 'mean of resilience - cost x allocated share of CPU',
    better: 'higher',
    digits: 4,
    of: ({ result }) => result.objective,
  },
  resilience: {
    title: 'or(s)',
    unit: '',
    about: 'mean operational resilience',
    better: 'higher',
    digits: 4,
    of: ({ result }) => result.resilience,
  },
  success: {
    title: 'success',
    unit: 'share',
    about: 'share of the requests from outside that succeeded',
    better: 'higher',
    digits: 4,
    of: ({ result }) => result.success,
  },
  latencyCompliance: {
    title: 'latency ok',
    unit: 'share',
    about: 'share of accounting intervals with latency within the maximum',
    better: 'higher',
    digits: 3,
    of: ({ result }) => result.latencyCompliance,
  },
  podSeconds: {
    title: 'pod-s/h',
    unit: 'pod-seconds per hour',
    about: 'seconds that scheduled pods occupied, per hour',
    better: 'lower',
    digits: 0,
    of: ({ result, seconds }) => (result.podSeconds * HOUR) / seconds,
  },
  coreSeconds: {
    title: 'core-s/h',
    unit: 'core-seconds per hour',
    about: 'core-seconds that scheduled pods requested, per hour',
    better: 'lower',
    digits: 0,
    of: ({ result, seconds }) => (result.coreSeconds * HOUR) / seconds,
  },
  cores: {
    title: 'cores',
    unit: 'cores',
    about: 'mean cores that scheduled pods requested',
    better: 'lower',
    digits: 2,
    of: ({ result, seconds }) => result.coreSeconds / seconds,
  },
  moves: {
    title: 'moves/h',
    unit: 'pods per hour',
    about: 'pods by which desired replicas were changed, per hour',
    better: 'lower',
    digits: 1,
    of: ({ result }) => result.movesPerHour,
  },
  recovery: {
    title: 'recovery s',
    unit: 's',
    about: 'mean seconds from a disturbance until service is good again',
    better: 'lower',
    digits: 1,
    of: ({ episode, good }) => recoveryTime(disturbances(episode), good),
  },
} as const satisfies Record<string, MetricColumn>;

export type Metric = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as Metric[];

/** One value per column, in their order. */
export function byMetric<Value>(valueOf: (metric: Metric) => Value): Record<Metric, Value> {
  const values: Partial<Record<Metric, Value>> = {};
  for (const name of METRIC_NAMES) values[name] = valueOf(name);
  return values as Record<Metric, Value>;
}

/** The metrics of one system in one episode. */
export type MetricValues = { readonly [M in Metric]: ReturnType<(typeof METRICS)[M]['of']> };
