/** The starter specs beside a Cluster load without errors, whatever its name and its services. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { starterSpecs, type StarterOptions } from '../../../src/setup/starter/starter-specs.ts';
import { loadSpecs, type SpecFile } from '../../../src/spec/load.ts';
import type { Model } from '../../../src/spec/model.ts';

const SAMPLE = join(import.meta.dirname, '../../../examples/chained-services');
const sample = (name: string): string => readFileSync(join(SAMPLE, name), 'utf8');

interface Declared {
  readonly name: string;
  readonly entryPoint?: boolean;
}

function clusterYaml(name: string, services: readonly Declared[]): SpecFile {
  const text = `apiVersion: karma-mas.dev/v1alpha1
kind: Cluster
metadata: { name: ${JSON.stringify(name)} }
spec:
  namespace: ${JSON.stringify(name)}
  nodes: { cpu: 1500m, memory: 4Gi }
  metrics: { source: prometheus, prometheus: { service: monitoring/prometheus:9090, preset: istio } }
  services:
${services
  .map(
    (service) =>
      `    - { name: ${JSON.stringify(service.name)}, entryPoint: ${service.entryPoint ?? false}, replicas: { min: 1, max: 5 }, resources: { requests: { cpu: 100m, memory: 128Mi } }, emulator: { throughput: 100 } }`,
  )
  .join('\n')}
`;
  return { path: 'cluster.karma.yaml', text };
}

function starter(name: string, services: readonly Declared[], context = 'prod-eu') {
  const file = clusterYaml(name, services);
  const [cluster] = loadSpecs([file]).model.clusters;
  const options: StarterOptions = { cluster, context, sample };
  const files = starterSpecs(options);
  const { model, problems } = loadSpecs([file, ...files.map((each) => ({ path: each.name, text: each.text }))]);
  const errors = problems.filter(({ severity }) => severity === 'error');
  assert.deepEqual(errors, []);
  return { files, model };
}

const canaryOf = ({ transfers }: Model): readonly string[] =>
  transfers[0].stages.flatMap((stage) => (stage.stage === 'canary' ? stage.services : []));

describe('starter specs beside a Cluster', () => {
  const shop = [{ name: 'web', entryPoint: true }, { name: 'cart' }, { name: 'db' }];

  it('Starter specs belong to their Cluster, target its namespace and the given context, and use one service behind the entry point as the canary', () => {
    const { model } = starter('shop', shop);
    assert.deepEqual(
      model.organizations.map(({ cluster }) => cluster),
      ['shop'],
    );
    const [{ target }] = model.transfers;
    assert.deepEqual(target, { context: 'prod-eu', namespace: 'shop' });
    assert.deepEqual(canaryOf(model), ['cart']);
    assert.deepEqual(
      model.trainings.map(({ name }) => name),
      ['default', 'in-emulator'],
    );
  });

  it('Starter specs keep the comments of the sample and name nothing that exists only in the sample', () => {
    const { files } = starter('shop', shop);
    const text = files.map((file) => file.text).join('');
    assert.match(text, /structural: # which roles there are/);
    assert.match(text, /shadow: \{ for: 10m \} # the agents decide and write nothing/);
    assert.doesNotMatch(text, /chained-services|kind-karma|published-team|bad-hour/);
  });

  it('Starter specs send load to every entry point', () => {
    const { model } = starter('two', [
      { name: 'web', entryPoint: true },
      { name: 'api', entryPoint: true },
    ]);
    for (const { name, load } of model.scenarios)
      assert.deepEqual(
        load.map(({ entryPoint }) => entryPoint),
        ['web', 'api'],
        name,
      );
    assert.deepEqual(canaryOf(model), ['web']);
  });

  it('Starter specs accept names that YAML would read as something else', () => {
    const { model } = starter('null', [{ name: 'on', entryPoint: true }, { name: '1' }], 'yes');
    assert.equal(model.organizations[0].cluster, 'null');
    assert.equal(model.transfers[0].target.context, 'yes');
    const eks = starter('shop', shop, 'arn:aws:eks:eu-west-1:123:cluster/prod').model;
    assert.equal(eks.transfers[0].target.context, 'arn:aws:eks:eu-west-1:123:cluster/prod');
  });
});
