import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { removeFolder } from './server.ts';

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage'],
  ...[
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-domain-reliability',
  ],
];

export interface Browser {
  readonly context: BrowserContext;
  readonly stop: () => Promise<void>;
}

/** Starts a headless Chromium with its own temporary profile. */
export async function startBrowser(executablePath: string, flags: readonly string[] = []): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'karma-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport: { width: 1400, height: 900 },
    args: [...FLAGS, ...flags],
  });
  return {
    context,
    async stop() {
      await context.close();
      removeFolder(profile);
    },
  };
}

/** Returns the workbench's address for a folder. `payload` contains pairs of the workbench's own options. */
export function workbenchUrl(
  port: number,
  folder: string,
  payload: readonly (readonly [string, string])[] = [],
): string {
  const url = new URL(`http://127.0.0.1:${port}/`);
  url.searchParams.set('folder', folder);
  if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}
