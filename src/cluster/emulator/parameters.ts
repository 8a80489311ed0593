/**
 * The numbers of the queueing model. `specParameters` takes those of the spec; `truthParameters` adds the effects that a
 * real cluster has and the spec does not know; a calibrated twin fits its own.
 */
import type { Cluster } from '../../spec/model.ts';

export interface ServiceParameters {
  /** Requests per second of one ready pod. */
  readonly throughput: number;
  /** Shortest and longest time from the start of a container to ready, seconds; drawn uniformly per start. */
  readonly startup: readonly [number, number];
  /** For this many seconds after it gets ready, a pod serves `factor` of its throughput. */
  readonly warmUp: { readonly seconds: number; readonly factor: number };
  /** Capacity grows as (ready pods) ^ this; 1 = pods do not get in each other's way. */
  readonly capacityExponent: number;
  /** Seconds that a request waits at most; half of what would wait longer is dropped each second. */
  readonly timeout: number;
  /** Requests that wait at most. */
  readonly queue: number;
  /** Seconds that a request takes without any waiting. */
  readonly baseLatency: number;
}

export interface EmulatorParameters {
  /** One per service, in the cluster's order. */
  readonly services: readonly ServiceParameters[];
  /** Share of the failed requests that the users send again in the next second. */
  readonly retryShare: number;
}

const DEFAULT_TIMEOUT = 2;
const DEFAULT_BASE_LATENCY = 0.015;

/** The model as the spec describes it. */
export function specParameters(cluster: Cluster): EmulatorParameters {
  return {
    retryShare: 0,
    services: cluster.services.map(({ emulator }) => ({
      throughput: emulator.throughput,
      startup: [emulator.startup, emulator.startup],
      warmUp: { seconds: 0, factor: 1 },
      capacityExponent: 1,
      timeout: DEFAULT_TIMEOUT,
      queue: emulator.queue,
      baseLatency: DEFAULT_BASE_LATENCY,
    })),
  };
}

/** A cluster that is worse than its spec says: slow and uneven starts, a warm-up, pods that share something, users that retry. */
export function truthParameters(cluster: Cluster): EmulatorParameters {
  const spec = specParameters(cluster);
  return {
    retryShare: 0.3,
    services: spec.services.map((service) => ({
      ...service,
      startup: [service.startup[0], 2 * service.startup[1]],
      warmUp: { seconds: 20, factor: 0.6 },
      capacityExponent: 0.96,
    })),
  };
}
