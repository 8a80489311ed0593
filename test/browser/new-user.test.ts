import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { eventually, JOB } from './harness/eventually.ts';
import { runners } from './harness/processes.ts';
import { packagePath } from './harness/session.ts';
import { useSession } from './harness/use-session.ts';

/** In any phase: a slow window may see a later one than training. */
const UNDER_WAY = /All Phases: default.*\d+ %/;

describe('A new user', () => {
  const session = useSession({ content: 'nothing', installed: false });

  it('A new user installs the package', async () => {
    const { workbench, page } = session();
    await workbench.run('Extensions: Install from VSIX...');
    // The dialog takes Enter for an answer once it has read the folder, and until then may set its box back.
    await eventually('the dialog is answered', async (limit) => {
      await workbench.quickInput
        .locator('input')
        .first()
        .fill(packagePath(), { timeout: 2 * limit });
      await workbench.quickInput
        .locator('.monaco-list-row')
        .filter({ hasText: basename(packagePath()) })
        .waitFor({ timeout: 2 * limit });
      await page.keyboard.press('Enter');
      await workbench.quickInput.waitFor({ state: 'hidden', timeout: 2 * limit });
      return true;
    });
    await page.locator('.part.activitybar').getByRole('tab', { name: 'KARMA' }).waitFor();
  });

  it('A new user creates the sample project', async () => {
    const { workbench } = session();
    await workbench.run('KARMA: Create Sample Project...');
    await workbench.pick('In empty');
    await (await workbench.row('Specifications', 'Organizations')).waitFor();
    await workbench.tab('organization.karma.yaml').waitFor();
  });

  it('A new user starts a run of all phases', async () => {
    const { workbench } = session();
    await workbench.run('KARMA: Run All Phases');
    await workbench.pick('default', 'Which Training?');
    await workbench.pick('Quick Look', 'How thorough?');
    await (await workbench.row('Runs', /All Phases: default.*Training \d+ %/)).waitFor();
  });

  it('A new user watches the curves move', async () => {
    const { workbench } = session();
    await workbench.run('KARMA: Open Learning Curves');
    const curves = await workbench.webview('[data-view="learning-curves"]');
    await curves.getByRole('button', { name: 'Show Return as a Table' }).click();
    const rows = curves.locator('.data-table tbody tr');
    // A long table shows some of its rows, so their number says nothing.
    await rows.first().waitFor();
    const before = await rows.last().innerText();
    await eventually('the curves have more points', async () => (await rows.last().innerText()) !== before);
  });

  it('A new user reloads the window while it trains', async () => {
    const { workbench, folder } = session();
    const [runner] = runners(folder);
    await workbench.reload();
    await (await workbench.row('Runs', UNDER_WAY)).waitFor();
    assert.deepEqual(
      runners(folder).map(({ pid }) => pid),
      [runner.pid],
      'the same process works on it',
    );
    const curves = await workbench.webview('[data-view="learning-curves"]');
    await curves.locator('.data-table tbody tr').first().waitFor();
  });

  it('A new user stops and resumes the run', async () => {
    const { workbench, folder } = session();
    await workbench.run('KARMA: Stop Run');
    await (await workbench.row('Runs', /All Phases: default.*stopped/)).waitFor();
    await eventually('its process has ended', () => runners(folder).length === 0);
    await workbench.run('KARMA: Resume Run');
    await (await workbench.row('Runs', UNDER_WAY)).waitFor();
  });

  it('A new user opens the report when the run has finished', async () => {
    const { workbench } = session();
    await (await workbench.row('Runs', /All Phases: default.*J 0\.\d+.*(now|min ago)/)).waitFor({ timeout: JOB });
    await workbench.run('KARMA: Open Report');
    const report = await workbench.webview('body:not([data-view]) h1');
    await report.getByText('default hpa').first().waitFor();
    await workbench.screenshot('report-light');
  });
});
