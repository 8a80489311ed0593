import { ACCOUNTING_INTERVAL, type System } from '../../cluster/simulation/simulation.ts';
import { callsPerRequest } from '../../spec/call-graph.ts';
import type { Cluster } from '../../spec/model.ts';
import type { Observation } from '../../spec/observation.ts';
import { fixedBaseline } from './baseline.ts';

/** Follows the load without memory: pods = ceil(arrivals x head / throughput of a pod). */
export function demandRule(head = 1.5): System {
  const name = 'demand rule';
  return {
    name,
    make: (cluster) => {
      const demandOf = makeDemand(cluster);
      const services = cluster.services.length;
      return {
        name,
        interval: ACCOUNTING_INTERVAL,
        reset: () => undefined,
        decide: (observations, desired) => {
          const now = observations.at(0);
          for (let i = 0; i < desired.length; i++) {
            const { replicas, emulator } = cluster.services[i % services];
            const wanted = Math.ceil((demandOf(now, i) * head) / emulator.throughput);
            desired[i] = Math.max(replicas.min, Math.min(replicas.max, wanted));
          }
        },
      };
    },
  };
}

export const demandRuleBaseline = fixedBaseline(() => {
  const system = demandRule();
  return { name: system.name, system };
});

/**
 * Requests a second that a service has to expect: what the entry points receive times the calls that a request makes to
 * it. Unlike the service's own arrivals, this sees what still waits in the queues of its callers.
 * The second argument of the function is environment * services + service.
 */
export function makeDemand(cluster: Cluster): (observation: Observation, index: number) => number {
  const services = cluster.services.length;
  const calls = callsPerRequest(cluster);
  const entries = cluster.services.flatMap((service, index) => (service.entryPoint ? [index] : []));
  return (observation, index) => {
    const service = index % services;
    const first = index - service;
    let demand = 0;
    for (const entry of entries)
      demand += observation.service.received[first + entry] * calls[entry * services + service];
    return demand;
  };
}
