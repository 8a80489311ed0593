/**
 * What an actor sees, as numbers near 1. 'normalised' (spelled so in specifications) relates demand to capacity, which was the largest
 * single effect in our study of the method. 'paper' gives the nine published fields, scaled by constants of the cluster.
 */
import { callsPerRequest } from '../spec/call-graph.ts';
import type { Algorithm, Cluster } from '../spec/model.ts';
import type { Observation } from '../spec/observation.ts';

export interface Features {
  /** Numbers per environment. */
  readonly size: number;
  /** Short names, in order, for explanations. */
  readonly names: readonly string[];
  /** Writes [environment x size]. */
  write(observation: Observation, into: Float32Array): void;
}

/** Ratios to capacity end here: beyond four times the capacity the right decision is the same. */
const RATIO_LIMIT = 4;

export function makeFeatures(cluster: Cluster, services: readonly number[], kind: Algorithm['observation']): Features {
  return kind === 'paper' ? paperFeatures(cluster, services) : normalizedFeatures(cluster, services);
}

const PER_SERVICE = [
  'ready/max',
  'desired/max',
  'failed/max',
  'starting/max',
  'queue',
  'dropped/capacity',
  'utilization',
  'arrivals/max capacity',
  'demand/desired capacity',
  'demand/capacity of one less',
  'arrivals/ready capacity',
] as const;

function normalizedFeatures(cluster: Cluster, services: readonly number[]): Features {
  const total = cluster.services.length;
  const calls = callsPerRequest(cluster);
  const entries = cluster.services.flatMap((service, index) => (service.entryPoint ? [index] : []));
  const size = services.length * PER_SERVICE.length + 3;
  const names = services.flatMap((s) => PER_SERVICE.map((name) => `${cluster.services[s].name} ${name}`));

  const write = (observation: Observation, into: Float32Array): void => {
    const of = observation.service;
    for (let e = 0; e < observation.environments; e++) {
      let out = e * size;
      for (const s of services) {
        const { replicas, emulator } = cluster.services[s];
        const i = e * total + s;
        let demand = 0;
        for (const entry of entries) demand += of.received[e * total + entry] * calls[entry * total + s];
        if (of.received[i] > demand) demand = of.received[i];
        into[out++] = of.ready[i] / replicas.max;
        into[out++] = of.desired[i] / replicas.max;
        into[out++] = of.failed[i] / replicas.max;
        into[out++] = of.starting[i] / replicas.max;
        into[out++] = Math.log1p(of.pending[i]) / 5;
        into[out++] = ratio(of.dropped[i], emulator.throughput);
        into[out++] = of.utilization[i];
        into[out++] = of.received[i] / (emulator.throughput * replicas.max);
        into[out++] = ratio(demand, of.desired[i] * emulator.throughput);
        into[out++] = ratio(demand, (of.desired[i] - 1) * emulator.throughput);
        into[out++] = ratio(of.received[i], of.ready[i] * emulator.throughput);
      }
      into[out++] = ratio(observation.cluster.latency[e], cluster.objectives.maxLatency);
      into[out++] = observation.cluster.successRate[e];
      into[out] = 1 - observation.cluster.cpuAllocated[e];
    }
  };
  return { size, names: [...names, 'latency/maximum', 'success rate', 'free CPU'], write };
}

function ratio(value: number, capacity: number): number {
  if (value <= 0) return 0;
  return capacity * RATIO_LIMIT <= value ? RATIO_LIMIT : value / capacity;
}

/** The nine published fields per service (karma.md, State), each divided by its largest plausible value. */
function paperFeatures(cluster: Cluster, services: readonly number[]): Features {
  const total = cluster.services.length;
  const fields = ['n_id', 'd_dep', 'd_des', 'd_err', 'd_rem', 'r_cpu', 'r_ram', 't_in', 't_out'];
  const size = services.length * fields.length;

  const write = (observation: Observation, into: Float32Array): void => {
    const of = observation.service;
    for (let e = 0; e < observation.environments; e++) {
      let out = e * size;
      for (const s of services) {
        const { replicas, emulator, cpu, memory } = cluster.services[s];
        const i = e * total + s;
        const traffic = (emulator.throughput * replicas.max * emulator.requestSize * 8) / 1000;
        into[out++] = s / total;
        into[out++] = of.ready[i] / replicas.max;
        into[out++] = of.desired[i] / replicas.max;
        into[out++] = of.failed[i] / replicas.max;
        into[out++] = of.pending[i] / emulator.queue;
        into[out++] = of.cpu[i] / (cpu * replicas.max);
        into[out++] = of.memory[i] / (memory * replicas.max);
        into[out++] = of.rx[i] / traffic;
        into[out++] = of.tx[i] / traffic;
      }
    }
  };
  const names = services.flatMap((s) => fields.map((field) => `${cluster.services[s].name} ${field}`));
  return { size, names, write };
}
