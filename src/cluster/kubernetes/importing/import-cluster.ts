/** Import Cluster: collects facts for a Cluster spec from a namespace and its metrics. import-yaml.ts writes them. */
import { ClusterError } from '../../live/live-cluster.ts';
import type { ApiServer } from '../client/api-server.ts';
import { callGraph, callsInEnvironment, callsInMetrics, deploymentsBehind, type CallGraph } from './call-graph.ts';
import { findPrometheus, fittingPresets } from '../reading/find-prometheus.ts';
import type { Deployment, Hpa, Ingress, List, Node, Pod, Service } from '../client/objects.ts';
import { prometheusService, prometheusUrl, type Prometheus } from '../reading/prometheus.ts';
import type { Preset } from '../reading/presets/preset.ts';
import { mebibytes, millicores } from '../client/quantity.ts';
import { deploymentOf, deploymentsPath, hpasByDeployment, hpasPath } from '../reading/workload.ts';

export interface ImportOptions {
  readonly api: ApiServer;
  readonly namespace: string;
  /** A service as namespace/name:port, or a URL. If empty, Prometheus is searched for. */
  readonly prometheus: string;
  readonly prometheusToken?: string | undefined;
  /** Whether to include Deployments without an HPA. */
  readonly all: boolean;
  readonly signal: AbortSignal;
}

export interface ImportedService {
  readonly name: string;
  readonly entryPoint: boolean;
  /** Why this service is taken for an entry point. Empty if that is not a guess. */
  readonly entryGuess: string;
  readonly replicas: { readonly min: number; readonly max: number };
  /** Target utilization of its HPA in percent; undefined if it has none. */
  readonly target: number | undefined;
  readonly hasHpa: boolean;
  /** Millicores and MiB; undefined if the Deployment requests none. */
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
  readonly calls: readonly string[];
}

export interface ImportedCluster {
  readonly context: string;
  readonly namespace: string;
  readonly services: readonly ImportedService[];
  /** Deployments that were left out because no HPA scales them. */
  readonly leftOut: readonly string[];
  /** Allocatable capacity of the nodes, less the requests of other pods. Undefined if it cannot be read. */
  readonly nodes: { readonly cpu: number; readonly memory: number; readonly source: 'nodes' | 'metrics' } | undefined;
  /** Undefined if none was found. */
  readonly prometheus: { readonly service?: string; readonly url?: string } | undefined;
  readonly preset: Preset | undefined;
  readonly graph: CallGraph;
  /** One sentence for each thing that could not be read. */
  readonly notes: readonly string[];
}

/** Changes nothing. Rejects with ClusterError if the namespace cannot be read or has nothing to scale. */
export async function importCluster(options: ImportOptions): Promise<ImportedCluster> {
  const { api, namespace, signal } = options;
  const notes: string[] = [];
  const list = async <T>(path: string): Promise<readonly T[]> => (await api.request<List<T>>({ path, signal })).items;
  const ifAllowed = async <T>(path: string, what: string): Promise<readonly T[] | undefined> => {
    try {
      return await list<T>(path);
    } catch (error) {
      if (!(error instanceof ClusterError) || !['forbidden', 'notFound'].includes(error.reason)) throw error;
      notes.push(`${what} could not be read: ${error.message.split('\n')[0]}`);
      return undefined;
    }
  };
  const [deployments, hpas, services, ingresses, nodes, pods] = await Promise.all([
    list<Deployment>(deploymentsPath(namespace)),
    list<Hpa>(hpasPath(namespace)),
    ifAllowed<Service>(`/api/v1/namespaces/${namespace}/services`, 'Services'),
    ifAllowed<Ingress>(`/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`, 'Ingresses'),
    ifAllowed<Node>('/api/v1/nodes', 'Nodes'),
    ifAllowed<Pod>('/api/v1/pods', 'Pods of other namespaces'),
  ]);
  const byDeployment = hpasByDeployment(hpas);
  const scaled = deployments.filter(({ metadata }) => byDeployment.has(metadata.name));
  const taken = options.all || scaled.length === 0 ? deployments : scaled;
  if (taken.length === 0)
    throw new ClusterError(
      'notFound',
      `There is no Deployment in namespace ${namespace} of context ${api.context}: name another namespace.`,
    );
  const names = taken.map(({ metadata }) => metadata.name);

  const found = await locatePrometheus(options, notes);
  const presets = found ? await presetsOf(found.prometheus, namespace, signal, notes) : [];
  const preset = presets[0];
  const inMetrics = found ? await callsOf(found.prometheus, presets, namespace, signal, notes) : [];
  const pairs = inMetrics.length > 0 ? inMetrics : callsInEnvironment(deployments, services ?? [], namespace);
  const graph = callGraph(names, pairs, inMetrics.length > 0 ? 'metrics' : 'environment');
  const entries = entryPoints(taken, services ?? [], ingresses ?? [], graph);
  found?.prometheus.close();

  const room =
    roomOnNodes(nodes, pods, namespace, names) ?? (found ? await roomInMetrics(found.prometheus, signal) : undefined);
  return {
    context: api.context,
    namespace,
    services: taken.map((deployment) => {
      const { name } = deployment.metadata;
      const hpa = byDeployment.get(name);
      return {
        name,
        entryPoint: entries.has(name),
        entryGuess: entries.get(name) ?? '',
        ...boundsOf(deployment, hpa),
        hasHpa: hpa !== undefined,
        ...requestsOf(deployment),
        calls: graph.calls.get(name) ?? [],
      };
    }),
    leftOut: deployments.map(({ metadata }) => metadata.name).filter((name) => !names.includes(name)),
    nodes: room,
    prometheus: found?.address,
    preset,
    graph,
    notes,
  };
}

interface Located {
  readonly prometheus: Prometheus;
  readonly address: { readonly service: string } | { readonly url: string };
}

async function locatePrometheus(options: ImportOptions, notes: string[]): Promise<Located | undefined> {
  const { api, prometheus: given, prometheusToken: token, signal } = options;
  if (/^https?:/.test(given))
    return {
      prometheus: prometheusUrl({ url: given, token, timers: api.timers, timeout: api.timeout }),
      address: { url: given },
    };
  if (given !== '') return { prometheus: prometheusService(api, given), address: { service: given } };
  const found = await findPrometheus(api, signal);
  if (!found)
    notes.push('No service of the cluster answers as Prometheus does: name it, as namespace/name:port or a URL.');
  return found && { prometheus: found.prometheus, address: { service: found.service } };
}

async function presetsOf(
  prometheus: Prometheus,
  namespace: string,
  signal: AbortSignal,
  notes: string[],
): Promise<Preset[]> {
  try {
    const presets = await fittingPresets(prometheus, namespace, signal);
    if (presets.length === 0) notes.push(`${prometheus.where} knows nothing of namespace ${namespace}.`);
    return presets;
  } catch (error) {
    return unlessAborted(error, notes, []);
  }
}

async function callsOf(
  prometheus: Prometheus,
  presets: readonly Preset[],
  namespace: string,
  signal: AbortSignal,
  notes: string[],
): Promise<[string, string][]> {
  try {
    for (const preset of presets) {
      const pairs = await callsInMetrics(prometheus, preset, namespace, signal);
      if (pairs.length > 0) return pairs;
    }
    return [];
  } catch (error) {
    return unlessAborted(error, notes, []);
  }
}

function unlessAborted<T>(error: unknown, notes: string[], otherwise: T): T {
  if (!(error instanceof ClusterError) || error.reason === 'aborted') throw error;
  notes.push(error.message);
  return otherwise;
}

/** Returns the services behind an Ingress or reachable from outside, or else, as a guess with its reason, those nobody calls. */
function entryPoints(
  deployments: readonly Deployment[],
  services: readonly Service[],
  ingresses: readonly Ingress[],
  { calls, source }: CallGraph,
): Map<string, string> {
  const exposed = new Set(ingresses.flatMap(backendsOf));
  const entries = new Map<string, string>();
  for (const service of services)
    if (exposed.has(service.metadata.name) || ['LoadBalancer', 'NodePort'].includes(service.spec.type ?? ''))
      for (const name of deploymentsBehind(service, deployments)) entries.set(name, '');
  const called = new Set([...calls.values()].flat());
  const why = source === 'nothing' ? 'nothing tells who calls whom' : 'nothing is known to call it';
  for (const { metadata } of deployments)
    if (!called.has(metadata.name) && !entries.has(metadata.name)) entries.set(metadata.name, why);
  return entries;
}

const backendsOf = ({ spec }: Ingress): string[] =>
  [spec.defaultBackend, ...(spec.rules ?? []).flatMap(({ http }) => http?.paths.map(({ backend }) => backend) ?? [])]
    .map((backend) => backend?.service?.name)
    .filter((name) => name !== undefined);

/** Takes the bounds of the HPA. Without an HPA, the maximum is twice the current number of replicas. */
function boundsOf({ spec }: Deployment, hpa: Hpa | undefined): Pick<ImportedService, 'replicas' | 'target'> {
  if (!hpa) {
    const now = Math.max(1, spec.replicas ?? 1);
    return { replicas: { min: 1, max: 2 * now }, target: undefined };
  }
  // `minReplicas: 0` needs an alpha feature, and a service without pods serves nobody.
  const min = Math.max(1, hpa.spec.minReplicas ?? 1);
  return { replicas: { min, max: Math.max(min, hpa.spec.maxReplicas) }, target: utilizationTarget(hpa) };
}

function utilizationTarget({ spec }: Hpa): number | undefined {
  for (const metric of (spec.metrics ?? []) as readonly Record<
    string,
    { name?: string; target?: { averageUtilization?: number } }
  >[]) {
    const resource = metric.resource ?? metric.containerResource;
    if (resource?.name === 'cpu' && resource.target?.averageUtilization !== undefined)
      return resource.target.averageUtilization;
  }
  return undefined;
}

function requestsOf({ spec }: Deployment): Pick<ImportedService, 'cpu' | 'memory'> {
  const { containers } = spec.template.spec;
  const sum = (resource: string, parse: (text: string) => number): number | undefined => {
    const total = containers.reduce((all, { resources }) => all + parse(resources?.requests?.[resource] ?? '0'), 0);
    return total > 0 ? total : undefined;
  };
  return { cpu: sum('cpu', millicores), memory: sum('memory', mebibytes) };
}

function roomOnNodes(
  nodes: readonly Node[] | undefined,
  pods: readonly Pod[] | undefined,
  namespace: string,
  names: readonly string[],
): ImportedCluster['nodes'] {
  if (!nodes || nodes.length === 0) return undefined;
  const total = (resource: string, parse: (text: string) => number): number => {
    const all = nodes.reduce((sum, { status }) => sum + parse(status?.allocatable?.[resource] ?? '0'), 0);
    const others = (pods ?? [])
      .filter((pod) => pod.spec.nodeName && !['Succeeded', 'Failed'].includes(pod.status?.phase ?? ''))
      .filter((pod) => pod.metadata.namespace !== namespace || !names.includes(deploymentOf(pod) ?? ''))
      .flatMap(({ spec }) => spec.containers)
      .reduce((sum, { resources }) => sum + parse(resources?.requests?.[resource] ?? '0'), 0);
    return Math.floor(all - others);
  };
  return { cpu: total('cpu', millicores), memory: total('memory', mebibytes), source: 'nodes' };
}

/** Reads the capacity from kube-state-metrics if listing the nodes is forbidden. */
async function roomInMetrics(prometheus: Prometheus, signal: AbortSignal): Promise<ImportedCluster['nodes']> {
  const ask = async (resource: string): Promise<number> => {
    const allocatable = `sum(kube_node_status_allocatable{resource="${resource}"})`;
    try {
      return (await prometheus.query(allocatable, signal))[0]?.value ?? NaN;
    } catch (error) {
      if (error instanceof ClusterError && error.reason !== 'aborted') return NaN;
      throw error;
    }
  };
  const [cores, bytes] = await Promise.all([ask('cpu'), ask('memory')]);
  if (!(cores > 0) || !(bytes > 0)) return undefined;
  return { cpu: Math.floor(cores * 1000), memory: Math.floor(bytes / 2 ** 20), source: 'metrics' };
}
