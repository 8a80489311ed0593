/** The indicators of one interval, as metrics at its end show them: a real cluster keeps no other accounts. */
import type { Cluster } from '../../spec/model.ts';
import type { Observation } from '../../spec/observation.ts';
import { observedObjective } from '../../cluster/live/observed-objective.ts';
import { INDICATORS, type Indicator } from './layout.ts';

const column = Object.fromEntries(INDICATORS.map((name, i) => [name, i])) as Record<Indicator, number>;

/**
 * [INDICATORS] of one environment. `interval` in seconds; `moves`: pods by which replicas were changed.
 * Counts of the interval are the observed rates times its length.
 */
export function observedIndicators(
  cluster: Cluster,
  observation: Observation,
  interval: number,
  moves: number,
  environment = 0,
): Float64Array {
  const { services } = observation;
  const { objective, resilience, terms } = observedObjective(cluster, observation, environment);
  const of = observation.service;
  const sum = (values: Float64Array, only?: (service: number) => boolean): number => {
    let total = 0;
    for (let s = 0; s < services; s++) if (!only || only(s)) total += values[environment * services + s];
    return total;
  };
  const entry = (service: number): boolean => cluster.services[service].entryPoint;
  const latency = observation.cluster.latency[environment];
  const received = sum(of.received, entry) * interval;

  const values = new Float64Array(INDICATORS.length);
  values[column.objective] = objective;
  values[column.resilience] = resilience;
  values[column.success] = terms[0];
  values[column.pods] = terms[1];
  values[column.latencyTerm] = terms[2];
  values[column.entryPoints] = terms[3];
  values[column.traffic] = terms[4];
  values[column.latency] = latency;
  values[column.latencyCompliance] = latency <= cluster.objectives.maxLatency ? 1 : 0;
  values[column.received] = received;
  values[column.succeeded] = received * observation.cluster.successRate[environment];
  values[column.pending] = sum(of.pending);
  values[column.podSeconds] = (sum(of.ready) + sum(of.starting) + sum(of.failed)) * interval;
  values[column.coreSeconds] = (observation.cluster.cpuAllocated[environment] * cluster.nodes.cpu * interval) / 1000;
  values[column.moves] = moves;
  return values;
}

export const indicatorColumn = (name: Indicator): number => column[name];
