import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { axeViolations } from './harness/axe.ts';
import { eventually } from './harness/eventually.ts';
import { useSession } from './harness/use-session.ts';
import { THEMES, type Theme } from './harness/workbench.ts';
import { WrittenRun } from './learning-curves-run.ts';

const VIEW = '[data-view="learning-curves"] karma-chart-card';

describe('Learning Curves view', () => {
  let run: WrittenRun;
  const session = useSession({
    prepare: (folder) => {
      run = new WrittenRun(folder);
      run.iterate(300);
    },
  });
  after(() => run.close());

  const view = () => session().workbench.webview(VIEW);
  const chart = (curves: FrameLocator, name: string): Locator => curves.getByRole('application', { name, exact: true });
  const lastStep = async (curves: FrameLocator) => {
    const text = await curves
      .locator('karma-chart-card[data-metric="cluster/success"] .data-table tbody th')
      .last()
      .textContent();
    return Number(text?.replaceAll(/\D/g, ''));
  };

  it('Learning curves show every metric of a run', async () => {
    await session().workbench.run('KARMA: Open Learning Curves');
    const curves = await view();
    for (const name of [
      'J of the policies',
      'Return',
      'Latency',
      'Entropy',
      'KL divergence',
      'Role compliance',
      'Value loss',
    ])
      await chart(curves, name).locator('canvas').waitFor();
    await curves.getByText('band is the 95 % interval').waitFor();
    const summary = curves.locator('karma-chart-card[data-metric=judged] p.visually-hidden');
    assert.match(
      (await summary.textContent()) ?? '',
      /written.*: from 0\.86 to 0\.86.*default HPA: 0\.85\. seed 1 converged: 60.000\./s,
    );
  });

  it('Learning curves open only once', async () => {
    const { workbench } = session();
    await workbench.run('KARMA: Open Learning Curves');
    await view();
    assert.equal(await workbench.tab('Learning Curves').count(), 1);
  });

  for (const theme of Object.keys(THEMES) as Theme[])
    it(`Learning curves follow the theme ${theme} at once and are accessible in it`, async () => {
      const { workbench, server } = session();
      await workbench.theme(theme, server.writeSettings);
      const curves = await view();
      await curves.locator(`body.${THEMES[theme].webview}`).waitFor();
      // On a canvas, which style sheets do not reach.
      const isLight = theme.endsWith('light');
      await eventually('the axes have the colors of the theme', () =>
        chart(curves, 'Latency')
          .locator('canvas')
          .evaluate(isAxisLight)
          .then((light) => light !== isLight),
      );
      assert.deepEqual(await axeViolations(curves.locator('html')), []);
      await workbench.screenshot(`learning-curves-${theme}`);
    });

  it('Learning curves are read and zoomed with keys alone', async () => {
    const { page } = session();
    const curves = await view();
    const latency = chart(curves, 'Latency');
    await latency.focus();
    await page.keyboard.press('End');
    const spoken = latency.locator('[aria-live]');
    await eventually('the last values are spoken', async () =>
      /^step 300.000: written.* 0\.3\d+, between/.test((await spoken.textContent()) ?? ''),
    );
    const reset = curves.getByRole('button', { name: 'Reset Zoom' });
    assert.equal(await reset.isEnabled(), false);
    await page.keyboard.press('+');
    await eventually('it is zoomed', () => reset.isEnabled());
    await page.keyboard.press('0');
    await eventually('it is not zoomed', async () => !(await reset.isEnabled()));
  });

  it('Learning curves grow while the run works', async () => {
    const curves = await view();
    await curves.getByRole('button', { name: 'Show Success as a Table' }).click();
    assert.equal(await eventually('the table is there', () => lastStep(curves)), 300_000);
    run.iterate(5);
    await eventually('the table has the new step', async () => (await lastStep(curves)) === 305_000);
  });

  it('Nothing moves in the learning curves of a run that works where motion is reduced', async () => {
    const curves = await view();
    await curves.locator('.run-state[data-state=running]').waitFor();
    assert.deepEqual(await curves.locator('body.vscode-reduce-motion').evaluate(animations), []);
  });

  it('Learning curves catch up when they are shown again', async () => {
    const { workbench } = session();
    await workbench.openFile('organization.karma.yaml');
    await eventually(
      'the view is hidden',
      async () => (await workbench.page.locator('iframe.webview:visible').count()) === 0,
    );
    run.iterate(20);
    await workbench.tab('Learning Curves').click();
    const curves = await view();
    await eventually('the table has the new step', async () => (await lastStep(curves)) === 325_000);
  });

  it('Learning curves leave out a seed that is switched off', async () => {
    const curves = await view();
    const low = curves.locator('karma-chart-card[data-metric="cluster/success"] .data-table thead').getByText('low');
    assert.equal(await low.count(), 1);
    await curves.getByRole('button', { name: /^Seed 3, / }).click();
    await curves.getByText('two seeds: too few for an interval').waitFor();
    await eventually('there is no interval', async () => (await low.count()) === 0);
  });

  it('Learning curves look as before after a reload of the window', async () => {
    const { workbench, page } = session();
    await (await view()).getByRole('button', { name: 'Maximize Entropy' }).click();
    // In order, so that VS Code writes down what it remembers; it writes once a minute otherwise.
    const loaded = page.waitForEvent('load');
    await workbench.run('Developer: Reload Window');
    await loaded;
    await workbench.ready();
    const curves = await view();
    await curves.getByRole('button', { name: 'Show All Charts' }).waitFor();
    assert.equal(await curves.locator('karma-chart-card').count(), 1);
    assert.equal(await curves.getByRole('button', { name: /^Seed 3, / }).getAttribute('aria-pressed'), 'false');
    await curves.getByRole('button', { name: 'Show All Charts' }).click();
    await curves.locator('karma-chart-card[data-metric="cluster/success"] .data-table').waitFor();
  });

  const exports: readonly [string, (content: Buffer) => void][] = [
    ['png', (content) => assert.equal(content.subarray(1, 4).toString(), 'PNG')],
    ['svg', (content) => assert.match(content.toString(), /^<svg [^]*<title>Entropy<\/title>[^]*<\/svg>\s*$/)],
    ['csv', (content) => assert.equal(content.toString().trimEnd().split('\r\n').length, 1 + 2 * 325)],
  ];
  for (const [format, check] of exports)
    it(`Learning curves are exported as ${format.toUpperCase()}`, async () => {
      const { workbench, folder } = session();
      const curves = await view();
      await curves.getByRole('button', { name: 'Export Entropy' }).click();
      await curves.locator('#export-losses-entropy').getByRole('button', { name: format.toUpperCase() }).click();
      const path = join(folder, `losses-entropy.${format}`);
      await workbench.saveAs(path, `losses-entropy.${format}`);
      await eventually('the file is there', () => existsSync(path) && readFileSync(path).length > 0);
      check(readFileSync(path));
    });

  it('Learning curves met no error', () => assert.deepEqual(session().errors, []));
});

/** What of the browser's types a test needs; the tests are compiled without them. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
  };
}

/** The names of the animations that run in the document. Runs in the page. */
function animations(element: unknown): string[] {
  const { ownerDocument } = element as { ownerDocument: { getAnimations(): readonly { animationName?: string }[] } };
  return ownerDocument.getAnimations().map(({ animationName = 'unnamed' }) => animationName);
}

/** Whether the labels of the y axis are rather white than black. Runs in the page. */
function isAxisLight(element: unknown): boolean {
  const canvas = element as Canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, Math.floor(canvas.width / 12), canvas.height);
  let sum = 0;
  let count = 0;
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3] > 200) {
      sum += (data[i] + data[i + 1] + data[i + 2]) / 3;
      count++;
    }
  if (count < 20) throw new Error('there are no labels');
  return sum / count > 127;
}
