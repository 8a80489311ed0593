/** What a metric preset is: data on how to read a deployment's state from one kind of metrics. */

/** Fields that are read from Prometheus; replicas come from the API server, utilization follows from cpu. */
export const METRIC_FIELDS = [
  'pending',
  'received',
  'served',
  'succeeded',
  'dropped',
  'cpu',
  'memory',
  'rx',
  'tx',
  'latency',
] as const;
export type MetricField = (typeof METRIC_FIELDS)[number];

export interface MetricSource {
  /** Series whose newest sample tells how old what they say is: a selector. */
  readonly series: string;
  /** Gives each series of a vector a label `deployment`. */
  readonly label: (vector: string) => string;
}

export interface MetricQuery {
  /** One value per deployment, in the unit of the field. $namespace and $window are filled in. */
  readonly query: string;
  /** Name of its source. */
  readonly source: string;
}

export interface Preset {
  readonly name: string;
  /** One sentence for users. */
  readonly about: string;
  /** Gives something where this preset fits the namespace. */
  readonly detect: string;
  readonly sources: Readonly<Record<string, MetricSource>>;
  /** Fields that are left out need a query of the user. */
  readonly metrics: Readonly<Partial<Record<MetricField, MetricQuery>>>;
  /** The latency of a service includes that of the services it calls. */
  readonly latencyIncludesCalls: boolean;
  /** Who calls whom: series with labels `caller` and `callee`, deployments both. */
  readonly calls?: string;
}

/** What the API server puts behind a Deployment's name: hash of the template, then of the pod. */
const HASH = '[bcdfghjklmnpqrstvwxz2456789]';
const POD_OF_DEPLOYMENT = `(.+)-${HASH}{1,10}-${HASH}{5}`;

/** By the name of the pod. */
export const fromPod = (vector: string): string =>
  `label_replace(${vector}, "deployment", "$1", "pod", "${POD_OF_DEPLOYMENT}")`;

/** By a label that holds the name. */
export const fromLabel =
  (label: string) =>
  (vector: string): string =>
    label === 'deployment' ? vector : `label_replace(${vector}, "deployment", "$1", "${label}", "(.+)")`;

export const sumBy = (label: MetricSource['label'], vector: string): string => `sum by (deployment) (${label(vector)})`;

/** A mean out of two counters' rates; 0 where nothing was counted, which is known, and nothing where they are missing. */
export const meanOf = (sum: string, count: string): string => `${sum} / (${count} > 0) or ${count} * 0`;

/** `vector`, or 0 where it is missing and `base` is not: a counter of errors comes with the first error. */
export const orZero = (vector: string, base: string): string => `${vector} or ${base} * 0`;
