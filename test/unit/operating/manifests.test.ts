import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { METRICS } from '../../../src/operating/controller/controller-metrics.ts';
import { readConfiguration } from '../../../src/operating/controller/configuration.ts';
import { packFile, PART_BYTES, unpackFile } from '../../../src/operating/controller/packed-files.ts';
import { manifestFiles, type ManifestOptions } from '../../../src/operating/manifests/manifests.ts';
import { controllerRights } from '../../../src/operating/manifests/rbac.ts';
import type { RoleRule } from '../../../src/cluster/kubernetes/writing/rights.ts';
import { Random } from '../../../src/cluster/random.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import { readSpecFolder } from '../../../src/spec/folder.ts';
import type { Cluster } from '../../../src/spec/model.ts';
import { packPolicies } from '../../../src/deciding/policy.ts';
import { episodePool } from '../../../src/training/setup.ts';
import { Mappo } from '../../../src/training/mappo/mappo.ts';
import { sampleSetup } from '../training/sample.ts';

interface Kube {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly [field: string]: unknown;
}

describe('The exported manifests', () => {
  let options: ManifestOptions;
  let policies: Uint8Array;
  before(async () => {
    const backend = await createWasmBackend();
    const setup = await sampleSetup(backend);
    const trainer = new Mappo({ ...setup, seed: 1, episodes: 4, episodeAt: episodePool(setup, 'train', 1) });
    policies = packPolicies(trainer.policies());
    trainer.dispose();
    backend.dispose();
    const { files } = await readSpecFolder('examples/chained-services');
    const texts = Object.fromEntries(files.map(({ path, text }) => [path, Buffer.from(text as string).toString()]));
    const spec: Cluster = {
      ...setup.cluster,
      metrics: { source: 'prometheus', service: 'monitoring/prometheus:9090', queries: {} },
    };
    options = {
      spec,
      transfer: setup.model.transfers[0],
      stage: 'canary',
      image: 'example.test:5000/team/karma:1.2',
      files: { texts, packed: { 'policies.bin': policies } },
    };
  });

  const objectsIn = (files: Record<string, string>, path: string): Kube[] =>
    parseAllDocuments(files[path]).map((document) => {
      assert.deepEqual(document.errors, []);
      return document.toJS() as Kube;
    });
  const find = (kind: string, files = manifestFiles(options)): Kube =>
    ['rbac.yaml', 'config-maps.yaml', 'controller.yaml']
      .flatMap((path) => objectsIn(files, path))
      .find((object) => object.kind === kind)!;

  it('The exported manifests have the objects of an installation, each in its namespace', () => {
    const files = manifestFiles(options);
    const [kustomization] = objectsIn(files, 'kustomization.yaml');
    const resources = kustomization.resources as string[];
    assert.ok(resources.every((path) => path in files));
    const all = resources.flatMap((path) => objectsIn(files, path));
    assert.deepEqual(
      all.map(({ kind, metadata: { name, namespace } }) => `${kind} ${namespace}/${name}`),
      [
        'ServiceAccount chained-services/karma-mas',
        'Role chained-services/karma-mas',
        'RoleBinding chained-services/karma-mas',
        'Role monitoring/karma-mas-chained-services',
        'RoleBinding monitoring/karma-mas-chained-services',
        'ConfigMap chained-services/karma-mas-0',
        'Deployment chained-services/karma-mas',
        'PodDisruptionBudget chained-services/karma-mas',
        'Service chained-services/karma-mas',
      ],
    );
    assert.deepEqual(kustomization.images, [{ name: 'example.test:5000/team/karma', newTag: '1.2' }]);
  });

  it('The exported manifests grant what the client calls (see rights.test.ts), in Roles and no ClusterRole', () => {
    const files = manifestFiles(options);
    const roles = objectsIn(files, 'rbac.yaml').filter(({ kind }) => kind === 'Role');
    const granted = roles.flatMap(({ metadata, rules }) =>
      (rules as RoleRule[]).flatMap(({ apiGroups, resources, resourceNames = [undefined], verbs }) =>
        resourceNames.flatMap((name) =>
          verbs.map((verb) => [metadata.namespace, apiGroups[0], resources[0], name, verb]),
        ),
      ),
    );
    const needed = controllerRights(options.spec, 'chained-services').map(
      ({ namespace, group, resource, name, verb }) => [namespace, group, resource, name, verb],
    );
    const sorted = (rights: unknown[][]) => rights.map((right) => JSON.stringify(right)).sort();
    assert.deepEqual(sorted(granted), sorted(needed));
    assert.ok(!files['rbac.yaml'].includes('ClusterRole'));
    assert.ok(!files['rbac.yaml'].includes('"*"'));
  });

  it('The exported manifests run two replicas that may do nothing else on their node', () => {
    const { spec } = find('Deployment') as unknown as {
      spec: {
        replicas: number;
        template: { spec: Record<string, unknown> & { containers: Record<string, unknown>[] } };
      };
    };
    assert.equal(spec.replicas, 2);
    const pod = spec.template.spec;
    const [container] = pod.containers;
    assert.deepEqual(pod.securityContext, {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    assert.ok((container.resources as { limits: { memory: string } }).limits.memory);
    assert.ok((container.args as string[]).includes('--stage=canary'));
    assert.deepEqual(
      [container.livenessProbe, container.readinessProbe].map(
        (probe) => (probe as { httpGet: { path: string } }).httpGet.path,
      ),
      ['/healthz', '/readyz'],
    );
  });

  it('The exported manifests change the pods when the policies change, and nothing when nothing does', () => {
    const annotation = (files: Record<string, string>): string =>
      /karma-mas.dev\/configuration: "?(\w+)/.exec(files['controller.yaml'])![1];
    const same = annotation(manifestFiles(options));
    assert.equal(annotation(manifestFiles(options)), same);
    const changed = { ...options, files: { ...options.files, packed: { 'policies.bin': policies.slice(1) } } };
    assert.notEqual(annotation(manifestFiles(changed)), same);
  });

  it('The exported manifests split large policies so that kubectl apply takes each ConfigMap, and the controller reads them back', () => {
    const random = new Random(7);
    // Noise cannot be compressed.
    const large = Uint8Array.from({ length: 700_000 }, () => random.integer(0, 255));
    const files = manifestFiles({ ...options, files: { ...options.files, packed: { 'policies.bin': large } } });
    const maps = objectsIn(files, 'config-maps.yaml') as unknown as {
      data: object;
      binaryData: Record<string, string>;
    }[];
    assert.ok(maps.length >= 4);
    for (const map of maps) assert.ok(JSON.stringify(map).length < 256 * 1024, 'last-applied annotation');
    const folder = mkdtempSync(join(tmpdir(), 'karma-manifests-'));
    try {
      for (const { data, binaryData } of maps) {
        for (const [key, text] of Object.entries(data)) writeFileSync(join(folder, key), text as string);
        for (const [key, text] of Object.entries(binaryData))
          writeFileSync(join(folder, key), Buffer.from(text, 'base64'));
      }
      assert.deepEqual(new Uint8Array(unpackFile(folder, 'policies.bin')!), large);
      rmSync(join(folder, 'policies.bin.gz.001'));
      assert.throws(() => unpackFile(folder, 'policies.bin'), /a part is missing/);
      assert.equal(unpackFile(folder, 'drift.json'), undefined);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('The exported manifests are what the controller reads its configuration from', () => {
    const folder = mkdtempSync(join(tmpdir(), 'karma-manifests-'));
    try {
      for (const map of objectsIn(manifestFiles(options), 'config-maps.yaml') as unknown as {
        data: Record<string, string>;
        binaryData: Record<string, string>;
      }[]) {
        for (const [key, text] of Object.entries(map.data)) writeFileSync(join(folder, key), text);
        for (const [key, text] of Object.entries(map.binaryData))
          writeFileSync(join(folder, key), Buffer.from(text, 'base64'));
      }
      const { spec, transfer, policies: read, drift } = readConfiguration(folder, options.transfer.name);
      assert.equal(spec.name, 'chained-services');
      assert.equal(transfer.name, options.transfer.name);
      assert.deepEqual(Buffer.from(packPolicies(read)), Buffer.from(policies));
      assert.equal(drift, undefined);
      assert.throws(() => readConfiguration(folder, 'other'), /no Transfer named other/);
      assert.equal(readConfiguration(folder, '').transfer.name, options.transfer.name, 'the only one');
      const another = options.files.texts['transfer.karma.yaml'].replace('name: production', 'name: trial');
      writeFileSync(join(folder, 'trial.karma.yaml'), another);
      assert.throws(
        () => readConfiguration(folder, ''),
        /Name the Transfer to go by \(--transfer\); the specs have production, trial\./,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('The exported manifests watch the controller by metrics that it has', () => {
    const files = manifestFiles(options);
    const known = Object.values(METRICS) as string[];
    const named = [
      ...`${files['monitoring/prometheus-rule.yaml']}${files['monitoring/grafana-dashboard.json']}`.matchAll(
        /karma_mas_\w+/g,
      ),
    ].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
    assert.ok(named.length > 10);
    assert.deepEqual(
      named.filter((name) => !known.includes(name)),
      [],
    );
    const dashboard = JSON.parse(files['monitoring/grafana-dashboard.json']) as { panels: object[] };
    assert.equal(dashboard.panels.length, 10);
    const [rule] = objectsIn(files, 'monitoring/prometheus-rule.yaml');
    assert.equal(rule.kind, 'PrometheusRule');
  });

  it('The exported manifests name an image by its digest, too', () => {
    const files = manifestFiles({ ...options, image: 'team/karma@sha256:abc' });
    assert.deepEqual(objectsIn(files, 'kustomization.yaml')[0].images, [{ name: 'team/karma', digest: 'sha256:abc' }]);
    assert.deepEqual(objectsIn(manifestFiles({ ...options, image: 'karma' }), 'kustomization.yaml')[0].images, [
      { name: 'karma', newTag: 'latest' },
    ]);
  });

  it('The exported manifests build an image from one file that is not root', () => {
    const text = manifestFiles(options)['image/Containerfile'];
    assert.match(text, /^USER 65532/m);
    assert.match(text, /COPY controller\.mjs/);
    assert.ok(readFileSync('tools/build.ts', 'utf8').includes('src/hosts/controller/main.ts'));
  });

  it('The exported manifests pack the same bytes for the same file', () => {
    const parts = packFile('x', new Uint8Array(3 * PART_BYTES));
    assert.deepEqual(parts, packFile('x', new Uint8Array(3 * PART_BYTES)));
    assert.equal(parts[0][0], 'x.gz.000');
  });
});
