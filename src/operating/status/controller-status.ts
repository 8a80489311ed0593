/** Reads the state of a namespace's controller: what is installed, whether its pods run, and which one leads. */
import type { ApiServer } from '../../cluster/kubernetes/client/api-server.ts';
import { ORIGINAL_ANNOTATION } from '../../cluster/kubernetes/writing/hpa-edits.ts';
import { installedObjects, type KubernetesObject } from '../install/installation.ts';
import { SELECTOR, selectorOf } from '../../cluster/kubernetes/client/labels.ts';
import { kubernetesLease } from '../../cluster/kubernetes/writing/lease.ts';
import type { Container, Hpa, List, Pod } from '../../cluster/kubernetes/client/objects.ts';
import { hpasByDeployment, hpasPath } from '../../cluster/kubernetes/reading/workload.ts';

export interface ControllerStatus {
  readonly context: string;
  readonly server: string;
  readonly namespace: string;
  /** Kinds and names of its objects; none if it is not installed. */
  readonly objects: readonly string[];
  /** Empty if there is no Deployment. */
  readonly image: string;
  readonly stage: string;
  readonly transfer: string;
  readonly replicas: number;
  readonly pods: readonly ControllerPod[];
  /** Holder of the namespace's lease; empty if there is none. */
  readonly leader: string;
  /** Services whose HPAs a transfer has changed. */
  readonly changedHpas: readonly string[];
}

export interface ControllerPod {
  readonly name: string;
  readonly ready: boolean;
  /** What the pod waits for, in the kubelet's words; empty if for nothing. */
  readonly waits: string;
}

/** Rejects with ClusterError. */
export async function controllerStatus(
  api: ApiServer,
  namespace: string,
  signal: AbortSignal,
): Promise<ControllerStatus> {
  const [objects, pods, changedHpas, { lease, serverTime }] = await Promise.all([
    installedObjects(api, namespace, [], signal),
    controllerPods(api, namespace, signal),
    servicesWithChangedHpas(api, namespace, signal),
    kubernetesLease(api, namespace).read(signal),
  ]);
  const isHeld = lease !== undefined && serverTime - lease.renewed <= lease.duration;
  return {
    context: api.context,
    server: api.server,
    namespace,
    objects: objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`),
    ...installedWorkload(objects),
    pods: pods.map(stateOf),
    leader: isHeld ? lease.holder : '',
    changedHpas,
  };
}

/** Returns the controller's pods, including those that are terminating. Rejects with ClusterError. */
export async function controllerPods(api: ApiServer, namespace: string, signal: AbortSignal): Promise<readonly Pod[]> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  return (await api.request<List<Pod>>({ path, query: { labelSelector: selectorOf(SELECTOR) }, signal })).items;
}

/** Returns the services whose HPAs any transfer has changed. Rejects with ClusterError. */
export async function servicesWithChangedHpas(
  api: ApiServer,
  namespace: string,
  signal: AbortSignal,
): Promise<string[]> {
  const { items } = await api.request<List<Hpa>>({ path: hpasPath(namespace), signal });
  const changed = items.filter(({ metadata }) => metadata.annotations?.[ORIGINAL_ANNOTATION] !== undefined);
  return [...hpasByDeployment(changed).keys()];
}

/** Reads the controller's settings from the Deployment among the objects of an installation. */
export function installedWorkload(
  objects: readonly KubernetesObject[],
): Pick<ControllerStatus, 'image' | 'stage' | 'transfer' | 'replicas'> {
  const deployment = objects.find(({ kind }) => kind === 'Deployment') as
    | {
        readonly spec: {
          readonly replicas?: number;
          readonly template: {
            readonly spec: { readonly containers: readonly (Container & { image?: string; args?: string[] })[] };
          };
        };
      }
    | undefined;
  const { image = '', args = [] } = deployment?.spec.template.spec.containers[0] ?? {};
  const argument = (name: string): string =>
    args.find((each) => each.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '';
  return {
    image,
    stage: argument('stage'),
    transfer: argument('transfer'),
    replicas: deployment === undefined ? 0 : (deployment.spec.replicas ?? 1),
  };
}

function stateOf({ metadata, status }: Pod): ControllerPod {
  const ready = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
  const waiting = status?.containerStatuses?.map(({ state }) => state?.waiting?.reason ?? '').find((why) => why !== '');
  const waits = metadata.deletionTimestamp ? 'Terminating' : (waiting ?? (ready ? '' : (status?.phase ?? 'Pending')));
  return { name: metadata.name, ready, waits };
}
