/** Writes an imported cluster as YAML that loads. Comments in it mark every guess. */
import type { ImportedCluster, ImportedService } from './import-cluster.ts';
import { METRIC_FIELDS } from '../reading/presets/preset.ts';

/** Maximum number of services in a Cluster: maxItems in schemas/cluster.schema.json. */
export const MOST_SERVICES = 500;
/** Millicores and MiB for a Deployment that requests none. */
const GUESS = { cpu: 100, memory: 128 };

export function clusterYaml(cluster: ImportedCluster): string {
  const usable = cluster.services.filter(({ name }) => NAME.test(name));
  const services = usable.slice(0, MOST_SERVICES);
  const known = new Set(services.map(({ name }) => name));
  const lines = [
    `# Imported from namespace ${cluster.namespace} of context ${cluster.context}. What says "a guess" is for you to correct.`,
    ...comments(cluster, usable.length - services.length),
    'apiVersion: karma-mas.dev/v1alpha1',
    'kind: Cluster',
    `metadata: { name: ${yamlName(cluster.namespace)} }`,
    'spec:',
    `  namespace: ${yamlName(cluster.namespace)}`,
    '  decisionInterval: 15s',
    ...nodesOf(cluster, services),
    ...metricsOf(cluster),
    '  services:',
    ...services.flatMap((service) => serviceLines(service, known)),
  ];
  return `${lines.join('\n')}\n`;
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Writes a name as YAML. Names such as on, 1 and null are quoted, since YAML would not read them as strings. */
export const yamlName = (name: string): string =>
  /^[a-z][-a-z0-9]*$/.test(name) && !/^(?:y|n|yes|no|on|off|true|false|null)$/.test(name) ? name : JSON.stringify(name);

function comments({ notes, leftOut, services, graph }: ImportedCluster, tooMany: number): string[] {
  const unusable = services.filter(({ name }) => !NAME.test(name)).map(({ name }) => name);
  return [
    ...(leftOut.length > 0
      ? [
          `# Left out, because no HPA scales them: ${leftOut.join(', ')} (import with all deployments to have them too).`,
        ]
      : []),
    ...(unusable.length > 0 ? [`# Left out, because of their names: ${unusable.join(', ')}.`] : []),
    ...(tooMany > 0 ? [`# Left out, because a Cluster has at most ${MOST_SERVICES} services: ${tooMany}.`] : []),
    ...graph.cut.map(
      ([caller, callee]) => `# ${caller} calls ${callee} as well, which would close a circle: left out.`,
    ),
    ...(graph.source === 'environment'
      ? ['# Calls: from addresses in environment variables. Correct them where they are not called once per request.']
      : []),
    ...(graph.source === 'metrics'
      ? ['# Calls: from the metrics of the last hour. Correct them where they are not called once per request.']
      : []),
    ...(graph.source === 'nothing' ? ['# Calls: nothing tells who calls whom. Add calls: [{ service: ... }].'] : []),
    ...notes.map((note) => `# ${note.replaceAll('\n', ' ')}`),
  ];
}

function nodesOf({ nodes }: ImportedCluster, services: readonly ImportedService[]): string[] {
  const needs = (bound: 'min' | 'max', resource: 'cpu' | 'memory'): number =>
    services.reduce((sum, service) => sum + service.replicas[bound] * whole(service[resource] ?? GUESS[resource]), 0);
  const least = { cpu: needs('min', 'cpu'), memory: needs('min', 'memory') };
  if (!nodes) {
    // Less than all services need at their maximum, so that there is something to learn.
    const guess = (resource: 'cpu' | 'memory') => Math.max(least[resource], Math.round(0.65 * needs('max', resource)));
    return [
      '  # A guess: nodes may not be listed. What all pods of these services share.',
      `  nodes: { cpu: ${guess('cpu')}m, memory: ${guess('memory')}Mi }`,
    ];
  }
  const cpu = Math.max(nodes.cpu, least.cpu);
  const memory = Math.max(nodes.memory, least.memory);
  const source =
    nodes.source === 'nodes'
      ? 'What the nodes have, less what all other pods request.'
      : 'What the nodes have, by kube-state-metrics; other pods take of it too.';
  const plenty = needs('max', 'cpu') <= cpu && needs('max', 'memory') <= memory;
  return [
    `  # ${source}`,
    ...(plenty
      ? ['  # It holds all maximum replicas, so that there is little to learn: raise replicas.max, or give less.']
      : []),
    `  nodes: { cpu: ${cpu}m, memory: ${memory}Mi }`,
  ];
}

function metricsOf({ prometheus, preset }: ImportedCluster): string[] {
  if (!prometheus)
    return [
      '  metrics:',
      '    source: emulator # no Prometheus was found; to read the real cluster:',
      '    # source: prometheus',
      '    # prometheus: { service: monitoring/prometheus:9090, preset: istio }',
    ];
  const where =
    prometheus.url === undefined ? `service: ${prometheus.service}` : `url: ${JSON.stringify(prometheus.url)}`;
  const missing = preset ? METRIC_FIELDS.filter((field) => preset.metrics[field] === undefined) : METRIC_FIELDS;
  return [
    '  metrics:',
    '    source: prometheus',
    '    prometheus:',
    `      ${where}`,
    ...(preset
      ? [`      preset: ${preset.name}`]
      : ['      # No preset fits: nothing of them is known of this namespace.']),
    ...(missing.length > 0
      ? [
          `      # Needs queries of your own, one value per deployment: ${missing.join(', ')}.`,
          '      # queries: { pending: "sum by (deployment) (...)" }',
        ]
      : []),
  ];
}

const whole = (value: number): number => Math.max(1, Math.round(value));

function serviceLines(service: ImportedService, known: ReadonlySet<string>): string[] {
  const { name, replicas, target, hasHpa, calls } = service;
  const guessed = service.cpu === undefined || service.memory === undefined;
  const cpu = whole(service.cpu ?? GUESS.cpu);
  const memory = whole(service.memory ?? GUESS.memory);
  const bounds = hasHpa
    ? target === undefined
      ? ''
      : ` # its HPA aims at ${target} % CPU`
    : ' # a guess: it has no HPA';
  const called = calls.filter((callee) => known.has(callee)).map((callee) => `{ service: ${yamlName(callee)} }`);
  return [
    `    - name: ${yamlName(name)}`,
    ...(service.entryPoint
      ? [`      entryPoint: true${service.entryGuess === '' ? '' : ` # a guess: ${service.entryGuess}`}`]
      : []),
    `      replicas: { min: ${replicas.min}, max: ${Math.min(1000, replicas.max)} }${bounds}`,
    `      resources: { requests: { cpu: ${cpu}m, memory: ${memory}Mi } }${guessed ? ' # a guess: its pods do not request all of it' : ''}`,
    '      emulator: { throughput: 100 } # a guess: Fit Twin finds it in traces',
    ...(called.length > 0 ? [`      calls: [${called.join(', ')}]`] : []),
  ];
}
