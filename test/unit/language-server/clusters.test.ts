import assert from 'node:assert/strict';
import { clustersOf } from '../../../src/language-server/clusters.ts';
import { readSpecFolder } from '../../../src/spec/folder.ts';

describe('Clusters for the Cluster view', () => {
  it('Clusters have their services and the Transfers that target them', async () => {
    const { model } = await readSpecFolder('examples/chained-services');
    const [cluster, ...rest] = clustersOf(model);
    assert.deepEqual(rest, []);
    const { transfers, ...plain } = cluster;
    assert.deepEqual(plain, {
      name: 'chained-services',
      namespace: 'chained-services',
      source: 'emulator',
      prometheus: '',
      services: [
        { name: 'a', min: 1, max: 5 },
        { name: 'b', min: 1, max: 3 },
        { name: 'c', min: 1, max: 4 },
        { name: 'd', min: 1, max: 6 },
      ],
    });
    const all = ['a', 'b', 'c', 'd'];
    assert.deepEqual(
      transfers.map(({ name, training, target, fallsBackWhen, stages }) => [
        name,
        training,
        target,
        fallsBackWhen,
        stages.map(({ stage, lasts, services, abortWhen }) => [stage, lasts, services, abortWhen !== '']),
      ]),
      [
        [
          'production',
          'default',
          { context: 'kind-karma', namespace: 'chained-services' },
          ['drift', 'staleMetrics', 'objectiveBroken'],
          [
            ['shadow', 600, [], false],
            ['floor', 600, all, true],
            ['canary', 900, ['b'], true],
            ['full', null, all, true],
          ],
        ],
      ],
    );
  });

  it('Clusters have the origin of a Prometheus at a URL, without a password', async () => {
    const { model } = await readSpecFolder('examples/chained-services');
    const origin = (metrics: object) =>
      clustersOf({ ...model, clusters: [{ ...model.clusters[0], metrics: { queries: {}, ...metrics } as never }] })[0]
        .prometheus;
    const at = (url: string) => origin({ source: 'prometheus', url });
    assert.equal(at('https://user:password@prometheus.example:9090/path'), 'https://prometheus.example:9090');
    assert.equal(at('nonsense'), '');
    assert.equal(origin({ source: 'prometheus', service: 'monitoring/prometheus:9090' }), '');
  });

  it('Clusters have no transfers where those are for another cluster or for none', async () => {
    const { model } = await readSpecFolder('examples/chained-services');
    const other = { ...model.clusters[0], name: 'other' };
    const clusters = clustersOf({ ...model, clusters: [...model.clusters, other] });
    assert.deepEqual(
      clusters.map(({ transfers }) => transfers.length),
      [1, 0],
    );
    assert.deepEqual(clustersOf({ ...model, organizations: [] })[0].transfers, []);
  });
});
