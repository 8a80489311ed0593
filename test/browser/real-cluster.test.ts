import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { readJournal } from '../../src/runs/journal.ts';
import { journalPath } from '../../src/runs/run-directory.ts';
import { readManifest } from '../../src/runs/manifest.ts';
import {
  deployment,
  deployments,
  hpas,
  kubeconfig,
  NAMESPACE,
  SERVICES,
  startFakeCluster,
  type FakeCluster,
} from '../fake-kubernetes/namespace.ts';
import { addManyServices } from '../fake-kubernetes/many-services.ts';
import { axeViolations } from './harness/axe.ts';
import { eventually } from './harness/eventually.ts';
import { kill, processes, runnerProcesses } from './harness/processes.ts';
import { useSession } from './harness/use-session.ts';
import { runDirectories } from './harness/training.ts';
import { THEMES, type Theme } from './harness/workbench.ts';

const TOKEN = 'planted-token-0123456789';
/** Milliseconds. On a quiet machine the view says what is wrong within ten seconds; `npm run bench:extension` measures that. */
const SOON = 60_000;
const MANY = 500;

describe('Cluster view on a real cluster', () => {
  let fake: FakeCluster;
  before(async () => {
    fake = await startFakeCluster({ user: { token: TOKEN } });
    fake.api.tokens = [TOKEN];
  });
  const session = useSession({
    settings: { 'karma-mas.run.notifications': 'none' },
    env: () => ({ KUBECONFIG: fake.env.KUBECONFIG }),
    prepare(folder) {
      edit(join(folder, 'cluster.karma.yaml'), [
        [/source: emulator.*/, 'source: prometheus'],
        [/# prometheus: \{ service/, 'prometheus: { service'],
        [/namespace: chained-services/, `namespace: ${NAMESPACE}`],
      ]);
      edit(join(folder, 'transfer.karma.yaml'), [
        [/training: default/, 'training: in-emulator'],
        [/target: .*/, `target: { context: fake, namespace: ${NAMESPACE} }`],
        [/ +- floor.*\n/, ''],
        [/shadow: \{ for: 10m \}/, 'shadow: { for: 15s }'],
      ]);
    },
  });
  after(() => fake.stop());

  const view = (): Promise<FrameLocator> => session().workbench.webview('[data-view="cluster"] h1');
  const action = (cluster: FrameLocator, name: string) => cluster.getByRole('button', { name, exact: true });
  const title = async (cluster: FrameLocator) => (await cluster.locator('#state-title').innerText()).trim();
  const becomes = (cluster: FrameLocator, wanted: string) =>
    eventually(`it says ${wanted}`, async () => (await title(cluster)) === wanted);
  const service = (cluster: FrameLocator, name: string) =>
    cluster.locator('.service').filter({ has: cluster.getByRole('heading', { name, exact: true }) });
  const says = (cluster: FrameLocator, problem: RegExp) =>
    cluster.locator('.problem').filter({ hasText: problem }).waitFor({ timeout: SOON });
  const isWell = (cluster: FrameLocator) =>
    eventually('nothing is wrong any more', async () => (await cluster.locator('.problem').count()) === 0);
  const specs = () => JSON.stringify(fake.api.list(hpas).map(({ metadata, spec }) => [metadata.name, spec]));
  const observers = () => processes().filter(({ args }) => args.includes('watch') && args.includes(session().folder));
  const inThemes = async (name: string, themes: readonly Theme[]): Promise<void> => {
    const { workbench, server } = session();
    const page = (await view()).locator('html');
    for (const theme of themes) {
      await workbench.theme(theme, server.writeSettings);
      await page.locator(`body.${THEMES[theme].webview}`).waitFor();
      await workbench.screenshot(`real-cluster-${name}-${theme}`);
      assert.deepEqual(await axeViolations(page), [], `${name}, ${theme}`);
    }
  };
  /** The HPAs before any transfer. */
  let original = '';

  before(async () => {
    original = specs();
    const { browser, page, workbench } = session();
    // What any page or webview is told from now on.
    await browser.context.addInitScript(`
      globalThis.told = [];
      const listen = EventTarget.prototype.addEventListener;
      const note = ({ data }) => told.push(JSON.stringify(data) ?? '');
      // VS Code writes the document of a webview anew, and with it go listeners from before: this one comes with the next.
      EventTarget.prototype.addEventListener = function (type, ...rest) {
        if (type === 'message' && this === globalThis) listen.call(this, 'message', note);
        return listen.call(this, type, ...rest);
      };
    `);
    await page.reload();
    await workbench.ready();
  });

  it('The Cluster view connects to nothing before it is asked to', async () => {
    const { workbench } = session();
    await workbench.view('Cluster');
    await workbench.collapse('Specifications');
    await workbench.collapse('Runs');
    const cluster = await view();
    await cluster.getByText('KARMA MAS has not connected to it yet').waitFor();
    assert.equal(observers().length, 0);
    assert.deepEqual(fake.api.requests, []);
    await action(cluster, 'Connect').click();
  });

  it('The Cluster view shows the place and the services as they are, and follows a change', async () => {
    const cluster = await view();
    await eventually('the services are there', async () => (await service(cluster, 'a').innerText()).includes('ready'));
    assert.deepEqual(await cluster.locator('.where dd').allInnerTexts(), ['fake', NAMESPACE, fake.server]);
    assert.match(await service(cluster, 'a').innerText(), /2 of 2 ready[^]*HPA acts, 1–5[^]*4 waiting/);
    assert.equal(await cluster.locator('.problem').count(), 0);
    fake.api.put(deployments, deployment({ ...SERVICES[0], replicas: 3 }));
    await eventually('the change', async () => (await service(cluster, 'a').innerText()).includes('3 of 3 ready'));
    fake.api.put(deployments, deployment(SERVICES[0]));
    assert.deepEqual(fake.api.writes, []);
  });

  it('The Cluster view says within 10 s what is wrong, what to do and what was last seen', async () => {
    const cluster = await view();
    fake.prometheus.stopped = true;
    await says(cluster, /Prometheus \(service monitoring\/prometheus:9090\) does not answer: check that its pods/);
    assert.match(await service(cluster, 'a').innerText(), /2 of 2 ready/);
    fake.prometheus.stopped = false;
    await isWell(cluster);

    fake.api.forbidden = ({ resource }) => resource === 'deployments';
    await says(cluster, /Needs verb list on resource deployments.apps in namespace chained/);
    assert.match(await cluster.locator('.problem pre').innerText(), /kind: Role/);
    await inThemes('forbidden', ['light', 'dark', 'hc-black', 'hc-light']);
    fake.api.forbidden = () => false;
    await isWell(cluster);

    fake.api.fault = () => 'hang';
    fake.api.endWatches();
    await says(cluster, /did not answer within \d s. Check the VPN or tunnel/);
    await cluster.getByText('last observed at').waitFor();
    fake.api.fault = () => undefined;
    await isWell(cluster);

    await fake.api.stop();
    await says(cluster, /cannot be reached: nothing listens there/);
    await fake.api.start();
    await isWell(cluster);
  });

  it('The Cluster view tests the metric queries: value, age and what is missing', async () => {
    const cluster = await view();
    const query = (field: string) =>
      cluster.locator('.query').filter({ has: cluster.getByText(field, { exact: true }) });
    await action(cluster, 'Test Queries').click();
    await cluster.locator('.verdict.good').getByText('All queries return recent values.').waitFor();
    assert.match(await query('pending').innerText(), /requests\s+4 services, at most \d+ s old/);
    await query('pending').locator('summary').click();
    const cells = await query('pending').locator('tbody tr').first().locator('th, td').allInnerTexts();
    assert.deepEqual([cells[0], cells[1], cells[3]], ['a', '4', 'new']);

    const [answer] = fake.prometheus.rules;
    fake.prometheus.rules = [
      (text, now) => {
        const series = answer(text, now);
        const isPending = text.includes('chained_queue_length') && typeof series === 'object';
        return isPending ? series.filter(({ labels }) => labels.deployment !== 'c') : series;
      },
    ];
    try {
      await action(cluster, 'Test Again').click();
      await cluster.locator('.verdict.bad').getByText('Where something is missing or stale, the agents hold').waitFor();
      assert.match(await query('pending').innerText(), /3 of 4 services; missing: c/);
      assert.equal(await query('pending').locator('tbody th').first().innerText(), 'c', 'what is wrong comes first');
      await inThemes('queries', ['light', 'dark', 'hc-black', 'hc-light']);
    } finally {
      fake.prometheus.rules = [answer];
    }
    assert.deepEqual(fake.api.writes, []);
  });

  it('The Cluster view plans: what stands in the way, and what each stage would write', async () => {
    const { folder, extension } = session();
    const sizes = ['--training', 'in-emulator', '--steps', '1024', '--seed', '1'];
    execFileSync(process.execPath, [join(extension(), 'dist/karma-mas.mjs'), 'train', folder, ...sizes], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    fake.api.forbidden = ({ resource }) => resource === 'limitranges';
    const cluster = await view();
    await eventually(
      'Plan can be used',
      async () => (await action(cluster, 'Plan').getAttribute('aria-disabled')) === null,
    );
    assert.equal(await action(cluster, 'Floor').count(), 0, 'the ladder has no floor');
    await action(cluster, 'Plan').click();
    await cluster.locator('.plan').waitFor();
    assert.match(
      await cluster.locator('.findings').innerText(),
      /Needs verb list on resource limitranges[^]*kind: Role/,
    );
    const stages = await cluster.locator('.plan > li').allInnerTexts();
    assert.match(stages[1], /b\s+HPA active → paused/);
    await inThemes('plan', ['light', 'hc-black']);
    fake.api.forbidden = () => false;
    assert.deepEqual(fake.api.writes, []);
  });

  it('The Cluster view shadows the HPAs after a question that names the place, and falls back with one click', async () => {
    const { page } = session();
    const cluster = await view();
    await action(cluster, 'Shadow').click();
    const dialog = page.locator('.monaco-dialog-box');
    const text = await dialog.innerText();
    for (const part of ['Context: fake', `Server: ${fake.server}`, `Namespace: ${NAMESPACE}`, 'Nothing is written'])
      assert.ok(text.includes(part), `${part} in ${text}`);
    await dialog.getByRole('button', { name: 'Begin Shadow' }).click();
    await becomes(cluster, 'Shadow');
    await action(cluster, 'Fall Back').click();
    await becomes(cluster, 'Fell back');
    assert.deepEqual(fake.api.writes, []);
  });

  it('The Cluster view climbs when that is confirmed, can be held and promoted, and writes to that place', async () => {
    const { page, folder } = session();
    const cluster = await view();
    await action(cluster, 'Full').click();
    const dialog = page.locator('.monaco-dialog-box');
    const text = await dialog.innerText();
    for (const part of ['This writes to the cluster', `Server: ${fake.server}`, 'HPAs of b are paused'])
      assert.ok(text.includes(part), `${part} in ${text}`);
    assert.deepEqual(fake.api.writes, []);
    await dialog.getByRole('button', { name: 'Begin Full' }).click();
    await becomes(cluster, 'Shadow');
    await becomes(cluster, 'Canary');
    await eventually('the agents have b', async () =>
      (await service(cluster, 'b').innerText()).includes('agents, HPA paused'),
    );
    assert.equal(await cluster.getByText('HPA acts').count(), 3);
    assert.notEqual(specs(), original);
    const steering = join(transferOf(folder), 'steering');
    const hold = action(cluster, 'Hold');
    await hold.click();
    await cluster.getByText('Held: it stays in this stage').waitFor();
    assert.equal(await hold.getAttribute('aria-pressed'), 'true');
    assert.equal(readFileSync(steering, 'utf8'), 'hold');
    await action(cluster, 'Promote').focus();
    await page.keyboard.press('Enter');
    await cluster.getByText('It goes to the next stage after').waitFor();
    await inThemes('canary', ['light', 'dark', 'hc-black', 'hc-light']);
    await eventually('the transfer has taken it', () => !existsSync(steering));
  });

  it('The Cluster view says when somebody else writes, and shows nothing of one cluster as another', async () => {
    const cluster = await view();
    const other = await startFakeCluster({ user: { token: TOKEN } });
    try {
      const lead = (server: string) =>
        writeFileSync(fake.env.KUBECONFIG!, JSON.stringify(kubeconfig({ server, user: { token: TOKEN } })));
      lead(other.server);
      await says(cluster, /The kubeconfig now points to another cluster/);
      assert.match(await title(cluster), /Canary|Full/, 'the transfer stays in sight');
      assert.deepEqual(await cluster.locator('.where dd').allInnerTexts(), ['fake', NAMESPACE, fake.server]);
      await action(cluster, 'Fall Back').click();
      await becomes(cluster, 'No transfer yet');
      assert.equal(specs(), original);
      assert.deepEqual(await cluster.locator('.where dd').allInnerTexts(), ['fake', NAMESPACE, other.server]);
      assert.equal(await cluster.locator('.decision').count(), 0);
      other.api.put(`/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`, {
        metadata: { name: 'karma-mas', namespace: NAMESPACE },
        spec: { holderIdentity: 'controller-1', renewTime: '2100-01-01T00:00:00.000000Z', leaseDurationSeconds: 15 },
      });
      await cluster.getByText('controller-1 writes to this namespace').waitFor({ timeout: SOON });
      assert.equal(await action(cluster, 'Canary').getAttribute('aria-disabled'), 'true');
      assert.deepEqual(other.api.writes, []);
      lead(fake.server);
      await becomes(cluster, 'Fell back');
      assert.match(await cluster.locator('.confirmation').innerText(), /All HPAs act as before: a, b, c, d/);
    } finally {
      await other.stop();
    }
  });

  it('The Cluster view offers what is due and starts it when asked to', async () => {
    const { folder } = session();
    const cluster = await view();
    const path = journalPath(transferOf(folder));
    const seq = readJournal(path).events.at(-1)!.seq + 1;
    const offer = { seq, t: Date.now(), type: 'offer', what: 'twin', job: 'fit', why: '30 new transitions' };
    appendFileSync(path, `${JSON.stringify(offer)}\n`);
    await cluster.getByText('30 new transitions').waitFor();
    await action(cluster, 'Fit Twin').click();
    await eventually('the run is there', () => runsOf(folder, 'fit').length === 1);
    await eventually('it is no longer offered', async () => (await cluster.getByText('30 new').count()) === 0);
  });

  it('The services are given back when every process of a transfer was killed', async () => {
    const { page, folder } = session();
    const cluster = await view();
    await action(cluster, 'Canary').click();
    await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Begin Canary' }).click();
    await eventually('b is paused', async () => (await service(cluster, 'b').innerText()).includes('HPA paused'));
    for (const process of runnerProcesses(folder)) kill(process);
    // As if it had run out.
    fake.api.delete(`/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/karma-mas`);
    await becomes(cluster, 'Interrupted');
    await action(cluster, 'Fall Back').click();
    await eventually('the HPAs are as before', () => specs() === original);
    await eventually('that is seen', async () => (await cluster.getByText('HPA acts').count()) === 4);
  });

  it('The Cluster view imports a namespace of hundreds of deployments and finds its way among them', async () => {
    const { workbench, page } = session();
    addManyServices(fake, 'many', MANY);
    await workbench.run('KARMA: Import Cluster...');
    await workbench.quickInput.getByText('Namespace of the deployments on fake').waitFor();
    await workbench.enter('many');
    await workbench.pick('Name It...', 'Where is Prometheus?');
    await workbench.quickInput.getByText('A service as namespace/name:port').waitFor();
    await workbench.enter('monitoring/prometheus:9090');
    const imported = workbench.notification(`Imported ${MANY} services of namespace many`);
    await workbench.tab(/cluster-many\.karma\.yaml/).waitFor();
    await imported.getByRole('button', { name: 'Test Queries' }).click();
    const cluster = await view();
    await cluster.locator('.verdict.good').getByText('All queries return recent values.').waitFor();
    assert.equal((await cluster.locator('.where dd').allInnerTexts())[1], '–', 'it is not connected to');
    await action(cluster, 'Connect').click();
    await eventually(
      'the services are there',
      async () => (await service(cluster, 'service-099').locator('.replicas').count()) === 1,
    );
    await action(cluster, `Show ${MANY - 100} More`).click();
    await service(cluster, 'service-499').locator('.replicas').waitFor();
    assert.equal(await cluster.locator('.service').count(), MANY);
    await action(cluster, 'Show the First 100').click();
    await eventually('the first ones are left', async () => (await cluster.locator('.service').count()) === 100);
    const one = { ...SERVICES[0], name: 'service-123', replicas: 3 };
    const broken = deployment(one, { replicas: 3, readyReplicas: 2 });
    fake.api.put('/apis/apps/v1/namespaces/many/deployments', {
      ...broken,
      metadata: { ...broken.metadata, namespace: 'many' },
    });
    await cluster.getByText('Only the 1 in trouble').waitFor();
    await inThemes('many', ['light', 'dark', 'hc-black', 'hc-light']);
    await cluster.getByText('Only the 1 in trouble').click();
    await cluster.locator('[role=status]').getByText(`1 of ${MANY} services`).waitFor();
    assert.match(await cluster.locator('.service').innerText(), /service-123\s+2 of 3 ready/);
    await cluster.getByText('Only the 1 in trouble').click();
    await cluster.getByRole('textbox', { name: 'Find a service' }).focus();
    await page.keyboard.type('-00');
    await cluster.locator('[role=status]').getByText(`10 of ${MANY} services`).waitFor();
    await workbench.screenshot('real-cluster-many-found');
    assert.ok(!fake.api.writes.some(({ path }) => path.includes('/many/')));
  });

  it('The token of Prometheus is found nowhere', async () => {
    const { folder, page, server } = session();
    assert.deepEqual(holding(join(folder, '.karma')), []);
    assert.deepEqual(holding(join(server.dataDir, 'data')), []);
    const told = await Promise.all(
      page.frames().map((frame) => frame.evaluate(() => (globalThis as unknown as { told: string[] }).told)),
    );
    assert.ok(
      told.flat().some((text) => text.includes('fake')),
      'messages were seen',
    );
    assert.ok(!told.flat().some((text) => text.includes(TOKEN)));
  });

  it('The Cluster view stops watching when it is hidden', async () => {
    const { workbench } = session();
    assert.equal(observers().length, 1);
    await workbench.collapse('Cluster');
    await eventually('the process has ended', () => observers().length === 0);
  });

  it('The Cluster view on a real cluster met no error', () => {
    // The host's own cache has our name in its path.
    assert.deepEqual(
      session().errors.filter((error) => !error.includes('vscode-host-')),
      [],
    );
  });
});

function edit(path: string, changes: readonly (readonly [RegExp, string])[]): void {
  const text = changes.reduce(
    (now, [pattern, by]) => {
      assert.match(now, pattern);
      return now.replace(pattern, by);
    },
    readFileSync(path, 'utf8'),
  );
  writeFileSync(path, text);
}

/** Run directories of a kind, the newest last. */
const runsOf = (folder: string, kind: string): string[] =>
  runDirectories(folder)
    .filter((directory) => readManifest(directory).kind === kind)
    .sort();

const transferOf = (folder: string): string => runsOf(folder, 'transfer').at(-1)!;

/** Files below a folder that hold the token. */
function holding(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && readFileSync(path).includes(TOKEN));
}
