/** Chooses the query for each field of a cluster spec: the spec's own, or else the one of its preset. */
import type { Cluster } from '../../../spec/model.ts';
import { ClusterError } from '../../live/live-cluster.ts';
import { PRESETS } from './presets/all.ts';
import { METRIC_FIELDS, type MetricField } from './presets/preset.ts';
import { selectorsIn } from './selectors.ts';

/** A group of samples that queries read, with one age and one window. */
export interface PlannedSource {
  readonly name: string;
  /** Query for the time of the newest sample, per Deployment or overall; undefined if there are no samples. */
  readonly newest: string | undefined;
  /** Query for the number of samples in the last two minutes; undefined if there are no samples. */
  readonly count: string | undefined;
}

export interface PlannedQuery {
  readonly field: QueriedField;
  /** PromQL with a placeholder $window. */
  readonly query: string;
  /** Names of sources. The oldest determines the age of the value. */
  readonly sources: readonly string[];
  /** Whether the query comes from the spec, not from the preset. */
  readonly own: boolean;
}

/** utilization follows from cpu unless a query provides it. */
export type QueriedField = MetricField | 'utilization';
const QUERIED_FIELDS: readonly QueriedField[] = [...METRIC_FIELDS, 'utilization'];

export interface QueryPlan {
  readonly preset: string;
  readonly queries: readonly PlannedQuery[];
  readonly sources: readonly PlannedSource[];
  /** Fields that no query provides. */
  readonly missing: readonly MetricField[];
  readonly latencyIncludesCalls: boolean;
}

/** Plans the queries of a spec. Throws ClusterError 'invalid' if the spec names an unknown preset or field. */
export function planQueries(spec: Cluster): QueryPlan {
  const { metrics, namespace } = spec;
  if (metrics.source !== 'prometheus')
    throw new ClusterError(
      'invalid',
      `Cluster ${spec.name} has metrics.source ${metrics.source}: set it to prometheus.`,
    );
  const preset = PRESETS.find(({ name }) => name === metrics.preset);
  if (metrics.preset !== undefined && !preset)
    throw new ClusterError(
      'invalid',
      `There is no preset ${metrics.preset}: name one of ${PRESETS.map(({ name }) => name).join(', ')}.`,
    );
  const unknown = Object.keys(metrics.queries).find((field) => !(QUERIED_FIELDS as readonly string[]).includes(field));
  if (unknown !== undefined)
    throw new ClusterError(
      'invalid',
      `metrics.prometheus.queries has ${unknown}, which is no field: ${QUERIED_FIELDS.join(', ')}.`,
    );
  const fill = (text: string): string => text.replaceAll('$namespace', namespace);
  const queries: PlannedQuery[] = [];
  const sources = new Map<string, PlannedSource>();
  for (const field of QUERIED_FIELDS) {
    const own = metrics.queries[field];
    const given = field === 'utilization' ? undefined : preset?.metrics[field];
    if (own !== undefined) {
      const query = fill(own);
      const names = selectorsIn(query).map((series) => addSource(sources, series, series, (vector) => vector));
      queries.push({ field, query, sources: names, own: true });
    } else if (given && preset) {
      const { series, label } = preset.sources[given.source];
      const name = addSource(sources, `${preset.name}: ${given.source}`, fill(series), label);
      queries.push({ field, query: fill(given.query), sources: [name], own: false });
    }
  }
  return {
    preset: preset?.name ?? '',
    queries,
    sources: [...sources.values()],
    missing: METRIC_FIELDS.filter((field) => !queries.some((query) => query.field === field)),
    latencyIncludesCalls: (preset?.latencyIncludesCalls ?? true) && metrics.queries.latency === undefined,
  };
}

/**
 * Adds a source, whose age is that of a Deployment's newest sample. The oldest would mislead: cAdvisor reports a pod for five
 * minutes after its end, and Prometheus itself leaves out a pod that no longer answers.
 */
function addSource(
  sources: Map<string, PlannedSource>,
  name: string,
  series: string,
  label: (vector: string) => string,
): string {
  if (!sources.has(name))
    sources.set(name, {
      name,
      newest: `max by (deployment) (${label(`timestamp(${series})`)})`,
      count: `max(count_over_time(${series}[2m]))`,
    });
  return name;
}
