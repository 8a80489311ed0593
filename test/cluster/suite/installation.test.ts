/**
 * Installs the controller with our command and with kubectl, runs it in pods of the cluster, and checks that its ServiceAccount
 * may do what a transfer needs and nothing more.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from '../../../src/cluster/live/live-cluster.ts';
import { resourceName, roleRules, type NeededRight } from '../../../src/cluster/kubernetes/writing/rights.ts';
import { controllerRights } from '../../../src/operating/manifests/rbac.ts';
import type { Backend } from '../../../src/nn/backend.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import { copySmallSample } from '../../unit/hosts/cli-helpers.ts';
import { writeKubeconfig } from '../support/accounts.ts';
import { cli, CliRun } from '../support/cli.ts';
import { restlessAgents } from '../support/climb.ts';
import { Connected, signal } from '../support/connected.ts';
import { importControllerImage } from '../support/controller-image.ts';
import { ControllerProcess, writeConfiguration } from '../support/controller.ts';
import { eventually, happens, kubectl, kubectlJson } from '../support/kubectl.ts';
import { SERVICES, type Found } from '../support/sample-namespace.ts';
import { clusterYaml, onTestCluster } from '../support/sample-project.ts';

const NAMESPACE = 'installation';
const PLACE = `test/${NAMESPACE}`;
const IMAGE = 'localhost/karma-mas-controller:test';
const ACCOUNT = `system:serviceaccount:${NAMESPACE}:karma-mas`;
const KINDS = 'serviceaccounts,roles,rolebindings,configmaps,deployments,poddisruptionbudgets,services';
const ROLE_EDITOR = `${NAMESPACE}-role-editor`;
/** Rights in the namespace of Prometheus that an installation needs, besides the right that it grants there. */
const ROLE_RIGHTS = {
  apiGroups: ['rbac.authorization.k8s.io'],
  resources: ['roles', 'rolebindings'],
  verbs: ['get', 'list', 'create', 'patch', 'delete'],
};

describe('the controller on a real cluster', function () {
  this.timeout(10 * 60_000);
  let connected: Connected;
  let project: string;
  let exported: string;
  let found: Found;
  let asFound: readonly string[];

  before(async () => {
    connected = await Connected.start(NAMESPACE);
    connected.namespace.load('10:2h');
    project = join(connected.folder, 'project');
    exported = join(connected.folder, 'exported');
    copySmallSample(project);
    for (const name of readdirSync(project).filter((each) => each.endsWith('.karma.yaml')))
      writeFileSync(
        join(project, name),
        name === 'cluster.karma.yaml'
          ? clusterYaml(NAMESPACE)
          : onTestCluster(readFileSync(join(project, name), 'utf8'), NAMESPACE, '15s', ['shadow', 'full']),
      );
    await cli(['train', project, '--seed', '1', '--steps', '1024', '--training', 'default'], connected.kubeconfig);
    await cli(
      ['export', 'latest', '--dir', project, '--out', exported, '--image', IMAGE, '--stage', 'full'],
      connected.kubeconfig,
    );
    found = connected.namespace.found();
    asFound = objectNames();
  });
  after(async () => {
    kubectl(['-n', 'monitoring', 'delete', 'role,rolebinding', ROLE_EDITOR, '--ignore-not-found']);
    await connected?.stop();
  });
  beforeEach(() => connected.proxy.reset());

  const controller = (...args: string[]) =>
    new CliRun(['controller', ...args, '--dir', project, '--json'], connected.kubeconfig).finished;
  const install = (...args: string[]) => controller('install', 'latest', '--image', IMAGE, '--stage', 'full', ...args);
  const remove = () => controller('remove', '--write-to', PLACE);

  /** The names of all objects that an installation could leave behind. */
  function objectNames(): string[] {
    const list = (namespace: string, kinds: string) =>
      kubectl(['-n', namespace, 'get', kinds, '-o', 'name']).trim().split('\n');
    // Tests that run at the same time also have Roles in the namespace of Prometheus.
    const shared = list('monitoring', 'roles,rolebindings').filter((name) => name.includes(NAMESPACE));
    return [...list(NAMESPACE, `${KINDS},leases,hpa`), ...shared].sort();
  }

  const isAsBefore = () => objectNames().join() === asFound.join() && connected.namespace.isAsFound(found);

  const untilAsBefore = (): Promise<boolean> =>
    eventually('the namespace is as it was', isAsBefore, () => {
      const names = objectNames();
      const left = names.filter((name) => !asFound.includes(name));
      const missing = asFound.filter((name) => !names.includes(name));
      return `Left: ${left.join(', ')}. Missing: ${missing.join(', ')}.`;
    });

  interface Listed {
    readonly metadata: { readonly annotations?: object };
    readonly spec?: object;
  }
  /** The objects of the installation, without the fields that differ between equal installations. */
  function installed(): string[] {
    const list = (namespace: string, kinds: string) =>
      kubectlJson<{ items: readonly Listed[] }>(
        '-n',
        namespace,
        'get',
        kinds,
        '-l',
        `karma-mas.dev/installation=${NAMESPACE}`,
      ).items;
    const plain = ({ metadata, spec, ...object }: Listed): object => ({
      ...without(object, 'status'),
      spec: without(spec ?? {}, 'clusterIPs'),
      metadata: {
        ...without(metadata, 'managedFields', 'resourceVersion', 'uid', 'creationTimestamp', 'generation'),
        annotations: without(
          metadata.annotations ?? {},
          'kubectl.kubernetes.io/last-applied-configuration',
          'deployment.kubernetes.io/revision',
        ),
      },
    });
    return [...list(NAMESPACE, KINDS), ...list('monitoring', 'roles,rolebindings')].map((each) =>
      JSON.stringify(sorted(plain(each))),
    );
  }

  it('karma-mas controller install names missing rights in the namespace of Prometheus and writes nothing', async () => {
    const { status, stderr } = await install('--write-to', PLACE);
    assert.equal(status, 3);
    assert.match(stderr, /Needs verb list on resource role\w+\.rbac\.authorization\.k8s\.io in namespace monitoring/);
    assert.deepEqual(connected.proxy.changes(), []);
  });

  describe('installed, upgraded and removed', () => {
    before(() => {
      grantRoleRights();
      asFound = objectNames();
    });
    afterEach(() => {
      kubectl(['delete', '-k', exported, '--ignore-not-found', '--wait=false']);
      kubectl(['-n', NAMESPACE, 'delete', 'lease', 'karma-mas', '--ignore-not-found']);
    });

    it('karma-mas controller install shows its plan and writes nothing without --write-to', async () => {
      const { status, stderr, results } = await install();
      assert.equal(status, 1);
      assert.match(stderr, /--write-to test\/installation/);
      const [plan] = results as unknown as { writes: { action: string; refused: string }[] }[];
      assert.ok(
        plan.writes.every(({ action, refused }) => action === 'create' && refused === ''),
        stderr,
      );
      assert.deepEqual(connected.proxy.changes(), []);
      assert.ok(isAsBefore());
    });

    it('karma-mas controller install creates the same objects as kubectl apply -k, and karma-mas controller remove deletes them without a trace', async () => {
      const done = await install('--write-to', PLACE);
      assert.equal(done.status, 0, done.stderr);
      const ours = installed();
      assert.equal(ours.length, done.results.filter(({ type }) => type === 'written').length);
      const same = await controller('upgrade', 'latest', '--write-to', PLACE);
      assert.equal(same.status, 0, same.stderr);
      assert.deepEqual(
        same.results.filter(({ type }) => type === 'written'),
        [],
      );
      const gone = await remove();
      assert.equal(gone.status, 0, gone.stderr);
      await untilAsBefore();
      kubectl(['apply', '-k', exported]);
      assert.deepEqual(installed(), ours);
    });

    it('karma-mas controller upgrade explains a conflict with what kubectl applied, and resolves it with --force-conflicts', async () => {
      kubectl(['apply', '-k', exported]);
      kubectl(['-n', NAMESPACE, 'create', 'configmap', 'karma-mas-9']);
      kubectl(['-n', NAMESPACE, 'label', 'configmap', 'karma-mas-9', `karma-mas.dev/installation=${NAMESPACE}`]);
      kubectl(['-n', NAMESPACE, 'create', 'configmap', 'bystander']);
      const conflict = await controller('upgrade', 'latest', '--stage', 'shadow', '--write-to', PLACE);
      assert.equal(conflict.status, 3);
      assert.match(conflict.stderr, /Somebody else has set fields.*kubectl-client-side-apply.*\.args/s);
      assert.deepEqual(connected.proxy.changes(), []);
      const forced = await controller(
        'upgrade',
        'latest',
        '--stage',
        'shadow',
        '--write-to',
        PLACE,
        '--force-conflicts',
      );
      assert.equal(forced.status, 0, forced.stderr);
      assert.deepEqual(
        forced.results
          .filter(({ type }) => type === 'written')
          .map(({ action, kind, name }) => `${String(action)} ${String(kind)} ${String(name)}`),
        ['change Deployment karma-mas', 'delete ConfigMap karma-mas-9'],
      );
      assert.equal((await remove()).status, 0);
      kubectl(['-n', NAMESPACE, 'delete', 'configmap', 'bystander']);
      await untilAsBefore();
    });

    it('The controller climbs in pods as its ServiceAccount, and restores everything when it is removed', async () => {
      importControllerImage(IMAGE);
      const done = await install('--write-to', PLACE);
      assert.equal(done.status, 0, done.stderr);
      try {
        await eventually('both pods are ready', async () => (await controller('status')).status === 0);
        await eventually('the HPAs are paused', () => connected.namespace.paused().length === SERVICES.length);
      } catch (error) {
        throw new Error(`${String(error)}\n${podsSay()}`, { cause: error });
      }
      const [status] = (await controller('status')).results as unknown as { leader: string; changedHpas: string[] }[];
      assert.match(status.leader, /^karma-mas-/);
      assert.deepEqual([...status.changedHpas].sort(), [...SERVICES]);
      const gone = await remove();
      assert.equal(gone.status, 0, gone.stderr);
      assert.ok(connected.namespace.isAsFound(found), 'the HPAs are as they were when the command ends');
      await untilAsBefore();
      const restored = connected.proxy
        .scalingChanges()
        .filter(({ resource }) => resource === 'horizontalpodautoscalers');
      assert.deepEqual(restored, [], 'the controller itself gave them back');
    });

    const podsSay = (): string =>
      [
        'get pods -o wide',
        'describe pods -l app.kubernetes.io/name=karma-mas',
        'logs -l app.kubernetes.io/name=karma-mas --tail=20',
      ]
        .map((command) => kubectl(['-n', NAMESPACE, ...command.split(' ')]))
        .join('\n');
  });

  describe('the ServiceAccount of the controller, with only the exported Role', () => {
    let backend: Backend;
    let kubeconfig: string;
    let needed: readonly NeededRight[];
    before(async () => {
      backend = await createWasmBackend({ threads: 1 });
      kubectl(['apply', '-f', join(exported, 'rbac.yaml')]);
      needed = controllerRights(connected.spec, NAMESPACE);
      const token = kubectl(['-n', NAMESPACE, 'create', 'token', 'karma-mas', '--duration=2h']).trim();
      const context = { name: 'test', namespace: NAMESPACE, server: connected.proxy.url, user: { token } };
      kubeconfig = writeKubeconfig(join(connected.folder, 'account'), [context]);
    });
    after(() => {
      kubectl(['delete', '-f', join(exported, 'rbac.yaml'), '--ignore-not-found']);
      backend?.dispose();
    });

    it('The ServiceAccount of the controller has exactly the rights that it needs, according to kubectl auth can-i', () => {
      for (const namespace of [NAMESPACE, 'monitoring']) {
        const anybody = new Set(rightsOf(`system:serviceaccount:${NAMESPACE}:default`, namespace));
        const granted = rightsOf(ACCOUNT, namespace).filter((right) => !anybody.has(right));
        const wanted = needed
          .filter((right) => right.namespace === namespace)
          .map(({ verb, name = '', ...right }) => `${verb} ${resourceName(right)} ${name}`);
        assert.deepEqual(granted.sort(), wanted.sort(), namespace);
      }
    });

    it('The ServiceAccount of the controller suffices for a transfer up to stage full and for restoring everything', async () => {
      const policies = await restlessAgents(backend, connected.spec);
      const folder = writeConfiguration(
        join(connected.folder, 'configuration'),
        NAMESPACE,
        ['shadow', 'full'],
        policies,
      );
      const hasScaled = () => connected.proxy.scalingChanges().some(({ resource }) => resource === 'deployments/scale');
      const process = new ControllerProcess(folder, 'full', kubeconfig, 'alone');
      try {
        // The agents hold while the replicas suit them, so the test gives them a reason to act: too many, then too few.
        for (const replicas of [3, 1, 3, 1]) {
          connected.namespace.kubectl(['scale', 'deployment', '--all', `--replicas=${replicas}`]);
          if (await happens(90, hasScaled)) break;
        }
        await eventually('The agents scale in stage full', hasScaled, () => process.lastDecisions());
        assert.deepEqual(connected.namespace.paused(), [...SERVICES]);
        process.child.kill('SIGTERM');
        assert.equal(await process.ended, 0);
      } finally {
        await process.kill();
      }
      assert.ok(connected.namespace.isAsFound(found));
      assert.deepEqual(
        connected.proxy.requests.filter(({ status }) => status === 403),
        [],
        'nothing was forbidden',
      );
    });

    it('The preflight names each right that the ServiceAccount of the controller lacks', async () => {
      const cluster = await connected.connect(kubeconfig);
      for (const less of needed) {
        grant(
          less.namespace,
          needed.filter((right) => right !== less && right.namespace === less.namespace),
        );
        const resource = resourceName(less).replaceAll('.', '\\.');
        const words = new RegExp(
          `Needs verb ${less.verb} on resource ${resource}(\\S*)( ${less.name ?? ''})? in namespace ${less.namespace}`,
        );
        // The authorizer takes a moment to notice a change.
        await eventually(`${less.verb} ${resourceName(less)} ${less.name ?? ''} is missed`, async () => {
          const said = await cluster.preflight(signal).then(
            ({ findings }) => findings.map(({ message }) => message),
            (error: unknown) => [error instanceof ClusterError ? error.message : ''],
          );
          return said.some((message) => words.test(message));
        });
        grant(
          less.namespace,
          needed.filter((right) => right.namespace === less.namespace),
        );
      }
      await eventually('with all of them nothing is missed', async () => {
        const { rights } = await cluster.preflight(signal);
        return rights.filter(({ allowed, optional }) => !allowed && !optional).length === 0;
      });
    });
  });
});

/** Lets the account of the test edit Roles in the namespace of Prometheus. It already holds the right that it grants there. */
function grantRoleRights(): void {
  const metadata = { name: ROLE_EDITOR, namespace: 'monitoring' };
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const items = [
    { apiVersion, kind: 'Role', metadata, rules: [ROLE_RIGHTS] },
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', name: 'operator', namespace: NAMESPACE }],
    },
  ];
  kubectl(['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
}

/** Changes the Role of the controller in a namespace. */
function grant(namespace: string, rights: readonly NeededRight[]): void {
  const name = namespace === NAMESPACE ? 'karma-mas' : `karma-mas-${NAMESPACE}`;
  const patch = JSON.stringify([{ op: 'replace', path: '/rules', value: roleRules(rights) }]);
  kubectl(['-n', namespace, 'patch', 'role', name, '--type=json', '-p', patch]);
}

/** `verb resource name` of each right that kubectl lists, without the paths that are not resources. */
function rightsOf(account: string, namespace: string): string[] {
  const table = kubectl(['auth', 'can-i', '--list', `--as=${account}`, '-n', namespace, '--no-headers']);
  return table.split('\n').flatMap((line) => {
    const [, resource, paths, names, verbs] = /^(\S*)\s+\[(.*?)\]\s+\[(.*?)\]\s+\[(.*?)\]/.exec(line) ?? [];
    if (!resource || paths !== '') return [];
    const all = names === '' ? [''] : names.split(' ');
    return verbs.split(' ').flatMap((verb) => all.map((name) => `${verb} ${resource} ${name}`));
  });
}

const without = (object: object, ...names: readonly string[]): object =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
