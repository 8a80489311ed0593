import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import type { Settings } from '../../host/server.ts';
import { root } from '../../host/workspaces.ts';
import { eventually } from './eventually.ts';

/** VS Code's own themes, one of each kind: what the setting calls it, and the classes that mark the window and its webviews. */
export const THEMES = {
  light: { setting: 'Light 2026', window: 'vs', webview: 'vscode-light' },
  dark: { setting: 'Dark 2026', window: 'vs-dark', webview: 'vscode-dark' },
  'hc-black': { setting: 'Default High Contrast', window: 'hc-black', webview: 'vscode-high-contrast' },
  'hc-light': { setting: 'Default High Contrast Light', window: 'hc-light', webview: 'vscode-high-contrast-light' },
} as const;
export type Theme = keyof typeof THEMES;

/** VS Code's window as a user sees it: each action waits until it can be done. */
export class Workbench {
  readonly page: Page;
  readonly quickInput: Locator;

  constructor(page: Page) {
    this.page = page;
    this.quickInput = page.locator('.quick-input-widget');
  }

  /** Waits until the window can be used. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor();
    await this.page.locator('.monaco-workbench .part.sidebar').waitFor({ state: 'attached' });
  }

  /** As a user does it, so that VS Code writes down what is open; it writes once a minute otherwise. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await this.run('Developer: Reload Window');
    await loaded;
    await this.ready();
  }

  /** Runs a command by its title in the palette, such as "KARMA: Show Log". Fails where it is not offered. */
  async run(title: string): Promise<void> {
    await this.openPalette(title);
    await this.page.keyboard.press('Enter');
  }

  /** Opens the palette, types the title and waits until that command is the one chosen. Start-up may take keys: retries. */
  async openPalette(title: string): Promise<void> {
    await eventually(`the palette offers "${title}"`, async (limit) => {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('F1');
      await this.quickInput.waitFor({ timeout: limit });
      await this.quickInput.locator('input').first().fill(`>${title}`, { timeout: limit });
      // What was run last stands first, even where another one matches better.
      const row = this.quickInput
        .locator(`.monaco-list-row:is([aria-label="${title}"], [aria-label^="${title},"])`)
        .first();
      await row.waitFor({ timeout: limit });
      for (let i = 0; i < 20 && !(await isFocused(row)); i++) await this.page.keyboard.press('ArrowDown');
      return isFocused(row);
    });
  }

  /** The commands that the palette offers for a text. */
  async offered(text: string): Promise<string[]> {
    await eventually('the palette opens', async (limit) => {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('F1');
      await this.quickInput.waitFor({ timeout: limit });
      return true;
    });
    await this.quickInput.locator('input').first().fill(`>${text}`);
    const rows = this.quickInput.locator('.monaco-list-row');
    await rows.first().waitFor();
    const labels = await rows.evaluateAll((elements) => elements.map((row) => row.getAttribute('aria-label') ?? ''));
    await this.page.keyboard.press('Escape');
    return labels;
  }

  /** Chooses a row of the quick pick that is open. `question`: what it asks, in its empty box. */
  async pick(row: string | RegExp, question?: string): Promise<void> {
    if (question) await this.quickInput.getByPlaceholder(question).waitFor();
    const choice = this.quickInput.locator('.monaco-list-row').filter({ hasText: row }).first();
    await choice.click();
  }

  /** The labels in the quick pick that is open. */
  async choices(): Promise<string[]> {
    const rows = this.quickInput.locator('.monaco-list-row');
    await rows.first().waitFor();
    return rows.evaluateAll((elements) => elements.map((row) => row.getAttribute('aria-label') ?? ''));
  }

  /** Opens a file of the workspace by its name, and puts the cursor into it. */
  async openFile(name: string): Promise<void> {
    await eventually(`${name} is open`, async (limit) => {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('Control+P');
      await this.quickInput.waitFor({ timeout: limit });
      await this.quickInput.locator('input').first().fill(name, { timeout: limit });
      await this.quickInput
        .locator('.monaco-list-row.focused')
        .filter({ hasText: name })
        .first()
        .waitFor({ timeout: limit });
      await this.page.keyboard.press('Enter');
      await this.page.locator('.editor-instance .monaco-editor.focused').waitFor({ timeout: 2 * limit });
      return true;
    });
  }

  /** Answers the input box that is open. */
  async enter(value: string): Promise<void> {
    await this.quickInput.locator('input').first().fill(value);
    await this.page.keyboard.press('Enter');
  }

  /** Answers VS Code's dialog that asks where to save, once it has filled in the name that is suggested: what is typed before is lost. */
  async saveAs(path: string, suggestion: string): Promise<void> {
    const input = this.quickInput.locator('input').first();
    await eventually(`the dialog suggests ${suggestion}`, async () => (await input.inputValue()).endsWith(suggestion));
    await this.enter(path);
    await this.quickInput.waitFor({ state: 'hidden' });
  }

  /** A notification that is shown or waits behind the bell. */
  notification(text: string | RegExp): Locator {
    return this.page
      .locator('.notifications-toasts .notification-list-item, .notifications-center .notification-list-item')
      .filter({ hasText: text })
      .first();
  }

  /** The text of each notification that is shown, in one line. */
  async notifications(): Promise<string[]> {
    return (await this.page.locator('.notification-list-item').allInnerTexts()).map(inOneLine);
  }

  /** Opens KARMA's views by its icon. */
  async openSidebar(): Promise<void> {
    const views = this.page.locator('.part.sidebar .composite.viewlet[id="workbench.view.extension.karma-mas"]');
    await eventually('the side bar shows KARMA', async (limit) => {
      if (!(await views.isVisible()))
        await this.page.locator('.part.activitybar').getByRole('tab', { name: 'KARMA' }).click({ timeout: limit });
      await views.waitFor({ timeout: limit });
      return true;
    });
  }

  /** A view in the side bar, opened: 'Runs', 'Specifications', 'Cluster'. */
  async view(title: string): Promise<Locator> {
    await this.openSidebar();
    await this.#toggle(title, true);
    return this.#pane(title);
  }

  /** Gives a tree of the side bar the keyboard. A view that is empty when it gets the focus does not pass it on to its rows: retries. */
  async focusView(title: string): Promise<void> {
    const rows = this.#pane(title).locator('.monaco-list:focus-within .monaco-list-row');
    await eventually(`${title} has the focus`, async (limit) => {
      await this.run(`KARMA MAS: Focus on ${title} View`);
      await rows.first().waitFor({ timeout: limit });
      return true;
    });
  }

  /** Leaves its room to the other views. */
  async collapse(title: string): Promise<void> {
    await this.#toggle(title, false);
  }

  #pane(title: string): Locator {
    const header = this.page.locator(`.pane-header[aria-label^="${title} "]`);
    return this.page.locator('.part.sidebar .pane').filter({ has: header });
  }

  async #toggle(title: string, expanded: boolean): Promise<void> {
    const header = this.#pane(title).locator('.pane-header');
    await header.waitFor();
    if ((await header.getAttribute('aria-expanded')) !== String(expanded)) await header.locator('.title').click();
  }

  /** The rows of a tree in the side bar. Only those in sight are there. */
  async rows(view: string): Promise<Locator> {
    return (await this.view(view)).locator('.monaco-list-row');
  }

  /** The first row of a tree that shows a text, whether or not it is there yet. */
  async row(view: string, text: string | RegExp): Promise<Locator> {
    return (await this.rows(view)).filter({ hasText: text }).first();
  }

  /** The tab of an editor. */
  tab(title: string | RegExp): Locator {
    return this.page.locator('.part.editor').getByRole('tab', { name: title });
  }

  /**
   * The document of the webview in sight that holds an element. VS Code puts the webviews over the window rather than into
   * their places, so they are told apart by what they hold.
   */
  async webview(selector: string): Promise<FrameLocator> {
    return eventually(`a webview shows ${selector}`, async () => {
      for (const outer of await this.page.locator('iframe.webview.ready').all()) {
        const inner = outer.contentFrame().locator('iframe#active-frame').contentFrame();
        if ((await outer.isVisible()) && (await inner.locator(selector).count()) > 0) return inner;
      }
      return undefined;
    });
  }

  /** The beginning of the text of each webview, in one line. */
  async webviewTexts(): Promise<string[]> {
    const outer = await this.page.locator('iframe.webview.ready').all();
    const bodies = outer.map((frame) =>
      frame.contentFrame().locator('iframe#active-frame').contentFrame().locator('body'),
    );
    const texts = await Promise.all(bodies.map((body) => body.innerText({ timeout: 5_000 }).catch(String)));
    return texts.map((text) => inOneLine(text).slice(0, 1_500));
  }

  /** Waits until the window has a theme. `write`: writes the user's settings. */
  async theme(theme: Theme, write: (settings: Settings) => void): Promise<void> {
    write({ 'workbench.colorTheme': THEMES[theme].setting });
    await this.page.locator(`.monaco-workbench.${THEMES[theme].window}`).waitFor();
  }

  /** A picture for a person to look at: out/screenshots/<name>.png */
  async screenshot(name: string, folder = 'screenshots'): Promise<void> {
    const path = join(root, 'out', folder, `${name}.png`);
    mkdirSync(join(root, 'out', folder), { recursive: true });
    await this.page.screenshot({ path });
  }
}

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

async function isFocused(row: Locator): Promise<boolean> {
  return /\bfocused\b/.test((await row.getAttribute('class', { timeout: 2_000 })) ?? '');
}
