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

describe('The client of the API server', () => {
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

  it('The client sends the token of the kubeconfig to the API server', async () => {
    await start({ user: { token: TOKEN } });
    fake.api.tokens = [TOKEN];
    assert.deepEqual(
      (await list()).items.map(({ metadata }) => metadata.name),
      ['a', 'b', 'c', 'd'],
    );
  });

  it('The client says that the API server refuses the credentials, without quoting them', async () => {
    await start({ user: { token: TOKEN } });
    fake.api.tokens = ['another'];
    await assert.rejects(list(), refused('forbidden', /refuses the credentials of context fake.*Log in again/));
  });

  it('The client says which verb the API server forbids on what and where, with the Role that grants it', async () => {
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

  it('The client quotes an API server that denies by a quota', async () => {
    await start();
    fake.api.fault = () => ({ status: 403, message: 'exceeded quota: pods=4', reason: 'Forbidden' });
    await assert.rejects(list(), refused('invalid', /exceeded quota: pods=4/));
  });

  it('The client gives the reason of any other refusal of the API server', async () => {
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

  it('The client gives an API server up after the time-out, before and in the middle of its answer', async () => {
    await start({}, 150);
    for (const fault of ['hang', 'stall'] as const) {
      fake.api.fault = () => fault;
      await assert.rejects(list(), refused('timeout', /did not answer within 0.15 s/));
    }
  });

  it('The client does not wait for the API server once the caller has aborted', async () => {
    await start({}, 60_000);
    fake.api.fault = () => 'hang';
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await assert.rejects(list(api, stop.signal), refused('aborted'));
    await assert.rejects(list(api, AbortSignal.abort()), refused('aborted'));
  });

  it('The client asks once more when the API server cuts the connection', async () => {
    await start();
    let cuts = 1;
    fake.api.fault = () => (cuts-- > 0 ? 'cut' : undefined);
    assert.equal((await list()).items.length, 4);
    fake.api.fault = () => 'cut';
    await assert.rejects(list(), refused('unreachable', /cannot be reached: the connection was cut\. Check the VPN/));
  });

  it('The client says that the API server answered with something that is no JSON', async () => {
    await start();
    fake.api.fault = () => 'garbage';
    await assert.rejects(list(), refused('invalid', /something that is no JSON/));
  });

  it('The client says that the API server is gone, and goes on when it is back', async () => {
    await start();
    await list();
    await fake.api.stop();
    await assert.rejects(list(), refused('unreachable', /nothing listens there/));
    await fake.api.start();
    assert.equal((await list()).items.length, 4);
  });

  it('The client says that the name of the API server is not known', async () => {
    await start();
    writeFileSync(fake.env.KUBECONFIG!, JSON.stringify(kubeconfig({ server: 'https://nowhere.invalid:6443' })));
    const other = await ApiServer.open({ env: fake.env, context: '', now: Date.now, timers: systemTimers });
    await assert.rejects(list(other), refused('unreachable', /its name (is not known|cannot be looked up now)/));
    other.close();
  });

  it('The client trusts an API server whose certificate is that of the kubeconfig', async () => {
    const ca = Buffer.from(LOCAL.cert).toString('base64');
    await start({ tls: LOCAL, cluster: { 'insecure-skip-tls-verify': false, 'certificate-authority-data': ca } });
    assert.equal((await list()).items.length, 4);
  });

  it('The client does not trust an API server with another certificate', async () => {
    await start({ tls: LOCAL, cluster: { 'insecure-skip-tls-verify': false } });
    await assert.rejects(list(), refused('unreachable', /cannot be trusted: its certificate is signed by itself/));
  });

  it('The client does not trust an API server whose certificate is for another name', async () => {
    const ca = Buffer.from(ELSEWHERE.cert).toString('base64');
    await start({ tls: ELSEWHERE, cluster: { 'insecure-skip-tls-verify': false, 'certificate-authority-data': ca } });
    await assert.rejects(list(), refused('unreachable', /its certificate is for another name/));
  });

  it('The client says that the API server speaks no TLS', async () => {
    await start();
    const server = fake.server.replace('http:', 'https:');
    writeFileSync(fake.env.KUBECONFIG!, JSON.stringify(kubeconfig({ server })));
    const other = await ApiServer.open({ env: fake.env, context: '', now: Date.now, timers: systemTimers });
    await assert.rejects(list(other), refused('unreachable', /speaks no TLS/));
    other.close();
  });

  it('The client stays with its API server when the kubeconfig changes: two contexts never mix', async () => {
    await start({ user: { token: TOKEN } });
    fake.api.tokens = [TOKEN];
    writeFileSync(fake.env.KUBECONFIG!, JSON.stringify(kubeconfig({ server: 'https://127.0.0.1:1', name: 'other' })));
    assert.equal((await list()).items.length, 4);
    assert.deepEqual([api.context, api.server, api.namespace], ['fake', fake.server, 'chained']);
  });

  it('A closed client cancels what is under way, and takes no more calls', async () => {
    await start({}, 60_000);
    fake.api.fault = () => 'hang';
    const pending = list();
    setTimeout(() => api.close(), 50);
    await assert.rejects(pending, refused('aborted'));
    await assert.rejects(list(), refused('aborted', /is closed/));
  });

  it('The client takes the time from the API server, whatever the local clock says', async () => {
    await start();
    for (const skew of [600, -600]) {
      fake.api.skew = skew;
      const since = Date.now();
      await list();
      assert.ok(isNow(api.time() - skew, since), `${api.time()}, ahead by ${skew}`);
    }
  });

  it('The messages of the client have no secrets, even if the API server quotes them', async () => {
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
