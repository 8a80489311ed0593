import { setTimeout as sleep } from 'node:timers/promises';
import { startBrowser, workbenchUrl } from './chromium.ts';
import type { HostRun } from './run.ts';
import { installHost, removeFolder, startServer } from './server.ts';

const verbose = process.env.HOST_VERBOSE === '1';
/** Milliseconds for one kind of workspace. Only a hang takes this long; a quiet machine needs three minutes. */
const TIMEOUT = 2_400_000;

/**
 * Runs a bundle of tests in code-server's extension host, with a headless Chromium as its window. Resolves with true if all
 * passed.
 */
export async function runInCodeServer({ extension, tests, workspace, trusted, env }: HostRun): Promise<boolean> {
  const host = installHost();
  const server = await startServer(host.code, { testDriver: true, workspaceTrust: !trusted, env });
  const browser = await startBrowser(host.chromium);
  const timedOut = new AbortController();
  try {
    const page = await browser.context.newPage();
    // The workbench's automation calls these two functions.
    const finished = new Promise<number>((resolve) => void page.exposeFunction('codeAutomationExit', resolve));
    await page.exposeFunction('codeAutomationLog', (type: string, args: readonly unknown[]) => {
      if (verbose) process.stdout.write(`[${type}] ${args.join(' ')}\n`);
    });
    await page.goto(
      workbenchUrl(server.port, workspace, [
        ['extensionDevelopmentPath', remoteUri(extension)],
        ['extensionTestsPath', remoteUri(tests)],
        ['skipWelcome', 'true'],
      ]),
    );
    const code = await Promise.race([finished, sleep(TIMEOUT, 'time', { signal: timedOut.signal })]);
    if (code === 'time') process.stderr.write(`The tests did not end within ${TIMEOUT / 60_000} minutes.\n`);
    if (code !== 0 && verbose) process.stderr.write(server.output());
    return code === 0;
  } finally {
    timedOut.abort();
    await browser.stop();
    await server.stop();
    removeFolder(server.dataDir);
  }
}

function remoteUri(file: string): string {
  return `vscode-remote://remote${file}`;
}
