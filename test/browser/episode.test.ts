import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { writeAnalysis, type WrittenAnalysis } from './analysis-fixture.ts';
import { axeViolations } from './harness/axe.ts';
import { eventually } from './harness/eventually.ts';
import { useSession } from './harness/use-session.ts';
import { THEMES, type Theme } from './harness/workbench.ts';

const VIEW = '[data-view="episode"] .side';

describe('Episode view', () => {
  let written: WrittenAnalysis;
  const session = useSession();
  const view = (): Promise<FrameLocator> => session().workbench.webview(VIEW);
  const stepShown = async (episode: FrameLocator): Promise<number> =>
    Number(/^Step (\d+) of 60/.exec(await episode.locator('.side .at').innerText())?.[1]);

  it('Open Episode is grayed out while no run has an analysis', async () => {
    const offered = await session().workbench.offered('KARMA: Open Episode');
    assert.ok(!offered.some((label) => label.includes('KARMA: Open Episode')), offered.join('; '));
  });

  it('The Episode view opens the chosen episode, drawn and explained', async () => {
    const { folder, workbench } = session();
    written = await writeAnalysis(folder);
    await workbench.run('KARMA: Open Episode');
    await workbench.pick(/^Seed 1, episode 2/);
    const episode = await view();
    for (const name of ['Desired replicas', 'Queues', 'Latency', 'J per interval', 'Moves'])
      await episode.getByRole('heading', { name }).waitFor();
    await episode.locator('karma-episode-chart canvas').first().waitFor();
    assert.equal(await stepShown(episode), 1);
    const { trajectories } = written.seeds[0];
    const { actions, steps } = trajectories.episodes[1];
    assert.equal(steps, 60);
    // Four agents, each with a sentence that begins with what it did.
    const sentences = await episode.locator('.agent .why').allInnerTexts();
    const { services, agents } = trajectories;
    const first = agents.map(({ options }, a) => {
      const { service, move } = options[actions[a * steps]];
      return service < 0 ? 'hold' : `${services[service]} ${move > 0 ? '+' : ''}${move}`;
    });
    sentences.forEach((sentence, a) => assert.ok(sentence.startsWith(`${first[a]}: `), `${sentence}; ${first[a]}`));
    assert.match(sentences.join(), /options were allowed; chosen with \d+ %\./);
  });

  it('The Episode view is stepped through by keys and announces each step', async () => {
    const { page } = session();
    const episode = await view();
    await episode.locator('.side').focus();
    const press = async (key: string, step: number) => {
      await page.keyboard.press(key);
      await eventually(`${key} shows step ${step}`, async () => (await stepShown(episode)) === step);
    };
    await press('ArrowRight', 2);
    await press('ArrowRight', 3);
    await press('ArrowLeft', 2);
    await press('End', 60);
    await press('ArrowRight', 60);
    await press('Home', 1);
    await press('ArrowRight', 2);
    const spoken = await episode.getByRole('status').textContent();
    assert.match(spoken ?? '', /^Step 2 of 60, 30 s\. relief: /);
    // On a chart too, which has keys of its own.
    await episode.getByRole('application', { name: /^Queues/ }).focus();
    await press('ArrowRight', 3);
    await page.keyboard.press('+');
    await eventually('it is zoomed', () => episode.getByRole('button', { name: 'Reset Zoom' }).isEnabled());
    await episode.getByRole('button', { name: 'Reset Zoom' }).click();
  });

  it('The Episode view plays until it is paused', async () => {
    const { page } = session();
    const episode = await view();
    await episode.getByRole('combobox', { name: 'Speed' }).selectOption('5');
    await episode.locator('.side').focus();
    const before = await stepShown(episode);
    await page.keyboard.press(' ');
    await episode.getByRole('button', { name: 'Pause (Space)' }).waitFor();
    await eventually('it goes on', async () => (await stepShown(episode)) > before + 3);
    await page.keyboard.press(' ');
    await episode.getByRole('button', { name: 'Play (Space)' }).waitFor();
    const at = await stepShown(episode);
    await page.waitForTimeout(300);
    assert.equal(await stepShown(episode), at);
    await page.keyboard.press('End');
    // Slowly, so that the beginning is seen on any machine.
    await episode.getByRole('combobox', { name: 'Speed' }).selectOption('1');
    await episode.locator('.side').focus();
    await page.keyboard.press(' ');
    await eventually('it begins anew', async () => (await stepShown(episode)) < 30);
    await episode.getByRole('combobox', { name: 'Speed' }).selectOption('20');
    await eventually('it stops at the end', async () => (await stepShown(episode)) === 60);
    await episode.getByRole('button', { name: 'Play (Space)' }).waitFor();
  });

  it('The Episode view follows the pointer and stays where it is pressed', async () => {
    const episode = await view();
    const lanes = episode.locator('.lanes');
    await lanes.scrollIntoViewIfNeeded();
    const box = (await lanes.boundingBox())!;
    // The plot lies between the labels (96) and the margin (20); one step is a sixtieth of it.
    const xOf = (step: number) => 96 + ((step - 0.5) * (box.width - 116)) / 60;
    await lanes.hover({ position: { x: xOf(21), y: 10 } });
    await eventually('the step under the pointer is explained', async () => (await stepShown(episode)) === 21);
    await episode.locator('.side').hover();
    await eventually('the pointer has left', async () => (await stepShown(episode)) === 60);
    await lanes.click({ position: { x: xOf(31), y: 10 } });
    await episode.locator('.side').hover();
    await eventually('it stays', async () => (await stepShown(episode)) === 31);
  });

  it('The Episode view compares with the same episode under another seed', async () => {
    const episode = await view();
    await episode.getByRole('button', { name: 'Compare With Another Episode' }).click();
    await eventually(
      'seed 2 is offered first',
      async () => (await episode.getByRole('combobox', { name: 'Second seed' }).inputValue()) === '2',
    );
    await episode.getByText('2: the second episode').waitFor();
    assert.equal(await episode.locator('.agent .second').count(), 4);
    assert.ok((await episode.locator('table.state .second').count()) > 0);
    await episode.getByRole('combobox', { name: 'Second episode' }).selectOption('4');
    await eventually('the second is another one', async () =>
      (await episode.locator('.side .muted').first().innerText()).startsWith('The second values are those of'),
    );
  });

  for (const theme of Object.keys(THEMES) as Theme[])
    it(`The Episode view follows the theme ${theme} at once and is accessible in it`, async () => {
      const { workbench, server } = session();
      await workbench.theme(theme, server.writeSettings);
      const episode = await view();
      await episode.locator(`body.${THEMES[theme].webview}`).waitFor();
      assert.deepEqual(await axeViolations(episode.locator('html')), []);
      await workbench.screenshot(`episode-${theme}`);
    });

  it('The Episode view is shown as a table', async () => {
    const episode = await view();
    await episode.getByRole('button', { name: 'Show as a Table' }).click();
    const rows = episode.locator('.data-table tbody tr');
    await rows.first().waitFor();
    assert.equal(await rows.count(), 60);
    await rows.nth(9).click();
    assert.equal(await stepShown(episode), 10);
    assert.deepEqual(await axeViolations(episode.locator('html')), []);
    await session().workbench.screenshot('episode-table');
  });

  it('The Episode view looks as before after a reload of the window', async () => {
    const { workbench, page } = session();
    const loaded = page.waitForEvent('load');
    await workbench.run('Developer: Reload Window');
    await loaded;
    await workbench.ready();
    const episode = await view();
    await episode.locator('.data-table').waitFor();
    assert.equal(await stepShown(episode), 10);
    assert.equal(await episode.getByRole('combobox', { name: 'Second episode' }).inputValue(), '4');
    await episode.getByRole('button', { name: 'Show as Charts' }).click();
    await episode.getByRole('button', { name: 'Stop Comparing' }).click();
    await eventually(
      'there is one episode',
      async () => (await episode.getByRole('combobox', { name: 'Second seed' }).count()) === 0,
    );
  });

  const exports: readonly [string, (content: Buffer) => void][] = [
    ['png', (content) => assert.equal(content.subarray(1, 4).toString(), 'PNG')],
    [
      'svg',
      (content) => assert.match(content.toString(), /^<svg [^]*<title>Seed 1, episode 2 [^]*relief[^]*<\/svg>\s*$/),
    ],
    ['csv', (content) => assert.equal(content.toString().trimEnd().split('\r\n').length, 1 + 60)],
  ];
  for (const [format, check] of exports)
    it(`The Episode view is exported as ${format.toUpperCase()}`, async () => {
      const { workbench, folder } = session();
      const episode = await view();
      await episode.getByRole('button', { name: 'Export', exact: true }).click();
      await episode.locator('#export-episode').getByRole('button', { name: format.toUpperCase() }).click();
      const path = join(folder, `episode.${format}`);
      await workbench.saveAs(path, `episode-1-2.${format}`);
      await eventually('the file is there', () => existsSync(path) && readFileSync(path).length > 0);
      check(readFileSync(path));
    });

  it('The Episode view met no error', () => assert.deepEqual(session().errors, []));
});
