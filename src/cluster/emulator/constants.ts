/** Cluster and parameters flattened into columns, once per emulator, for the loops over seconds. */
import { callsPerRequest, capacityOf, topologicalOrder } from '../../spec/call-graph.ts';
import type { Cluster } from '../../spec/model.ts';
import type { EmulatorParameters } from './parameters.ts';

export interface Constants {
  readonly services: number;
  /** Pods of one environment: the sum of all maximum replicas. */
  readonly pods: number;
  /** [services + 1] first pod slot of each service, and the end. */
  readonly podStart: Int32Array;
  /** Callers before callees. */
  readonly order: Int32Array;
  /** Callees of service s: callees[calleeStart[s] .. calleeStart[s + 1]]. */
  readonly calleeStart: Int32Array;
  readonly callees: Int32Array;
  /** Indices of the entry points. */
  readonly entries: Int32Array;
  /** [service] 1 = takes requests from outside. */
  readonly isEntry: Uint8Array;
  /** [service] 1 = some other service calls it. */
  readonly isCalled: Uint8Array;
  /** Services that call no other: what leaves them is the outgoing traffic. */
  readonly isLeaf: Uint8Array;
  /** [service] requests that one request at this entry point causes at all leaves; 0 where not an entry point. */
  readonly leafCalls: Float64Array;
  /** [service] requests/s from outside that the chain behind an entry point takes at its maximum. */
  readonly chainCapacity: Float64Array;

  readonly min: Int32Array;
  readonly max: Int32Array;
  readonly cpu: Float64Array;
  readonly memory: Float64Array;
  readonly requestSize: Float64Array;
  readonly nodeCpu: number;
  readonly nodeMemory: number;

  readonly throughput: Float64Array;
  readonly startupMin: Float64Array;
  readonly startupSpan: Float64Array;
  readonly warmSeconds: Int32Array;
  readonly warmFactor: Float64Array;
  readonly exponent: Float64Array;
  readonly timeout: Float64Array;
  readonly queue: Float64Array;
  readonly baseLatency: Float64Array;
  readonly retryShare: number;
}

export function makeConstants(cluster: Cluster, parameters: EmulatorParameters): Constants {
  const { services } = cluster;
  const count = services.length;
  if (parameters.services.length !== count)
    throw new RangeError(`Parameters of ${parameters.services.length} services for a cluster with ${count}.`);
  const calls = callsPerRequest(cluster);
  const podStart = new Int32Array(count + 1);
  const calleeStart = new Int32Array(count + 1);
  services.forEach((service, s) => {
    podStart[s + 1] = podStart[s] + service.replicas.max;
    calleeStart[s + 1] = calleeStart[s] + service.calls.length;
  });
  const indices = services.map((_, s) => s);
  const entries = indices.filter((s) => services[s].entryPoint);
  const leaves = indices.filter((s) => services[s].calls.length === 0);
  const of = parameters.services;
  return {
    services: count,
    pods: podStart[count],
    podStart,
    order: Int32Array.from(topologicalOrder(cluster)),
    calleeStart,
    callees: Int32Array.from(services.flatMap((service) => service.calls)),
    entries: Int32Array.from(entries),
    isEntry: Uint8Array.from(services, (service) => (service.entryPoint ? 1 : 0)),
    isCalled: Uint8Array.from(services, (_, s) => (services.some((caller) => caller.calls.includes(s)) ? 1 : 0)),
    isLeaf: Uint8Array.from(services, (service) => (service.calls.length === 0 ? 1 : 0)),
    leafCalls: Float64Array.from(indices, (s) =>
      services[s].entryPoint ? leaves.reduce((sum, leaf) => sum + calls[s * count + leaf], 0) : 0,
    ),
    chainCapacity: Float64Array.from(indices, (s) => capacityOf(cluster, s)),
    min: Int32Array.from(services, (service) => service.replicas.min),
    max: Int32Array.from(services, (service) => service.replicas.max),
    cpu: Float64Array.from(services, (service) => service.cpu),
    memory: Float64Array.from(services, (service) => service.memory),
    requestSize: Float64Array.from(services, (service) => service.emulator.requestSize),
    nodeCpu: cluster.nodes.cpu,
    nodeMemory: cluster.nodes.memory,
    throughput: Float64Array.from(of, (p) => p.throughput),
    startupMin: Float64Array.from(of, (p) => p.startup[0]),
    startupSpan: Float64Array.from(of, (p) => Math.max(0, p.startup[1] - p.startup[0])),
    warmSeconds: Int32Array.from(of, (p) => Math.round(p.warmUp.seconds)),
    warmFactor: Float64Array.from(of, (p) => p.warmUp.factor),
    exponent: Float64Array.from(of, (p) => p.capacityExponent),
    timeout: Float64Array.from(of, (p) => p.timeout),
    queue: Float64Array.from(of, (p) => p.queue),
    baseLatency: Float64Array.from(of, (p) => p.baseLatency),
    retryShare: parameters.retryShare,
  };
}
