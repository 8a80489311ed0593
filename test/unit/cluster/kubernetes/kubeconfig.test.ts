import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import {
  contextsOf,
  IN_CLUSTER,
  openContext,
  readContexts,
  readKubeconfig,
} from '../../../../src/cluster/kubernetes/client/kubeconfig.ts';
import { kubeconfig } from '../../../fake-kubernetes/namespace.ts';
import { refused } from './refused.ts';

const TOKEN = 'planted-token-0123456789';

describe('The kubeconfig', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'karma-kubeconfig-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, config: object | string): string => {
    const path = join(folder, name);
    writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config));
    return path;
  };
  const two = () => [
    write('one', kubeconfig({ server: 'https://one:6443', name: 'one', user: { token: TOKEN } })),
    write('two', kubeconfig({ server: 'https://two:6443', name: 'two', namespace: 'shop' })),
  ];

  it('A kubeconfig of several files is merged; the current context is that of the first file that names one', async () => {
    const contexts = await readContexts({ KUBECONFIG: two().join(delimiter) });
    assert.deepEqual(
      contexts.map(({ name, server, namespace, current }) => [name, server, namespace, current]),
      [
        ['one', 'https://one:6443', 'chained', true],
        ['two', 'https://two:6443', 'shop', false],
      ],
    );
  });

  it('A merged kubeconfig keeps the first of two entries with one name, as kubectl does', async () => {
    const [one] = two();
    const again = write(
      'again',
      kubeconfig({ server: 'https://imposter:6443', name: 'one', user: { token: 'other' } }),
    );
    const config = await readKubeconfig({ KUBECONFIG: [one, again].join(delimiter) });
    assert.deepEqual(
      contextsOf(config).map(({ name, server }) => [name, server]),
      [['one', 'https://one:6443']],
    );
    assert.deepEqual(
      config.users.map(({ token }) => token),
      [TOKEN],
    );
  });

  it('Kubeconfig files that do not exist are left out; without any, ~/.kube/config is read', async () => {
    const [one] = two();
    const listed = await readContexts({ KUBECONFIG: [join(folder, 'nowhere'), one].join(delimiter) });
    assert.deepEqual(
      listed.map(({ name }) => name),
      ['one'],
    );
    mkdirSync(join(folder, '.kube'));
    write(join('.kube', 'config'), kubeconfig({ server: 'https://home:6443', name: 'home' }));
    assert.deepEqual(
      (await readContexts({ HOME: folder })).map(({ name }) => name),
      ['home'],
    );
    assert.deepEqual(await readContexts({ HOME: join(folder, 'nowhere') }), []);
  });

  it('Paths in a kubeconfig are relative to the file that names them', async () => {
    const path = write('relative', {
      ...kubeconfig({
        server: 'https://x:6443',
        name: 'x',
        user: { 'client-certificate': 'pki/me.crt', exec: { command: './login' } },
      }),
    });
    const { users } = await readKubeconfig({ KUBECONFIG: path });
    assert.equal(users[0].certFile, join(folder, 'pki/me.crt'));
    assert.equal(users[0].exec.command, join(folder, 'login'));
  });

  it('In a pod without a kubeconfig its service account is used', async () => {
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
    const before = { ...process.env };
    Object.assign(process.env, env);
    try {
      const contexts = await readContexts({ ...env, HOME: join(folder, 'nowhere') });
      assert.deepEqual(
        contexts.map(({ name, server, current }) => [name, server, current]),
        [[IN_CLUSTER, 'https://10.0.0.1:443', true]],
      );
      const [one] = two();
      assert.deepEqual(
        (await readContexts({ ...env, KUBECONFIG: one })).map(({ name }) => name),
        ['one'],
      );
    } finally {
      process.env = before;
    }
  });

  it('A broken kubeconfig is named, and nothing of it is quoted', async () => {
    const path = write('broken', `apiVersion: v1\nusers:\n- name: x\n  user: {token: ${TOKEN}\n contexts: [[[`);
    await assert.rejects(readContexts({ KUBECONFIG: path }), (error: Error) => {
      assert.ok(error.message.includes(path) && /line \d+/.test(error.message), error.message);
      assert.ok(!`${error.message}${error.stack}`.includes(TOKEN));
      return refused('invalid')(error);
    });
  });

  it('A kubeconfig without the requested context leads to a list of those that it has', async () => {
    const env = { KUBECONFIG: two().join(delimiter) };
    await assert.rejects(openContext(env, 'three'), refused('notFound', /no context three.*one, two/));
    await assert.rejects(openContext({ HOME: folder }, ''), refused('notFound', /no kubeconfig.*KUBECONFIG/));
    assert.equal((await openContext(env, 'two')).getCurrentCluster()?.server, 'https://two:6443');
    assert.equal((await openContext(env, '')).currentContext, 'one');
  });

  it('A kubeconfig whose context names a missing cluster or user is refused with a sentence', async () => {
    const whole = kubeconfig({ server: 'https://x:6443', name: 'x' });
    const path = write('dangling', { ...whole, users: [] });
    await assert.rejects(openContext({ KUBECONFIG: path }, ''), refused('invalid', /names user x-user/));
    write('dangling', { ...whole, clusters: [] });
    await assert.rejects(openContext({ KUBECONFIG: path }, ''), refused('invalid', /names cluster x-cluster/));
  });
});
