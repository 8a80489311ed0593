/** Which queries tell the fields of a cluster spec: those of its preset, replaced and completed by its own. */
import type { Cluster } from '../../../spec/model.ts';
import { ClusterError } from '../../live/live-cluster.ts';
import { PRESETS } from './presets/all.ts';
import { METRIC_FIELDS, type MetricField } from './presets/preset.ts';
import { selectorsIn } from './selectors.ts';

/** Queries that share their samples, and so their age and their window. */
export interface PlannedSource {
  readonly name: string;
  /** Gives the time of the newest sample, per deployment or over all; undefined where nothing is sampled. */
  readonly newest: string | undefined;
  /** Counts the samples of the last two minutes; undefined where nothing is sampled. */
  readonly count: string | undefined;
}

export interface PlannedQuery {
  readonly field: QueriedField;
  /** With $window. */
  readonly query: string;
  /** Names of sources: the oldest counts. */
  readonly sources: readonly string[];
  /** From the spec, or the preset. */
  readonly own: boolean;
}

/** utilization follows from cpu where no query tells it. */
export type QueriedField = MetricField | 'utilization';
const QUERIED_FIELDS: readonly QueriedField[] = [...METRIC_FIELDS, 'utilization'];

export interface QueryPlan {
  readonly preset: string;
  readonly queries: readonly PlannedQuery[];
  readonly sources: readonly PlannedSource[];
  /** Fields that nothing tells. */
  readonly missing: readonly MetricField[];
  readonly latencyIncludesCalls: boolean;
}

/** Throws ClusterError 'invalid' where the spec names an unknown preset or field. */
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
 * The newest sample of a deployment counts, not the oldest: what cAdvisor says of a pod stays for five minutes after its end,
 * and a pod that no longer answers is left out by Prometheus itself.
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
