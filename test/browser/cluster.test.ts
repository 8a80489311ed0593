import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { axeViolations } from './harness/axe.ts';
import { eventually } from './harness/eventually.ts';
import { runners } from './harness/processes.ts';
import { useSession } from './harness/use-session.ts';

describe('Cluster view', () => {
  const session = useSession({
    settings: { 'karma-mas.run.notifications': 'none' },
    // A Training that needs no traces, and a stage that does not end while a slow window is loaded again.
    prepare(folder) {
      const path = join(folder, 'transfer.karma.yaml');
      const text = readFileSync(path, 'utf8').replace('training: default', 'training: in-emulator');
      writeFileSync(path, text.replace('for: 15m', 'for: 12h'));
    },
  });

  const view = (): Promise<FrameLocator> => session().workbench.webview('[data-view="cluster"] h1');
  const title = async (cluster: FrameLocator) => (await cluster.locator('#state-title').innerText()).trim();
  const becomes = async (cluster: FrameLocator, wanted: string) =>
    eventually(`it says ${wanted}`, async () => (await title(cluster)) === wanted);
  const action = (cluster: FrameLocator, name: string) => cluster.getByRole('button', { name, exact: true });
  const spoken = (cluster: FrameLocator) => cluster.getByRole('status').innerText();

  it('The Cluster view shows where one is, and the way to policies where there are none yet', async () => {
    const { workbench } = session();
    await workbench.view('Cluster');
    await workbench.collapse('Specifications');
    await workbench.collapse('Runs');
    const cluster = await view();
    // The view opens with its own name, until the specifications have been read.
    await cluster.locator('h1', { hasText: 'chained-services' }).waitFor();
    assert.deepEqual(await cluster.locator('.where dd').allInnerTexts(), ['emulator', 'chained-services', 'embedded']);
    await becomes(cluster, 'No transfer yet');
    const plan = action(cluster, 'Plan');
    assert.equal(await plan.getAttribute('aria-disabled'), 'true');
    const why = cluster.locator(`[id="${await plan.getAttribute('aria-describedby')}"]`);
    assert.match(await why.innerText(), /No policies have been trained for Training in-emulator yet/);
    await plan.click({ force: true });
    await action(cluster, 'Train Policies').waitFor();
    assert.equal(await cluster.locator('.service').count(), 4);
    assert.equal(await action(cluster, 'Fall Back').count(), 0);
    assert.deepEqual(runners(session().folder), []);
  });

  it('The Cluster view plans and shows what each stage would write', async () => {
    const { folder, extension } = session();
    const sizes = ['--training', 'in-emulator', '--steps', '1024', '--seed', '1'];
    execFileSync(process.execPath, [join(extension(), 'dist/karma-mas.mjs'), 'train', folder, ...sizes], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const cluster = await view();
    await eventually(
      'Plan can be used',
      async () => (await action(cluster, 'Plan').getAttribute('aria-disabled')) === null,
    );
    await action(cluster, 'Plan').click();
    await cluster.locator('.plan').waitFor();
    const stages = await cluster.locator('.plan > li').allInnerTexts();
    assert.deepEqual(
      stages.map((text) => text.split('\n')[0]),
      ['Shadow', 'Floor', 'Canary', 'Full'],
    );
    assert.match(stages[0], /writes nothing/);
    assert.match(stages[2], /b\s+HPA active → paused/);
    assert.equal(stages[3].match(/HPA active → paused/g)?.length, 4);
    assert.match(await spoken(cluster), /Nothing was written/);
  });

  it('The Cluster view asks before it writes, says what and where, and does nothing when that is declined', async () => {
    const { page, folder } = session();
    const cluster = await view();
    await action(cluster, 'Canary').click();
    const dialog = page.locator('.monaco-dialog-box');
    const text = await dialog.innerText();
    for (const part of ['Context: emulator', 'Server: embedded', 'Namespace: chained-services', 'HPAs of b are paused'])
      assert.ok(text.includes(part), `${part} in ${text}`);
    assert.ok(!text.includes('Full:'), 'stages beyond the one asked for are not named');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await becomes(cluster, 'Plan made');
    assert.deepEqual(runners(folder), []);
  });

  it('The Cluster view lets a transfer be watched stage by stage', async () => {
    const { page, workbench } = session();
    const cluster = await view();
    await action(cluster, 'Full').click();
    await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Begin Full' }).click();
    await becomes(cluster, 'Shadow');
    assert.equal(await cluster.locator('.ladder [aria-current=step] .stage').innerText(), 'Shadow');
    const progress = cluster.locator('.state progress');
    const before = Number(await progress.getAttribute('value'));
    await eventually('time passes', async () => Number(await progress.getAttribute('value')) > before);
    await becomes(cluster, 'Canary');
    assert.match(await spoken(cluster), /^Stage Canary$/);
    const b = cluster.locator('.service').filter({ has: cluster.getByRole('heading', { name: 'b', exact: true }) });
    await eventually('the agents have b', async () => (await b.innerText()).includes('agents, HPA paused'));
    assert.equal(await cluster.getByText('HPA acts').count(), 3);
    await workbench.screenshot('cluster-canary');
    assert.deepEqual(await axeViolations(cluster.locator('html')), []);
  });

  it('The Cluster view starts no second transfer and says why', async () => {
    const cluster = await view();
    const shadow = action(cluster, 'Shadow');
    assert.equal(await shadow.getAttribute('aria-disabled'), 'true');
    await shadow.click({ force: true });
    assert.equal(await session().page.locator('.monaco-dialog-box').count(), 0);
    await cluster.getByText('A transfer is under way').waitFor();
    assert.equal(runners(session().folder).length, 1);
  });

  it('The Cluster view is the same after a reload of the window', async () => {
    const { workbench } = session();
    await workbench.reload();
    await workbench.view('Cluster');
    const cluster = await view();
    await eventually('it is in a stage', async () => ['Canary', 'Full'].includes(await title(cluster)));
    await cluster.locator('.decision').first().waitFor();
  });

  it('The Cluster view falls back with one key and confirms that the HPAs are as before', async () => {
    const { page, folder } = session();
    const cluster = await view();
    await action(cluster, 'Fall Back').focus();
    await page.keyboard.press('Enter');
    await cluster.locator('.confirmation.good').waitFor();
    assert.equal(await page.locator('.monaco-dialog-box').count(), 0);
    assert.equal(await cluster.locator('.confirmation').innerText(), 'All HPAs act as before: a, b, c, d.');
    assert.equal(await title(cluster), 'Fell back');
    assert.match(await spoken(cluster), /All HPAs act as before/);
    assert.equal(await cluster.getByText('agents, HPA paused').count(), 0);
    await eventually('the process has ended', () => runners(folder).length === 0);
    const focused = cluster.locator(':focus');
    assert.equal(await focused.getAttribute('id'), 'state-title');
  });

  it('The Cluster view explains decisions and lists writes, by keyboard', async () => {
    const { page } = session();
    const cluster = await view();
    const decision = cluster.locator('.decision summary').first();
    await decision.focus();
    await page.keyboard.press('Enter');
    await cluster
      .locator('.decision details[open]')
      .getByText(/Decision \d+: /)
      .waitFor();
    const writes = cluster.locator('summary', { hasText: 'Last Writes' });
    await writes.focus();
    await page.keyboard.press('Enter');
    assert.match(await cluster.locator('.writes li').first().innerText(), /HPA as before/);
  });

  it('The Cluster view met no error', () => {
    // The host's own cache has our name in its path.
    assert.deepEqual(
      session().errors.filter((error) => !error.includes('vscode-host-')),
      [],
    );
  });
});
