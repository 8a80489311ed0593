import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { axeViolations } from './harness/axe.ts';
import { eventually } from './harness/eventually.ts';
import { useSession } from './harness/use-session.ts';

describe('Organization view and guide playground', () => {
  const session = useSession({ settings: { 'karma-mas.run.notifications': 'none', 'files.autoSave': 'off' } });
  const view = (): Promise<FrameLocator> => session().workbench.webview('[data-view="organization"]');

  it('The Organization view draws groups, roles, agents, links and missions', async () => {
    const { workbench } = session();
    await workbench.run('KARMA: Open Organization');
    const graph = await view();
    await graph.getByRole('heading', { name: 'Organization resilience-team' }).waitFor();
    for (const name of [
      /^Group resilience/,
      /^Role failure-manager.*authority.*resource-manager/,
      /^Agent medic.*failure-manager/,
    ])
      await graph.getByRole('button', { name }).waitFor();
    await graph.getByRole('button', { name: /^Mission clear-queues/ }).waitFor();
  });

  it('The Organization view follows the text while it is typed, also before it is saved', async () => {
    const { workbench } = session();
    await workbench.openFile('organization.karma.yaml');
    await workbench.page.keyboard.press('Control+G');
    await workbench.enter(`:${lineOf('name: medic')}`);
    await eventually('the cursor is on the agent', async () => (await lineOfCursor()) === lineOf('name: medic'));
    await workbench.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await workbench.page.keyboard.press('End');
    await workbench.page.keyboard.type('\n- { name: surgeon, role: failure-manager }');
    await workbench.run('KARMA: Open Organization');
    const graph = await view();
    await graph.getByRole('button', { name: /^Agent surgeon.*failure-manager/ }).waitFor();
    await graph.getByRole('status').filter({ hasText: 'have errors' }).waitFor();
  });

  it('The Organization view leads to the text by a click and by keys', async () => {
    const { workbench } = session();
    const graph = await view();
    await graph.getByRole('button', { name: /^Agent surgeon/ }).click();
    await eventually('the cursor is on the agent', async () => (await lineOfCursor()) === lineOf('name: medic') + 1);
    await (await view()).getByRole('button', { name: /^Agent relief/ }).focus();
    await workbench.page.keyboard.press('Enter');
    await eventually('the cursor is on the agent', async () => (await lineOfCursor()) === lineOf('name: relief'));
  });

  it('The Organization view says that the text cannot be read and keeps what it showed', async () => {
    const { workbench } = session();
    await workbench.openFile('organization.karma.yaml');
    await workbench.page.keyboard.press('Control+Home');
    await workbench.page.keyboard.type('[');
    await workbench.run('KARMA: Open Organization');
    const graph = await view();
    await graph
      .getByRole('status')
      .filter({ hasText: /cannot be read at the moment|have errors/ })
      .waitFor();
    await graph.getByRole('button', { name: /^Agent relief/ }).waitFor();
    await workbench.openFile('organization.karma.yaml');
    await workbench.run('File: Revert File');
    await workbench.run('KARMA: Open Organization');
    await eventually('all is well again', async () => (await (await view()).getByRole('status').count()) === 0);
  });

  it('The guide playground evaluates the guides for a state that is chosen by sliders', async () => {
    const { workbench } = session();
    await workbench.run('KARMA: Open Guide Playground');
    const playground = await view();
    const medic = playground.locator('[data-agent="medic"]');
    await medic.waitFor();
    const moves = medic.getByRole('row', { name: /^b / }).locator('.moves');
    const failed = playground
      .locator('fieldset')
      .filter({ hasText: 'Service b' })
      .getByRole('slider', { name: 'failed' });
    await failed.focus();
    await workbench.page.keyboard.press('Home');
    await eventually('no pod fails: nothing is allowed', async () => (await moves.innerText()).trim() === 'hold');
    await workbench.page.keyboard.press('ArrowRight');
    await eventually('a pod fails: it may be replaced', async () =>
      /1[\s\S]*hold[\s\S]*\+1[\s\S]*\+2/.test(await moves.innerText()),
    );
    await medic.getByRole('row', { name: /^b / }).locator('summary').click();
    await medic.getByRole('row', { name: /^b / }).locator('li.matches .why').first().waitFor();
    assert.deepEqual(await axeViolations(playground.locator('html')), []);
  });

  it('The guide playground keeps the tried state over a reload of the window', async () => {
    const { workbench } = session();
    await workbench.reload();
    const playground = await view();
    const moves = playground.locator('[data-agent="medic"]').getByRole('row', { name: /^b / }).locator('.moves');
    await eventually('the pod still fails', async () => /\+2/.test(await moves.innerText()));
  });

  it('The Organization view met no error', () => assert.deepEqual(session().errors, []));

  /** Number of the line that the cursor is in. */
  async function lineOfCursor(): Promise<number> {
    const status = await session().workbench.page.locator('#status\\.editor\\.selection').innerText();
    return Number(/Ln (\d+)/.exec(status)?.[1]);
  }

  /** Number of the first line on disk that holds a text. */
  function lineOf(text: string): number {
    const lines = readFileSync(join(session().folder, 'organization.karma.yaml'), 'utf8').split('\n');
    return 1 + lines.findIndex((line) => line.includes(text));
  }
});
