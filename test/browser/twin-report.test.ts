import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { axeViolations } from './harness/axe.ts';
import { eventually } from './harness/eventually.ts';
import { useSession } from './harness/use-session.ts';

const VIEW = '[data-view="twin-report"] h1';

describe('Twin Report', () => {
  const session = useSession({ settings: { 'karma-mas.run.notifications': 'none' } });
  const view = (): Promise<FrameLocator> => session().workbench.webview(VIEW);

  it('Open Twin Report is grayed out while there is no twin', async () => {
    const offered = await session().workbench.offered('KARMA: Open Twin Report');
    assert.ok(!offered.some((label) => label.includes('KARMA: Open Twin Report')), offered.join('; '));
  });

  it('The Twin Report shows verdict, ranking, errors, fans, parameters and traces of a fit', async () => {
    const { folder, extension, workbench } = session();
    const cli = (...args: string[]) =>
      execFileSync(process.execPath, [join(extension(), 'dist/karma-mas.mjs'), ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    cli('collect', folder, '--hours', '2', '--seed', '1');
    cli('fit', folder, '--seed', '1');
    await workbench.run('KARMA: Open Twin Report');
    const twin = await view();
    await twin.getByRole('heading', { name: /Accepted|Rejected/ }).waitFor();
    for (const name of ['Ranking of known policies', 'Open loop', 'Errors', 'Fitted parameters', 'Traces'])
      await twin.getByRole('heading', { name, exact: true }).waitFor();
    assert.equal(await twin.locator('karma-fan-card').count(), 5);
    await twin.locator('karma-fan-card canvas').first().waitFor();
    const row = twin.getByRole('row', { name: /^Throughput requests\/s per pod a 100 / });
    await row.waitFor();
    assert.deepEqual(await axeViolations(twin.locator('html')), []);
    await workbench.screenshot('twin-report');
  });

  it('The Twin Report shows a chart as a table, the charts of a service, and the errors of the network', async () => {
    const twin = await view();
    await twin.getByRole('button', { name: 'Show J as a Table' }).click();
    const rows = twin.locator('karma-fan-card').first().locator('.data-table tbody tr');
    await rows.first().waitFor();
    assert.equal(await rows.count(), 40);
    await twin.getByRole('combobox', { name: 'Of' }).click();
    await twin.getByRole('option', { name: 'service b' }).click();
    await twin.getByRole('heading', { name: 'b: Ready pods (pods)' }).waitFor();
    const first = twin.locator('.errors tbody td').first();
    const before = await first.innerText();
    await twin.getByRole('button', { name: 'Network', exact: true }).click();
    await twin.getByRole('heading', { name: 'Open loop: the network' }).waitFor();
    assert.notEqual(await first.innerText(), before);
    await twin.locator('summary', { hasText: 'Service c' }).click();
    await twin.getByRole('region', { name: /service c/ }).waitFor();
  });

  it('The Twin Report looks as before after a reload of the window', async () => {
    const { workbench, page } = session();
    const loaded = page.waitForEvent('load');
    await workbench.run('Developer: Reload Window');
    await loaded;
    await workbench.ready();
    const twin = await view();
    await twin.getByRole('heading', { name: 'b: Ready pods (pods)' }).waitFor();
    await twin.getByRole('heading', { name: 'Open loop: the network' }).waitFor();
    await twin.getByRole('region', { name: /service c/ }).waitFor();
  });

  it('The Twin Report exports the errors', async () => {
    const { workbench, folder, page } = session();
    const twin = await view();
    await twin.getByRole('button', { name: 'Export the errors as CSV' }).click();
    const path = join(folder, 'errors.csv');
    await workbench.saveAs(path, '-errors.csv');
    await eventually('the file is there', () => existsSync(path));
    const lines = readFileSync(path, 'utf8').trimEnd().split('\r\n');
    assert.equal(lines[0], 'model,metric,intervals,seconds,count,mae,rmse,bias,r2,mae of no change');
    assert.ok(lines.some((line) => line.startsWith('network,objective,30,450,')));
    await page.keyboard.press('Escape');
  });

  it('The Twin Report met no error', () => {
    assert.deepEqual(
      session().errors.filter((error) => !error.includes('vscode-host-')),
      [],
    );
  });
});
