/** A metric preset is data: it says how to read the state of Deployments from one kind of metrics. */

/** The fields that are read from Prometheus. Replicas come from the API server, and utilization follows from cpu. */
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
  /** Selector of the series whose newest sample gives the age of the source's values. */
  readonly series: string;
  /** Wraps a vector so that each of its series has a label `deployment`. */
  readonly label: (vector: string) => string;
}

export interface MetricQuery {
  /** Returns one value per Deployment in the unit of the field. $namespace and $window are replaced. */
  readonly query: string;
  /** Name of its source. */
  readonly source: string;
}

export interface Preset {
  readonly name: string;
  /** One sentence for users. */
  readonly about: string;
  /** A query that returns something if this preset fits the namespace. */
  readonly detect: string;
  readonly sources: Readonly<Record<string, MetricSource>>;
  /** A field that is left out needs a query in the spec. */
  readonly metrics: Readonly<Partial<Record<MetricField, MetricQuery>>>;
  /** Whether the latency of a service includes that of the services it calls. */
  readonly latencyIncludesCalls: boolean;
  /** A query for the calls: its series have the labels `caller` and `callee`, both names of Deployments. */
  readonly calls?: string;
}

/** The API server appends two hashes to a Deployment's name: one of the template, then one of the pod. */
const HASH = '[bcdfghjklmnpqrstvwxz2456789]';
const POD_OF_DEPLOYMENT = `(.+)-${HASH}{1,10}-${HASH}{5}`;

/** Takes the Deployment from the name of the pod. */
export const fromPod = (vector: string): string =>
  `label_replace(${vector}, "deployment", "$1", "pod", "${POD_OF_DEPLOYMENT}")`;

/** Takes the Deployment from a label that holds its name. */
export const fromLabel =
  (label: string) =>
  (vector: string): string =>
    label === 'deployment' ? vector : `label_replace(${vector}, "deployment", "$1", "${label}", "(.+)")`;

export const sumBy = (label: MetricSource['label'], vector: string): string => `sum by (deployment) (${label(vector)})`;

/** Returns the ratio of two counters' rates: 0 if nothing was counted, and no value if the counters are missing. */
export const meanOf = (sum: string, count: string): string => `${sum} / (${count} > 0) or ${count} * 0`;

/** Returns `vector`, or 0 if it is missing and `base` is not. A counter of errors appears only with the first error. */
export const orZero = (vector: string, base: string): string => `${vector} or ${base} * 0`;
