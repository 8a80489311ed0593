import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { aimlessAgents, writeAnalysis, type WrittenAnalysis } from './analysis-fixture.ts';
import { axeViolations } from './harness/axe.ts';
import { eventually } from './harness/eventually.ts';
import { useSession } from './harness/use-session.ts';
import { THEMES, type Theme } from './harness/workbench.ts';

const VIEW = '[data-view="clustering"] h1';

describe('Clustering view', () => {
  const session = useSession({ settings: { 'karma-mas.run.notifications': 'none' } });
  const view = (): Promise<FrameLocator> => session().workbench.webview(VIEW);
  const chart = (page: FrameLocator, name: string): Locator => page.locator(`.plot[data-chart=${name}]`);
  const whole = (page: FrameLocator): Promise<void> => page.locator('main[aria-busy=false] .plot').first().waitFor();
  const facts = (page: FrameLocator): Promise<string> => page.locator('.cut-facts').innerText();
  const groups = (page: FrameLocator): Locator => page.getByRole('list', { name: 'Groups' }).getByRole('button');
  let written: WrittenAnalysis;

  it('Open Clustering is grayed out while nothing has been analyzed', async () => {
    const offered = await session().workbench.offered('KARMA: Open Clustering');
    assert.ok(!offered.some((label) => label.includes('KARMA: Open Clustering')), offered.join('; '));
  });

  it('The Clustering view shows the groups of the analysis with their roles in five charts', async () => {
    const { folder, workbench } = session();
    written = await writeAnalysis(folder);
    await workbench.run('KARMA: Open Clustering');
    const page = await view();
    await whole(page);
    assert.match(await facts(page), /^4 groups of the analysis, .*mean silhouette 0\.\d\d\. Suggested: 4 groups, /);
    assert.deepEqual(
      (await groups(page).allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim()),
      written.analysis.groups.map(({ group, role, sequences }) => `group ${group + 1} matches ${role} ${sequences}`),
    );
    for (const name of ['dendrogram', 'sequences', 'map', 'silhouettes', 'means'])
      await eventually(`${name} is drawn`, () => chart(page, name).locator('canvas').first().evaluate(isDrawn));
  });

  for (const theme of Object.keys(THEMES) as Theme[])
    it(`The Clustering view follows the theme ${theme} at once and is accessible in it`, async () => {
      const { workbench, server } = session();
      await workbench.theme(theme, server.writeSettings);
      const page = await view();
      await page.locator(`body.${THEMES[theme].webview}`).waitFor();
      const isLight = theme.endsWith('light');
      await eventually('the charts have the colors of the theme', () =>
        chart(page, 'means')
          .locator('canvas')
          .first()
          .evaluate(isTextLight)
          .then((light) => light !== isLight),
      );
      assert.deepEqual(await axeViolations(page.locator('html')), []);
      await workbench.screenshot(`clustering-${theme}`);
    });

  it('The Clustering view cuts anew where the cut is dragged to, and back at the suggested cut', async () => {
    const { page } = session();
    const clustering = await view();
    const place = (await chart(clustering, 'dendrogram').boundingBox())!;
    const y = place.y + place.height / 2;
    // The cut is where the pointer says that it can be moved.
    let x = place.x + 4;
    await eventually('the pointer is on the cut', async () => {
      x = x + 4 > place.x + place.width ? place.x + 4 : x + 4;
      await page.mouse.move(x, y);
      return chart(clustering, 'dendrogram').evaluate(hasMoveCursor);
    });
    await page.mouse.down();
    await page.mouse.move(place.x + place.width * 0.55, y, { steps: 4 });
    await eventually('there are more groups', async () => (await groups(clustering).count()) > 8);
    const count = await groups(clustering).count();
    assert.match(
      await facts(clustering),
      new RegExp(`^${count} groups, at height [\\d.]+, mean silhouette -?0\\.\\d\\d`),
    );
    await page.mouse.move(place.x + 2, y, { steps: 4 });
    await eventually('there is one group', async () => (await groups(clustering).count()) === 1);
    await page.mouse.up();
    await page.mouse.move(place.x + place.width * 0.7, y);
    assert.equal(await groups(clustering).count(), 1, 'it was let go');
    await clustering.getByRole('button', { name: 'Suggested Cut' }).click();
    await eventually('it is as before', async () => (await groups(clustering).count()) === 4);
  });

  it('The Clustering view is cut with keys alone and says so', async () => {
    const { page } = session();
    const clustering = await view();
    const dendrogram = chart(clustering, 'dendrogram');
    await dendrogram.focus();
    await page.keyboard.press('ArrowRight');
    await eventually('five groups are spoken', async () =>
      /^5 groups, at height/.test((await dendrogram.locator('[aria-live]').textContent()) ?? ''),
    );
    assert.equal(await groups(clustering).count(), 5);
    await page.keyboard.press('ArrowLeft');
    await eventually('there are four', async () => (await groups(clustering).count()) === 4);
  });

  it('The Clustering view selects a group, then one sequence of it in all charts, and leads to its episode', async () => {
    const { page, workbench } = session();
    const clustering = await view();
    const inspector = clustering.locator('karma-inspector');
    await groups(clustering).nth(1).click();
    await inspector.getByText('group 2', { exact: true }).waitFor();
    assert.equal(await groups(clustering).nth(1).getAttribute('aria-pressed'), 'true');
    await inspector.getByRole('button', { name: 'Zoom to Its Rows' }).click();
    const sequences = chart(clustering, 'sequences');
    await sequences.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await inspector.getByRole('button', { name: 'Open Episode' }).waitFor();
    const spoken = (await sequences.locator('[aria-live]').textContent()) ?? '';
    const [, agent, scenario, seed, episode] =
      /^(\S+), (\S+), seed (\d+), episode (\d+); group 2, .*selected$/.exec(spoken) ?? [];
    assert.ok(agent, spoken);
    // The same one is marked on the map: there the pointer finds it.
    await clustering.getByRole('button', { name: 'Show Map of the sequences as a Table' }).click();
    const name = `${agent}, ${scenario}, seed ${seed}, episode ${episode}`;
    await clustering.locator('.card.map').getByRole('button', { name, exact: true }).click();
    await inspector.getByText(name, { exact: true }).waitFor();
    await clustering.getByRole('button', { name: 'Show Map of the sequences as a Chart' }).click();
    await workbench.screenshot('clustering-selected');
    await inspector.getByRole('button', { name: 'Open Episode' }).click();
    await workbench.tab('Episode').waitFor();
    const shown = await workbench.webview('[data-view="episode"] h1');
    await eventually('that episode is shown', async () =>
      (await shown.locator('select option:checked').allTextContents()).some((text) =>
        text.trim().startsWith(`${episode}: ${scenario}`),
      ),
    );
  });

  it('The Clustering view looks as before when it is shown again and after a reload of the window', async () => {
    const { workbench } = session();
    await workbench.tab('Clustering').click();
    const isAsBefore = async (page: FrameLocator) => {
      await whole(page);
      await page.locator('karma-inspector').getByRole('button', { name: 'Open Episode' }).waitFor();
      assert.equal(await page.getByRole('button', { name: 'Show All Rows' }).isEnabled(), true);
    };
    await isAsBefore(await view());
    await workbench.reload();
    await workbench.tab('Clustering').click();
    await isAsBefore(await view());
    await (await view()).getByRole('button', { name: 'Show All Rows' }).click();
  });

  it('A filter of the Clustering view says what stands out', async () => {
    const clustering = await view();
    await clustering.getByRole('combobox', { name: 'Agent' }).click();
    await clustering.getByRole('option', { name: 'medic' }).click();
    await clustering.getByText('12 of 48 stand out').waitFor();
    await clustering.getByRole('combobox', { name: 'Agent' }).click();
    await clustering.getByRole('option', { name: 'all', exact: true }).click();
  });

  const exports: readonly [string, (content: Buffer) => void][] = [
    ['png', (content) => assert.equal(content.subarray(1, 4).toString(), 'PNG')],
    ['svg', (content) => assert.match(content.toString(), /^<svg [^]*<title>Action sequences<\/title>[^]*<\/svg>\s*$/)],
    ['csv', (content) => assert.equal(content.toString().trimEnd().split('\r\n').length, 1 + 48)],
  ];
  for (const [format, check] of exports)
    it(`The Clustering view exports a chart as ${format.toUpperCase()}`, async () => {
      const { workbench, folder } = session();
      const clustering = await view();
      await clustering.getByRole('button', { name: 'Export Action sequences' }).click();
      await clustering.locator('#export-sequences').getByRole('button', { name: format.toUpperCase() }).click();
      const path = join(folder, `sequences.${format}`);
      await workbench.saveAs(path, `-sequences.${format}`);
      await eventually('the file is there', () => existsSync(path) && readFileSync(path).length > 0);
      check(readFileSync(path));
    });

  it('The Clustering view says that no groups stand out, and what to do', async () => {
    const { folder, workbench } = session();
    await writeAnalysis(folder, { name: 'aimless', agents: aimlessAgents(4) });
    const clustering = await view();
    const runs = clustering.getByRole('combobox', { name: 'Run' });
    await runs.click();
    await clustering.getByRole('option', { name: /^aimless/ }).click();
    await clustering.getByRole('heading', { name: 'No groups stand out' }).waitFor();
    await clustering.locator('.notice').getByRole('button', { name: 'Analyze' }).waitFor();
    await whole(clustering);
    assert.match(await facts(clustering), /^1 group of the analysis/);
    assert.deepEqual(await axeViolations(clustering.locator('html')), []);
    await workbench.screenshot('clustering-no-groups');
  });

  it('The Clustering view says what is wrong with an analysis that is damaged or of an older version', async () => {
    const { folder } = session();
    const clustering = await view();
    const damaged = await writeAnalysis(folder, { name: 'damaged', episodes: 2 });
    writeFileSync(join(damaged.directory, 'artifacts/analysis.json'), '{');
    const older = await writeAnalysis(folder, { name: 'older', episodes: 2 });
    rmSync(join(older.directory, 'artifacts/clustering.json'));
    for (const [name, why] of [
      ['damaged', /analysis\.json is damaged .*run Analyze again/],
      ['older', /clustering\.json does not exist/],
    ] as const) {
      await clustering.getByRole('combobox', { name: 'Run' }).click();
      await clustering.getByRole('option', { name: new RegExp(`^${name}`) }).click();
      await clustering.getByText(why).waitFor();
      await clustering.getByRole('button', { name: 'Analyze' }).waitFor();
    }
    assert.deepEqual(await axeViolations(clustering.locator('html')), []);
  });

  it('The Clustering view met no error', () => assert.deepEqual(session().errors, []));
});

/** What of the browser's types these functions need; they run in the page. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
  };
}

function isDrawn(element: unknown): boolean {
  const canvas = element as Canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, i) => i % 4 === 3 && value > 0).length > 500;
}

/** Whether the labels below the chart are rather white than black. */
function isTextLight(element: unknown): boolean {
  const canvas = element as Canvas;
  const top = Math.floor(canvas.height * 0.93);
  const { data } = canvas.getContext('2d').getImageData(0, top, canvas.width, canvas.height - top);
  let sum = 0;
  let count = 0;
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3] > 200) {
      sum += (data[i] + data[i + 1] + data[i + 2]) / 3;
      count++;
    }
  if (count < 10) throw new Error('there are no labels');
  return sum / count > 127;
}

function hasMoveCursor(element: unknown): boolean {
  return (element as { style: { cursor: string } }).style.cursor === 'ew-resize';
}
