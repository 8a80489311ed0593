/**
 * How a transition is laid out: one vector for a state, one per service for the action and the arrivals, one for the
 * indicators. The trace store, the trace files and the networks all use this order.
 *
 * A transition says: at `time` metrics showed `state`; replicas were then set to `desired` (a change of `move`); one
 * interval later metrics showed `next`; in between, `arrivals` requests a second came in from outside, and the interval
 * scored `indicators`.
 */
import { createHash } from 'node:crypto';
import type { Cluster } from '../../spec/model.ts';
import {
  CLUSTER_FIELDS,
  SERVICE_FIELDS,
  emptyObservation,
  type ClusterField,
  type Observation,
  type ServiceField,
} from '../../spec/observation.ts';
import { OUTCOME_FIELDS } from '../../cluster/simulation/simulation.ts';

export const SERVICE_COLUMNS = Object.keys(SERVICE_FIELDS) as ServiceField[];
export const CLUSTER_COLUMNS = Object.keys(CLUSTER_FIELDS) as ClusterField[];

/** What is stored of an interval, in this order. */
export const INDICATORS = OUTCOME_FIELDS;
export type Indicator = (typeof INDICATORS)[number];

export interface Transition {
  /** Counts from 0 within its recording; a gap means that observations were missed. */
  readonly step: number;
  /** Seconds since the recording started. */
  readonly time: number;
  /** [stateSize]: service by service in the order of SERVICE_FIELDS, then CLUSTER_FIELDS. */
  readonly state: Float64Array;
  /** [services] replicas asked for during the interval, and by how much the decision changed them. */
  readonly desired: Float64Array;
  readonly move: Float64Array;
  /** [services] requests a second from outside, mean over the interval; zero where not an entry point. */
  readonly arrivals: Float64Array;
  /** [stateSize] one interval later. */
  readonly next: Float64Array;
  /** [INDICATORS] of this interval. */
  readonly indicators: Float64Array;
}

export const stateSize = (services: number): number => services * SERVICE_COLUMNS.length + CLUSTER_COLUMNS.length;

/** Where a service's field stands in a state vector. */
export const stateColumn = (service: number, field: ServiceField): number =>
  service * SERVICE_COLUMNS.length + SERVICE_COLUMNS.indexOf(field);

/** 'a.pending', ..., 'cluster.latency', ...: the names of a state vector's columns. */
export function stateNames(services: readonly string[]): string[] {
  return [
    ...services.flatMap((service) => SERVICE_COLUMNS.map((field) => `${service}.${field}`)),
    ...CLUSTER_COLUMNS.map((field) => `cluster.${field}`),
  ];
}

/** Copies one environment of an observation into a state vector. */
export function stateOf(observation: Observation, environment = 0, into?: Float64Array): Float64Array {
  const { services } = observation;
  const state = into ?? new Float64Array(stateSize(services));
  let column = 0;
  for (let service = 0; service < services; service++)
    for (const field of SERVICE_COLUMNS) state[column++] = observation.service[field][environment * services + service];
  for (const field of CLUSTER_COLUMNS) state[column++] = observation.cluster[field][environment];
  return state;
}

/** The reverse of `stateOf`: writes a state vector into one environment of an observation. */
export function writeState(state: ArrayLike<number>, into: Observation, environment = 0): void {
  const { services } = into;
  let column = 0;
  for (let service = 0; service < services; service++)
    for (const field of SERVICE_COLUMNS) into.service[field][environment * services + service] = state[column++];
  for (const field of CLUSTER_COLUMNS) into.cluster[field][environment] = state[column++];
}

export function observationOf(state: ArrayLike<number>, services: number): Observation {
  const observation = emptyObservation(1, services);
  writeState(state, observation);
  return observation;
}

/**
 * Identifies what a trace depends on: the nodes, the services with their calls and bounds, and the objectives. Where
 * something was written, its name and its metrics source do not count.
 */
export function clusterHash(cluster: Cluster): string {
  const { nodes, services, objectives } = cluster;
  const relevant = JSON.stringify({ nodes, services, objectives }, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(relevant).digest('hex').slice(0, 16);
}
