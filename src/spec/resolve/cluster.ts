import type { Cluster, MetricsSource, Objectives, Service } from '../model.ts';
import { sortByDependency } from '../graph.ts';
import type { SourceObject } from '../source-object.ts';
import { parseCpu, parseDuration, parseMemory, parseShare, parseSize } from '../units.ts';
import { checkAscending, checkPositive, checkUniqueNames, unknownReference, type Declared } from './context.ts';

export interface ClusterSpec {
  readonly namespace?: string;
  readonly decisionInterval: string;
  readonly nodes: { readonly cpu: string | number; readonly memory: string };
  readonly metrics: {
    readonly source: 'emulator' | 'prometheus';
    readonly prometheus?: {
      readonly service?: string;
      readonly url?: string;
      readonly preset?: string;
      readonly queries: Readonly<Record<string, string>>;
    };
  };
  readonly services: readonly ServiceSpec[];
  readonly objectives: {
    readonly maxLatency: string;
    readonly weights: Readonly<Record<keyof Objectives['weights'], string | number>>;
    readonly cost: number;
  };
  readonly actions: { readonly maxMove: number };
}

interface ServiceSpec {
  readonly name: string;
  readonly entryPoint: boolean;
  readonly priority: Service['priority'];
  readonly replicas: { readonly min: number; readonly max: number };
  readonly resources: { readonly requests: { readonly cpu: string | number; readonly memory: string } };
  readonly emulator: {
    readonly throughput: number;
    readonly startup: string;
    readonly queue: number;
    readonly requestSize: string;
  };
  readonly calls: readonly { readonly service: string }[];
}

/** The interval of the Kubernetes HPA, at which every system is counted, seconds. */
const COUNTING_INTERVAL = 15;

export function resolveCluster({ object, spec }: Declared<ClusterSpec>): Cluster {
  const services = resolveServices(object, spec.services);
  const cluster: Cluster = {
    kind: 'Cluster',
    name: object.name,
    origin: object.origin,
    namespace: spec.namespace ?? object.name,
    decisionInterval: parseDuration(spec.decisionInterval),
    nodes: { cpu: parseCpu(spec.nodes.cpu), memory: parseMemory(spec.nodes.memory) },
    metrics: resolveMetrics(object, spec.metrics),
    services,
    objectives: resolveObjectives(object, spec.objectives),
    maxMove: spec.actions.maxMove,
  };
  checkInterval(object, cluster.decisionInterval);
  const sound = services.every(({ replicas, cpu, memory }) => replicas.min <= replicas.max && cpu > 0 && memory > 0);
  if (sound) checkNodes(object, cluster);
  checkCallGraph(object, cluster);
  const unique = new Set(services.map(({ name }) => name)).size === services.length;
  const complete = services.every(({ calls }, index) => calls.length === spec.services[index].calls.length);
  if (unique && complete) checkReach(object, cluster);
  return cluster;
}

function resolveServices(object: SourceObject, specs: readonly ServiceSpec[]): Service[] {
  checkUniqueNames(object, ['spec', 'services'], specs);
  const indexOf = new Map(specs.map(({ name }, index) => [name, index] as const).reverse());
  return specs.map((spec, index) => {
    const path = ['spec', 'services', index];
    const { min, max } = spec.replicas;
    checkAscending(object, [...path, 'replicas', 'min'], min, max, ['replicas.min', 'replicas.max']);
    const calls = new Set<number>();
    spec.calls.forEach(({ service }, at) => {
      const called = indexOf.get(service);
      const here = [...path, 'calls', at, 'service'];
      if (called === undefined) unknownReference(object, here, 'service', service, indexOf.keys());
      else if (calls.has(called)) {
        object.report(
          here,
          'repeated-entry',
          `${spec.name} calls ${service} twice. A request calls each service once; remove one.`,
        );
      } else calls.add(called);
    });
    const cpu = parseCpu(spec.resources.requests.cpu);
    const memory = parseMemory(spec.resources.requests.memory);
    checkPositive(object, [...path, 'resources', 'requests', 'cpu'], cpu);
    checkPositive(object, [...path, 'resources', 'requests', 'memory'], memory);
    return {
      name: spec.name,
      entryPoint: spec.entryPoint,
      priority: spec.priority,
      replicas: { min, max },
      cpu,
      memory,
      emulator: {
        throughput: spec.emulator.throughput,
        startup: parseDuration(spec.emulator.startup),
        queue: spec.emulator.queue,
        requestSize: parseSize(spec.emulator.requestSize),
      },
      calls: [...calls],
    };
  });
}

function resolveMetrics(object: SourceObject, metrics: ClusterSpec['metrics']): MetricsSource {
  if (metrics.source === 'emulator') return { source: 'emulator' };
  if (!metrics.prometheus) {
    const message = 'The source is prometheus, but none is described. Add metrics.prometheus with its service.';
    object.report(['spec', 'metrics'], 'prometheus-missing', message, { at: 'key' });
    return { source: 'emulator' };
  }
  return { source: 'prometheus', ...metrics.prometheus, queries: { ...metrics.prometheus.queries } };
}

function resolveObjectives(object: SourceObject, spec: ClusterSpec['objectives']): Objectives {
  const maxLatency = parseDuration(spec.maxLatency);
  checkPositive(object, ['spec', 'objectives', 'maxLatency'], maxLatency);
  const { success, pods, latency, entryPoints, traffic } = spec.weights;
  const weights = {
    success: parseShare(success),
    pods: parseShare(pods),
    latency: parseShare(latency),
    entryPoints: parseShare(entryPoints),
    traffic: parseShare(traffic),
  };
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
  if (Math.abs(sum - 1) > 1e-6) {
    const message = `The weights sum to ${Number(sum.toFixed(6))}, but must sum to 1. One that is left out counts 0.2.`;
    object.report(['spec', 'objectives', 'weights'], 'weights-sum', message, { at: 'key' });
  }
  return { maxLatency, weights, cost: spec.cost };
}

function checkInterval(object: SourceObject, interval: number): void {
  if (interval > 0 && interval % COUNTING_INTERVAL === 0) return;
  const nearest = Math.max(1, Math.round(interval / COUNTING_INTERVAL)) * COUNTING_INTERVAL;
  const message = `decisionInterval is ${interval}s, but must be a multiple of 15s: every system is counted at that interval. Did you mean ${nearest}s?`;
  object.report(['spec', 'decisionInterval'], 'decision-interval', message, { replaceBy: `${nearest}s` });
}

function checkNodes(object: SourceObject, { nodes, services }: Cluster): void {
  const needs = (bound: 'min' | 'max', resource: 'cpu' | 'memory'): number =>
    services.reduce((sum, service) => sum + service.replicas[bound] * service[resource], 0);
  const resources = [
    ['cpu', 'm'],
    ['memory', 'Mi'],
  ] as const;
  for (const [resource, unit] of resources) {
    const fewest = needs('min', resource);
    if (fewest <= nodes[resource]) continue;
    const message = `The fewest replicas of all services request ${fewest}${unit} of ${resource}, but the nodes have ${nodes[resource]}${unit}. Give them more, or lower replicas.min.`;
    object.report(['spec', 'nodes', resource], 'nodes-too-small', message);
    return;
  }
  if (needs('max', 'cpu') <= nodes.cpu && needs('max', 'memory') <= nodes.memory) {
    const message = `The nodes hold all maximum replicas (${needs('max', 'cpu')}m), so that everything at maximum is near optimal. Give them less CPU, or raise replicas.max.`;
    object.report(['spec', 'nodes', 'cpu'], 'nodes-hold-everything', message);
  }
}

function checkCallGraph(object: SourceObject, { services }: Cluster): void {
  const names = services.map(({ name }) => name);
  const called = new Map(services.map(({ name, calls }) => [name, calls.map((index) => names[index])] as const));
  const { cycles } = sortByDependency([...new Set(names)], (name) => called.get(name) ?? []);
  for (const cycle of cycles) {
    const last = names.indexOf(cycle[cycle.length - 1]);
    const back = (called.get(names[last]) ?? []).indexOf(cycle[0]);
    const way = [...cycle, cycle[0]].join(' -> ');
    const message = `Services call one another in a circle: ${way}. Remove one of these calls.`;
    object.report(['spec', 'services', last, 'calls', back, 'service'], 'call-cycle', message);
  }
  if (!services.some(({ entryPoint }) => entryPoint)) {
    const message = 'No service takes requests from outside. Set entryPoint: true on at least one.';
    object.report(['spec', 'services'], 'no-entry-point', message, { at: 'key' });
  }
}

/** Which services a request can reach; without an entry point, or with an unknown call, there is nothing to tell. */
function checkReach(object: SourceObject, { services }: Cluster): void {
  if (!services.some(({ entryPoint }) => entryPoint)) return;
  const reached = new Set<number>();
  const open = services.flatMap(({ entryPoint }, index) => (entryPoint ? [index] : []));
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (reached.has(index)) continue;
    reached.add(index);
    open.push(...services[index].calls);
  }
  services.forEach(({ name }, index) => {
    if (reached.has(index)) return;
    const message = `No request reaches ${name}. Let a service call it, or make it an entry point.`;
    object.report(['spec', 'services', index, 'name'], 'unreachable-service', message);
  });
}
