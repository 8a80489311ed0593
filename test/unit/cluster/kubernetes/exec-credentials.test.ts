import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiServer } from '../../../../src/cluster/kubernetes/client/api-server.ts';
import { systemTimers } from '../../../../src/jobs/running/system-timers.ts';
import { deployments, kubeconfig, startFakeCluster, type FakeCluster } from '../../../fake-kubernetes/namespace.ts';
import { until } from '../../until.ts';
import { refused, signal } from './refused.ts';

const TOKEN = 'exec-token-0123456789';

(process.platform === 'win32' ? describe.skip : describe)('Credentials from a program', () => {
  let fake: FakeCluster;
  let api: ApiServer | undefined;
  beforeEach(async () => {
    fake = await startFakeCluster();
    fake.api.tokens = [TOKEN];
  });
  afterEach(async () => {
    api?.close();
    await fake.stop();
  });

  /** A plug-in that is this shell script; each start is a line of `starts`. */
  const plugin = async (script: string, more: object = {}, timeout = 60_000): Promise<ApiServer> => {
    const command = join(fake.folder, 'plugin');
    writeFileSync(command, `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> "${join(fake.folder, 'starts')}"\n${script}\n`);
    chmodSync(command, 0o755);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'IfAvailable', ...more };
    writeFileSync(fake.env.KUBECONFIG!, JSON.stringify(kubeconfig({ server: fake.server, user: { exec } })));
    return (api = await ApiServer.open({ env: fake.env, context: '', now: Date.now, timers: systemTimers, timeout }));
  };
  const answer = (status: object) =>
    `echo '${JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status })}'`;
  const starts = () => readFileSync(join(fake.folder, 'starts'), 'utf8').trim().split('\n').length;
  const list = () => api!.request<{ items: unknown[] }>({ path: deployments, signal });

  it('A credential program is asked once by calls at the same time', async () => {
    await plugin(answer({ token: TOKEN }));
    await Promise.all([list(), list(), list()]);
    await list();
    assert.equal(starts(), 1);
    const info = JSON.parse(readFileSync(join(fake.folder, 'starts'), 'utf8')) as {
      kind: string;
      spec: { interactive: boolean };
    };
    assert.deepEqual([info.kind, info.spec.interactive], ['ExecCredential', false]);
  });

  it('A credential program is asked again when its credentials have run out', async () => {
    await plugin(answer({ token: TOKEN, expirationTimestamp: new Date(Date.now() - 1000).toISOString() }));
    await list();
    await list();
    assert.equal(starts(), 2);
  });

  it('A credential program is asked again, once, when the server refuses its credentials', async () => {
    const file = join(fake.folder, 'token');
    writeFileSync(file, 'expired-token-1');
    await plugin(`echo "{\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"$(cat ${file})\\"}}"`);
    await assert.rejects(list(), refused('forbidden', /refuses the credentials/));
    assert.equal(starts(), 2);
    writeFileSync(file, TOKEN);
    assert.equal((await list()).items.length, 4);
  });

  it('A credential program that hangs is ended, with everything that it started', async () => {
    const pid = join(fake.folder, 'pid');
    await plugin(`sh -c 'echo $$ > "${pid}"; exec sleep 60' &\nsleep 60`, {}, 3000);
    await assert.rejects(list(), refused('forbidden', /plugin, which did not answer within 3 s and was ended/));
    const child = Number(readFileSync(pid, 'utf8'));
    await until('the end of the child', () => !isAlive(child));
  });

  it('The last words of a credential program that fails are shown, without its secrets', async () => {
    await plugin(`echo "first" >&2\necho "login as Bearer ${TOKEN} failed: token=s3cr3t-value-9" >&2\nexit 3`);
    await assert.rejects(list(), (error: Error) => {
      assert.ok(!/s3cr3t-value-9|exec-token/.test(error.message), error.message);
      return refused('forbidden', /plugin, which ended with 3: login as Bearer \*\*\* failed.*Log in again/)(error);
    });
  });

  it('A message says how to install a credential program that is missing', async () => {
    await plugin('', { command: 'karma-no-such-program', installHint: 'Install it from example.com.\nMore.' });
    await assert.rejects(
      list(),
      refused('forbidden', /karma-no-such-program, which is not installed\. Install it from example\.com\.$/),
    );
  });

  it('A message says that a credential program answers nonsense or needs a terminal', async () => {
    await plugin('echo hello');
    await assert.rejects(list(), refused('forbidden', /whose answer is no ExecCredential/));
    await plugin(answer({ token: TOKEN }), { interactiveMode: 'Always' });
    await assert.rejects(list(), refused('forbidden', /which needs a terminal/));
  });

  it('A credential program is not asked before the first call', async () => {
    await plugin(answer({ token: TOKEN }));
    assert.ok(!existsSync(join(fake.folder, 'starts')));
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie waits for its parent, which was ended too.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
