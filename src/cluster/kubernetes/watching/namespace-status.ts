/** The current state of the services in a namespace, as plain data for the command line and the side panel. */
import type { Cluster } from '../../../spec/model.ts';
import type { ClusterIdentity, HpaState, Snapshot } from '../../live/live-cluster.ts';
import { isPaused, type OriginalHpa } from '../writing/hpa-edits.ts';

export interface ServiceStatus {
  readonly service: string;
  /** null if it is unknown because the Deployment does not exist. */
  readonly desired: number | null;
  readonly ready: number | null;
  readonly starting: number | null;
  readonly failed: number | null;
  readonly hpa: HpaStatus | null;
  readonly received: number | null;
  readonly pending: number | null;
  /** Seconds, without the services that it calls. */
  readonly latency: number | null;
  /** Share of the requested CPU. */
  readonly utilization: number | null;
  /** Age of the oldest metric in seconds; null if one is missing. */
  readonly age: number | null;
}

export interface HpaStatus {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly paused: boolean;
  /** The number of replicas that the HPA requests, or would request if it were not paused. */
  readonly desired: number;
  /** The HPA before a transfer changed it, if one has. */
  readonly original: { readonly minReplicas: number; readonly paused: boolean };
}

export interface NamespaceStatus extends ClusterIdentity {
  /** Seconds since the epoch, by the server's clock. */
  readonly time: number;
  readonly services: readonly ServiceStatus[];
  readonly latency: number | null;
  readonly successRate: number | null;
}

export function statusOf(spec: Cluster, identity: ClusterIdentity, snapshot: Snapshot): NamespaceStatus {
  const { observation, age, hpas, time } = snapshot;
  const { service, cluster } = observation;
  const services = spec.services.map(({ name }, s): ServiceStatus => {
    return {
      service: name,
      desired: known(service.desired[s]),
      ready: known(service.ready[s]),
      starting: known(service.starting[s]),
      failed: known(service.failed[s]),
      hpa: hpaStatus(hpas[s]),
      received: known(service.received[s]),
      pending: known(service.pending[s]),
      latency: known(service.latency[s]),
      utilization: known(service.utilization[s]),
      age: known(age[s]),
    };
  });
  return {
    ...identity,
    time,
    services,
    latency: known(cluster.latency[0]),
    successRate: known(cluster.successRate[0]),
  };
}

/** Returns the status before anything has been read: the services of the spec, without values. */
export function emptyStatus(spec: Cluster, identity: ClusterIdentity): NamespaceStatus {
  const nothing = {
    desired: null,
    ready: null,
    starting: null,
    failed: null,
    hpa: null,
    received: null,
    pending: null,
  };
  const services = spec.services.map(({ name }): ServiceStatus => ({
    service: name,
    ...nothing,
    latency: null,
    utilization: null,
    age: null,
  }));
  return { ...identity, time: 0, services, latency: null, successRate: null };
}

function hpaStatus(hpa: HpaState | undefined): HpaStatus | null {
  if (!hpa) return null;
  const { minReplicas, maxReplicas, paused, desiredReplicas } = hpa;
  const { spec } = hpa.original as OriginalHpa;
  const original = { minReplicas: spec.minReplicas ?? 1, paused: isPaused(spec) };
  return { minReplicas, maxReplicas, paused, desired: desiredReplicas, original };
}

const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
