import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { ApiServer } from '../../../../src/cluster/kubernetes/client/api-server.ts';
import { systemTimers } from '../../../../src/jobs/running/system-timers.ts';
import { followNamespace } from '../../../../src/cluster/kubernetes/watching/follow-namespace.ts';
import { pausedHpa, withMinimum } from '../../../../src/cluster/kubernetes/writing/hpa-edits.ts';
import {
  NamespaceReporter,
  type NamespaceReport,
} from '../../../../src/cluster/kubernetes/watching/namespace-report.ts';
import type { Hpa } from '../../../../src/cluster/kubernetes/client/objects.ts';
import type { Cluster } from '../../../../src/spec/model.ts';
import type { KubeObject } from '../../../fake-kubernetes/api-server.ts';
import {
  deployment,
  deployments,
  hpas,
  kubeconfig,
  NAMESPACE,
  SAMPLE_VALUES,
  SERVICES,
  startFakeCluster,
  type FakeCluster,
} from '../../../fake-kubernetes/namespace.ts';
import { answersBy } from '../../../fake-kubernetes/prometheus.ts';
import { until as untilTrue } from '../../until.ts';
import { sampleSpec } from './sample-spec.ts';

const TOKEN = 'planted-token-0123456789';
const lease = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;

describe('A report on a namespace', () => {
  let fake: FakeCluster;
  let spec: Cluster;
  beforeEach(async () => {
    fake = await startFakeCluster({ user: { token: TOKEN } });
    spec = sampleSpec();
  });
  afterEach(() => fake.stop());

  async function report(seconds = 60): Promise<NamespaceReport> {
    const api = await ApiServer.open({ env: fake.env, context: '', now: Date.now, timers: systemTimers });
    const reporter = new NamespaceReporter({ spec, namespace: NAMESPACE, api, prometheusToken: undefined });
    try {
      return await reporter.report(seconds, new AbortController().signal);
    } finally {
      reporter.close();
    }
  }
  const edit = (name: string, change: (hpa: Hpa) => Hpa) =>
    fake.api.put(hpas, change(fake.api.get<Hpa>(`${hpas}/${name}`)) as unknown as KubeObject);
  const hold = (renewTime: string) =>
    fake.api.put(lease, {
      metadata: { name: 'karma-mas', namespace: NAMESPACE },
      spec: { holderIdentity: 'somebody-1', renewTime, leaseDurationSeconds: 15, leaseTransitions: 0 },
    });

  it('The report names its place, and has the services with their HPAs and metrics', async () => {
    const { context, server, namespace, services, problems, writer } = await report();
    assert.deepEqual([context, server, namespace, problems, writer], ['fake', fake.server, NAMESPACE, [], '']);
    const [a] = services;
    assert.deepEqual([a.service, a.desired, a.ready, a.pending, a.age], ['a', 2, 2, 4, 2]);
    assert.deepEqual(a.hpa, {
      minReplicas: 1,
      maxReplicas: 5,
      paused: false,
      desired: 2,
      original: { minReplicas: 1, paused: false },
    });
    assert.deepEqual(fake.api.writes, []);
  });

  it('The report tells what a transfer has changed from what somebody else has', async () => {
    edit('a-hpa', pausedHpa);
    edit('b-hpa', (hpa) => withMinimum(hpa, 3));
    const off = { selectPolicy: 'Disabled' };
    edit('c-hpa', (hpa) => ({ ...hpa, spec: { ...hpa.spec, behavior: { scaleUp: off, scaleDown: off } } }));
    const [a, b, c] = (await report()).services.map(({ hpa }) => hpa!);
    assert.deepEqual([a.paused, a.original.paused], [true, false]);
    assert.deepEqual([b.minReplicas, b.original.minReplicas], [3, 1]);
    assert.deepEqual([c.paused, c.original.paused], [true, true]);
  });

  it('The report says who writes, and who did before it died', async () => {
    hold(new Date().toISOString());
    const { writer, lastWriter } = await report();
    assert.deepEqual([writer, lastWriter], ['somebody-1', 'somebody-1']);
    hold('2020-01-01T00:00:00.000000Z');
    const later = await report();
    assert.deepEqual([later.writer, later.lastWriter], ['', 'somebody-1']);
  });

  it('The report says what is forbidden, with the Role that grants it', async () => {
    fake.api.forbidden = ({ resource }) => resource === 'horizontalpodautoscalers';
    const { problems, services } = await report();
    assert.equal(problems.length, 1);
    assert.match(
      problems[0],
      /^Needs verb list on resource horizontalpodautoscalers.autoscaling in namespace chained. Granted by:\n.*kind: Role\n/s,
    );
    assert.ok(services.every(({ desired }) => desired === null));
  });

  it('The report says nothing of a lease that may not be read', async () => {
    fake.api.forbidden = ({ resource }) => resource === 'leases';
    const { problems, writer } = await report();
    assert.deepEqual([problems, writer], [[], '']);
  });

  it('The report says once that the server is dead, and that its credentials have expired', async () => {
    fake.api.tokens = ['another'];
    assert.match(
      (await report()).problems.join(),
      /^http\S+ refuses the credentials of context fake: they have expired/,
    );
    await fake.api.stop();
    const { problems } = await report();
    assert.equal(problems.length, 1);
    assert.match(problems[0], /cannot be reached: nothing listens there. Check the VPN/);
    await fake.api.start();
  });

  for (const fault of ['hang', 'stall'] as const)
    it(`The report ends in its time if nothing answers (${fault})`, async () => {
      fake.api.fault = () => fault;
      const { problems } = await report(0.5);
      assert.equal(problems.length, 1);
      assert.match(problems[0], /\(context fake\) did not answer within 0.5 s. Check the VPN or tunnel/);
    });

  it('The report shows the replicas while Prometheus hangs', async () => {
    fake.api.services.set('monitoring/prometheus:9090', () => undefined);
    const { problems, services } = await report(3);
    assert.deepEqual(problems, [
      'Prometheus (service monitoring/prometheus:9090) did not answer within 3 s: check that its pods are ready.',
    ]);
    assert.deepEqual(
      services.map(({ desired, pending }) => [desired, pending]),
      [2, 2, 1, 1].map((desired) => [desired, null]),
    );
  });

  it('The report says in one sentence what is wrong with Prometheus', async () => {
    fake.prometheus.stopped = true;
    assert.match((await report()).problems.join('|'), /^Prometheus \(service \S+\) does not answer[^|]*$/);
    fake.prometheus.stopped = false;
    fake.api.services.clear();
    assert.match((await report()).problems.join('|'), /^There is no service monitoring\/prometheus:9090[^|]*$/);
    fake.api.forbidden = ({ resource }) => resource === 'services/proxy';
    assert.match(
      (await report()).problems.join('|'),
      /^Needs verb get on resource services\/proxy in namespace monitoring/,
    );
  });

  it('The report names the services that have no new metrics', async () => {
    fake.prometheus.rules = [answersBy(SAMPLE_VALUES, (name) => (name === 'b' ? 300 : 2))];
    const { problems } = await report();
    assert.match(problems.join(), /has no new value of some metrics of b: .* agents hold/);
  });

  it('The report names the services that have no Deployment', async () => {
    fake.api.delete(`${deployments}/c`);
    assert.match((await report()).problems.join(), /^There is no Deployment c in chained: correct the Cluster/);
  });

  it('The report says what is wrong with the specification', async () => {
    spec = sampleSpec('{ service: "monitoring/prometheus:9090", preset: chained-services }');
    spec = {
      ...spec,
      metrics: { source: 'prometheus', service: 'monitoring/prometheus:9090', preset: 'x', queries: {} },
    };
    assert.match((await report()).problems.join(), /There is no preset x/);
  });

  it('The report holds no secret', async () => {
    fake.api.tokens = ['another'];
    assert.ok(!JSON.stringify(await report()).includes(TOKEN));
  });
});

describe('Following a namespace', () => {
  let fake: FakeCluster;
  let other: FakeCluster;
  let stop: AbortController;
  let following: Promise<void>;
  let reports: NamespaceReport[];
  beforeEach(async () => {
    fake = await startFakeCluster();
    other = await startFakeCluster();
    stop = new AbortController();
    reports = [];
  });
  afterEach(async () => {
    stop.abort();
    await following;
    await fake.stop();
    await other.stop();
  });

  /** Reports again at once where something changes, and hardly ever by itself. */
  const follow = (interval = 60) => {
    following = followNamespace(sampleSpec(), {
      env: fake.env,
      now: Date.now,
      timers: systemTimers,
      context: '',
      namespace: NAMESPACE,
      signal: stop.signal,
      onReport: (report) => reports.push(report),
      interval,
      pause: 0.01,
    });
  };
  const until = (what: string, condition: (last: NamespaceReport) => boolean): Promise<void> =>
    untilTrue(
      what,
      () => reports.slice(-1).some(condition),
      () => JSON.stringify(reports.at(-1)),
    );
  const scale = (replicas: number) => fake.api.put(deployments, deployment({ ...SERVICES[0], replicas }));

  it('The follower reports as soon as something changes', async () => {
    follow();
    await until('a report', () => fake.api.watches === 2);
    scale(5);
    await until('the change', ({ services }) => services[0].desired === 5);
  });

  it('The follower goes on without the right to watch', async () => {
    fake.api.forbidden = ({ verb }) => verb === 'watch';
    follow(0.05);
    await until('a report', ({ problems }) => problems.length === 0);
    scale(4);
    await until('the change', ({ services }) => services[0].desired === 4);
  });

  it('The follower says that the server is gone, and goes on when it is back', async () => {
    follow(0.05);
    await until('a report', ({ problems }) => problems.length === 0);
    await fake.api.stop();
    await until('the problem', ({ problems }) => problems.some((problem) => problem.includes('cannot be reached')));
    await fake.api.start();
    await until('a report', ({ problems }) => problems.length === 0);
  });

  it('The follower follows the current context, and each report is of one place alone', async () => {
    follow();
    await until('a report', ({ server }) => server === fake.server);
    writeFileSync(fake.env.KUBECONFIG!, JSON.stringify(kubeconfig({ server: other.server, name: 'other' })));
    await until('the other one', ({ context, server }) => context === 'other' && server === other.server);
    assert.ok(reports.every(({ context, server }) => (context === 'fake') === (server === fake.server)));
  });

  it('The follower says that there is no kubeconfig, and connects when there is one', async () => {
    const file = fake.env.KUBECONFIG!;
    rmSync(file);
    follow(0.05);
    await until('the problem', ({ server, problems }) => server === '' && problems.join().includes('no kubeconfig'));
    writeFileSync(file, JSON.stringify(kubeconfig({ server: fake.server })));
    await until('a report', ({ server }) => server === fake.server);
  });
});
