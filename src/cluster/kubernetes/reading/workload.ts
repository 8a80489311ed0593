/** Deployments and HPAs of a namespace, with counts of pods as the API server has them now. */
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
  /** CPU that pods on nodes request, millicores. */
  readonly scheduledCpu: number;
}

export interface Workload {
  readonly deployments: ReadonlyMap<string, Deployment>;
  /** By the deployment that they scale. */
  readonly hpas: ReadonlyMap<string, Hpa>;
  readonly pods: ReadonlyMap<string, PodCounts>;
}

/** What there is of `names`. Rejects with ClusterError. */
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

/** The first where several scale one deployment, which Kubernetes does not support. */
export function hpasByDeployment(hpas: readonly Hpa[]): Map<string, Hpa> {
  const found = new Map<string, Hpa>();
  for (const hpa of hpas) {
    const { kind, name } = hpa.spec.scaleTargetRef;
    if (kind === 'Deployment' && !found.has(name)) found.set(name, hpa);
  }
  return found;
}

/** Pods are looked at only where a deployment has some that do not serve: of many, most do. */
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
    // On its way out, or left behind by an eviction: another one stands in for it.
    if (!count || pod.metadata.deletionTimestamp || phase === 'Succeeded' || phase === 'Failed') continue;
    if (isReady(pod)) count.ready++;
    else if (isFailed(pod)) count.failed++;
    else count.starting++;
    if (pod.spec.nodeName) count.scheduledCpu += cpuOf(pod.spec.containers);
  }
  return counts;
}

/** A pod belongs to a ReplicaSet, which is named after its Deployment and the hash of its template. */
export function deploymentOf({ metadata }: Pod): string | undefined {
  const set = metadata.ownerReferences?.find(({ kind }) => kind === 'ReplicaSet')?.name;
  const hash = metadata.labels?.['pod-template-hash'];
  return set && hash && set.endsWith(`-${hash}`) ? set.slice(0, -hash.length - 1) : undefined;
}

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

/** A container crashed or cannot start, and waits for its next try. */
const isFailed = ({ status }: Pod): boolean =>
  status?.containerStatuses?.some(
    ({ state }) => state?.terminated !== undefined || /BackOff|^Err|Error$/.test(state?.waiting?.reason ?? ''),
  ) ?? false;

export const cpuOf = (containers: Pod['spec']['containers']): number =>
  containers.reduce((sum, { resources }) => sum + millicores(resources?.requests?.cpu ?? '0'), 0);
