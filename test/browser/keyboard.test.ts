import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { eventually } from './harness/eventually.ts';
import { useSession } from './harness/use-session.ts';
import { WrittenRun } from './learning-curves-run.ts';

/** Presses of Tab after which a control counts as out of reach. */
const REACH = 80;
/** Counts how often the picker opens anew from now on. Runs in the page. */
const COUNT_OPENINGS = `(() => {
  const openings = { count: 0 };
  const wasHidden = ({ oldValue }) => /display: none/.test(oldValue);
  const observer = new MutationObserver((changes) => (openings.count += changes.filter(wasHidden).length));
  const picker = document.querySelector('.quick-input-widget');
  observer.observe(picker, { attributes: true, attributeFilter: ['style'], attributeOldValue: true });
  return openings;
})()`;

describe('The extension with the keyboard alone', () => {
  let run: WrittenRun;
  const session = useSession({
    prepare: (folder) => {
      run = new WrittenRun(folder);
      run.iterate(50);
    },
  });
  after(() => run.close());

  const press = (...keys: readonly string[]) =>
    keys.reduce((before, key) => before.then(() => session().page.keyboard.press(key)), Promise.resolve());

  /** Opens the editor of a row. `choose` presses the keys. A tree that is filled anew forgets which row has the focus: retries. */
  async function openFromTree(view: string, editor: string, choose: (limit: number) => Promise<void>): Promise<void> {
    const { workbench } = session();
    await eventually(`the keys in ${view} open ${editor}`, async (limit) => {
      await workbench.focusView(view);
      await choose(limit);
      await workbench.tab(editor).waitFor({ timeout: 2 * limit });
      return true;
    });
  }

  /** Goes to a control of a webview, from wherever the focus is in it. */
  async function tabTo(control: Locator): Promise<void> {
    await control.waitFor();
    for (let i = 0; i < REACH; i++) {
      if (await control.evaluate(hasFocus)) return;
      await press('Tab');
    }
    assert.fail(`${REACH} times Tab does not reach ${control}`);
  }

  it('A specification is opened from its view with the keyboard', async () => {
    const { workbench } = session();
    await openFromTree('Specifications', 'cluster.karma.yaml', async (limit) => {
      const clusters = await workbench.row('Specifications', 'Clusters');
      await press('Home');
      if ((await clusters.getAttribute('aria-expanded')) === 'false') await press('ArrowRight');
      await (await workbench.row('Specifications', 'chained-services')).waitFor({ timeout: limit });
      await press('Home', 'ArrowDown', 'Enter');
    });
  });

  it('A run is opened from its view and a chart shown as a table with the keyboard', async () => {
    const { workbench } = session();
    await openFromTree('Runs', 'Learning Curves', () => press('Home', 'Enter'));
    const curves = await workbench.webview('[data-view="learning-curves"] karma-chart-card');
    await workbench.run('View: Focus Active Editor Group');
    await tabTo(curves.getByRole('button', { name: 'Show Return as a Table' }));
    await press('Enter');
    await curves.getByRole('region', { name: 'Return, as a table' }).waitFor();
  });

  it('The Cluster view is reached and its first control used with the keyboard', async () => {
    const { workbench } = session();
    await workbench.run('KARMA MAS: Focus on Cluster View');
    const cluster = await workbench.webview('[data-view="cluster"]');
    await tabTo(cluster.getByRole('button', { name: 'Plan' }));
  });

  it('A job is chosen, started and stopped, and its end is reported, with the keyboard', async () => {
    const { workbench } = session();
    await workbench.run('KARMA: Train Policies');
    const training = workbench.quickInput.getByPlaceholder('Which Training?');
    await training.waitFor();
    const openings = await session().page.evaluateHandle<{ count: number }>(COUNT_OPENINGS);
    const effort = workbench.quickInput.getByPlaceholder('How thorough?');
    await press('Enter');
    await effort.waitFor();
    await press('Control+Alt+Minus'); // the key of VS Code for the way back on Linux
    await training.waitFor();
    await session().page.keyboard.type('in-emulator');
    await press('Enter');
    await effort.waitFor();
    assert.equal(await openings.evaluate(({ count }) => count), 0, 'one picker asks all, and keeps the focus');
    await press('ArrowDown', 'Enter');
    await (await workbench.row('Runs', /in-emulator.*Training \d+ %/)).waitFor();
    await workbench.run('KARMA: Stop Run');
    await workbench.quickInput.getByPlaceholder('It stops at a checkpoint').waitFor();
    await session().page.keyboard.type('in-emulator');
    await press('Enter');
    await (await workbench.row('Runs', /in-emulator.*stopped/)).waitFor();
  });
});

/** Whether a control, or what stands for it in its shadow, has the focus. Runs in the page. */
function hasFocus(element: unknown): boolean {
  return (element as { matches(selector: string): boolean }).matches(':focus, :focus-within');
}
