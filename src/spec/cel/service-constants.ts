/** What the specification says about the services of a cluster, as expressions read it. */
import { callsPerRequest } from '../call-graph.ts';
import type { Cluster } from '../model.ts';
import type { StaticField } from './vocabulary.ts';

export interface ServiceConstants {
  readonly services: number;
  readonly fields: {
    readonly [F in StaticField]: readonly (F extends 'name' | 'priority'
      ? string
      : F extends 'entryPoint'
        ? boolean
        : number)[];
  };
  /** Indices of the entry points, ascending. */
  readonly entryPoints: readonly number[];
  /** [from * services + to] requests that one request causes. */
  readonly calls: Float64Array;
}

const known = new WeakMap<Cluster, ServiceConstants>();

/** Computed once per cluster object. */
export function constantsOf(cluster: Cluster): ServiceConstants {
  const before = known.get(cluster);
  if (before) return before;
  const { services } = cluster;
  const constants: ServiceConstants = {
    services: services.length,
    fields: {
      throughput: services.map((service) => service.emulator.throughput),
      min: services.map((service) => service.replicas.min),
      max: services.map((service) => service.replicas.max),
      priority: services.map((service) => service.priority),
      entryPoint: services.map((service) => service.entryPoint),
      name: services.map((service) => service.name),
    },
    entryPoints: services.flatMap((service, index) => (service.entryPoint ? [index] : [])),
    calls: callsPerRequest(cluster),
  };
  known.set(cluster, constants);
  return constants;
}
