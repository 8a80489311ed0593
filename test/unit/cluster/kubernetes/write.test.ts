import assert from 'node:assert/strict';
import type { ClusterWrite } from '../../../../src/cluster/live/live-cluster.ts';
import { systemTimers } from '../../../../src/jobs/running/system-timers.ts';
import { connectCluster } from '../../../../src/cluster/kubernetes/connect.ts';
import { MINIMUM_ANNOTATION, ORIGINAL_ANNOTATION } from '../../../../src/cluster/kubernetes/writing/hpa-edits.ts';
import type { KubernetesCluster } from '../../../../src/cluster/kubernetes/kubernetes-cluster.ts';
import type { Hpa } from '../../../../src/cluster/kubernetes/client/objects.ts';
import type { KubeObject, Request } from '../../../fake-kubernetes/api-server.ts';
import { deployments, events, hpa, hpas, SERVICES, type FakeCluster } from '../../../fake-kubernetes/namespace.ts';
import { refused, signal } from './refused.ts';
import { sampleSpec } from './sample-spec.ts';
import { useConnectedCluster } from './connected.ts';

const really = { dryRun: false, signal };
const scaleOf = (service: string, replicas: number): ClusterWrite => ({ type: 'scale', service, replicas });

describe('Writing to a Kubernetes cluster', () => {
  const connected = useConnectedCluster();
  let fake: FakeCluster;
  let cluster: KubernetesCluster;
  let warnings: string[];
  beforeEach(() => ({ fake, cluster, warnings } = connected()));

  const replicas = (name: string): number =>
    fake.api.get<{ spec: { replicas: number } }>(`${deployments}/${name}`).spec.replicas;
  const hpaOf = (name: string): Hpa => fake.api.get<Hpa>(`${hpas}/${name}-hpa`);
  const edit = (path: string, change: (object: KubeObject) => void): void => {
    const object = fake.api.get(path);
    change(object);
    fake.api.put(path.slice(0, path.lastIndexOf('/')), object);
  };
  const messages = () => fake.api.list(events).map(({ message }) => message);
  const pause = (service: string) => cluster.write({ type: 'pauseHpa', service }, really);
  const restore = async (service: string, original: unknown) =>
    cluster.write({ type: 'restoreHpa', service, original }, really);

  it('A write sets replicas by the scale subresource, in its own name, on the version that was read', async () => {
    await cluster.observe(signal);
    await cluster.write(scaleOf('a', 4), really);
    assert.equal(replicas('a'), 4);
    const [put] = fake.api.writes;
    assert.deepEqual(
      [put.method, put.resource, put.name, put.query.get('fieldManager')],
      ['PUT', 'deployments/scale', 'a', 'karma-mas'],
    );
    assert.ok(put.body?.metadata.resourceVersion);
    const [event] = fake.api.list(events);
    assert.deepEqual(
      [event.message, event.type, (event.involvedObject as { name: string; uid: string }).uid],
      ['Set replicas from 2 to 4', 'Normal', 'deployment-a'],
    );
  });

  it('A dry run asks the server and changes nothing', async () => {
    const { hpas: states } = await cluster.observe(signal);
    const before = JSON.stringify([fake.api.list(deployments), fake.api.list(hpas)]);
    const writes: ClusterWrite[] = [
      scaleOf('a', 4),
      { type: 'pauseHpa', service: 'b' },
      { type: 'setHpaMinimum', service: 'c', minReplicas: 2 },
      { type: 'restoreHpa', service: 'd', original: states[3]?.original },
    ];
    for (const write of writes) await cluster.write(write, { dryRun: true, signal });
    assert.equal(JSON.stringify([fake.api.list(deployments), fake.api.list(hpas)]), before);
    assert.deepEqual(fake.api.writes, []);
    assert.equal(fake.api.requests.filter(({ dryRun }) => dryRun).length, 3);
    await assert.rejects(
      cluster.write({ type: 'setHpaMinimum', service: 'c', minReplicas: 9 }, { dryRun: true, signal }),
      refused('invalid', /maxReplicas/),
    );
  });

  it('A write is refused if somebody else has set the replicas since they were read', async () => {
    await cluster.observe(signal);
    edit(`${deployments}/a`, ({ spec }) => ((spec as { replicas: number }).replicas = 3));
    await assert.rejects(
      cluster.write(scaleOf('a', 4), really),
      refused('conflict', /Somebody else set the replicas of a from 2 to 3 meanwhile: nothing was written/),
    );
    assert.equal(replicas('a'), 3);
    await cluster.observe(signal);
    await cluster.write(scaleOf('a', 4), really);
    assert.equal(replicas('a'), 4);
  });

  it('A write goes on if only the status has changed, also between its reading and its writing', async () => {
    await cluster.observe(signal);
    let changes = 2;
    fake.api.beforeWrite = ({ resource }) => {
      if (resource === 'deployments/scale' && changes-- > 0)
        edit(`${deployments}/a`, (object) => (object.status = { ...(object.status as object), observed: changes }));
    };
    await cluster.write(scaleOf('a', 4), really);
    assert.equal(replicas('a'), 4);
  });

  it('A write gives up if every attempt meets another writer', async () => {
    await cluster.observe(signal);
    let changes = 0;
    fake.api.beforeWrite = () => edit(`${deployments}/a`, (object) => (object.status = { changes: ++changes }));
    await assert.rejects(cluster.write(scaleOf('a', 4), really), refused('conflict', /has been modified/));
    assert.equal(replicas('a'), 2);
    assert.ok(changes < 10);
  });

  it('A write does not overwrite one that came between its reading and its writing', async () => {
    await cluster.observe(signal);
    let others = 1;
    fake.api.beforeWrite = ({ resource }: Request) => {
      if (resource === 'deployments/scale' && others-- > 0)
        edit(`${deployments}/a`, ({ spec }) => ((spec as { replicas: number }).replicas = 1));
    };
    await assert.rejects(cluster.write(scaleOf('a', 4), really), refused('conflict', /from 2 to 1/));
    assert.equal(replicas('a'), 1);
  });

  it('A write is done if an earlier attempt got through without an answer', async () => {
    await cluster.observe(signal);
    let cuts = 1;
    fake.api.fault = ({ verb, resource }) => {
      if (verb !== 'update' || resource !== 'deployments/scale' || cuts-- <= 0) return undefined;
      edit(`${deployments}/a`, ({ spec }) => ((spec as { replicas: number }).replicas = 4));
      return 'cut';
    };
    await cluster.write(scaleOf('a', 4), really);
    assert.equal(replicas('a'), 4);
  });

  it('A write to a missing deployment or namespace says so', async () => {
    await cluster.observe(signal);
    fake.api.delete(`${deployments}/a`);
    await assert.rejects(cluster.write(scaleOf('a', 4), really), refused('notFound'));
    await assert.rejects(cluster.write(scaleOf('x', 4), really), refused('notFound', /x is no service/));
    fake.api.delete(`${hpas}/b-hpa`);
    await assert.rejects(pause('b'), refused('notFound'));
    await cluster.observe(signal);
    await assert.rejects(pause('b'), refused('notFound', /Nothing scales b in chained/));
  });

  it('A write without the right to it names the right', async () => {
    await cluster.observe(signal);
    fake.api.forbidden = ({ verb, resource }) => verb === 'update' && resource === 'deployments/scale';
    await assert.rejects(
      cluster.write(scaleOf('a', 4), really),
      refused(
        'forbidden',
        /Needs verb update on resource deployments.apps\/scale|Needs verb update on resource deployments\/scale.apps/,
      ),
    );
    assert.equal(replicas('a'), 2);
  });

  it('A paused HPA has its original on the object, and is restored to the byte', async () => {
    const cases: object[] = [
      {},
      { behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } },
      { behavior: { scaleUp: { selectPolicy: 'Min', policies: [{ type: 'Pods', value: 2, periodSeconds: 30 }] } } },
      { minReplicas: 2 },
      { metrics: undefined },
    ];
    for (const more of cases) {
      fake.api.put(hpas, hpa(SERVICES[0], more));
      const before = JSON.stringify(hpaOf('a').spec);
      const { original } = (await cluster.observe(signal)).hpas[0]!;
      await pause('a');
      const { spec, metadata } = hpaOf('a');
      assert.deepEqual(
        [spec.behavior?.scaleUp?.selectPolicy, spec.behavior?.scaleDown?.selectPolicy],
        ['Disabled', 'Disabled'],
      );
      assert.equal(metadata.annotations?.[ORIGINAL_ANNOTATION], before);
      const now = (await cluster.observe(signal)).hpas[0]!;
      assert.ok(now.paused);
      assert.deepEqual(now.original, original, 'the original stays that of before the first change');
      await restore('a', original);
      assert.equal(JSON.stringify(sorted(hpaOf('a').spec)), JSON.stringify(sorted(JSON.parse(before))));
      assert.deepEqual(hpaOf('a').metadata.annotations ?? {}, {});
    }
    assert.ok(messages().includes('Paused HPA a-hpa') && messages().includes('Restored HPA a-hpa'));
  });

  it('An HPA is restored as it was before several new minimums and a pause', async () => {
    const before = hpaOf('c').spec;
    const { original } = (await cluster.observe(signal)).hpas[2]!;
    for (const minReplicas of [2, 3]) {
      await cluster.write({ type: 'setHpaMinimum', service: 'c', minReplicas }, really);
      await cluster.observe(signal);
    }
    assert.equal(hpaOf('c').spec.minReplicas, 3);
    await pause('c');
    await restore('c', original);
    assert.deepEqual(hpaOf('c').spec, before);
  });

  it('An HPA that a dead writer left is restored from the object alone', async () => {
    const before = hpaOf('d').spec;
    await cluster.observe(signal);
    await pause('d');
    await cluster.close();
    // Another process, which has seen nothing.
    cluster = await connectCluster(sampleSpec(), { env: fake.env, now: Date.now, timers: systemTimers, context: '' });
    const [left, ...others] = await cluster.changedHpas(signal);
    assert.deepEqual([left.service, others], ['d', []]);
    await restore(left.service, left.original);
    assert.deepEqual(hpaOf('d').spec, before);
    assert.deepEqual(await cluster.changedHpas(signal), []);
  });

  it('Restoring an HPA leaves what somebody else changed meanwhile', async () => {
    const { original } = (await cluster.observe(signal)).hpas[0]!;
    await pause('a');
    edit(`${hpas}/a-hpa`, ({ spec }) => Object.assign(spec as object, { maxReplicas: 9, minReplicas: 2 }));
    await restore('a', original);
    const { spec } = hpaOf('a');
    assert.deepEqual([spec.maxReplicas, spec.minReplicas, spec.behavior], [9, 2, undefined]);
  });

  it('Restoring an HPA works without its annotations, by what was kept', async () => {
    const before = hpaOf('a').spec;
    const { original } = (await cluster.observe(signal)).hpas[0]!;
    await cluster.write({ type: 'setHpaMinimum', service: 'a', minReplicas: 3 }, really);
    await pause('a');
    edit(`${hpas}/a-hpa`, ({ metadata }) => delete metadata.annotations);
    await restore('a', original);
    assert.deepEqual(hpaOf('a').spec, before);
  });

  it('Restoring an unchanged HPA writes nothing', async () => {
    const { original } = (await cluster.observe(signal)).hpas[0]!;
    await restore('a', original);
    assert.deepEqual(fake.api.writes, []);
    const off = { selectPolicy: 'Disabled' };
    fake.api.put(hpas, hpa(SERVICES[1], { behavior: { scaleUp: off, scaleDown: off } }));
    const own = (await cluster.observe(signal)).hpas[1]!;
    await restore('b', own.original);
    assert.deepEqual(fake.api.writes, [], 'an HPA that its owner paused stays so');
    for (const original of [null, {}, { name: 'x' }, 'x'])
      await assert.rejects(restore('a', original), refused('invalid', /is no HPA/));
  });

  it('A write to an HPA that somebody else changed since it was read is refused, and says who it was', async () => {
    await cluster.observe(signal);
    edit(`${hpas}/a-hpa`, ({ spec, metadata }) => {
      (spec as { maxReplicas: number }).maxReplicas = 9;
      metadata.managedFields = [{ manager: 'kubectl-edit', time: '2026-01-01T00:00:00Z' }];
    });
    await assert.rejects(
      pause('a'),
      refused('conflict', /changed the HPA a-hpa meanwhile \(kubectl-edit\): nothing was written/),
    );
    assert.equal(hpaOf('a').metadata.annotations?.[ORIGINAL_ANNOTATION], undefined);
  });

  it('A write to an HPA goes on if only its status has changed', async () => {
    await cluster.observe(signal);
    let changes = 2;
    fake.api.beforeWrite = () => {
      if (changes-- > 0) edit(`${hpas}/a-hpa`, (object) => (object.status = { desiredReplicas: 3 + changes }));
    };
    await pause('a');
    assert.equal(hpaOf('a').spec.behavior?.scaleUp?.selectPolicy, 'Disabled');
  });

  it('An annotation that was copied from another HPA counts for nothing', async () => {
    await cluster.observe(signal);
    await pause('a');
    const copied = hpaOf('a').metadata.annotations!;
    edit(`${hpas}/b-hpa`, ({ metadata }) => (metadata.annotations = { ...copied, [MINIMUM_ANNOTATION]: '1' }));
    const { original } = (await cluster.observe(signal)).hpas[1]!;
    assert.equal((original as { spec: { scaleTargetRef: { name: string } } }).spec.scaleTargetRef.name, 'b');
  });

  it('A write is done even if its event cannot be written, which is said once', async () => {
    fake.api.forbidden = ({ resource }) => resource === 'events';
    await cluster.observe(signal);
    await cluster.write(scaleOf('a', 4), really);
    await cluster.write(scaleOf('a', 3), really);
    assert.equal(replicas('a'), 3);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /The event on a could not be written: Needs verb create on resource events/);
  });

  it('A write is not sent if the lease may have run out since it was checked, and its dry run is sent all the same', async () => {
    await cluster.observe(signal);
    const late = { signal, mayStillWrite: () => false };
    await assert.rejects(cluster.write(scaleOf('a', 4), { ...late, dryRun: false }), refused('aborted'));
    await cluster.write(scaleOf('a', 4), { ...late, dryRun: true });
    assert.equal(replicas('a'), 2);
    assert.deepEqual(
      fake.api.writes.filter(({ query }) => !query.has('dryRun')),
      [],
    );
  });

  it('A write is canceled by its caller, and by closing the cluster', async () => {
    await cluster.observe(signal);
    await assert.rejects(
      cluster.write(scaleOf('a', 4), { dryRun: false, signal: AbortSignal.abort() }),
      refused('aborted'),
    );
    const waiting = cluster.wait(60, signal);
    setTimeout(() => void cluster.close(), 20);
    await assert.rejects(waiting, refused('aborted'));
    assert.equal(replicas('a'), 2);
  });
});

/** Keys in order: a JSON text says nothing by their order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, of]) => [key, sorted(of)]),
  );
}
