import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { axeViolations } from './harness/axe.ts';
import { eventually } from './harness/eventually.ts';
import { useSession } from './harness/use-session.ts';
import { THEMES, type Theme } from './harness/workbench.ts';

/** The panels: what opens each, and how its page is told. */
const PANELS = [
  { name: 'learning-curves', command: 'KARMA: Open Learning Curves', selector: '[data-view="learning-curves"]' },
  { name: 'twin-report', command: 'KARMA: Open Twin Report', selector: '[data-view="twin-report"]' },
  { name: 'clustering-of-run', command: 'KARMA: Open Clustering', selector: '[data-view="clustering"] .plot' },
  { name: 'report', command: 'KARMA: Open Report', selector: 'body:not([data-view]) h1' },
  { name: 'organization', command: 'KARMA: Open Organization', selector: '[data-view="organization"]' },
  { name: 'playground', command: 'KARMA: Open Guide Playground', selector: '[data-view="organization"] .playground' },
] as const;

const themes = Object.keys(THEMES) as Theme[];

describe('Themes and accessibility', () => {
  const session = useSession({ settings: { 'karma-mas.run.notifications': 'none' } });

  before(() => {
    const { folder, extension } = session();
    const sizes = '--steps 16384 --hours 2 --episodes 1 --tuning 2 --planned 0 --seeds 1,2'.split(' ');
    execFileSync(process.execPath, [join(extension(), 'dist/karma-mas.mjs'), 'run', folder, ...sizes], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  });

  it('The views in the side bar are accessible in every theme', async () => {
    const { workbench } = session();
    await (await workbench.row('Runs', /All Phases.*J 0/)).waitFor();
    await workbench.view('Cluster');
    const cluster = (await workbench.webview('[data-view="cluster"]')).locator('html');
    await inAllThemes('side-bar', cluster, async () => {
      const trees = workbench.page.locator('.part.sidebar .pane .monaco-list');
      // VS Code puts label and description of a row beside one another without a blank, and one into the name.
      for (const tree of await trees.all())
        assert.deepEqual(await axeViolations(tree, ['label-content-name-mismatch']), []);
    });
  });

  for (const { name, command, selector } of PANELS)
    it(`${name} is accessible in every theme`, async () => {
      const { workbench } = session();
      await workbench.run(command);
      const page = await workbench.webview(selector);
      await inAllThemes(name, page.locator('html'));
    });

  it('The walkthrough is accessible in every theme', async () => {
    const { workbench, server } = session();
    await workbench.run('Welcome: Open Walkthrough...');
    await workbench.pick('Get Started with KARMA MAS');
    await workbench.page.locator('.getting-started-step').first().waitFor();
    for (const theme of themes) {
      await workbench.theme(theme, server.writeSettings);
      await workbench.screenshot(`walkthrough-${theme}`);
    }
  });

  it('Themes and accessibility met no error', () => assert.deepEqual(session().errors, []));

  /** A page follows each change of the theme without being loaded again, and axe finds nothing wrong in any. */
  async function inAllThemes(name: string, html: Locator, more?: () => Promise<void>): Promise<void> {
    const { workbench, server } = session();
    await html.evaluate((element) => element.setAttribute('data-loaded-once', ''));
    const backgrounds = new Set<string>();
    for (const theme of themes) {
      await workbench.theme(theme, server.writeSettings);
      const body = html.locator(`body.${THEMES[theme].webview}`);
      await body.waitFor();
      await eventually(
        'nothing is loading any more',
        async () => (await html.locator('vscode-progress-ring').count()) === 0,
      );
      await workbench.screenshot(`${name}-${theme}`);
      assert.deepEqual(await axeViolations(html), [], `${name}, ${theme}`);
      await more?.();
      backgrounds.add(
        await body.evaluate((element) => element.computedStyleMap().get('background-color')?.toString() ?? ''),
      );
    }
    assert.ok(backgrounds.size > 1, `its colors follow the theme: ${[...backgrounds].join('; ')}`);
    assert.equal(await html.getAttribute('data-loaded-once'), '', 'it was not loaded again');
  }
});
