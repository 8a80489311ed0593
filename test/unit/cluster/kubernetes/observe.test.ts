import assert from 'node:assert/strict';
import type { Snapshot } from '../../../../src/cluster/live/live-cluster.ts';
import { systemTimers } from '../../../../src/jobs/running/system-timers.ts';
import { connectCluster } from '../../../../src/cluster/kubernetes/connect.ts';
import type { KubernetesCluster } from '../../../../src/cluster/kubernetes/kubernetes-cluster.ts';
import { observedObjective } from '../../../../src/cluster/live/observed-objective.ts';
import type { Cluster } from '../../../../src/spec/model.ts';
import { Guard } from '../../../../src/transferring/guard.ts';
import {
  deployment,
  deployments,
  hpa,
  hpas,
  pod,
  pods,
  SAMPLE_VALUES,
  SERVICES,
  startFakeCluster,
  type FakeCluster,
  type PodState,
} from '../../../fake-kubernetes/namespace.ts';
import { answersBy, type QueryRule } from '../../../fake-kubernetes/prometheus.ts';
import { isNow } from './is-now.ts';
import { refused, signal } from './refused.ts';
import { sampleSpec } from './sample-spec.ts';

describe('A snapshot of a Kubernetes cluster', () => {
  let fake: FakeCluster;
  let cluster: KubernetesCluster;
  let warnings: string[];
  beforeEach(async () => {
    fake = await startFakeCluster();
    await connect(sampleSpec());
  });
  afterEach(async () => {
    await cluster.close();
    await fake.stop();
  });

  const connect = async (spec: Cluster): Promise<void> => {
    warnings = [];
    cluster = await connectCluster(spec, {
      env: fake.env,
      now: Date.now,
      timers: systemTimers,
      context: '',
      onWarning: (message) => warnings.push(message),
    });
  };
  const observe = (): Promise<Snapshot> => cluster.observe(signal);
  const close = (actual: ArrayLike<number>, expected: readonly number[]) =>
    expected.forEach((value, i) => assert.ok(Math.abs(actual[i] - value) < 1e-9, `${actual[i]}, not ${value}`));

  it('A snapshot has replicas from the API server and everything else from Prometheus', async () => {
    const since = Date.now();
    const { observation, age, hpas: states, time } = await observe();
    const { service, cluster: whole } = observation;
    close(service.desired, [2, 2, 1, 1]);
    close(service.ready, [2, 2, 1, 1]);
    close(service.starting, [0, 0, 0, 0]);
    close(service.failed, [0, 0, 0, 0]);
    close(service.pending, [4, 3, 2, 1]);
    close(service.received, [100, 100, 100, 200]);
    close(service.succeeded, [97, 98, 99, 198]);
    close(service.dropped, [2, 1, 1, 2]);
    close(service.cpu, [400, 300, 200, 100]);
    close(service.memory, [128, 256, 100, 500]);
    close(service.rx, [800, 400, 400, 800]);
    close(service.tx, [900, 500, 500, 900]);
    close(service.utilization, [400 / 1000, 300 / 800, 200 / 600, 100 / 700]);
    // A caller waits for the slowest of those that it calls: .3 - .2, .2 - .05, .1 - .05, .05.
    close(service.latency, [0.1, 0.15, 0.05, 0.05]);
    close(whole.latency, [0.3]);
    close(whole.successRate, [0.97]);
    close(whole.cpuUtilization, [1000 / 6500]);
    close(whole.cpuAllocated, [(2 * 500 + 2 * 400 + 600 + 700) / 6500]);
    assert.deepEqual([...age], [2, 2, 2, 2]);
    assert.deepEqual(
      states.map((state) => [
        state?.service,
        state?.minReplicas,
        state?.maxReplicas,
        state?.desiredReplicas,
        state?.paused,
      ]),
      [
        ['a', 1, 5, 2, false],
        ['b', 1, 3, 2, false],
        ['c', 1, 4, 1, false],
        ['d', 1, 6, 1, false],
      ],
    );
    assert.ok(isNow(time, since));
    assert.ok(Number.isFinite(observedObjective(sampleSpec(), observation).objective));
    assert.deepEqual(warnings, []);
    assert.deepEqual(fake.api.writes, [], 'to look writes nothing');
  });

  const withRule = (rule: QueryRule) => (fake.prometheus.rules = [rule, ...fake.prometheus.rules]);
  const verdictOf = ({ age }: Snapshot) =>
    new Guard({ when: ['staleMetrics'], driftThreshold: 3, staleAfter: 60 }).check({
      oldestMetric: Math.max(...age),
      missingFor: 0,
      drift: 0,
      objective: 1,
      load: 1,
      abort: false,
    }).verdict;

  it('A snapshot knows a missing metric as missing: its age is infinite, and its value never zero', async () => {
    withRule((query) =>
      query.includes('chained_queue_length') ? [{ labels: { deployment: 'a' }, value: 4 }] : undefined,
    );
    const snapshot = await observe();
    assert.deepEqual([...snapshot.age], [2, Infinity, Infinity, Infinity]);
    assert.ok(Number.isNaN(snapshot.observation.service.pending[1]));
    assert.notEqual(verdictOf(snapshot), 'act');
  });

  it('A snapshot takes NaN and infinity for missing', async () => {
    for (const value of ['NaN', '+Inf', '-Inf']) {
      const now = { ...SAMPLE_VALUES, duration_seconds_sum: { ...SAMPLE_VALUES.duration_seconds_sum, c: value } };
      fake.prometheus.rules = [answersBy(now)];
      const snapshot = await observe();
      assert.equal(snapshot.age[2], Infinity);
      assert.notEqual(verdictOf(snapshot), 'act');
    }
  });

  it('A snapshot has the age of the oldest metric of a service, by the clock of Prometheus', async () => {
    fake.prometheus.now = 1_000;
    fake.prometheus.rules = [
      answersBy(SAMPLE_VALUES, (name, query) => (name === 'd' && query.includes('container_') ? 300 : 4)),
    ];
    const snapshot = await observe();
    assert.deepEqual([...snapshot.age], [4, 4, 4, 300]);
    assert.equal(verdictOf(snapshot), 'fallback');
  });

  it('A snapshot takes a sample from the future for new', async () => {
    fake.prometheus.rules = [answersBy(SAMPLE_VALUES, () => -600)];
    assert.deepEqual([...(await observe()).age], [0, 0, 0, 0]);
  });

  it('A snapshot has the time of the server, even if clocks differ by ten minutes', async () => {
    fake.api.skew = 600;
    const since = Date.now();
    const { age, time } = await observe();
    assert.deepEqual([...age], [2, 2, 2, 2]);
    assert.ok(isNow(time - 600, since));
  });

  it('A snapshot waits once for a Prometheus that does not answer, not again for every metric', async () => {
    fake.prometheus.stopped = true;
    const { age } = await observe();
    assert.ok(age.every((seconds) => seconds === Infinity));
    const asked = fake.api.requests.filter(({ path }) => path.includes('/proxy/'));
    assert.ok(asked.length > 0 && asked.length <= 2, `${asked.length} queries`);
    assert.ok(warnings.length > 0 && warnings.every((warning) => warning.includes('does not answer')));
  });

  it('A snapshot without Prometheus still has the replicas and no metric, and says why once', async () => {
    fake.prometheus.stopped = true;
    const { observation, age } = await observe();
    await observe();
    close(observation.service.ready, [2, 2, 1, 1]);
    assert.deepEqual([...age], [Infinity, Infinity, Infinity, Infinity]);
    assert.match(warnings[0], /Prometheus \(service monitoring\/prometheus:9090\) does not answer/);
    assert.equal(new Set(warnings).size, warnings.length);
  });

  it('A snapshot without the service of Prometheus says what to do', async () => {
    fake.api.services.clear();
    await observe();
    assert.match(warnings[0], /There is no service monitoring\/prometheus:9090: name that of Prometheus/);
  });

  it('A snapshot says which right to read metrics is missing', async () => {
    fake.api.forbidden = ({ resource }) => resource === 'services/proxy';
    const { age } = await observe();
    assert.equal(age[0], Infinity);
    assert.match(warnings[0], /Needs verb get on resource services.?\/proxy in namespace monitoring/);
  });

  it('A snapshot is rejected if the API server does not answer or forbids it', async () => {
    fake.api.forbidden = ({ resource }) => resource === 'horizontalpodautoscalers';
    await assert.rejects(observe(), refused('forbidden', /horizontalpodautoscalers/));
    fake.api.forbidden = () => false;
    fake.api.fault = ({ resource }) => (resource === 'deployments' ? 'cut' : undefined);
    await assert.rejects(observe(), refused('unreachable'));
    await assert.rejects(cluster.observe(AbortSignal.abort()), refused('aborted'));
  });

  it('A snapshot leaves the figures of a missing deployment unknown', async () => {
    fake.api.delete(`${deployments}/c`);
    const snapshot = await observe();
    assert.equal(snapshot.age[2], Infinity);
    assert.ok(Number.isNaN(snapshot.observation.service.desired[2]));
    assert.ok(Number.isNaN(snapshot.observation.service.ready[2]));
    assert.deepEqual([...snapshot.age].filter(Number.isFinite), [2, 2, 2]);
  });

  it('A snapshot counts pods that start, that failed and that are on their way out', async () => {
    const [a, ...others] = SERVICES;
    const states: PodState[] = ['ready', 'pending', 'starting', 'crashed', 'leaving'];
    fake.api.put(deployments, deployment({ ...a, replicas: 4 }, { replicas: 4, readyReplicas: 1 }));
    states.forEach((state, i) => fake.api.put(pods, pod(a, i, state)));
    for (const service of others)
      for (let i = 0; i < service.replicas; i++) fake.api.put(pods, pod(service, i, 'ready'));
    fake.api.put(pods, { ...pod(a, 0, 'evicted'), metadata: { ...pod(a, 0, 'evicted').metadata, name: 'evicted' } });
    const { observation } = await observe();
    const { desired, ready, starting, failed } = observation.service;
    assert.deepEqual([desired[0], ready[0], starting[0], failed[0]], [4, 1, 2, 1]);
    assert.deepEqual([...ready], [1, 2, 1, 1]);
    // The pending one is on no node yet.
    close(observation.cluster.cpuAllocated, [(3 * 500 + 2 * 400 + 600 + 700) / 6500]);
  });

  it('A snapshot lists no pods while all of them serve', async () => {
    await observe();
    assert.ok(!fake.api.requests.some(({ resource }) => resource === 'pods'));
  });

  it('A snapshot knows a missing HPA, a paused one and one that scales something else', async () => {
    fake.api.delete(`${hpas}/a-hpa`);
    const off = { selectPolicy: 'Disabled' };
    fake.api.put(hpas, hpa(SERVICES[1], { behavior: { scaleUp: off, scaleDown: off } }));
    fake.api.put(hpas, hpa(SERVICES[2], { scaleTargetRef: { kind: 'StatefulSet', name: 'c' } }));
    const states = (await observe()).hpas;
    assert.deepEqual(
      states.map((state) => state?.paused),
      [undefined, true, undefined, false],
    );
  });

  it('A snapshot without requests has no latency and full success', async () => {
    const zero = { a: 0, b: 0, c: 0, d: 0 };
    fake.prometheus.rules = [
      answersBy({ ...SAMPLE_VALUES, duration_seconds_sum: zero, chained_requests_received_total: zero }),
    ];
    const { cluster: whole } = (await observe()).observation;
    assert.deepEqual([whole.latency[0], whole.successRate[0]], [0, 1]);
  });

  it('A snapshot looks back over four samples, however often samples are taken', async () => {
    for (const [counted, window] of [
      [24, '20s'],
      [8, '60s'],
      [2, '240s'],
      [120, '15s'],
    ] as const) {
      await cluster.close();
      await connect(sampleSpec());
      fake.prometheus.rules = [
        (query) => (query.includes('count_over_time') ? [{ labels: {}, value: counted }] : undefined),
        answersBy(SAMPLE_VALUES),
      ];
      fake.prometheus.queries.length = 0;
      await observe();
      const rates = fake.prometheus.queries.filter((query) => query.includes('rate('));
      assert.ok(rates.length >= 8 && rates.every((query) => query.includes(`[${window}]`)), rates[0]);
      assert.ok(fake.prometheus.queries.every((query) => !/\$(window|namespace)/.test(query)));
    }
  });

  it('A snapshot uses the queries of the specification, and says which of them cannot be read', async () => {
    await cluster.close();
    const own = "{ pending: 'sum by (deployment) (app_queue)', utilization: 'busy_share', rx: 'sum(app_rx)' }";
    await connect(sampleSpec(`{ service: "monitoring/prometheus:9090", preset: chained-services, queries: ${own} }`));
    withRule((query) => {
      if (query === 'sum by (deployment) (app_queue)') return [{ labels: { deployment: 'a' }, value: 7 }];
      if (query === 'max by (deployment) (timestamp(app_queue))')
        return [{ labels: {}, value: fake.prometheus.now - 9 }];
      if (query === 'busy_share') return 'parse error: busy_share';
      if (query === 'sum(app_rx)') return [{ labels: {}, value: 5 }];
      return undefined;
    });
    const { observation, age } = await observe();
    assert.equal(observation.service.pending[0], 7);
    assert.ok(Number.isNaN(observation.service.utilization[0]), 'its own query counts, not what follows from cpu');
    assert.equal(age[0], Infinity);
    assert.ok(
      warnings.some((warning) => /^utilization: .*parse error: busy_share/.test(warning)),
      warnings.join('\n'),
    );
    assert.ok(warnings.some((warning) => /^rx: .*no label deployment/.test(warning)));
  });

  it('No cluster is connected if nothing gives a field', async () => {
    const spec = sampleSpec('{ service: "monitoring/prometheus:9090", preset: cadvisor }');
    await assert.rejects(
      connectCluster(spec, { env: fake.env, now: Date.now, timers: systemTimers, context: '' }),
      refused(
        'invalid',
        /Nothing tells pending, received, served, succeeded, dropped, latency of cluster chained-services/,
      ),
    );
  });
});
