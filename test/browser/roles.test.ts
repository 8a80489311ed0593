import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { readManifest } from '../../src/runs/manifest.ts';
import { artifactPath } from '../../src/runs/run-directory.ts';
import type { WrittenAnalysis } from './analysis-fixture.ts';
import { axeViolations } from './harness/axe.ts';
import { eventually, JOB } from './harness/eventually.ts';
import { useSession } from './harness/use-session.ts';
import { runDirectories } from './harness/training.ts';
import { THEMES, type Theme } from './harness/workbench.ts';
import { writePlantedTeam } from './planted-team.ts';

const ROLES = '[data-view="roles"] h1';
const RELATIONS = '[data-view="relations"] h1';

/** From what agents did to what the specifications say, and to policies trained by that. */
describe('Roles and Goals, Relations, and the way back', () => {
  const session = useSession({ settings: { 'karma-mas.run.notifications': 'none' } });
  const roles = (): Promise<FrameLocator> => session().workbench.webview(ROLES);
  const relations = (): Promise<FrameLocator> => session().workbench.webview(RELATIONS);
  const textOf = (name: string): string => readFileSync(join(session().folder, `${name}.karma.yaml`), 'utf8');
  const sound = (): void => {
    const { extension, folder } = session();
    execFileSync(process.execPath, [join(extension(), 'dist/karma-mas.mjs'), 'validate', folder], { stdio: 'ignore' });
  };
  let written: WrittenAnalysis;
  let trained = '';

  /** Makes the change that the editor shows, or throws it away. */
  async function answerPreview(button: 'Apply' | 'Discard', shows: string): Promise<void> {
    const { workbench, page } = session();
    await workbench.quickInput.getByPlaceholder('Make this change?').waitFor();
    await page.locator('.part.editor .view-line').filter({ hasText: shows }).first().waitFor();
    await workbench.screenshot(`preview-${button.toLowerCase()}`);
    await workbench.pick(button, 'Make this change?');
  }

  it('Open Roles and Goals is grayed out while nothing has been analyzed', async () => {
    for (const title of ['Open Roles and Goals', 'Open Relations', 'Add Inferred Role', 'Refine and Retrain']) {
      const offered = await session().workbench.offered(`KARMA: ${title}`);
      assert.ok(!offered.some((label) => label.includes(`KARMA: ${title}`)), offered.join('; '));
    }
  });

  it('Roles and Goals shows what was declared against what was inferred', async () => {
    const { folder, extension, workbench } = session();
    const small = ['--training', 'in-emulator', '--steps', '1024', '--seed', '1'];
    execFileSync(process.execPath, [join(extension(), 'dist/karma-mas.mjs'), 'train', folder, ...small], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    [trained] = runDirectories(folder);
    const policies = artifactPath(trained, 'policies');
    written = await writePlantedTeam(folder, { name: 'in-emulator', options: { policies, episodes: 1, tuning: 1 } });
    await workbench.run('KARMA: Open Roles and Goals');
    const view = await roles();
    const headings = [
      'Groups against declared roles',
      'Alignment with the declared role',
      'Inferred roles',
      'Inferred goals',
      'Declared goals',
    ];
    for (const name of headings) await view.getByRole('heading', { name, exact: true }).waitFor();
    const { groups } = written.analysis;
    assert.equal(await view.locator('.matrix tbody tr').count(), groups.length);
    const [own] = groups;
    await view.getByRole('row', { name: new RegExp(`^inferred-1 .*${own.sequences}.* ${own.role}`) }).waitFor();
    await view.getByText('Scale any service down by 1').first().waitFor();
    await view.getByText(/proposals? are in|changes of the specifications are proposed/).waitFor();
  });

  for (const theme of Object.keys(THEMES) as Theme[])
    it(`Roles and Goals and Relations follow the theme ${theme} at once and are accessible in it`, async () => {
      const { workbench, server } = session();
      await workbench.theme(theme, server.writeSettings);
      const view = await roles();
      await view.locator(`body.${THEMES[theme].webview}`).waitFor();
      assert.deepEqual(await axeViolations(view.locator('html')), []);
      await workbench.screenshot(`roles-${theme}`);
    });

  it('An inferred role that is previewed and thrown away leaves everything as it was', async () => {
    const before = textOf('roles');
    const card = (await roles()).getByRole('article', { name: 'inferred-1' }).first();
    await card.getByRole('button', { name: 'Add Inferred Role' }).click();
    await session().workbench.pick('Add the Role Only', 'Who plays the role?');
    await answerPreview('Discard', 'inferred-1');
    assert.equal(textOf('roles'), before);
    await card.getByRole('button', { name: 'Add Inferred Role' }).waitFor();
  });

  it('An inferred role that is accepted is valid in the editor and marked in the view', async () => {
    const { workbench } = session();
    const card = (await roles()).getByRole('article', { name: 'inferred-1' }).first();
    await card.getByRole('button', { name: 'Add Inferred Role' }).click();
    await workbench.pick('Let relief Play It', 'Who plays the role?');
    await answerPreview('Apply', 'inferred-1');
    // Files are saved one after the other, and each is empty for a moment.
    await eventually('both are saved', () => {
      const plays = textOf('organization').includes('{ name: relief, role: inferred-1 }');
      return plays && /^ {2}name: inferred-1$/m.test(textOf('roles'));
    });
    await workbench.tab('roles.karma.yaml').waitFor();
    sound();
    await card.getByText('In the specifications: inferred-1').waitFor();
    await workbench.screenshot('roles-accepted');
  });

  it('A relation is found with the keyboard and added', async () => {
    const { workbench, page } = session();
    await (await roles()).getByRole('button', { name: 'Open Relations' }).click();
    const view = await relations();
    await view.locator('.edge').first().waitFor();
    await view.locator('.edge[tabindex="0"]').focus();
    const wanted = view.getByRole('heading', { name: 'medic → shield' });
    const strong = view.locator('dl').filter({ hasText: 'yes' });
    for (let i = 0; i < 40 && !((await wanted.isVisible()) && (await strong.count()) > 0); i++)
      await page.keyboard.press('ArrowRight');
    await wanted.waitFor();
    await view.getByText('authority: the second agent follows').waitFor();
    assert.deepEqual(await axeViolations(view.locator('html')), []);
    await workbench.screenshot('relations');
    await view.getByRole('button', { name: 'Add Relation' }).click();
    await answerPreview('Apply', 'authority');
    await eventually('it is saved', () =>
      textOf('organization').includes('{ type: authority, from: failure-manager, to: ddos-manager }'),
    );
    sound();
    await view.getByText('In the specifications: group resilience').waitFor();
  });

  it('Relations have a table, a time slider and switches', async () => {
    const view = await relations();
    const edges = view.locator('.edge');
    const all = await edges.count();
    await view.getByRole('checkbox', { name: 'not significant' }).click();
    await eventually('fewer are shown', async () => (await edges.count()) < all);
    const few = await edges.count();
    await view.getByRole('checkbox', { name: 'authority' }).click();
    await eventually('still fewer', async () => (await edges.count()) < few);
    await view.getByRole('checkbox', { name: 'authority' }).click();
    await view.getByRole('slider', { name: /Time in the episodes/ }).press('ArrowRight');
    await view.getByText('10:00 – 20:00').first().waitFor();
    await view.getByRole('button', { name: 'Show as a Table' }).click();
    await view.getByRole('row', { name: /^authority medic shield 0\.\d\d 0\.\d+ yes/ }).waitFor();
    assert.deepEqual(await axeViolations(view.locator('html')), []);
  });

  it('Relations look as before after a reload of the window', async () => {
    const { workbench } = session();
    await workbench.reload();
    const view = await relations();
    await view.getByRole('row', { name: /^authority medic shield/ }).waitFor();
    await view.getByText('10:00 – 20:00').first().waitFor();
    assert.equal(await view.getByRole('checkbox', { name: 'not significant' }).isChecked(), false);
  });

  it('Accepted proposals are trained with and compared with the run before', async () => {
    const { workbench, folder } = session();
    const before = runDirectories(folder);
    // It asks for no run, because there is one analysis only.
    await workbench.run('KARMA: Refine and Retrain');
    const refined = await eventually('the run is there', () =>
      runDirectories(folder).find(
        (directory) => !before.includes(directory) && existsSync(join(directory, 'manifest.json')),
      ),
    );
    assert.equal(readManifest(refined).options.before, artifactPath(trained, 'policies'));
    // It goes on without the window.
    await workbench.reload();
    await eventually('it has finished', () => existsSync(join(refined, 'report.html')), JOB);
    await workbench.run('KARMA: Open Roles and Goals');
    await eventually('it is open once', async () => (await workbench.tab('Roles and Goals').count()) === 1);
    const view = await roles();
    await view.getByRole('combobox', { name: 'Run' }).click();
    await view.getByRole('option').first().click();
    await view.getByRole('heading', { name: 'Before and after' }).waitFor();
    await view.getByRole('row', { name: /^J mean of the same episodes 0\.\d+ 0\.\d+ [+−]0\.\d+/ }).waitFor();
    await view.getByRole('row', { name: /^or\(s\) / }).waitFor();
    assert.deepEqual(await axeViolations(view.locator('html')), []);
    await workbench.screenshot('roles-before-and-after');
    await view.getByRole('button', { name: 'Compare Learning Curves' }).click();
    const curves = await workbench.webview('[data-view="learning-curves"] h1');
    await eventually('both runs are chosen', async () => (await curves.locator('.run').count()) === 2);
  });

  it('Roles and Goals and Relations met no error', () => {
    assert.deepEqual(
      session().errors.filter((error) => !error.includes('vscode-host-')),
      [],
    );
  });
});
