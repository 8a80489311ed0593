import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TraceStore } from '../../../src/modeling/traces/trace-store.ts';
import { readAuditFile } from '../audit.ts';
import { deployments, hpas, NAMESPACE, startFakeCluster, type FakeCluster } from '../../fake-kubernetes/namespace.ts';
import { useFolder } from '../runs/helpers.ts';
import { until } from '../until.ts';
import { cli, copySmallSample, objects, startCli } from './cli-helpers.ts';
import { copyRealClusterSample } from './real-cluster-specs.ts';

const TOKEN = 'planted-token-0123456789';

describe('cluster commands and jobs on a real cluster', () => {
  const folder = useFolder();
  const specs = () => join(folder(), 'specs');
  let fake: FakeCluster;
  let env: Record<string, string>;
  beforeEach(async () => {
    fake = await startFakeCluster({ user: { token: TOKEN } });
    fake.api.tokens = [TOKEN];
    env = { KUBECONFIG: fake.env.KUBECONFIG! };
    copyRealClusterSample(specs());
  });
  afterEach(() => fake.stop());

  const run = (...args: string[]) => cli(args, folder(), env);

  it('karma-mas cluster contexts lists the contexts and connects to nothing', async () => {
    const text = await run('cluster', 'contexts');
    assert.match(text.stdout, /\* +fake +http:\/\/127\.0\.0\.1:\d+ +chained/);
    const [context] = objects((await run('cluster', 'contexts', '--json')).stdout);
    assert.deepEqual([context.name, context.current, context.namespace], ['fake', true, 'chained']);
    assert.ok(!JSON.stringify(context).includes(TOKEN));
    assert.deepEqual(fake.api.requests, []);
  });

  it('karma-mas cluster import writes a valid specification and overwrites no file', async () => {
    const file = join(folder(), 'new', 'cluster.karma.yaml');
    const printed = await run('cluster', 'import');
    assert.equal(printed.code, 0, printed.stderr);
    assert.match(printed.stdout, /kind: Cluster/);
    copySmallSample(join(folder(), 'new'));
    const there = await run('cluster', 'import', NAMESPACE, '--out', file);
    assert.equal(there.code, 2);
    assert.match(there.stderr, /is there already/);
    const other = join(folder(), 'imported.karma.yaml');
    const written = await run('cluster', 'import', NAMESPACE, '--out', other, '--json');
    assert.deepEqual(objects(written.stdout)[0].services, ['a', 'b', 'c', 'd']);
    assert.equal(readFileSync(other, 'utf8').trim(), printed.stdout.trim());
    writeFileSync(file, readFileSync(other, 'utf8').replace('name: chained', 'name: chained-services'));
    const valid = await run('validate', join(folder(), 'new'));
    assert.equal(valid.code, 0, valid.stdout + valid.stderr);
    assert.deepEqual(fake.api.writes, []);
  });

  it('karma-mas init --organization adds valid specifications that an imported Cluster lacks, and overwrites no file', async () => {
    const directory = join(folder(), 'own');
    const file = join(directory, 'cluster.karma.yaml');
    mkdirSync(directory);
    await run('cluster', 'import', NAMESPACE, '--prometheus', 'monitoring/prometheus:9090', '--out', file);
    const before = fake.api.requests.length;
    const added = await run('init', directory, '--organization', '--json');
    assert.equal(added.code, 0, added.stderr);
    assert.equal(fake.api.requests.length, before, 'it connects to nothing');
    const [{ files, cluster, context }] = objects(added.stdout) as [Record<string, unknown>];
    assert.deepEqual([cluster, context], [NAMESPACE, 'fake']);
    assert.ok((files as string[]).includes('organization.karma.yaml'));
    const valid = await run('validate', directory);
    assert.equal(valid.code, 0, valid.stdout);
    const plan = await run('transfer', directory, '--up-to', 'plan');
    assert.match(plan.stderr, /No policies|train/, 'all that is missing is a training');

    writeFileSync(
      join(directory, 'roles.karma.yaml'),
      readFileSync(join(directory, 'roles.karma.yaml'), 'utf8') + '# mine\n',
    );
    const again = await run('init', directory, '--organization');
    assert.equal(again.code, 2);
    assert.match(again.stderr, /organization\.karma\.yaml, roles\.karma\.yaml.* are there already/);
    assert.match(readFileSync(join(directory, 'roles.karma.yaml'), 'utf8'), /# mine\n$/);
    const none = await run('init', join(folder(), 'nothing'), '--organization');
    assert.notEqual(none.code, 0);
  });

  it('karma-mas cluster test-queries prints a table or JSON, and exits with 1 if a value is missing', async () => {
    const fine = await run('cluster', 'test-queries', specs());
    assert.equal(fine.code, 0, fine.stdout + fine.stderr);
    assert.match(fine.stdout, /pending +requests +4 \(2 s\)/);
    fake.prometheus.stopped = true;
    const missing = await run('cluster', 'test-queries', specs(), '--json');
    assert.equal(missing.code, 1);
    const [tested] = objects(missing.stdout) as [
      { complete: boolean; context: string; queries: { problem: string }[] },
    ];
    assert.deepEqual([tested.complete, tested.context], [false, 'fake']);
    assert.match(tested.queries[0].problem, /does not answer/);
  });

  it('karma-mas cluster status prints the services of the cluster and the findings, but no token', async () => {
    const shown = await run('cluster', 'status', specs(), '--json');
    assert.equal(shown.code, 0, shown.stderr);
    const [status, findings] = objects(shown.stdout) as { services?: { desired: number }[]; findings?: unknown[] }[];
    assert.deepEqual(
      status.services!.map(({ desired }) => desired),
      [2, 2, 1, 1],
    );
    assert.deepEqual(findings.findings, []);
    assert.ok(!`${shown.stdout}${shown.stderr}`.includes(TOKEN));
  });

  it('karma-mas cluster watch prints the services at each change until its standard input ends', async () => {
    const { child, end } = startCli(['cluster', 'watch', specs(), '--json'], folder(), env, 'pipe');
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const statuses = () =>
      objects(text.slice(0, text.lastIndexOf('\n') + 1)).filter(({ type }) => type === 'look') as unknown as {
        server: string;
        services: { desired: number }[];
      }[];
    await until('a look', () => fake.api.watches === 2 && statuses().length > 0);
    assert.deepEqual(
      statuses()[0].services.map(({ desired }) => desired),
      [2, 2, 1, 1],
    );
    const a = fake.api.get(`${deployments}/a`);
    (a.spec as { replicas: number }).replicas = 5;
    fake.api.put(deployments, a);
    await until('the change', () => statuses().at(-1)?.services[0].desired === 5);
    child.stdin!.end();
    const ended = await end;
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(!`${ended.stdout}${ended.stderr}`.includes(TOKEN));
    assert.deepEqual(fake.api.writes, []);
  });

  it('karma-mas cluster status explains a forbidden namespace, a wrong context and a dead server, with exit code 3', async () => {
    fake.api.forbidden = ({ resource }) => resource === 'deployments';
    const forbidden = await run('cluster', 'status', specs());
    assert.equal(forbidden.code, 3);
    assert.match(
      forbidden.stderr,
      /Needs verb list on resource deployments.apps in namespace chained[\s\S]*kind: Role/,
    );
    const wrong = await run('cluster', 'status', specs(), '--context', 'other');
    assert.equal(wrong.code, 3);
    assert.match(wrong.stderr, /no context other. It has fake/);
    await fake.api.stop();
    const dead = await run('cluster', 'status', specs());
    assert.equal(dead.code, 3);
    assert.match(dead.stderr, /cannot be reached: nothing listens there/);
    await fake.api.start();
  });

  it('karma-mas collect writes nothing to the cluster and refuses a --write-to that names another place', async () => {
    const seconds = String(15 / 3600);
    const done = await run('collect', specs(), '--hours', seconds, '--out', join(folder(), 'out'));
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(fake.api.writes, []);
    using store = new TraceStore(join(specs(), '.karma', 'traces.sqlite'));
    const [recording, ...others] = store.recordings();
    assert.deepEqual(
      [recording.source, recording.transitions, recording.seed, others.length],
      ['fake/chained', 1, null, 0],
    );
    const refused = await run('collect', specs(), '--hours', seconds, '--write-to', 'fake/other');
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /would write to context fake, server http:.*, namespace chained, but --write-to says fake\/other/,
    );
    assert.deepEqual(fake.api.writes, []);
  });

  it('karma-mas collect --exploration holds the lease, audits each write and restores the HPAs', async () => {
    const before = JSON.stringify(fake.api.list(hpas).map(({ spec }) => spec));
    const out = join(folder(), 'out');
    const args = ['collect', specs(), '--hours', String(15 / 3600), '--out', out, '--exploration', '1'];
    const done = await run(...args, '--write-to', `fake/${NAMESPACE}`);
    assert.equal(done.code, 0, done.stderr);
    assert.equal(JSON.stringify(fake.api.list(hpas).map(({ spec }) => spec)), before);
    const audit = readAuditFile(join(out, 'artifacts', 'collect-audit.jsonl'));
    const accepted = audit
      .filter(({ result }) => result === 'accepted')
      .map(({ write }) => (write as { type: string }).type);
    assert.equal(accepted.filter((type) => type === 'pauseHpa').length, 4);
    assert.equal(accepted.filter((type) => type === 'restoreHpa').length, 4);
    const written = fake.api.writes.map(({ resource }) => resource);
    assert.equal(written[0], 'leases', 'the lease comes first');
    assert.equal(written.at(-1), 'leases', 'and is let go last');
    const lease = fake.api.get(`/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/karma-mas`);
    assert.equal((lease.spec as { holderIdentity?: string }).holderIdentity ?? '', '');
    for (const file of ['journal.jsonl', 'manifest.json', join('artifacts', 'collect-audit.jsonl')])
      assert.ok(existsSync(join(out, file)) && !readFileSync(join(out, file), 'utf8').includes(TOKEN), file);
  });

  it('karma-mas transfer plans with dry runs alone, and goes no further unless --write-to names the place', async () => {
    const trained = await run('train', specs(), '--seed', '1', '--steps', '128', '--training', 'default');
    assert.equal(trained.code, 0, trained.stderr);
    const planned = await run('transfer', specs(), '--up-to', 'plan', '--json');
    assert.equal(planned.code, 0, planned.stderr);
    const { summary } = objects(planned.stdout).at(-1) as unknown as {
      summary: { plan: { stage: string; changes: { service: string; refused: string }[] }[] };
    };
    assert.deepEqual(
      summary.plan.map(({ stage }) => stage),
      ['shadow', 'floor', 'canary', 'full'],
    );
    assert.ok(summary.plan[3].changes.length >= 4 && summary.plan[3].changes.every(({ refused }) => refused === ''));
    assert.deepEqual(fake.api.writes, []);
    assert.ok(fake.api.requests.some(({ dryRun, resource }) => dryRun && resource === 'horizontalpodautoscalers'));
    const refused = await run('transfer', specs(), '--up-to', 'floor');
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /writes to context fake, server http:.*, namespace chained. If that is meant, say so: --write-to fake\/chained/,
    );
    assert.deepEqual(fake.api.writes, []);
  });
});
