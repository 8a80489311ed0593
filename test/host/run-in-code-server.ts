import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { startBrowser, workbenchUrl } from './chromium.ts';
import type { HostRun } from './run.ts';
import { installHost, removeFolder, startServer } from './server.ts';
import { root } from './workspaces.ts';

const verbose = process.env.HOST_VERBOSE === '1';
/** Milliseconds for one kind of workspace. Only a hang takes this long; a quiet machine needs three minutes. */
const TIMEOUT = 2_400_000;
/** In a browser, VS Code saves what is typed after a second by default: a mistake that a test types would stay in the file. */
const SETTINGS = { 'files.autoSave': 'off' };

/**
 * Runs a bundle of tests in code-server's extension host, with a headless Chromium as its window. Resolves with true if all
 * passed.
 */
export async function runInCodeServer({ extension, tests, workspace, trusted, env }: HostRun): Promise<boolean> {
  const host = installHost();
  const server = await startServer(host.code, { testDriver: true, workspaceTrust: !trusted, env, settings: SETTINGS });
  const browser = await startBrowser(host.chromium);
  const timedOut = new AbortController();
  try {
    const page = await browser.context.newPage();
    // The workbench's automation calls these two functions.
    const finished = new Promise<number>((resolve) => void page.exposeFunction('codeAutomationExit', resolve));
    const said: string[] = [];
    await page.exposeFunction('codeAutomationLog', (type: string, args: readonly unknown[]) => {
      const line = `[${type}] ${args.join(' ')}`;
      said.push(line);
      if (verbose) process.stdout.write(`${line}\n`);
    });
    await page.goto(
      workbenchUrl(server.port, workspace, [
        ['extensionDevelopmentPath', remoteUri(extension)],
        ['extensionTestsPath', remoteUri(tests)],
        ['skipWelcome', 'true'],
      ]),
    );
    const crashed = new Promise<string>((resolve) => page.on('crash', () => resolve('The window crashed.')));
    const late = `The tests did not end within ${TIMEOUT / 60_000} minutes.`;
    const end = await Promise.race([finished, crashed, sleep(TIMEOUT, late, { signal: timedOut.signal })]);
    if (typeof end === 'string') {
      await keepEvidence(page);
      process.stderr.write(`${end} It said at last:\n${said.slice(-40).join('\n')}\n${server.output()}\n`);
    }
    return end === 0;
  } finally {
    timedOut.abort();
    await browser.stop();
    await server.stop();
    removeFolder(server.dataDir);
  }
}

/** Leaves a picture of a window that hangs, if it still shows anything. */
async function keepEvidence(page: Page): Promise<void> {
  const path = join(root, 'out/failures/host.png');
  mkdirSync(dirname(path), { recursive: true });
  await page.screenshot({ path, timeout: 10_000 }).catch(() => undefined);
}

function remoteUri(file: string): string {
  return `vscode-remote://remote${file}`;
}
