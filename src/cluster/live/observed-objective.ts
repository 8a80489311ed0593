/**
 * Resilience and J as they can be read off metrics alone, for a cluster that keeps no accounts of its own (a real one).
 * Rates of the last scrape stand in for what happened in the accounting interval.
 */
import { callsPerRequest } from '../../spec/call-graph.ts';
import type { Cluster } from '../../spec/model.ts';
import type { Observation } from '../../spec/observation.ts';
import { objective, resilience, resilienceTerms, TERMS } from '../resilience.ts';

/** or(s), J and the five terms (in the order of TERMS) of one environment of an observation. */
export function observedObjective(
  cluster: Cluster,
  observation: Observation,
  environment = 0,
): { resilience: number; objective: number; terms: Float64Array } {
  const services = cluster.services.length;
  const calls = callsPerRequest(cluster);
  const { service } = observation;
  const at = (s: number): number => environment * services + s;
  const sumOf = (values: Float64Array): number => cluster.services.reduce((sum, _, s) => sum + values[at(s)], 0);
  const entries = cluster.services.flatMap(({ entryPoint }, s) => (entryPoint ? [s] : []));
  const ends = cluster.services.flatMap(({ calls: called }, s) => (called.length === 0 ? [s] : []));
  // What other services call is no request from outside.
  const outside = cluster.services.map((_, s) => {
    const callers = cluster.services.flatMap(({ calls: called }, caller) => (called.includes(s) ? [caller] : []));
    return Math.max(
      0,
      callers.reduce((rest, caller) => rest - service.served[at(caller)], service.received[at(s)]),
    );
  });
  const received = entries.reduce((sum, s) => sum + outside[s], 0);
  const expectedAt = (end: number): number =>
    entries.reduce((sum, s) => sum + outside[s] * calls[s * services + end], 0);

  const terms = new Float64Array(TERMS.length);
  resilienceTerms(
    {
      received,
      succeeded: received * observation.cluster.successRate[environment],
      failedPods: sumOf(service.failed),
      deployedPods: sumOf(service.ready),
      latency: observation.cluster.latency[environment],
      entryPoints: entries.filter((s) => service.ready[at(s)] > 0).length / entries.length,
      outgoing: ends.reduce((sum, s) => sum + service.served[at(s)], 0),
      expected: ends.reduce((sum, s) => sum + expectedAt(s), 0),
    },
    cluster.objectives.maxLatency,
    terms,
  );
  const value = resilience(terms, cluster.objectives.weights);
  return {
    resilience: value,
    objective: objective(value, observation.cluster.cpuAllocated[environment], cluster.objectives.cost),
    terms,
  };
}
