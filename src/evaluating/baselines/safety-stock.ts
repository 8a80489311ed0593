import { ACCOUNTING_INTERVAL, type System } from '../../cluster/simulation/simulation.ts';
import type { Cluster } from '../../spec/model.ts';
import type { Observation } from '../../spec/observation.ts';
import { makeDemand } from './demand-rule.ts';

export interface SafetyStockSettings {
  /** Per service: capacity held per capacity needed. */
  readonly heads: readonly number[];
  /** Requests a second to be served on top, per waiting request. */
  readonly queue: number;
  /** Seconds for which fewer pods must have been enough before one is taken away. */
  readonly holdOff: number;
}

/** Found on the sample cluster, without a forecast. */
export const SAFETY_STOCK_HEADS = [1.6, 1.5, 1.3, 1.25];

/** A pod slower than this share of its throughput is taken to be a glitch of the metrics. */
const SLOWEST = 0.3;
/** CPU share that an idle pod uses; the rest grows with the work done. */
const IDLE_CPU = 0.05;

/**
 * Keeps a stock of capacity above the need: pods = ceil((calls x entry load + queue x waiting) x head / (throughput x
 * f)) + failed pods, where f is the factor on throughput that the metrics show. Goes up at once, down one pod a step.
 */
export function safetyStock(settings: SafetyStockSettings): System {
  const name = 'safety stock';
  return {
    name,
    make: (cluster, environments) => {
      const services = cluster.services.length;
      if (settings.heads.length !== services)
        throw new RangeError(`${name}: ${settings.heads.length} heads for ${services} services.`);
      const demandOf = makeDemand(cluster);
      // Seconds since the target was last at or above the desired replicas.
      const idle = new Float64Array(environments * services);
      return {
        name,
        interval: ACCOUNTING_INTERVAL,
        reset: (environment) => idle.fill(0, environment * services, (environment + 1) * services),
        decide: (observations, desired) => {
          const now = observations.at(0);
          for (let i = 0; i < desired.length; i++) {
            const { replicas, emulator } = cluster.services[i % services];
            const load = demandOf(now, i) + settings.queue * now.service.pending[i];
            const perPod = emulator.throughput * throughputFactor(cluster, now, i);
            const needed = Math.ceil((load * settings.heads[i % services]) / perPod) + now.service.failed[i];
            const target = Math.max(replicas.min, Math.min(replicas.max, needed));
            idle[i] = target < desired[i] ? idle[i] + ACCOUNTING_INTERVAL : 0;
            if (target > desired[i]) desired[i] = target;
            else if (idle[i] > settings.holdOff) desired[i]--;
          }
        },
      };
    },
  };
}

/** Served requests against the CPU that was used for them: below 1 where something slows the pods down. */
function throughputFactor(cluster: Cluster, observation: Observation, index: number): number {
  const { utilization, ready, served } = observation.service;
  const { throughput } = cluster.services[index % cluster.services.length].emulator;
  const used = (utilization[index] - IDLE_CPU) * ready[index] * throughput;
  if (used <= IDLE_CPU * throughput) return 1;
  return Math.max(SLOWEST, Math.min(1, ((1 - IDLE_CPU) * served[index]) / used));
}
