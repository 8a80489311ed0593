/**
 * What a cluster shows at one moment, as columns over many environments at once. CEL rules read it, features are made of
 * it, and the trace store keeps it. All counts and rates are what metrics report: means over the last scrape, 0-15 s late;
 * pod counts are current.
 */

/** Per service. Order is that of the columns in a stored trace. */
export const SERVICE_FIELDS = {
  pending: { unit: 'requests', about: 'requests waiting in the queue' },
  received: { unit: 'requests/s', about: 'requests that arrived' },
  served: { unit: 'requests/s', about: 'requests taken off the queue by pods' },
  succeeded: { unit: 'requests/s', about: 'requests answered with success, calls included' },
  dropped: { unit: 'requests/s', about: 'requests lost to time-outs and full queues' },
  ready: { unit: 'pods', about: 'pods that serve' },
  desired: { unit: 'pods', about: 'replicas asked for' },
  failed: { unit: 'pods', about: 'pods that crashed and wait to restart' },
  starting: { unit: 'pods', about: 'pods pending or starting' },
  cpu: { unit: 'millicores', about: 'CPU used by all pods' },
  memory: { unit: 'MiB', about: 'memory used by all pods' },
  utilization: { unit: 'share', about: 'CPU used over CPU requested by ready pods' },
  rx: { unit: 'kbit/s', about: 'received traffic' },
  tx: { unit: 'kbit/s', about: 'transmitted traffic' },
  latency: { unit: 's', about: 'waiting and service time in this service alone' },
} as const;
export type ServiceField = keyof typeof SERVICE_FIELDS;

/** Of the whole cluster. */
export const CLUSTER_FIELDS = {
  cpuUtilization: { unit: 'share', about: "CPU used over the nodes' CPU" },
  cpuAllocated: { unit: 'share', about: "CPU requested by scheduled pods over the nodes' CPU" },
  latency: { unit: 's', about: 'latency of a request at the entry points' },
  successRate: { unit: 'share', about: 'successful over received requests at the entry points' },
} as const;
export type ClusterField = keyof typeof CLUSTER_FIELDS;

/** Columns: service fields [environment * services + service], cluster fields [environment]. */
export interface Observation {
  readonly environments: number;
  readonly services: number;
  readonly service: Readonly<Record<ServiceField, Float64Array>>;
  readonly cluster: Readonly<Record<ClusterField, Float64Array>>;
}

/** The present and the past. On a reset, an environment's whole past is filled with its first observation. */
export interface ObservationHistory {
  /** Seconds between two entries. */
  readonly interval: number;
  /** 0 = now; clamped to the oldest entry kept. */
  at(ago: number): Observation;
}

const columns = <K extends string>(keys: object, length: number): Record<K, Float64Array> =>
  Object.fromEntries(Object.keys(keys).map((key) => [key, new Float64Array(length)])) as Record<K, Float64Array>;

export function emptyObservation(environments: number, services: number): Observation {
  return {
    environments,
    services,
    service: columns<ServiceField>(SERVICE_FIELDS, environments * services),
    cluster: columns<ClusterField>(CLUSTER_FIELDS, environments),
  };
}
