/** The services of a namespace as they are now, as plain data for the command line and the side panel. */
import type { Cluster as ClusterSpec } from '../../spec/model.ts';
import { ClusterError, type ClusterIdentity, type Snapshot } from '../cluster.ts';
import type { KubernetesCluster } from './kubernetes-cluster.ts';
import { watchList } from './watch.ts';
import { deploymentsPath, hpasPath } from './workload.ts';

export interface ServiceStatus {
  readonly service: string;
  /** null where it is not known: there is no such Deployment. */
  readonly desired: number | null;
  readonly ready: number | null;
  readonly starting: number | null;
  readonly failed: number | null;
  readonly hpa: { readonly minReplicas: number; readonly maxReplicas: number; readonly paused: boolean } | null;
  readonly received: number | null;
  readonly pending: number | null;
  /** Seconds, of this service alone. */
  readonly latency: number | null;
  /** Seconds of the oldest metric; null where one is missing. */
  readonly age: number | null;
}

export interface NamespaceStatus extends ClusterIdentity {
  /** Seconds since the epoch, by the server's clock. */
  readonly time: number;
  readonly services: readonly ServiceStatus[];
  readonly latency: number | null;
  readonly successRate: number | null;
}

export function statusOf(spec: ClusterSpec, identity: ClusterIdentity, snapshot: Snapshot): NamespaceStatus {
  const { observation, age, hpas, time } = snapshot;
  const { service, cluster } = observation;
  const services = spec.services.map(({ name }, s): ServiceStatus => {
    const hpa = hpas[s];
    return {
      service: name,
      desired: known(service.desired[s]),
      ready: known(service.ready[s]),
      starting: known(service.starting[s]),
      failed: known(service.failed[s]),
      hpa: hpa ? { minReplicas: hpa.minReplicas, maxReplicas: hpa.maxReplicas, paused: hpa.paused } : null,
      received: known(service.received[s]),
      pending: known(service.pending[s]),
      latency: known(service.latency[s]),
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

const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

export interface WatchStatusOptions {
  readonly signal: AbortSignal;
  readonly onStatus: (status: NamespaceStatus) => void;
  /** Why it is not current; it goes on. */
  readonly onProblem: (why: string) => void;
  /** Seconds between two looks where nothing changes; 15, and at least 1 between any two. */
  readonly interval?: number;
}

/**
 * Looks when a Deployment or an HPA changes, and now and then for the metrics. Resolves when `signal` aborts; rejects where a
 * verb is forbidden.
 */
export async function watchStatus(
  cluster: KubernetesCluster,
  spec: ClusterSpec,
  { signal, onStatus, onProblem, interval = 15 }: WatchStatusOptions,
): Promise<void> {
  const end = new AbortController();
  const either = AbortSignal.any([signal, end.signal]);
  let wake = (): void => undefined;
  let failure: unknown;
  const follow = async (path: string): Promise<void> => {
    try {
      const onState = (why: string) => why !== '' && onProblem(why);
      await watchList({ api: cluster.api, path, signal: either, onChange: () => wake(), onState });
    } catch (error) {
      failure = error;
      end.abort();
    }
  };
  const { namespace } = cluster.identity;
  const following = Promise.all([follow(deploymentsPath(namespace)), follow(hpasPath(namespace))]);
  try {
    while (!either.aborted) {
      const woken = new AbortController();
      wake = () => woken.abort();
      try {
        onStatus(statusOf(spec, cluster.identity, await cluster.observe(either)));
        await cluster.wait(1, either);
        await cluster.wait(interval, AbortSignal.any([either, woken.signal]));
      } catch (error) {
        if (either.aborted || (error instanceof ClusterError && error.reason === 'aborted' && woken.signal.aborted))
          continue;
        onProblem(error instanceof Error ? error.message : String(error));
        await cluster.wait(interval, either).catch(() => undefined);
      }
    }
  } finally {
    end.abort();
    await following;
  }
  if (failure !== undefined && !signal.aborted) throw failure;
}
