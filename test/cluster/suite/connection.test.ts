/** Reads and changes a namespace of a real cluster through src/cluster/kubernetes, and checks the result from outside with kubectl. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError, type LiveCluster, type ClusterWrite } from '../../../src/cluster/live/live-cluster.ts';
import { readContexts } from '../../../src/cluster/kubernetes/client/kubeconfig.ts';
import { prometheusOf } from '../../../src/cluster/kubernetes/connect.ts';
import { ORIGINAL_ANNOTATION } from '../../../src/cluster/kubernetes/writing/hpa-edits.ts';
import { testQueries } from '../../../src/cluster/kubernetes/importing/test-queries.ts';
import { watchList } from '../../../src/cluster/kubernetes/watching/watch.ts';
import { deploymentsPath } from '../../../src/cluster/kubernetes/reading/workload.ts';
import type { Deployment } from '../../../src/cluster/kubernetes/client/objects.ts';
import { createAccount, execPlugin, setRights, writeKubeconfig, type Rule } from '../support/accounts.ts';
import { Connected, signal } from '../support/connected.ts';
import { eventually, kubectlJson, prometheusUrl, server } from '../support/kubectl.ts';
import { SERVICES, type SampleNamespace } from '../support/sample-namespace.ts';
import { clusterSpec, clusterYaml } from '../support/sample-project.ts';

/** Requests/s that reach service a. */
const LOAD = 10;
const live = { dryRun: false, signal };
const READS: readonly Rule[] = [
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['get', 'list', 'watch'] },
];
const WRITES: readonly Rule[] = [{ apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['get', 'update'] }];

/** Lets the HPAs of a namespace scale nothing by themselves, because the tests compare what they find before and after. */
async function keepAtRest(namespace: SampleNamespace): Promise<void> {
  const target = { op: 'replace', path: '/spec/metrics/0/resource/target/averageUtilization', value: 10_000 };
  for (const name of SERVICES) namespace.kubectl(['patch', 'hpa', name, '--type=json', '-p', JSON.stringify([target])]);
  await eventually('every service has one pod', () =>
    Object.values(namespace.replicas()).every((replicas) => replicas === 1),
  );
}

describe('the connection to a real namespace', function () {
  let connected: Connected;
  let cluster: Awaited<ReturnType<Connected['connect']>>;

  before(async () => {
    connected = await Connected.start('connection');
    await keepAtRest(connected.namespace);
    connected.namespace.load(`${LOAD}:1h`);
    cluster = await connected.connect();
    await eventually('every metric of every service tells of the load', async () => {
      const { age, observation } = await cluster.observe(signal);
      return age.every((seconds) => seconds < 30) && observation.service.received[0] > 0.9 * LOAD;
    });
  });
  after(() => connected.stop());
  beforeEach(() => connected.proxy.reset());

  describe('contexts', () => {
    it('Contexts come from all files in KUBECONFIG, and the first of two with the same name wins', async () => {
      const { folder } = connected;
      const one = writeKubeconfig(join(folder, 'one'), [{ name: 'first', namespace: 'connection', user: {} }]);
      const two = writeKubeconfig(join(folder, 'two'), [
        { name: 'second', namespace: 'elsewhere', user: {} },
        { name: 'first', namespace: 'wrong', user: {} },
      ]);
      const contexts = await readContexts({ KUBECONFIG: `${one}:${two}` });
      assert.deepEqual(
        contexts.map(({ name, namespace, server: at, current }) => ({ name, namespace, at, current })),
        [
          { name: 'first', namespace: 'connection', at: server, current: true },
          { name: 'second', namespace: 'elsewhere', at: server, current: false },
        ],
      );
    });

    it('An open cluster names its context, server and namespace', async () => {
      assert.deepEqual(cluster.identity, { context: 'test', server: connected.proxy.url, namespace: 'connection' });
    });
  });

  describe('what is observed', () => {
    /** The namespace as the code under test and kubectl see it; undefined if an HPA changed something in between. */
    const lookAtRest = async () => {
      const before = connected.namespace.deployments();
      if (before.some(({ spec, status }) => status?.replicas !== spec.replicas)) return undefined;
      const snapshot = await cluster.observe(signal);
      const replicas = connected.namespace.replicas();
      return before.every(({ metadata, spec }) => replicas[metadata.name] === spec.replicas)
        ? { snapshot, replicas }
        : undefined;
    };

    it('An observation agrees with kubectl and with the load', async () => {
      const { snapshot, replicas } = await eventually('the HPAs let the namespace be for a moment', lookAtRest);
      const { service, cluster: whole } = snapshot.observation;
      SERVICES.forEach((name, s) => {
        assert.equal(service.desired[s], replicas[name], `desired of ${name}`);
        assert.equal(service.ready[s] + service.starting[s], replicas[name], `pods of ${name}`);
        assert.equal(snapshot.hpas[s]?.service, name);
        assert.ok(
          service.cpu[s] > 0 && service.memory[s] > 1,
          `use of ${name}: ${service.cpu[s]} m, ${service.memory[s]} MiB`,
        );
      });
      assert.deepEqual(
        snapshot.hpas.map((hpa) => [hpa?.minReplicas, hpa?.maxReplicas, hpa?.paused]),
        [5, 3, 4, 6].map((most) => [1, most, false]),
      );
      const received = [...service.received];
      assert.ok(Math.abs(received[0] - LOAD) < 0.2 * LOAD, `requests/s at a, of ${LOAD}: ${received[0]}`);
      assert.ok(Math.abs(received[3] - 2 * LOAD) < 0.4 * LOAD, `requests/s at d, of ${2 * LOAD}: ${received[3]}`);
      assert.ok(whole.successRate[0] > 0.9, `share that succeeds: ${whole.successRate[0]}`);
      assert.ok(Math.abs(snapshot.time - Date.now() / 1000) < 3, 'the time is that of the server');
      assert.deepEqual(connected.proxy.changes(), [], 'looking changes nothing');
    });

    it('An observation through a URL of Prometheus agrees with the load and bypasses the API server', async () => {
      const spec = clusterSpec(clusterYaml('connection', { url: prometheusUrl }));
      const direct = await connected.connect(undefined, spec);
      const { observation, age } = await direct.observe(signal);
      assert.ok(
        age.every((seconds) => seconds < 30),
        `ages: ${age.join(', ')}`,
      );
      assert.ok(Math.abs(observation.service.received[0] - LOAD) < 0.2 * LOAD);
      assert.ok(!connected.proxy.requests.some(({ path }) => path.includes('/proxy/')));
    });

    it('Test Queries reports field by field whether the metric of each service is there', async () => {
      const prometheus = prometheusOf(cluster.api, connected.spec.metrics, undefined);
      const told = await testQueries(connected.spec, prometheus, signal);
      assert.deepEqual(
        told.queries.filter(({ services }) => services.some(({ state }) => state !== 'ok')),
        [],
      );
      assert.ok(told.complete);
      connected.proxy.metricFault = (query, series) => (query.includes('chained_queue_length') ? [] : series);
      const without = await testQueries(connected.spec, prometheus, signal);
      const pending = without.queries.find(({ field }) => field === 'pending')!;
      assert.ok(!without.complete);
      assert.deepEqual(
        pending.services.map(({ state }) => state),
        SERVICES.map(() => 'missing'),
      );
    });
  });

  describe('a metric that cannot be trusted', () => {
    const queue = SERVICES.map(() => Infinity);

    it('A metric that Prometheus does not have is missing, not zero', async () => {
      connected.proxy.metricFault = (query, series) => (query.includes('chained_queue_length') ? [] : series);
      const { observation, age } = await cluster.observe(signal);
      assert.deepEqual([...age], queue);
      assert.ok(observation.service.pending.every(Number.isNaN));
      assert.ok(
        observation.service.received.every((rate) => rate > 0),
        'the others are as they are',
      );
    });

    it('A metric that is NaN is missing', async () => {
      connected.proxy.metricFault = (query, series) =>
        query.includes('chained_queue_length')
          ? series.map(({ metric, value: [time] }) => ({ metric, value: [time, 'NaN'] }))
          : series;
      const { observation, age } = await cluster.observe(signal);
      assert.ok(
        age.every((seconds) => seconds === Infinity),
        `ages: ${age.join(', ')}`,
      );
      assert.ok(observation.service.pending.every(Number.isNaN));
    });

    it('A metric is as old as its samples', async () => {
      connected.proxy.metricFault = (query, series) =>
        query.includes('timestamp(')
          ? series.map(({ metric, value: [time, value] }) => ({ metric, value: [time, String(Number(value) - 300)] }))
          : series;
      const { age } = await cluster.observe(signal);
      assert.ok(
        age.every((seconds) => seconds >= 300 && seconds < 340),
        `ages: ${age.join(', ')}`,
      );
    });

    it('The age of a metric does not depend on a clock that is ten minutes off', async () => {
      for (const clock of [600, -600]) {
        connected.proxy.clock = clock;
        const other = await connected.connect();
        const { time, age } = await other.observe(signal);
        assert.ok(Math.abs(time - Date.now() / 1000 - clock) < 3, `the server's time counts: ${time}`);
        assert.ok(
          age.every((seconds) => seconds < 30),
          `ages with a clock ${clock} s off: ${age.join(', ')}`,
        );
      }
    });
  });

  describe('each write', () => {
    const writes: readonly ClusterWrite[] = [
      { type: 'scale', service: 'd', replicas: 3 },
      { type: 'pauseHpa', service: 'b' },
      { type: 'setHpaMinimum', service: 'c', minReplicas: 2 },
    ];

    it('A write changes nothing as a dry run', async () => {
      const [found, replicas] = [connected.namespace.found(), connected.namespace.replicas()];
      await cluster.observe(signal);
      for (const write of writes) await cluster.write(write, { dryRun: true, signal });
      assert.ok(connected.namespace.isAsFound(found));
      assert.deepEqual(connected.namespace.replicas(), replicas);
      assert.deepEqual(connected.proxy.changes(), []);
      assert.equal(connected.proxy.requests.filter(({ dryRun }) => dryRun).length, writes.length);
    });

    it('A write takes effect once, and restoring the HPAs undoes it', async () => {
      const { namespace, proxy } = connected;
      const found = namespace.found();
      const { hpas } = await cluster.observe(signal);

      await cluster.write({ type: 'pauseHpa', service: 'd' }, live);
      assert.deepEqual(namespace.paused(), ['d']);
      await cluster.write({ type: 'scale', service: 'd', replicas: 3 }, live);
      assert.equal(namespace.replicas().d, 3);
      await eventually('d has three pods', () => {
        const { status } = namespace.deployments().find(({ metadata }) => metadata.name === 'd')!;
        return status?.availableReplicas === 3;
      });
      await cluster.write({ type: 'setHpaMinimum', service: 'c', minReplicas: 2 }, live);
      assert.equal(namespace.hpa('c').spec.minReplicas, 2);
      assert.ok(!namespace.isAsFound(found));
      assert.equal(managerOf('hpa', 'c'), 'karma-mas');

      for (const s of [2, 3])
        await cluster.write({ type: 'restoreHpa', service: SERVICES[s], original: hpas[s]!.original }, live);
      assert.ok(namespace.isAsFound(found), 'the specs of the HPAs are the same bytes, and no annotation is left');
      assert.deepEqual(
        proxy.scalingChanges().map(({ method, resource, name }) => `${method} ${resource} ${name}`),
        [
          'PUT horizontalpodautoscalers d',
          'PUT deployments/scale d',
          'PUT horizontalpodautoscalers c',
          'PUT horizontalpodautoscalers c',
          'PUT horizontalpodautoscalers d',
        ],
      );
      assert.ok(proxy.requests.every(({ userAgent }) => userAgent.startsWith('karma-mas')));
    });

    it('A paused HPA carries its original settings, so that a later connection can restore it', async () => {
      const { namespace } = connected;
      const found = namespace.found();
      await cluster.observe(signal);
      await cluster.write({ type: 'pauseHpa', service: 'a' }, live);
      assert.equal(sorted(namespace.hpa('a').metadata.annotations?.[ORIGINAL_ANNOTATION] ?? ''), sorted(found.hpas.a));
      const next = await connected.connect();
      const { hpas } = await next.observe(signal);
      assert.ok(hpas[0]?.paused);
      await next.write({ type: 'restoreHpa', service: 'a', original: hpas[0]!.original }, live);
      assert.ok(namespace.isAsFound(found));
    });

    it('A write is refused when somebody else has changed the object since the last observation', async () => {
      const { namespace, proxy } = connected;
      await cluster.observe(signal);
      namespace.kubectl(['scale', 'deployment', 'b', '--replicas=2']);
      await refuses(cluster, { type: 'scale', service: 'b', replicas: 3 }, 'conflict');
      namespace.kubectl(['patch', 'hpa', 'b', '--type=merge', '-p', '{"spec":{"maxReplicas":2}}']);
      await refuses(cluster, { type: 'pauseHpa', service: 'b' }, 'conflict');
      assert.deepEqual(proxy.scalingChanges(), []);
      assert.equal(namespace.hpa('b').spec.maxReplicas, 2, 'what somebody else wrote stays');
      namespace.kubectl(['patch', 'hpa', 'b', '--type=merge', '-p', '{"spec":{"maxReplicas":3}}']);
      namespace.kubectl(['scale', 'deployment', 'b', '--replicas=1']);
    });

    it('Restoring an HPA undoes our change and keeps what somebody else changed in between', async () => {
      const { namespace } = connected;
      const found = namespace.found();
      const { hpas } = await cluster.observe(signal);
      await cluster.write({ type: 'pauseHpa', service: 'b' }, live);
      namespace.kubectl(['patch', 'hpa', 'b', '--type=merge', '-p', '{"spec":{"maxReplicas":2}}']);
      await cluster.write({ type: 'restoreHpa', service: 'b', original: hpas[1]!.original }, live);
      assert.ok(!namespace.isPaused('b'));
      assert.equal(namespace.hpa('b').spec.maxReplicas, 2);
      namespace.kubectl(['patch', 'hpa', 'b', '--type=merge', '-p', '{"spec":{"maxReplicas":3}}']);
      assert.ok(namespace.isAsFound(found));
    });

    it('A write is retried after a conflict and takes effect once', async () => {
      const { namespace, proxy } = connected;
      await cluster.observe(signal);
      let left = 2;
      proxy.fault = ({ method }) =>
        method === 'PUT' && left-- > 0
          ? { status: 409, reason: 'Conflict', message: 'the object has been modified' }
          : undefined;
      const { hpas } = await cluster.observe(signal);
      await cluster.write({ type: 'pauseHpa', service: 'c' }, live);
      assert.deepEqual(namespace.paused(), ['c']);
      assert.equal(proxy.scalingChanges().length, 1);
      proxy.fault = ({ method }) => (method === 'PUT' ? { status: 409, reason: 'Conflict' } : undefined);
      await refuses(cluster, { type: 'setHpaMinimum', service: 'a', minReplicas: 2 }, 'conflict');
      proxy.fault = () => undefined;
      await cluster.write({ type: 'restoreHpa', service: 'c', original: hpas[2]!.original }, live);
    });

    it('A write is refused when a quota of the server denies it', async () => {
      const { proxy } = connected;
      await cluster.observe(signal);
      proxy.fault = ({ method, resource }) =>
        method === 'PUT' && resource === 'deployments/scale'
          ? { status: 403, reason: 'Forbidden', message: 'deployments "d" is forbidden: exceeded quota: pods' }
          : undefined;
      const { message } = await refuses(cluster, { type: 'scale', service: 'd', replicas: 2 }, 'invalid');
      assert.match(message, /exceeded quota/);
      assert.deepEqual(proxy.scalingChanges(), []);
    });

    it('A write whose answer was lost is seen in the next observation and can be undone', async () => {
      const { namespace, proxy } = connected;
      const found = namespace.found();
      const { hpas } = await cluster.observe(signal);
      proxy.fault = ({ method }) => (method === 'PUT' ? 'dropAnswer' : undefined);
      await refuses(cluster, { type: 'pauseHpa', service: 'd' }, 'unreachable');
      proxy.fault = () => undefined;
      assert.ok((await cluster.observe(signal)).hpas[3]?.paused);
      await cluster.write({ type: 'restoreHpa', service: 'd', original: hpas[3]!.original }, live);
      assert.ok(namespace.isAsFound(found));
    });
  });

  describe('rights', () => {
    it('Missing rights are reported with the Role that grants them', async () => {
      const account = createAccount('connection', 'reader', READS);
      const reader = await connected.connect(connected.configFor('reader', { token: account.token }));
      await reader.observe(signal);
      const write: ClusterWrite = { type: 'pauseHpa', service: 'a' };
      const { message } = await refuses(reader, write, 'forbidden');
      assert.match(
        message,
        /^Needs verb update on resource horizontalpodautoscalers\.autoscaling in namespace connection/,
      );
      assert.deepEqual(connected.proxy.scalingChanges(), []);

      // The Role in the message works exactly as it is printed.
      const role = message.slice(message.indexOf('apiVersion'));
      const name = 'granted-by-the-message';
      connected.namespace.apply(role.replace(/name: [\w-]+/, `name: ${name}`));
      connected.namespace.kubectl([
        ...['create', 'rolebinding', name, `--role=${name}`, '--serviceaccount=connection:reader'],
      ]);
      await eventually('the Role counts', () =>
        reader.write(write, { dryRun: true, signal }).then(
          () => true,
          () => false,
        ),
      );
    });

    it('Withdrawn rights make first the writes and then the observations fail as forbidden', async () => {
      const account = createAccount('connection', 'withdrawn', [...READS, ...WRITES]);
      const writer = await connected.connect(connected.configFor('withdrawn', { token: account.token }));
      await writer.observe(signal);
      await writer.write({ type: 'scale', service: 'd', replicas: 2 }, { dryRun: true, signal });
      setRights(account, READS);
      await eventually('the server knows', () =>
        writer.write({ type: 'scale', service: 'd', replicas: 2 }, { dryRun: true, signal }).then(
          () => false,
          (error: ClusterError) => error.reason === 'forbidden',
        ),
      );
      await writer.observe(signal);
      setRights(account, []);
      await eventually('nothing can be seen any more', () =>
        writer.observe(signal).then(
          () => false,
          (error: ClusterError) => error.reason === 'forbidden' && /Needs verb list on resource/.test(error.message),
        ),
      );
    });

    it('Missing rights in a whole namespace are reported within ten seconds', async () => {
      const spec = clusterSpec(clusterYaml('kube-system'));
      const elsewhere = await connected.connect(undefined, spec);
      const { message } = await rejection(elsewhere.observe(signal), 'forbidden');
      assert.match(message, /Needs verb list on resource \S+ in namespace kube-system/);
    });
  });

  describe('credentials', () => {
    it('Credentials that the server refuses are reported as expired or wrong, and are not shown', async () => {
      const token = 'planted-token-1f6e0d';
      const expired = await connected.connect(connected.configFor('expired', { token }));
      const { message } = await rejection(expired.observe(signal), 'forbidden');
      assert.match(message, /expired or are wrong/);
      assert.ok(!message.includes(token));
    });

    it('Credentials come from an exec plug-in, which is called once', async () => {
      const calls = join(connected.folder, 'calls');
      const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' };
      const answer = JSON.stringify({ ...credential, status: { token: connected.account.token } });
      const plugin = execPlugin(join(connected.folder, 'plugin'), `echo called >> ${calls}\necho '${answer}'`);
      const own = await connected.connect(connected.configFor('exec', plugin));
      await own.observe(signal);
      await own.observe(signal);
      assert.equal(readFileSync(calls, 'utf8'), 'called\n');
    });

    it('An exec plug-in that hangs is stopped within twelve seconds and leaves no process behind', async () => {
      const marker = `31${String(process.pid).padStart(7, '0')}`;
      const plugin = execPlugin(join(connected.folder, 'hanging'), `sleep ${marker} & wait`);
      const hanging = await connected.connect(connected.configFor('hanging.conf', plugin));
      const { message } = await rejection(hanging.observe(signal), 'forbidden', 12);
      assert.match(message, /hanging.*did not answer within 10 s/);
      assert.ok(!processes().some((line) => line.includes(marker)), 'what it started has ended');
    });
  });

  describe('a server with faults', () => {
    it('A server that cuts every connection is reported as unreachable within three seconds', async () => {
      connected.proxy.fault = () => 'drop';
      await rejection(cluster.observe(signal), 'unreachable', 3);
    });

    it('A request that a server does not answer times out within eleven seconds', async () => {
      connected.proxy.fault = () => 'stall';
      await rejection(cluster.observe(signal), 'timeout', 11);
    });

    it('A request that a server does not answer ends at once when it is aborted', async () => {
      connected.proxy.fault = () => 'stall';
      await rejection(cluster.observe(AbortSignal.timeout(300)), 'aborted', 1);
    });

    it('A server that is overloaded or broken is reported as unable to answer now', async () => {
      for (const status of [429, 500, 503]) {
        connected.proxy.fault = () => ({ status, message: 'try again later' });
        const { message } = await rejection(cluster.observe(signal), 'unreachable');
        assert.match(message, /cannot answer now/);
      }
    });

    it('A server that comes back is used again over the same connection object', async () => {
      connected.proxy.fault = () => 'drop';
      await rejection(cluster.observe(signal), 'unreachable');
      connected.proxy.reset();
      await cluster.observe(signal);
    });

    it('An address at which no server listens is reported within ten seconds', async () => {
      const file = writeKubeconfig(join(connected.folder, 'dead'), [
        { name: 'dead', namespace: 'connection', server: 'https://127.0.0.1:9', user: { token: 'x' } },
      ]);
      const dead = await connected.connect(file);
      const { message } = await rejection(dead.observe(signal), 'unreachable');
      assert.match(message, /context dead.*cannot be reached: nothing listens there/);
    });
  });

  it('A watch continues after its connection was cut, and misses no change', async () => {
    const { namespace, proxy } = connected;
    // No HPA writes to this annotation.
    const write = (step: string) => namespace.kubectl(['annotate', '--overwrite', 'deployment', 'c', `step=${step}`]);
    const seen: string[] = [];
    const states: string[] = [];
    const stop = new AbortController();
    const watching = watchList<Deployment>({
      api: cluster.api,
      path: deploymentsPath('connection'),
      signal: stop.signal,
      onChange: (items) => seen.push(items.get('c')?.metadata.annotations?.step ?? 'none'),
      onState: (why) => states.push(why),
    });
    await eventually('the list', () => seen.length > 0);
    write('1');
    await eventually('a change', () => seen.at(-1) === '1');
    proxy.fault = () => 'drop';
    proxy.cut();
    write('2');
    write('3');
    await eventually('it says that it is not current', () => states.at(-1) !== '');
    assert.ok(!seen.includes('2'));
    proxy.reset();
    const said = () => `It saw ${[...new Set(seen)].join(', ')}; it said: ${states.join('; ')}`;
    await eventually('what changed meanwhile', () => seen.at(-1) === '3', said);
    assert.ok(seen.includes('2'), 'each change is seen, not just the last one');
    assert.equal(states.at(-1), '');
    stop.abort();
    await watching;
    namespace.kubectl(['annotate', 'deployment', 'c', 'step-']);
  });

  function managerOf(kind: string, name: string): string | undefined {
    interface Managed {
      readonly metadata: { readonly managedFields: readonly { readonly manager: string; readonly time: string }[] };
    }
    const { metadata } = kubectlJson<Managed>('-n', 'connection', 'get', kind, name, '--show-managed-fields');
    const writers = metadata.managedFields.filter(({ manager }) => manager !== 'kube-controller-manager');
    return writers.sort((a, b) => a.time.localeCompare(b.time)).at(-1)?.manager;
  }
});

/** Asserts that `promise` rejects with a ClusterError of this reason within `seconds`, and returns the error. */
async function rejection(
  promise: Promise<unknown>,
  reason: ClusterError['reason'],
  seconds = 10,
): Promise<ClusterError> {
  const start = performance.now();
  const error = await promise.then(
    () => assert.fail(`It was to be refused (${reason}).`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ClusterError, String(error));
  assert.equal(error.reason, reason, error.message);
  const took = (performance.now() - start) / 1000;
  assert.ok(took <= seconds, `It took ${took.toFixed(1)} s, of ${seconds} s.`);
  return error;
}

const refuses = (cluster: LiveCluster, write: ClusterWrite, reason: ClusterError['reason']): Promise<ClusterError> =>
  rejection(cluster.write(write, live), reason);

/** The command lines of all processes on this machine. */
const processes = (): string[] => spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout.split('\n');

/** JSON with sorted keys, so that equal objects have equal texts. */
function sorted(json: string): string {
  const order = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)))
      : value;
  return JSON.stringify(JSON.parse(json), order);
}
