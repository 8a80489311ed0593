import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiServer } from '../../../../src/cluster/kubernetes/client/api-server.ts';
import { systemTimers } from '../../../../src/jobs/running/system-timers.ts';
import { callGraph } from '../../../../src/cluster/kubernetes/importing/call-graph.ts';
import {
  importCluster,
  type ImportedCluster,
  type ImportOptions,
} from '../../../../src/cluster/kubernetes/importing/import-cluster.ts';
import { clusterYaml, MOST_SERVICES } from '../../../../src/cluster/kubernetes/importing/import-yaml.ts';
import { loadSpecs } from '../../../../src/spec/load.ts';
import type { Cluster } from '../../../../src/spec/model.ts';
import type { KubeObject } from '../../../fake-kubernetes/api-server.ts';
import {
  deployment,
  deployments,
  hpa,
  hpas,
  NAMESPACE,
  SAMPLE_VALUES,
  SERVICES,
  startFakeCluster,
  type FakeCluster,
} from '../../../fake-kubernetes/namespace.ts';
import { answersBy } from '../../../fake-kubernetes/prometheus.ts';
import { refused, signal } from './refused.ts';

const services = `/api/v1/namespaces/${NAMESPACE}/services`;
const service = (name: string, more: object = {}): KubeObject => ({
  metadata: { name, namespace: NAMESPACE },
  spec: { selector: { app: name }, ports: [{ port: 80 }], ...more },
});

describe('Import Cluster', () => {
  let fake: FakeCluster;
  let api: ApiServer;
  beforeEach(async () => {
    fake = await startFakeCluster();
    api = await ApiServer.open({ env: fake.env, context: '', now: Date.now, timers: systemTimers });
    for (const { name } of SERVICES) fake.api.put(services, service(name));
    fake.api.put('/api/v1/namespaces/monitoring/services', {
      metadata: { name: 'prometheus', namespace: 'monitoring' },
      spec: { ports: [{ port: 9090 }] },
    });
    fake.api.put('/api/v1/nodes', {
      metadata: { name: 'node' },
      status: { allocatable: { cpu: '4', memory: '8Gi' } },
    });
    fake.prometheus.rules = [
      (query) => (query === 'vector(1)' ? [{ labels: {}, value: 1 }] : undefined),
      (query) => {
        if (!query.startsWith('count(')) return undefined;
        return /chained_requests|kube_deployment/.test(query) ? [{ labels: {}, value: 4 }] : [];
      },
      answersBy(SAMPLE_VALUES),
    ];
  });
  afterEach(async () => {
    api.close();
    await fake.stop();
  });

  const run = (more: Partial<ImportOptions> = {}): Promise<ImportedCluster> =>
    importCluster({ api, namespace: NAMESPACE, prometheus: '', all: false, signal, ...more });
  /** What it writes loads without an error. */
  const specOf = (imported: ImportedCluster): Cluster => {
    const text = clusterYaml(imported);
    const { model, problems } = loadSpecs([{ path: 'cluster.karma.yaml', text }]);
    assert.deepEqual(
      problems.filter(({ severity }) => severity === 'error'),
      [],
      text,
    );
    return model.clusters[0];
  };
  const callsOf = (spec: Cluster) =>
    Object.fromEntries(spec.services.map(({ name, calls }) => [name, calls.map((c) => spec.services[c].name)]));

  it('Import Cluster writes the sample as it is: bounds, requests, entry point, calls, nodes, metrics', async () => {
    const imported = await run();
    const spec = specOf(imported);
    assert.deepEqual([spec.name, spec.namespace, spec.decisionInterval], ['chained', 'chained', 15]);
    assert.deepEqual(callsOf(spec), { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] });
    assert.deepEqual(
      spec.services.map(({ name, entryPoint, replicas, cpu, memory }) => [name, entryPoint, replicas.max, cpu, memory]),
      [
        ['a', true, 5, 500, 256],
        ['b', false, 3, 400, 512],
        ['c', false, 4, 600, 512],
        ['d', false, 6, 700, 1024],
      ],
    );
    assert.deepEqual(spec.nodes, { cpu: 4000, memory: 8192 });
    assert.deepEqual(spec.metrics, {
      source: 'prometheus',
      service: 'monitoring/prometheus:9090',
      preset: 'chained-services',
      queries: {},
    });
    assert.match(clusterYaml(imported), /its HPA aims at 80 % CPU/);
    assert.deepEqual(fake.api.writes, [], 'it writes nothing');
  });

  it('Import Cluster leaves out what no HPA scales, unless asked for all', async () => {
    fake.api.put(deployments, deployment({ ...SERVICES[0], name: 'redis', replicas: 1, next: '' }));
    const imported = await run();
    assert.deepEqual(imported.leftOut, ['redis']);
    assert.match(clusterYaml(imported), /# Left out, because no HPA scales them: redis/);
    const all = specOf(await run({ all: true }));
    assert.deepEqual(all.services.map(({ name, replicas }) => [name, replicas.max]).at(-1), ['redis', 2]);
  });

  it('Import Cluster takes every deployment where there is no HPA at all', async () => {
    for (const { name } of SERVICES) fake.api.delete(`${hpas}/${name}-hpa`);
    const spec = specOf(await run());
    assert.deepEqual(
      spec.services.map(({ replicas }) => replicas.max),
      [4, 4, 2, 2],
    );
  });

  it('Import Cluster takes the calls from the metrics of a mesh rather than from the environment', async () => {
    fake.prometheus.rules = [
      (query) => (query === 'vector(1)' ? [{ labels: {}, value: 1 }] : undefined),
      (query) => (query.startsWith('count(istio') ? [{ labels: {}, value: 9 }] : undefined),
      (query) =>
        query.includes('caller')
          ? [
              ['a', 'b'],
              ['b', 'c'],
              ['c', 'a'],
              ['c', 'd'],
              ['d', 'd'],
              ['a', 'elsewhere'],
            ].map(([caller, callee]) => ({ labels: { caller, callee }, value: 5 }))
          : undefined,
    ];
    const imported = await run();
    const spec = specOf(imported);
    assert.deepEqual(callsOf(spec), { a: ['b'], b: ['c'], c: ['d'], d: [] });
    assert.match(clusterYaml(imported), /# c calls a as well, which would close a circle: left out/);
    assert.match(clusterYaml(imported), /preset: istio/);
  });

  it('Import Cluster takes services behind an Ingress or a load balancer for entry points', async () => {
    fake.api.put(`/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/ingresses`, {
      metadata: { name: 'web', namespace: NAMESPACE },
      spec: { rules: [{ http: { paths: [{ backend: { service: { name: 'b' } } }] } }] },
    });
    fake.api.put(services, service('c', { type: 'LoadBalancer' }));
    const imported = await run();
    assert.deepEqual(
      imported.services.map(({ name, entryPoint, entryGuess }) => [name, entryPoint, entryGuess]),
      [
        ['a', true, 'nothing is known to call it'],
        ['b', true, ''],
        ['c', true, ''],
        ['d', false, ''],
      ],
    );
  });

  it('Import Cluster takes off the nodes what other pods request', async () => {
    fake.api.put('/api/v1/namespaces/other/pods', {
      metadata: { name: 'x', namespace: 'other' },
      spec: { nodeName: 'node', containers: [{ resources: { requests: { cpu: '500m', memory: '1Gi' } } }] },
      status: { phase: 'Running' },
    });
    assert.deepEqual((await run()).nodes, { cpu: 3500, memory: 7168, source: 'nodes' });
  });

  it('Import Cluster asks kube-state-metrics if it may not list nodes, and otherwise guesses', async () => {
    fake.api.forbidden = ({ resource }) => resource === 'nodes';
    const rules = fake.prometheus.rules;
    fake.prometheus.rules = [
      (query) =>
        query.includes('kube_node_status_allocatable')
          ? [{ labels: {}, value: query.includes('"cpu"') ? 8 : 2 ** 34 }]
          : undefined,
      ...rules,
    ];
    assert.deepEqual((await run()).nodes, { cpu: 8000, memory: 16384, source: 'metrics' });
    fake.prometheus.rules = rules;
    const imported = await run();
    const spec = specOf(imported);
    assert.ok(spec.nodes.cpu >= 2200 && spec.nodes.cpu < 10_300, String(spec.nodes.cpu));
    assert.match(clusterYaml(imported), /# A guess: nodes may not be listed/);
  });

  it('Import Cluster writes as many services as the schema takes', () => {
    const schema = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../../../schemas/cluster.schema.json'), 'utf8'),
    ) as {
      properties: { spec: { properties: { services: { maxItems: number } } } };
    };
    assert.equal(MOST_SERVICES, schema.properties.spec.properties.services.maxItems);
  });

  it('Import Cluster keeps the emulator if there is no Prometheus, and says how to go on', async () => {
    fake.api.services.clear();
    const imported = await run();
    const spec = specOf(imported);
    assert.deepEqual(spec.metrics, { source: 'emulator' });
    assert.deepEqual(callsOf(spec).a, ['b', 'c'], 'the environment still tells the calls');
    assert.match(clusterYaml(imported), /name it, as namespace\/name:port or a URL/);
  });

  it('Import Cluster takes the Prometheus that is named, and notes where that does not answer', async () => {
    const named = await run({ prometheus: 'monitoring/prometheus:9090' });
    assert.equal(named.preset?.name, 'chained-services');
    const wrong = await run({ prometheus: 'nowhere/prometheus:9090' });
    assert.match(wrong.notes.join(), /There is no service nowhere\/prometheus:9090/);
    assert.equal(specOf(wrong).metrics.source, 'prometheus');
  });

  it('Import Cluster writes deployments that request nothing, and names that YAML takes for something else', async () => {
    for (const { name } of SERVICES) {
      fake.api.delete(`${deployments}/${name}`);
      fake.api.delete(`${hpas}/${name}-hpa`);
    }
    for (const name of ['on', '1e3', 'null', 'has.dot']) {
      const each = { ...SERVICES[0], name, next: '' };
      const object = deployment(each);
      (object.spec as { template: { spec: { containers: object[] } } }).template.spec.containers = [{ name: 'app' }];
      fake.api.put(deployments, object);
      fake.api.put(hpas, hpa(each));
    }
    const imported = await run();
    const spec = specOf(imported);
    assert.deepEqual(spec.services.map(({ name }) => name).sort(), ['1e3', 'null', 'on']);
    assert.ok(spec.services.every(({ cpu, memory, entryPoint }) => cpu === 100 && memory === 128 && entryPoint));
    assert.match(clusterYaml(imported), /because of their names: has\.dot/);
  });

  it('Import Cluster says that a namespace has nothing to scale, or may not be read', async () => {
    await assert.rejects(
      run({ namespace: 'empty' }),
      refused('notFound', /no Deployment in namespace empty of context fake/),
    );
    fake.api.forbidden = ({ resource }) => resource === 'deployments';
    await assert.rejects(run(), refused('forbidden', /Needs verb list on resource deployments/));
  });
});

describe('A call graph', () => {
  it('A call graph has no circle, whatever calls whom', () => {
    const names = [...'abcdef'];
    let state = 7;
    const random = (n: number): number => (state = (state * 1103515245 + 12345) % 2147483648) % n;
    for (let round = 0; round < 200; round++) {
      const pairs = Array.from({ length: 12 }, () => [names[random(6)], names[random(6)]] as const);
      const { calls, cut } = callGraph(names, pairs, 'metrics');
      const order = new Map<string, number>();
      const visit = (name: string, path: readonly string[]): void => {
        assert.ok(!path.includes(name), `circle ${path.join(' -> ')} -> ${name}`);
        for (const callee of calls.get(name) ?? []) visit(callee, [...path, name]);
        order.set(name, order.size);
      };
      for (const name of names) visit(name, []);
      const kept = [...calls.values()].flat().length;
      const distinct = new Set(pairs.filter(([a, b]) => a !== b).map((pair) => pair.join(' '))).size;
      assert.ok(kept + new Set(cut.map((pair) => pair.join(' '))).size === distinct);
    }
  });
});
