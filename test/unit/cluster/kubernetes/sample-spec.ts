import type { Cluster } from '../../../../src/spec/model.ts';
import { loadSpecs } from '../../../../src/spec/load.ts';
import { NAMESPACE } from '../../../fake-kubernetes/namespace.ts';

/** The sample cluster, read from a Prometheus behind the service monitoring/prometheus:9090. */
export function sampleSpec(
  prometheus = '{ service: "monitoring/prometheus:9090", preset: chained-services }',
): Cluster {
  const service = (name: string, max: number, cpu: string, memory: string, calls: string[], entryPoint = false) =>
    `  - { name: ${name}, entryPoint: ${entryPoint}, replicas: { max: ${max} }, resources: { requests: { cpu: ${cpu}, memory: ${memory} } }, emulator: { throughput: 100 }, calls: [${calls.map((callee) => `{ service: ${callee} }`).join(', ')}] }`;
  const text = [
    'apiVersion: karma-mas.dev/v1alpha1',
    'kind: Cluster',
    'metadata: { name: chained-services }',
    'spec:',
    `  namespace: ${NAMESPACE}`,
    '  decisionInterval: 15s',
    '  nodes: { cpu: 6500m, memory: 12Gi }',
    `  metrics: { source: prometheus, prometheus: ${prometheus} }`,
    '  services:',
    service('a', 5, '500m', '256Mi', ['b', 'c'], true),
    service('b', 3, '400m', '512Mi', ['d']),
    service('c', 4, '600m', '512Mi', ['d']),
    service('d', 6, '700m', '1Gi', []),
  ].join('\n');
  const { model, problems } = loadSpecs([{ path: 'cluster.karma.yaml', text }]);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  return model.clusters[0];
}
