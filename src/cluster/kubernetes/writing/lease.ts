/** The Lease of a namespace (coordination.k8s.io/v1) on the API server. */
import type { LeaseClient, LeaseReading, LeaseRecord } from '../../live/lease-client.ts';
import { ClusterError } from '../../live/live-cluster.ts';
import type { ApiServer } from '../client/api-server.ts';
import { LEASE_LABELS } from '../client/labels.ts';
import type { Metadata } from '../client/objects.ts';
import { LEASE_NAME } from './rights.ts';

interface Lease {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly renewTime?: string;
    readonly leaseDurationSeconds?: number;
    readonly leaseTransitions?: number;
  };
}

export function kubernetesLease(api: ApiServer, namespace: string): LeaseClient {
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const path = `${collection}/${LEASE_NAME}`;
  return {
    async read(signal) {
      try {
        return { lease: recordOf(await api.request<Lease>({ path, signal })), serverTime: api.time() };
      } catch (error) {
        if (error instanceof ClusterError && error.reason === 'notFound')
          return { lease: undefined, serverTime: api.time() };
        throw error;
      }
    },
    async write(record, version, signal) {
      const body = leaseOf(record, namespace, version, api.time());
      const query = { fieldManager: LEASE_NAME };
      if (version === undefined) await api.request({ method: 'POST', path: collection, query, body, signal });
      else await api.request({ method: 'PUT', path, query, body, signal });
    },
  };
}

function recordOf({ metadata, spec = {} }: Lease): LeaseReading['lease'] {
  return {
    holder: spec.holderIdentity ?? '',
    renewed: spec.renewTime === undefined ? NaN : Date.parse(spec.renewTime) / 1000,
    duration: spec.leaseDurationSeconds ?? 0,
    transitions: spec.leaseTransitions ?? 0,
    version: metadata.resourceVersion ?? '',
  };
}

function leaseOf(record: LeaseRecord, namespace: string, version: string | undefined, now: number): Lease {
  // The API requires microseconds.
  const microTime = (seconds: number) => new Date(1000 * seconds).toISOString().replace('Z', '000Z');
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: LEASE_NAME,
      namespace,
      labels: LEASE_LABELS,
      ...(version === undefined ? {} : { resourceVersion: version }),
    },
    spec: {
      ...(record.holder === '' ? {} : { holderIdentity: record.holder }),
      renewTime: microTime(Number.isFinite(record.renewed) ? record.renewed : now),
      leaseDurationSeconds: record.duration,
      leaseTransitions: record.transitions,
    },
  } as Lease;
}
