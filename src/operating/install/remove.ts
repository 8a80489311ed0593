/** Removes the controller. It restores the HPAs as it stops, or else they are restored from here. Then its objects are deleted. */
import { ApiServer } from '../../cluster/kubernetes/client/api-server.ts';
import { servicesWithChangedHpas } from '../status/controller-status.ts';
import { deleteFreeLease, installedObjects, type KubernetesObject } from './installation.ts';
import { parseService } from '../../cluster/kubernetes/reading/prometheus.ts';
import type { Cluster, Transfer } from '../../spec/model.ts';
import type { Audit } from '../../transferring/audit.ts';
import {
  assertSamePlace,
  applyPlan,
  identityOf,
  type Connection,
  type Consent,
  type PlanListeners,
} from './apply-plan.ts';
import { restoreHpas } from './restore-hpas.ts';

export interface RemoveRequest {
  /** The cluster that the Transfer targets. */
  readonly spec: Cluster;
  /** Its target is the place to remove the controller from. */
  readonly transfer: Transfer;
}

export interface Removed {
  readonly written: boolean;
  readonly context: string;
  readonly namespace: string;
  /** Whether there was nothing to remove. */
  readonly nothing: boolean;
}

/** Rejects with JobError or ClusterError. */
export async function remove(
  { spec, transfer }: RemoveRequest,
  options: Omit<Consent, 'force'> & Connection & PlanListeners & { readonly audit: Audit },
): Promise<Removed> {
  const { signal, onMessage, audit } = options;
  const { context, namespace } = transfer.target;
  const api = await ApiServer.open({ ...options, context });
  try {
    const consent = { ...options, force: false };
    const identity = identityOf(api, namespace);
    assertSamePlace(identity, consent, 'To remove the controller');
    const [there, restores] = await Promise.all([
      installedObjects(api, namespace, prometheusNamespaces(spec), signal),
      servicesWithChangedHpas(api, namespace, signal),
    ]);
    const place = { context: api.context, namespace };
    if (there.length === 0 && restores.length === 0) return { ...place, written: false, nothing: true };
    const objects = inOrder(there);
    const restore = () => restoreHpas({ api, spec, transfer, namespace, signal, onMessage, audit });
    const written = await applyPlan(
      api,
      { action: 'remove', ...identity, image: '', stage: '', restores },
      { apply: [], remove: objects },
      // The rights must outlive the pods, which restore the HPAs as they stop.
      { ...consent, afterWrite: async ({ kind }) => (kind === 'Deployment' ? restore() : undefined) },
    );
    if (!written) return { ...place, written, nothing: false };
    if (!objects.some(({ kind }) => kind === 'Deployment')) await restore();
    const holder = await deleteFreeLease(api, namespace, signal);
    if (holder !== '') onMessage(`${holder} holds Lease karma-mas of namespace ${namespace}: it stays.`);
    return { ...place, written, nothing: false };
  } finally {
    api.close();
  }
}

/** Puts the Deployment first and the others in reverse, so that no remaining object refers to a deleted one. */
function inOrder(objects: readonly KubernetesObject[]): KubernetesObject[] {
  const isDeployment = ({ kind }: KubernetesObject): boolean => kind === 'Deployment';
  return [...objects.filter(isDeployment), ...objects.filter((each) => !isDeployment(each)).reverse()];
}

const prometheusNamespaces = ({ metrics }: Cluster): string[] =>
  metrics.source === 'prometheus' && metrics.service !== undefined ? [parseService(metrics.service).namespace] : [];
