/** Test Queries: reports what each query of a cluster spec returns for each service, how old it is, and what is missing. */
import type { Cluster } from '../../../spec/model.ts';
import { SERVICE_FIELDS } from '../../../spec/observation.ts';
import { ageOf, MetricsReader } from '../reading/metrics-reader.ts';
import type { MetricField } from '../reading/presets/preset.ts';
import type { Prometheus } from '../reading/prometheus.ts';
import { planQueries, type QueriedField } from '../reading/query-plan.ts';

export interface TestedService {
  readonly service: string;
  /** null if there is no value, or it is NaN. */
  readonly value: number | null;
  /** Seconds, or null if the age is unknown. */
  readonly age: number | null;
  readonly state: 'ok' | 'stale' | 'missing' | 'NaN';
}

export interface TestedQuery {
  readonly field: QueriedField;
  readonly unit: string;
  readonly about: string;
  /** The query as it was sent. */
  readonly query: string;
  /** Why the query returns nothing; empty if it returns something. */
  readonly problem: string;
  readonly services: readonly TestedService[];
}

export interface TestedQueries {
  /** Where Prometheus is. */
  readonly prometheus: string;
  /** Empty if the spec names none. */
  readonly preset: string;
  readonly queries: readonly TestedQuery[];
  /** Fields that no query provides. */
  readonly missing: readonly { readonly field: MetricField; readonly unit: string; readonly about: string }[];
  /** Whether every field of every service has a fresh value. */
  readonly complete: boolean;
}

/** Age in seconds from which a value is stale, as in Transfer.fallback.staleAfter. */
export const STALE_AFTER = 60;

/** Runs all queries of the spec. Rejects with ClusterError if they cannot be planned, or when `signal` aborts. */
export async function testQueries(
  spec: Cluster,
  prometheus: Prometheus,
  signal: AbortSignal,
  staleAfter = STALE_AFTER,
): Promise<TestedQueries> {
  const plan = planQueries(spec);
  const readings = await new MetricsReader(prometheus, plan).read(signal);
  const queries = readings.map((reading): TestedQuery => {
    const { field, query, problem, values } = reading;
    const services = spec.services.map(({ name }): TestedService => {
      const value = values.get(name);
      const age = ageOf(reading, name);
      const state =
        value === undefined ? 'missing' : !Number.isFinite(value) ? 'NaN' : age > staleAfter ? 'stale' : 'ok';
      return { service: name, value: finite(value), age: finite(age), state };
    });
    return { field, ...SERVICE_FIELDS[field], query, problem, services };
  });
  const missing = plan.missing.map((field) => ({ field, ...SERVICE_FIELDS[field] }));
  const complete =
    missing.length === 0 && queries.every(({ services }) => services.every(({ state }) => state === 'ok'));
  return { prometheus: prometheus.where, preset: plan.preset, queries, missing, complete };
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;
