/** Reads the Deployments and HPAs of a namespace, with pod counts, from the API server. */
import type { ApiServer } from '../client/api-server.ts';
import type { Deployment, Hpa, List, Pod } from '../client/objects.ts';
import { millicores } from '../client/quantity.ts';

export const deploymentsPath = (namespace: string): string => `/apis/apps/v1/namespaces/${namespace}/deployments`;
export const hpasPath = (namespace: string): string =>
  `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
const podsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;

export interface PodCounts {
  readonly ready: number;
  readonly starting: number;
  readonly failed: number;
  /** CPU that scheduled pods request, in millicores. */
  readonly scheduledCpu: number;
}

export interface Workload {
  readonly deployments: ReadonlyMap<string, Deployment>;
  /** HPAs by the Deployment that they scale. */
  readonly hpas: ReadonlyMap<string, Hpa>;
  readonly pods: ReadonlyMap<string, PodCounts>;
}

/** Reads the Deployments of `names` that exist, with their HPAs and pods. Rejects with ClusterError. */
export async function readWorkload(
  api: ApiServer,
  namespace: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Workload> {
  const [deployments, hpas] = await Promise.all([
    api.request<List<Deployment>>({ path: deploymentsPath(namespace), signal }),
    api.request<List<Hpa>>({ path: hpasPath(namespace), signal }),
  ]);
  const wanted = new Map(
    deployments.items.filter(({ metadata }) => names.includes(metadata.name)).map((each) => [each.metadata.name, each]),
  );
  return {
    deployments: wanted,
    hpas: hpasByDeployment(hpas.items),
    pods: await countPods(api, namespace, wanted, signal),
  };
}

/** Indexes HPAs by Deployment. The first one counts if several scale one Deployment, which Kubernetes does not support. */
export function hpasByDeployment(hpas: readonly Hpa[]): Map<string, Hpa> {
  const found = new Map<string, Hpa>();
  for (const hpa of hpas) {
    const { kind, name } = hpa.spec.scaleTargetRef;
    if (kind === 'Deployment' && !found.has(name)) found.set(name, hpa);
  }
  return found;
}

/** Lists pods only if a Deployment has some that are not ready. Otherwise the status of the Deployments is enough. */
async function countPods(
  api: ApiServer,
  namespace: string,
  deployments: ReadonlyMap<string, Deployment>,
  signal: AbortSignal,
): Promise<Map<string, PodCounts>> {
  const unsettled = [...deployments.values()].some(
    ({ status }) => (status?.replicas ?? 0) !== (status?.readyReplicas ?? 0),
  );
  if (!unsettled)
    return new Map(
      [...deployments].map(([name, deployment]) => {
        const ready = deployment.status?.readyReplicas ?? 0;
        const scheduledCpu = ready * cpuOf(deployment.spec.template.spec.containers);
        return [name, { ready, starting: 0, failed: 0, scheduledCpu }];
      }),
    );
  const { items } = await api.request<List<Pod>>({ path: podsPath(namespace), signal });
  return countByDeployment(items, [...deployments.keys()]);
}

export function countByDeployment(pods: readonly Pod[], names: readonly string[]): Map<string, PodCounts> {
  const counts = new Map(names.map((name) => [name, { ready: 0, starting: 0, failed: 0, scheduledCpu: 0 }]));
  for (const pod of pods) {
    const count = counts.get(deploymentOf(pod) ?? '');
    const phase = pod.status?.phase;
    // The pod is terminating or was left behind by an eviction. Another pod replaces it.
    if (!count || pod.metadata.deletionTimestamp || phase === 'Succeeded' || phase === 'Failed') continue;
    if (isReady(pod)) count.ready++;
    else if (isFailed(pod)) count.failed++;
    else count.starting++;
    if (pod.spec.nodeName) count.scheduledCpu += cpuOf(pod.spec.containers);
  }
  return counts;
}

/** Returns the Deployment of a pod, whose ReplicaSet is named after the Deployment and the hash of its template. */
export function deploymentOf({ metadata }: Pod): string | undefined {
  const set = metadata.ownerReferences?.find(({ kind }) => kind === 'ReplicaSet')?.name;
  const hash = metadata.labels?.['pod-template-hash'];
  return set && hash && set.endsWith(`-${hash}`) ? set.slice(0, -hash.length - 1) : undefined;
}

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

/** Tells whether a container crashed or cannot start, and waits to be restarted. */
const isFailed = ({ status }: Pod): boolean =>
  status?.containerStatuses?.some(
    ({ state }) => state?.terminated !== undefined || /BackOff|^Err|Error$/.test(state?.waiting?.reason ?? ''),
  ) ?? false;

export const cpuOf = (containers: Pod['spec']['containers']): number =>
  containers.reduce((sum, { resources }) => sum + millicores(resources?.requests?.cpu ?? '0'), 0);
