import assert from 'node:assert/strict';
import type { HpaStatus, ServiceStatus } from '../../../../../src/cluster/kubernetes/watching/namespace-status.ts';
import { liveServices } from '../../../../../src/hosts/extension/cluster/live-services.ts';
import { readLine } from '../../../../../src/hosts/extension/cluster/watch-line.ts';
import { placesOf } from '../../../../../src/hosts/extension/cluster/cluster-places.ts';
import type { ClusterDigest, TransferDigest } from '../../../../../src/language/protocol.ts';

const hpa = (changes: Partial<HpaStatus> = {}): HpaStatus => ({
  minReplicas: 1,
  maxReplicas: 5,
  paused: false,
  desired: 2,
  original: { minReplicas: 1, paused: false },
  ...changes,
});
const service = (changes: Partial<ServiceStatus> = {}): ServiceStatus => ({
  service: 'a',
  desired: 2,
  ready: 1,
  starting: 1,
  failed: 0,
  hpa: hpa(),
  received: 10,
  pending: 3,
  latency: 0.2,
  utilization: 0.5,
  age: 4,
  ...changes,
});
const look = {
  type: 'look',
  context: 'fake',
  server: 'https://fake',
  namespace: 'shop',
  time: 5,
  services: [service()],
  latency: 0.2,
  successRate: 1,
  writer: '',
  lastWriter: '',
  problems: ['It is dark.'],
};

describe('Lines of the process that watches a cluster', () => {
  it('A watch line is a look at the cluster, or says why there will be none', () => {
    assert.deepEqual(readLine(JSON.stringify(look)), { look });
    assert.deepEqual(readLine('{"type":"error","message":"No specs."}'), { failure: 'No specs.' });
  });

  it('A watch line of another kind or version is left out', () => {
    const others = [
      'not JSON',
      'null',
      '{"type":"status"}',
      JSON.stringify({ ...look, problems: 'one' }),
      JSON.stringify({ ...look, services: [{ ...service(), hpa: { minReplicas: 1 } }] }),
    ];
    for (const line of others) assert.equal(readLine(line), undefined, line);
  });
});

describe('Services of a real cluster', () => {
  const controlled = (changes: Partial<ServiceStatus>) => liveServices([service(changes)])[0].controlledBy;

  it('Services of a real cluster have the numbers that were seen', () => {
    const [{ name, desired, ready, starting, pending, latency, utilization, hpa: seen }] = liveServices([service()]);
    assert.deepEqual([name, desired, ready, starting, pending, latency, utilization], ['a', 2, 1, 1, 3, 0.2, 0.5]);
    assert.deepEqual(seen, { minReplicas: 1, maxReplicas: 5, paused: false, desired: 2, originalMinimum: 1 });
  });

  it('Services of a real cluster are controlled by the HPA, the agents or somebody else, or it is not known', () => {
    assert.equal(controlled({}), 'hpa');
    assert.equal(controlled({ hpa: hpa({ minReplicas: 3 }) }), 'hpa with a raised minimum');
    assert.equal(controlled({ hpa: hpa({ paused: true }) }), 'agents');
    const before = { minReplicas: 1, paused: true };
    assert.equal(controlled({ hpa: hpa({ paused: true, original: before }) }), 'nobody');
    assert.equal(controlled({ hpa: null }), 'nobody');
    assert.equal(controlled({ hpa: null, desired: null }), 'unknown');
  });
});

describe('Places of a cluster', () => {
  const transfer = (name: string, context: string, namespace: string): TransferDigest => ({
    name,
    training: 'default',
    target: { context, namespace },
    fallsBackWhen: [],
    stages: [],
  });
  const digest = (source: ClusterDigest['source'], ...transfers: TransferDigest[]): ClusterDigest => ({
    name: 'shop',
    namespace: 'shop',
    source,
    prometheus: '',
    services: [],
    transfers,
  });
  const found = (of: ClusterDigest) =>
    placesOf(of).map(
      ({ context, digest: { namespace, transfers } }) =>
        `${context}/${namespace}: ${transfers.map(({ name }) => name).join(' ')}`,
    );

  it('A cluster has the places that its Transfers name, each with the Transfers that go there', () => {
    const one = transfer('staging', 'kind', 'shop');
    const two = transfer('production', 'eks', 'shop');
    const three = transfer('night', 'eks', 'shop');
    assert.deepEqual(found(digest('prometheus', one, two, three)), [
      'kind/shop: staging',
      'eks/shop: production night',
    ]);
  });

  it('A cluster without a Transfer context is in the current context; an emulated cluster is in one place', () => {
    assert.deepEqual(found(digest('prometheus')), ['/shop: ']);
    const transfers = [transfer('a', 'kind', 'x'), transfer('b', 'eks', 'y')];
    assert.deepEqual(found(digest('emulator', ...transfers)), ['/shop: a b']);
  });
});
