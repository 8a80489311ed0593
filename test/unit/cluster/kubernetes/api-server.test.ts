import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { ClusterError } from '../../../../src/cluster/live/live-cluster.ts';
import { systemTimers } from '../../../../src/jobs/running/system-timers.ts';
import { ForbiddenError } from '../../../../src/cluster/kubernetes/client/api-errors.ts';
import { ApiServer } from '../../../../src/cluster/kubernetes/client/api-server.ts';
import type { Deployment, List } from '../../../../src/cluster/kubernetes/client/objects.ts';
import {
  deployments,
  kubeconfig,
  startFakeCluster,
  type FakeCluster,
  type FakeClusterOptions,
} from '../../../fake-kubernetes/namespace.ts';
import { ELSEWHERE, LOCAL } from '../../../fake-kubernetes/tls.ts';
import { isNow } from './is-now.ts';
import { refused, signal } from './refused.ts';

const TOKEN = 'planted-token-0123456789';

describe('The API server', () => {
  let fake: FakeCluster;
  let api: ApiServer;
  afterEach(async () => {
    api.close();
    await fake.stop();
  });

  const start = async (options: FakeClusterOptions = {}, timeout = 60_000): Promise<void> => {
    fake = await startFakeCluster(options);
    api = await ApiServer.open({ env: fake.env, context: '', now: Date.now, timers: systemTimers, timeout });
  };
  const list = (of = api, until = signal) => of.request<List<Deployment>>({ path: deployments, signal: until });

  it('is asked with the token of the kubeconfig', async () => {
    await start({ user: { token: TOKEN } });
    fake.api.tokens = [TOKEN];
    assert.deepEqual(
      (await list()).items.map(({ metadata }) => metadata.name),
      ['a', 'b', 'c', 'd'],
    );
  });

  it('that refuses the credentials is said to, without them', async () => {
    await start({ user: { token: TOKEN } });
    fake.api.tokens = ['another'];
    await assert.rejects(list(), refused('forbidden', /refuses the credentials of context fake.*Log in again/));
  });

  it('that forbids a verb: which, on what, where, and the Role that grants it', async () => {
    await start();
    fake.api.forbidden = ({ verb, resource }) => verb === 'list' && resource === 'deployments';
    await assert.rejects(list(), (error: ClusterError) => {
      assert.ok(error instanceof ForbiddenError);
      assert.deepEqual(
        { ...error.right },
        { verb: 'list', resource: 'deployments', group: 'apps', namespace: 'chained' },
      );
      assert.match(
        error.role,
        /kind: Role\n.*namespace: chained.*\nrules:\n- \{apiGroups: \["apps"\], resources: \["deployments"\], verbs: \["list"\]\}/,
      );
      return refused(
        'forbidden',
        /^Needs verb list on resource deployments.apps in namespace chained\. Granted by:/,
      )(error);
    });
    fake.api.forbidden = ({ resource }) => resource === 'nodes';
    await assert.rejects(api.request({ path: '/api/v1/nodes', signal }), (error: ForbiddenError) => {
      assert.match(error.role, /kind: ClusterRole\n/);
      return refused('forbidden', /in the whole cluster/)(error);
    });
  });

  it('that denies by a quota is quoted', async () => {
    await start();
    fake.api.fault = () => ({ status: 403, message: 'exceeded quota: pods=4', reason: 'Forbidden' });
    await assert.rejects(list(), refused('invalid', /exceeded quota: pods=4/));
  });

  it('that refuses for another reason: which', async () => {
    await start();
    for (const [status, reason] of [
      [400, 'invalid'],
      [404, 'notFound'],
      [409, 'conflict'],
      [422, 'invalid'],
      [429, 'unreachable'],
      [500, 'unreachable'],
      [503, 'unreachable'],
      [504, 'timeout'],
    ] as const) {
      fake.api.fault = () => ({ status, message: 'in its own words' });
      await assert.rejects(list(), refused(reason, /in its own words/));
    }
  });

  it('that does not answer is given up after the time-out, before and in the middle of the answer', async () => {
    await start({}, 150);
    for (const fault of ['hang', 'stall'] as const) {
      fake.api.fault = () => fault;
      await assert.rejects(list(), refused('timeout', /did not answer within 0.15 s/));
    }
  });

  it('is not waited for once the caller has aborted', async () => {
    await start({}, 60_000);
    fake.api.fault = () => 'hang';
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await assert.rejects(list(api, stop.signal), refused('aborted'));
    await assert.rejects(list(api, AbortSignal.abort()), refused('aborted'));
  });

  it('that cuts the connection is asked once more', async () => {
    await start();
    let cuts = 1;
    fake.api.fault = () => (cuts-- > 0 ? 'cut' : undefined);
    assert.equal((await list()).items.length, 4);
    fake.api.fault = () => 'cut';
    await assert.rejects(list(), refused('unreachable', /cannot be reached: the connection was cut\. Check the VPN/));
  });

  it('that answers with no JSON', async () => {
    await start();
    fake.api.fault = () => 'garbage';
    await assert.rejects(list(), refused('invalid', /something that is no JSON/));
  });

  it('that is gone, and comes back', async () => {
    await start();
    await list();
    await fake.api.stop();
    await assert.rejects(list(), refused('unreachable', /nothing listens there/));
    await fake.api.start();
    assert.equal((await list()).items.length, 4);
  });

  it('whose name is not known', async () => {
    await start();
    writeFileSync(fake.env.KUBECONFIG!, JSON.stringify(kubeconfig({ server: 'https://nowhere.invalid:6443' })));
    const other = await ApiServer.open({ env: fake.env, context: '', now: Date.now, timers: systemTimers });
    await assert.rejects(list(other), refused('unreachable', /its name (is not known|cannot be looked up now)/));
    other.close();
  });

  it('is trusted where its certificate is that of the kubeconfig', async () => {
    const ca = Buffer.from(LOCAL.cert).toString('base64');
    await start({ tls: LOCAL, cluster: { 'insecure-skip-tls-verify': false, 'certificate-authority-data': ca } });
    assert.equal((await list()).items.length, 4);
  });

  it('is not trusted where its certificate is another', async () => {
    await start({ tls: LOCAL, cluster: { 'insecure-skip-tls-verify': false } });
    await assert.rejects(list(), refused('unreachable', /cannot be trusted: its certificate is signed by itself/));
  });

  it('is not trusted where its certificate is for another name', async () => {
    const ca = Buffer.from(ELSEWHERE.cert).toString('base64');
    await start({ tls: ELSEWHERE, cluster: { 'insecure-skip-tls-verify': false, 'certificate-authority-data': ca } });
    await assert.rejects(list(), refused('unreachable', /its certificate is for another name/));
  });

  it('that speaks no TLS', async () => {
    await start();
    const server = fake.server.replace('http:', 'https:');
    writeFileSync(fake.env.KUBECONFIG!, JSON.stringify(kubeconfig({ server })));
    const other = await ApiServer.open({ env: fake.env, context: '', now: Date.now, timers: systemTimers });
    await assert.rejects(list(other), refused('unreachable', /speaks no TLS/));
    other.close();
  });

  it('stays the same when the kubeconfig changes: two contexts never mix', async () => {
    await start({ user: { token: TOKEN } });
    fake.api.tokens = [TOKEN];
    writeFileSync(fake.env.KUBECONFIG!, JSON.stringify(kubeconfig({ server: 'https://127.0.0.1:1', name: 'other' })));
    assert.equal((await list()).items.length, 4);
    assert.deepEqual([api.context, api.server, api.namespace], ['fake', fake.server, 'chained']);
  });

  it('that is closed cancels what is under way, and takes no more', async () => {
    await start({}, 60_000);
    fake.api.fault = () => 'hang';
    const pending = list();
    setTimeout(() => api.close(), 50);
    await assert.rejects(pending, refused('aborted'));
    await assert.rejects(list(), refused('aborted', /is closed/));
  });

  it('tells the time, whatever the local clock says', async () => {
    await start();
    for (const skew of [600, -600]) {
      fake.api.skew = skew;
      const since = Date.now();
      await list();
      assert.ok(isNow(api.time() - skew, since), `${api.time()}, ahead by ${skew}`);
    }
  });

  it('never has secrets in its messages, though the server quotes them', async () => {
    const secrets = { token: TOKEN, key: 'c2VjcmV0LWtleS1kYXRhLW9mLXRoZS11c2Vy' };
    await start({
      user: { token: secrets.token, 'client-key-data': secrets.key, password: 'hunter2-hunter2', username: 'x' },
    });
    const said = `it saw ${TOKEN} and ${secrets.key}, hunter2-hunter2, Bearer abcdef0123456789 and eyJhbGciOiJIUzI1NiJ9.e30.x`;
    fake.api.fault = () => ({ status: 422, message: said });
    await assert.rejects(list(), (error: Error) => {
      for (const secret of [TOKEN, secrets.key, 'hunter2-hunter2', 'abcdef0123456789', 'eyJhbGciOiJIUzI1NiJ9'])
        assert.ok(!`${error.message}${error.stack}`.includes(secret), `${secret} in ${error.message}`);
      return refused('invalid', /it saw \*\*\*/)(error);
    });
  });
});
