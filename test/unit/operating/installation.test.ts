import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlannedWrite } from '../../../src/operating/install/installation.ts';
import { systemTimers } from '../../../src/jobs/running/system-timers.ts';
import { ORIGINAL_ANNOTATION } from '../../../src/cluster/kubernetes/writing/hpa-edits.ts';
import type { Hpa } from '../../../src/cluster/kubernetes/client/objects.ts';
import { install, type InstallRequest } from '../../../src/operating/install/install.ts';
import { remove } from '../../../src/operating/install/remove.ts';
import type { InstallationPlan } from '../../../src/operating/install/plan-text.ts';
import { findRun, type RunInfo } from '../../../src/runs/run-list.ts';
import { runsFolder } from '../../../src/runs/run-directory.ts';
import { loadSpecs } from '../../../src/spec/load.ts';
import { readSpecFolder } from '../../../src/spec/folder.ts';
import type { Cluster, Transfer } from '../../../src/spec/model.ts';
import type { KubeObject, Request } from '../../fake-kubernetes/api-server.ts';
import { hpas, NAMESPACE, pods, startFakeCluster, type FakeCluster } from '../../fake-kubernetes/namespace.ts';
import { refused, signal } from '../cluster/kubernetes/refused.ts';
import { cli, objects } from '../hosts/cli-helpers.ts';
import { copyRealClusterSample } from '../hosts/real-cluster-specs.ts';

const TOKEN = 'planted-token-0123456789';
const PLACE = `fake/${NAMESPACE}`;
const COLLECTIONS = {
  ServiceAccount: `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`,
  Role: `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/roles`,
  RoleBinding: `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/rolebindings`,
  ConfigMap: `/api/v1/namespaces/${NAMESPACE}/configmaps`,
  Deployment: `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`,
  PodDisruptionBudget: `/apis/policy/v1/namespaces/${NAMESPACE}/poddisruptionbudgets`,
  Service: `/api/v1/namespaces/${NAMESPACE}/services`,
} as const;
const PROMETHEUS_ROLES = '/apis/rbac.authorization.k8s.io/v1/namespaces/monitoring/roles';
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/karma-mas`;
const DEPLOYMENT = `${COLLECTIONS.Deployment}/karma-mas`;
const ALL = [
  'ServiceAccount chained/karma-mas',
  'Role chained/karma-mas',
  'RoleBinding chained/karma-mas',
  'Role monitoring/karma-mas-chained',
  'RoleBinding monitoring/karma-mas-chained',
  'ConfigMap chained/karma-mas-0',
  'ConfigMap chained/karma-mas-1',
  'ConfigMap chained/karma-mas-2',
  'Deployment chained/karma-mas',
  'PodDisruptionBudget chained/karma-mas',
  'Service chained/karma-mas',
];

describe('Installing the controller', () => {
  let folder: string;
  let run: RunInfo;
  let spec: Cluster;
  let transfer: Transfer;
  let fake: FakeCluster;
  const specs = () => join(folder, 'specs');

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'karma-installation-'));
    copyRealClusterSample(specs());
    const trained = await cli(['train', specs(), '--seed', '1', '--steps', '128', '--training', 'default'], folder);
    assert.equal(trained.code, 0, trained.stderr);
    run = findRun(runsFolder(specs()), 'latest', Date.now);
    const { model } = loadSpecs((await readSpecFolder(specs())).files);
    [spec] = model.clusters;
    [transfer] = model.transfers;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    fake = await startFakeCluster({ user: { token: TOKEN } });
    fake.api.tokens = [TOKEN];
  });
  afterEach(() => fake.stop());

  interface Outcome {
    readonly plan: InstallationPlan | undefined;
    readonly written: readonly string[];
    readonly messages: readonly string[];
    readonly error: unknown;
  }
  type Settings = Partial<InstallRequest> & { writeTo?: string; dryRun?: boolean; force?: boolean };
  const nameOf = ({ kind, namespace, name }: PlannedWrite) => `${kind} ${namespace}/${name}`;

  async function change(action: InstallationPlan['action'], settings: Settings = {}): Promise<Outcome> {
    let plan: InstallationPlan | undefined;
    const written: string[] = [];
    const messages: string[] = [];
    const options = {
      writeTo: PLACE,
      dryRun: false,
      force: false,
      ...settings,
      env: fake.env,
      now: Date.now,
      timers: systemTimers,
      signal,
      onPlan: (planned: InstallationPlan) => (plan = planned),
      onWritten: (write: PlannedWrite) => written.push(`${write.action} ${nameOf(write)}`),
      onMessage: (message: string) => messages.push(message),
      audit: () => undefined,
    };
    const work =
      action === 'remove'
        ? remove({ spec, transfer }, options)
        : install(action, { run, transfer: '', image: '', stage: '', ...settings }, options);
    const error = await work.then(
      () => undefined,
      (failure: unknown) => failure ?? 'failed',
    );
    return { plan, written, messages, error };
  }

  const installed = () =>
    [...Object.values(COLLECTIONS), PROMETHEUS_ROLES].flatMap((collection) =>
      fake.api.list(collection).filter(({ metadata }) => metadata.name.startsWith('karma-mas')),
    );
  const containerOf = (deployment: KubeObject) =>
    (deployment.spec as { template: { spec: { containers: { image: string; args: string[] }[] } } }).template.spec
      .containers[0];

  describe('install', () => {
    it('Install tries every object as a dry run first, then applies them in order', async () => {
      const { plan, written, error } = await change('install');
      assert.equal(error, undefined);
      assert.deepEqual(plan!.writes.map(nameOf), ALL);
      assert.ok(plan!.writes.every(({ action, refused: why }) => action === 'create' && why === ''));
      assert.deepEqual(
        written,
        ALL.map((name) => `create ${name}`),
      );
      const patches = fake.api.requests.filter(({ verb }) => verb === 'patch');
      assert.equal(
        patches.findIndex(({ dryRun }) => !dryRun),
        ALL.length,
        'all dry runs come first',
      );
      for (const { headers, query } of patches) {
        assert.equal(headers['content-type'], 'application/apply-patch+yaml');
        assert.deepEqual([query.get('fieldManager'), query.get('force')], ['karma-mas', 'false']);
      }
      assert.equal(containerOf(fake.api.get(DEPLOYMENT)).args.includes('--stage=canary'), true);
    });

    it('Install writes nothing if one object is refused, and names the verbs', async () => {
      fake.api.forbidden = ({ verb, resource }) => verb === 'create' && resource === 'configmaps';
      const { plan, written, error } = await change('install');
      refused(
        'invalid',
        /Nothing was written.*\nConfigMap chained\/karma-mas-0, .*: Needs verb create on resource configmaps in namespace chained/,
      )(error);
      assert.deepEqual(written, []);
      assert.equal(plan!.writes.filter((write) => write.refused !== '').length, 3);
      assert.deepEqual(fake.api.writes, []);
      fake.api.forbidden = ({ verb, namespace }) => verb === 'patch' && namespace === 'monitoring';
      const elsewhere = await change('install');
      refused(
        'invalid',
        /Needs verb patch on resource roles.rbac.authorization.k8s.io in namespace monitoring/,
      )(elsewhere.error);
      assert.deepEqual(fake.api.writes, []);
    });

    it('Install says which rights the user lacks to grant them', async () => {
      fake.api.fault = ({ verb, resource }) =>
        verb === 'patch' && resource === 'roles'
          ? {
              status: 403,
              message:
                'roles.rbac.authorization.k8s.io "karma-mas" is forbidden: user "u" (groups=[]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:["apps"], Resources:["deployments/scale"], Verbs:["update"]}',
            }
          : undefined;
      refused('invalid', /Who grants rights must have them.*deployments\/scale/s)((await change('install')).error);
      assert.deepEqual(fake.api.writes, []);
    });

    it('Install does not stumble over a binding whose Role comes with it', async () => {
      fake.api.fault = ({ verb, resource, dryRun }) =>
        verb === 'patch' && resource === 'rolebindings' && dryRun
          ? { status: 404, message: 'roles.rbac.authorization.k8s.io "karma-mas" not found', reason: 'NotFound' }
          : undefined;
      const { error, written } = await change('install');
      assert.equal(error, undefined);
      assert.equal(written.length, ALL.length);
    });

    it('Install says where it stopped, and continues from there', async () => {
      fake.api.fault = ({ verb, resource, dryRun }) =>
        verb === 'patch' && resource === 'deployments' && !dryRun ? { status: 500, message: 'etcd' } : undefined;
      const half = await change('install');
      refused(
        'unreachable',
        /Deployment chained\/karma-mas could not be written.*Written before it: ServiceAccount.*Run the command again/s,
      )(half.error);
      fake.api.fault = () => undefined;
      const again = await change('install');
      assert.equal(again.error, undefined);
      assert.deepEqual(
        again.written,
        ALL.slice(ALL.indexOf('Deployment chained/karma-mas')).map((name) => `create ${name}`),
      );
    });

    it('Install goes to no other place than the one that was named', async () => {
      const other = await change('install', { writeTo: 'fake/other' });
      assert.match(
        String(other.error),
        /would write to context fake, server http:.*, namespace chained, but --write-to says fake\/other/,
      );
      assert.deepEqual(fake.api.requests, []);
      const unnamed = await change('install', { writeTo: '' });
      assert.equal(unnamed.plan!.writes.length, ALL.length);
      assert.match(String(unnamed.error), /If that is meant, say so: --write-to fake\/chained/);
      const dry = await change('install', { writeTo: '', dryRun: true });
      assert.equal(dry.error, undefined);
      assert.deepEqual(fake.api.writes, []);
    });

    it('Install writes no secret anywhere', async () => {
      const { plan } = await change('install');
      assert.ok(!JSON.stringify([plan, installed()]).includes(TOKEN));
    });
  });

  describe('upgrade', () => {
    beforeEach(async () => {
      assert.equal((await change('install', { image: 'registry.test/karma:1', stage: 'shadow' })).error, undefined);
      fake.api.requests.length = 0;
    });

    it('Upgrade writes nothing if nothing changed: image and stage stay', async () => {
      const { plan, written, error } = await change('upgrade');
      assert.equal(error, undefined);
      assert.ok(plan!.writes.every(({ action }) => action === 'unchanged'));
      assert.deepEqual([plan!.image, plan!.stage], ['registry.test/karma:1', 'shadow']);
      assert.deepEqual([written, fake.api.writes], [[], []]);
    });

    it('Upgrade says field by field what changes', async () => {
      const { plan, written } = await change('upgrade', { image: 'registry.test/karma:2' });
      assert.deepEqual(written, ['change Deployment chained/karma-mas']);
      const { changes } = plan!.writes.find(({ kind }) => kind === 'Deployment')!;
      assert.deepEqual(changes, [
        {
          path: '.spec.template.spec.containers[0].image',
          before: '"registry.test/karma:1"',
          after: '"registry.test/karma:2"',
        },
      ]);
      assert.equal(containerOf(fake.api.get(DEPLOYMENT)).image, 'registry.test/karma:2');
    });

    it('Upgrade deletes our objects that are no longer among the manifests, and no others', async () => {
      const labels = fake.api.get(`${COLLECTIONS.ConfigMap}/karma-mas-0`).metadata.labels;
      const map = (name: string, more: object) => ({ metadata: { name, namespace: NAMESPACE, ...more } });
      fake.api.put(COLLECTIONS.ConfigMap, map('karma-mas-9', { labels }));
      fake.api.put(COLLECTIONS.ConfigMap, map('karma-mas-mine', {}));
      const others = { ...(labels as object), 'karma-mas.dev/installation': 'other' };
      fake.api.put(PROMETHEUS_ROLES, {
        metadata: { name: 'karma-mas-other', namespace: 'monitoring', labels: others },
      });
      const { written } = await change('upgrade');
      assert.deepEqual(written, ['delete ConfigMap chained/karma-mas-9']);
      assert.deepEqual(
        fake.api.requests.filter(({ verb }) => verb === 'delete').map(({ name, dryRun }) => [name, dryRun]),
        [
          ['karma-mas-9', true],
          ['karma-mas-9', false],
        ],
      );
    });

    it('Upgrade explains a conflict, and takes fields over only by --force', async () => {
      const deployment = fake.api.get(DEPLOYMENT);
      (deployment.spec as { replicas: number }).replicas = 1;
      fake.api.put(COLLECTIONS.Deployment, deployment);
      fake.api.owners.claim(DEPLOYMENT, 'kubectl', ['spec', 'replicas']);
      const { error } = await change('upgrade');
      refused(
        'invalid',
        /Somebody else has set fields.*conflict with "kubectl": \.spec\.replicas.*--force-conflicts/s,
      )(error);
      assert.deepEqual(fake.api.writes, []);
      const forced = await change('upgrade', { force: true });
      assert.deepEqual(forced.written, ['change Deployment chained/karma-mas']);
      assert.equal((fake.api.get(DEPLOYMENT).spec as { replicas: number }).replicas, 2);
    });

    it('Upgrade is for an installed controller, and install for a new one', async () => {
      assert.match(String((await change('install')).error), /installed in namespace chained of context fake already/);
      assert.equal((await change('remove')).error, undefined);
      assert.match(String((await change('upgrade')).error), /There is no controller in namespace chained/);
    });
  });

  describe('remove', () => {
    let before: unknown;
    const state = () =>
      JSON.stringify(
        [hpas, ...Object.values(COLLECTIONS), PROMETHEUS_ROLES].map((path) =>
          fake.api.list(path).map(({ metadata, spec: fields }) => [metadata.name, fields]),
        ),
      );
    beforeEach(async () => {
      before = state();
      assert.equal((await change('install')).error, undefined);
      fake.api.put(pods, { metadata: { name: 'karma-mas-1', namespace: NAMESPACE, labels: podLabels() } });
      takeOver('a');
      fake.api.requests.length = 0;
    });
    const podLabels = () => fake.api.get(DEPLOYMENT).metadata.labels;

    /** Pauses the HPA of a service, as a controller in stage full does. */
    function takeOver(service: string): void {
      const hpa = fake.api.get<Hpa & KubeObject>(`${hpas}/${service}-hpa`);
      const original = structuredClone(hpa.spec);
      hpa.metadata.annotations = { [ORIGINAL_ANNOTATION]: JSON.stringify(original) };
      const off = { selectPolicy: 'Disabled' };
      fake.api.put(hpas, { ...hpa, spec: { ...original, behavior: { scaleUp: off, scaleDown: off } } });
    }
    const putLease = (holder: string, renewed = new Date()) =>
      fake.api.put(LEASE.slice(0, LEASE.lastIndexOf('/')), {
        metadata: { name: 'karma-mas', namespace: NAMESPACE, labels: { 'app.kubernetes.io/managed-by': 'karma-mas' } },
        spec: {
          ...(holder === '' ? {} : { holderIdentity: holder }),
          leaseDurationSeconds: 15,
          renewTime: renewed.toISOString(),
        },
      });
    /** Stops the pods after the Deployment is deleted and they have been listed this many times. */
    function onStop(looks: number, stop: () => void): void {
      let left = looks;
      fake.api.fault = ({ verb, resource }: Request) => {
        if (verb === 'list' && resource === 'pods' && !fake.api.has(DEPLOYMENT) && left-- === 0) {
          stop();
          fake.api.delete(`${pods}/karma-mas-1`);
        }
        return undefined;
      };
    }

    it('Remove waits for the controller to restore the HPAs, then deletes its objects', async () => {
      putLease('controller');
      onStop(1, () => {
        const hpa = fake.api.get<Hpa & KubeObject>(`${hpas}/a-hpa`);
        const { [ORIGINAL_ANNOTATION]: original } = hpa.metadata.annotations!;
        fake.api.put(hpas, {
          ...hpa,
          metadata: { ...hpa.metadata, annotations: {} },
          spec: JSON.parse(original) as object,
        });
        putLease('');
      });
      const { plan, written, error } = await change('remove');
      assert.equal(error, undefined);
      assert.deepEqual(plan!.restores, ['a']);
      assert.equal(written[0], 'delete Deployment chained/karma-mas', 'its rights outlive its pods');
      assert.deepEqual([...written].sort(), ALL.map((name) => `delete ${name}`).sort());
      assert.equal(state(), before);
      assert.ok(!fake.api.has(LEASE));
      assert.deepEqual(
        fake.api.writes.filter(({ verb }) => verb !== 'delete'),
        [],
        'nothing else was written from here',
      );
    });

    it('Remove restores what the controller left, while it holds the lease', async () => {
      putLease('');
      onStop(0, () => undefined);
      const { messages, error } = await change('remove');
      assert.equal(error, undefined);
      assert.match(messages.join('\n'), /Restored the HPAs of a\./);
      assert.equal(state(), before);
      assert.ok(!fake.api.has(LEASE));
      const kinds = fake.api.writes.filter(({ verb }) => verb !== 'delete').map(({ resource }) => resource);
      assert.deepEqual(kinds, ['leases', 'horizontalpodautoscalers', 'events', 'leases']);
    });

    it('Remove restores HPAs of services that the specs no longer have', async () => {
      putLease('');
      onStop(0, () => undefined);
      const full = spec;
      spec = { ...spec, services: spec.services.slice(1).map((service) => ({ ...service, calls: [] })) };
      try {
        assert.equal((await change('remove')).error, undefined);
      } finally {
        spec = full;
      }
      assert.equal(state(), before);
    });

    it('Remove restores HPAs if somebody deleted the controller by other means', async () => {
      putLease('');
      for (const { metadata } of fake.api.list(COLLECTIONS.Deployment))
        if (metadata.name === 'karma-mas') fake.api.delete(DEPLOYMENT);
      fake.api.delete(`${pods}/karma-mas-1`);
      assert.equal((await change('remove')).error, undefined);
      assert.equal(state(), before);
    });

    it('Remove only plans without the place, and writes nothing in another one', async () => {
      const { plan, error } = await change('remove', { writeTo: '' });
      assert.match(String(error), /To remove the controller writes to context fake.*--write-to fake\/chained/);
      assert.ok(plan!.writes.every(({ action }) => action === 'delete'));
      assert.deepEqual(fake.api.writes, []);
      fake.api.requests.length = 0;
      assert.match(String((await change('remove', { writeTo: 'other/chained' })).error), /Correct one of them/);
      assert.deepEqual(fake.api.requests, []);
    });

    it('Remove deletes nothing if it may not delete everything', async () => {
      fake.api.forbidden = ({ verb, resource }) => verb === 'delete' && resource === 'services';
      refused(
        'invalid',
        /Service chained\/karma-mas: Needs verb delete on resource services in namespace chained/,
      )((await change('remove')).error);
      assert.deepEqual(fake.api.writes, []);
    });

    it('Remove says that there is nothing to remove', async () => {
      onStop(0, () => undefined);
      await change('remove');
      fake.api.requests.length = 0;
      const { plan, error } = await change('remove');
      assert.deepEqual([plan, error, fake.api.writes], [undefined, undefined, []]);
    });
  });

  describe('karma-mas controller', () => {
    const karma = (...args: string[]) => cli(args, folder, { KUBECONFIG: fake.env.KUBECONFIG! });
    const dir = () => ['--dir', specs()];

    it('karma-mas controller install shows its plan and asks for --write-to', async () => {
      const shown = await karma('controller', 'install', 'latest', ...dir());
      assert.equal(shown.code, 1);
      assert.match(
        shown.stdout,
        /^context fake, server http:\S+, namespace chained\nimage karma-mas-controller:\S+, up to stage canary\n/,
      );
      assert.match(shown.stdout, /\ncreate {5}Role monitoring\/karma-mas-chained\n/);
      assert.match(shown.stderr, /To install the controller writes to context fake.*--write-to fake\/chained/);
      assert.equal((await karma('controller', 'install', ...dir(), '--dry-run')).code, 0);
      assert.deepEqual(fake.api.writes, []);
    });

    it('karma-mas controller installs, reports and removes, with a line for each write', async () => {
      assert.equal((await karma('controller', 'status', ...dir())).code, 1);
      const done = await karma('controller', 'install', ...dir(), '--write-to', PLACE, '--json');
      assert.equal(done.code, 0, done.stderr);
      const lines = objects(done.stdout);
      assert.deepEqual(
        lines.map(({ type }) => type),
        ['plan', ...ALL.map(() => 'written'), 'installed'],
      );
      fake.api.put(pods, {
        metadata: { name: 'karma-mas-1', labels: fake.api.get(DEPLOYMENT).metadata.labels },
        status: { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }] },
      });
      const status = await karma('controller', 'status', ...dir());
      assert.equal(status.code, 1);
      assert.match(status.stdout, /0 of 2 pods are ready; nobody leads[\s\S]*karma-mas-1 +no +ImagePullBackOff/);
      fake.api.delete(`${pods}/karma-mas-1`);
      const gone = await karma('controller', 'remove', ...dir(), '--write-to', PLACE);
      assert.equal(gone.code, 0, gone.stderr);
      assert.match(gone.stdout, /deleted Deployment chained\/karma-mas\n[\s\S]*The HPAs act in namespace chained/);
      assert.deepEqual(installed(), []);
      for (const { stdout, stderr } of [done, status, gone]) assert.ok(!`${stdout}${stderr}`.includes(TOKEN));
    });

    it('karma-mas controller exits with 3 if the cluster refuses or does not answer, and with 2 if the run is unknown', async () => {
      fake.api.forbidden = ({ verb }) => verb === 'patch';
      const forbidden = await karma('controller', 'install', ...dir(), '--write-to', PLACE, '--json');
      assert.equal(forbidden.code, 3);
      assert.match(String(objects(forbidden.stdout).at(-1)?.message), /Needs verb patch on resource serviceaccounts/);
      assert.equal((await karma('controller', 'install', 'nothing', ...dir())).code, 2);
      await fake.api.stop();
      assert.equal((await karma('controller', 'status', ...dir())).code, 3);
      await fake.api.start();
    });
  });
});
