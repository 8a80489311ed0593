import assert from 'node:assert/strict';
import type { KubernetesCluster } from '../../../../src/cluster/kubernetes/kubernetes-cluster.ts';
import {
  grantedBy,
  neededRights,
  roleRules,
  type NeededRight,
} from '../../../../src/cluster/kubernetes/writing/rights.ts';
import { systemTimers } from '../../../../src/jobs/running/system-timers.ts';
import { WriterLease } from '../../../../src/transferring/writer-lease.ts';
import type { Request } from '../../../fake-kubernetes/api-server.ts';
import {
  deployment,
  deployments,
  NAMESPACE,
  pod,
  pods,
  SERVICES,
  type FakeCluster,
} from '../../../fake-kubernetes/namespace.ts';
import { signal } from './refused.ts';
import { useConnectedCluster } from './connected.ts';

const needed = neededRights({
  namespace: NAMESPACE,
  services: SERVICES.map(({ name }) => name),
  prometheus: { namespace: 'monitoring', name: 'prometheus', port: '9090' },
});

const matches = (right: NeededRight, request: Request): boolean =>
  right.verb === request.verb &&
  right.group === request.group &&
  right.resource === request.resource &&
  right.namespace === request.namespace &&
  (right.name === undefined || right.name === request.name);

describe('The rights that a transfer needs', () => {
  const connected = useConnectedCluster();
  let fake: FakeCluster;
  let cluster: KubernetesCluster;
  beforeEach(() => ({ fake, cluster } = connected()));

  /** All that a transfer calls, once. */
  async function transfer(): Promise<void> {
    fake.api.put(deployments, deployment(SERVICES[0], { replicas: 2, readyReplicas: 1 }));
    fake.api.put(pods, pod(SERVICES[0], 0, 'ready'));
    let now = 0;
    const lease = new WriterLease({
      client: cluster.lease,
      identity: 'me',
      timers: { ...systemTimers, clock: () => now },
    });
    assert.equal(await lease.tryAcquire(signal), true);
    await lease.renew(signal);
    for (const { name: service } of SERVICES) {
      const { hpas } = await cluster.observe(signal);
      (await lease.check(signal))[Symbol.dispose]();
      for (const dryRun of [true, false]) {
        const options = { dryRun, signal };
        await cluster.write({ type: 'pauseHpa', service }, options);
        await cluster.write({ type: 'setHpaMinimum', service, minReplicas: 2 }, options);
        await cluster.write({ type: 'scale', service, replicas: 3 }, options);
      }
      assert.equal((await cluster.changedHpas(signal)).length, 1);
      const original = hpas.find((hpa) => hpa?.service === service)!.original;
      await cluster.write({ type: 'restoreHpa', service, original }, { dryRun: false, signal });
    }
    now = 5;
    await lease.release(signal);
  }

  it('The needed rights are those of the calls that a transfer makes, and no more', async () => {
    await transfer();
    const ofTransfer = needed.filter(({ by }) => by === 'transfer');
    const beyond = fake.api.requests.filter((request) => !ofTransfer.some((right) => matches(right, request)));
    assert.deepEqual(
      beyond.map(({ verb, resource, name }) => `${verb} ${resource} ${name}`),
      [],
      'calls that no right allows',
    );
    const unused = ofTransfer.filter((right) => !fake.api.requests.some((request) => matches(right, request)));
    assert.deepEqual(
      unused.map(({ verb, resource, name }) => `${verb} ${resource} ${name ?? ''}`),
      [],
      'rights that no call needs',
    );
  });

  it('The plan asks for each needed right', async () => {
    fake.api.forbidden = ({ verb, resource, name }) =>
      (resource === 'deployments/scale' && verb === 'update' && name !== 'a') || resource === 'resourcequotas';
    const { rights, findings } = await cluster.preflight(signal);
    assert.equal(rights.length, needed.length);
    const missing = rights.filter(({ allowed }) => !allowed).map(({ verb, resource, name }) => [verb, resource, name]);
    assert.deepEqual(missing, [
      ['update', 'deployments.apps/scale', 'b'],
      ['update', 'deployments.apps/scale', 'c'],
      ['update', 'deployments.apps/scale', 'd'],
      ['list', 'resourcequotas', ''],
    ]);
    const [first] = findings;
    assert.deepEqual([first.severity, first.code], ['blocks', 'missingRight']);
    assert.match(
      first.message,
      /^Needs verb update on resource deployments\.apps\/scale b in namespace chained, to set replicas/,
    );
    assert.match(first.message, /kind: Role\n/);
    // A quota that cannot be read stops nothing.
    assert.ok(
      findings
        .filter(({ message }) => message.includes('resourcequotas'))
        .every(({ severity }) => severity === 'warns'),
    );
  });

  it('The plan asks once if the right to everything is granted', async () => {
    await cluster.preflight(signal);
    const reviews = fake.api.requests.filter(({ resource }) => resource === 'selfsubjectaccessreviews');
    const distinct = new Set(needed.map(({ verb, group, resource }) => `${verb} ${group} ${resource}`));
    assert.equal(reviews.length, distinct.size);
  });

  it('The needed rights become rules of a Role that grants nothing else', () => {
    const rules = roleRules(needed.filter(({ by, namespace }) => by === 'transfer' && namespace === NAMESPACE));
    assert.deepEqual(
      rules.find(({ resources }) => resources[0] === 'deployments/scale'),
      {
        apiGroups: ['apps'],
        resources: ['deployments/scale'],
        resourceNames: ['a', 'b', 'c', 'd'],
        verbs: ['get', 'update'],
      },
    );
    assert.deepEqual(
      rules
        .filter(({ resources }) => resources[0] === 'leases')
        .map(({ resourceNames, verbs }) => [resourceNames, verbs]),
      [
        [undefined, ['create']],
        [['karma-mas'], ['get', 'update']],
      ],
    );
    assert.ok(
      rules.every(({ verbs }) => !verbs.includes('*') && !verbs.includes('delete') && !verbs.includes('patch')),
    );
    assert.match(grantedBy(needed), /namespace: monitoring/);
  });
});
