/** Restores the HPAs when a controller is removed. Its pods do so as they stop; what they leave is restored from here. */
import type { ApiServer } from '../../cluster/kubernetes/client/api-server.ts';
import { prometheusOf } from '../../cluster/kubernetes/connect.ts';
import { controllerPods, servicesWithChangedHpas } from '../status/controller-status.ts';
import { KubernetesCluster } from '../../cluster/kubernetes/kubernetes-cluster.ts';
import type { Cluster, Transfer } from '../../spec/model.ts';
import type { Audit } from '../../transferring/audit.ts';
import { withLease, WriterLeaseHeldError, type LeaseEvent } from '../../transferring/holding-lease.ts';
import { restoreChangedHpas } from '../../transferring/restore-changed-hpas.ts';
import { leaseOptions } from '../../jobs/running/real-cluster.ts';
import { systemTimers } from '../../jobs/running/system-timers.ts';

export interface RestoreHpasOptions {
  readonly api: ApiServer;
  readonly spec: Cluster;
  readonly transfer: Transfer;
  readonly namespace: string;
  readonly signal: AbortSignal;
  readonly onMessage: (message: string) => void;
  readonly audit: Audit;
}

/** Seconds that the pods have to end. Their grace period is 60 s. */
const PODS_END_WITHIN = 90;

/** Resolves when no HPA of the namespace has a transfer's changes left. Rejects with ClusterError or when `signal` aborts. */
export async function restoreHpas(options: RestoreHpasOptions): Promise<void> {
  const { api, namespace, signal } = options;
  await waitForPods(options);
  const services = await servicesWithChangedHpas(api, namespace, signal);
  const cluster = clusterOf(options, services);
  const { lease } = await cluster.lease.read(signal);
  if (services.length === 0 && (lease?.holder ?? '') === '') return;
  try {
    await restore(options, cluster);
  } catch (error) {
    // The lease belongs to somebody else, but no HPA is changed, so there is nothing to do.
    if (!(error instanceof WriterLeaseHeldError) || services.length > 0) throw error;
  }
}

async function waitForPods({ api, namespace, signal, onMessage }: RestoreHpasOptions): Promise<void> {
  const { clock, sleep } = systemTimers;
  const began = clock();
  for (let told = false; ; told = true) {
    const pods = await controllerPods(api, namespace, signal);
    if (pods.length === 0) return;
    if (!told) onMessage(`Waiting for ${pods.length} pods of the controller to give the HPAs back and end.`);
    if (clock() - began > PODS_END_WITHIN) return onMessage(`They have not ended within ${PODS_END_WITHIN} s.`);
    await sleep(1, signal);
  }
}

/** Adds services that are no longer in the specs. The HPAs carry their own originals, so nothing else about them is needed. */
function clusterOf({ api, spec, namespace }: RestoreHpasOptions, services: readonly string[]): KubernetesCluster {
  const gone = services.filter((name) => !spec.services.some((service) => service.name === name));
  const all = [...spec.services, ...gone.map((name) => ({ ...spec.services[0], name }))];
  const prometheus = prometheusOf(api, spec.metrics, undefined);
  return new KubernetesCluster({ spec: { ...spec, services: all }, namespace, api, prometheus });
}

async function restore(given: RestoreHpasOptions, cluster: KubernetesCluster): Promise<void> {
  const { onMessage } = given;
  const onLease = (event: LeaseEvent): void => {
    if (event.event === 'waiting') onMessage(`Waiting for the lease of ${event.holder} to end.`);
    if (event.event === 'failed') onMessage(event.message);
    if (event.event === 'restored') onMessage(`Restored the HPAs of ${event.services.join(', ')}.`);
  };
  const options = { ...given, ...leaseOptions(), cluster, onLease };
  await withLease(options, (lease) => restoreChangedHpas(options, lease));
}
