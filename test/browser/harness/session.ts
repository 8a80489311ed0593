import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { startBrowser, workbenchUrl, type Browser } from '../../host/chromium.ts';
import {
  installExtension,
  installHost,
  newDataDir,
  removeFolder,
  startServer,
  type Server,
  type ServerOptions,
  type Settings,
} from '../../host/server.ts';
import { newWorkspace, root } from '../../host/workspaces.ts';
import { kill, runnerProcesses } from './processes.ts';
import { Workbench } from './workbench.ts';

export interface SessionOptions {
  readonly content?: 'sample' | 'nothing';
  readonly settings?: Settings;
  readonly workspaceTrust?: boolean;
  /** false: the user is yet to install the package. */
  readonly installed?: boolean;
  /** Of the server, and so of all that the extension starts; called when it starts. */
  readonly env?: () => NodeJS.ProcessEnv;
  /** Of Chromium; called when it starts. */
  readonly browserFlags?: () => readonly string[];
  /** Called with the new workspace before VS Code opens it. */
  readonly prepare?: (folder: string) => void;
}

/** A user's VS Code with the packaged extension, a folder that is open in it, and the browser that shows it. */
export interface Session {
  readonly folder: string;
  /** Where the extension is installed. */
  readonly extension: () => string;
  readonly server: Server;
  readonly browser: Browser;
  readonly page: Page;
  readonly workbench: Workbench;
  /** Errors of our own in the page and its webviews, and violations of the content security policy. */
  readonly errors: readonly string[];
  /** Starts a server that was killed again, at the same address with the same data, and loads the window. */
  restartServer(): Promise<void>;
  /** Another window on the same folder. */
  openWindow(): Promise<Workbench>;
  /** A picture and the logs, in out/failures. */
  keepEvidence(name: string): Promise<void>;
  close(): Promise<void>;
}

/** VS Code's own errors, such as those of native modules that are left out on purpose, are none of ours. */
const OURS = /karma-mas|Content Security Policy/i;
const VS_CODES = /Could not locate the bindings file|build\/Release\/watchdog/;

/** The package that `npm run package` makes, or the one that KARMA_VSIX names. */
export function packagePath(): string {
  const path = process.env.KARMA_VSIX ?? join(root, 'out/karma-mas.vsix');
  if (!existsSync(path)) throw new Error(`There is no ${path}: run npm run package first.`);
  return path;
}

export async function openSession(options: SessionOptions = {}): Promise<Session> {
  const host = installHost();
  const folder = newWorkspace(options.content ?? 'sample');
  options.prepare?.(folder);
  const dataDir = newDataDir();
  if (options.installed ?? true) installExtension(host.code, dataDir, packagePath());
  const serverOptions: ServerOptions = {
    dataDir,
    ...(options.settings && { settings: options.settings }),
    ...(options.workspaceTrust && { workspaceTrust: true }),
    ...(options.env && { env: options.env() }),
  };
  let server = await startServer(host.code, serverOptions);
  const browser = await startBrowser(host.chromium, options.browserFlags?.());
  const errors: string[] = [];
  const open = async (): Promise<Workbench> => {
    const page = await browser.context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('console', (message) => {
      const text = `${message.text()} (${message.location().url})`;
      if (message.type() === 'error' && OURS.test(text) && !VS_CODES.test(text)) errors.push(text);
    });
    await page.goto(workbenchUrl(server.port, folder));
    const workbench = new Workbench(page);
    await workbench.ready();
    return workbench;
  };
  const workbench = await open();
  return {
    folder,
    extension: () => installedExtension(dataDir),
    browser,
    page: workbench.page,
    workbench,
    errors,
    get server() {
      return server;
    },
    async restartServer() {
      server = await startServer(host.code, { ...serverOptions, port: server.port });
      await workbench.page.goto(workbenchUrl(server.port, folder));
      await workbench.ready();
    },
    openWindow: open,
    async keepEvidence(name) {
      const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
      mkdirSync(join(root, 'out/failures'), { recursive: true });
      writeFileSync(join(root, 'out/failures', `${slug}.log`), [server.output(), ...errors].join('\n'));
      await workbench.screenshot(slug, 'failures');
    },
    async close() {
      await browser.stop();
      await server.stop();
      for (const runner of runnerProcesses(folder)) kill(runner);
      removeFolder(dataDir);
      removeFolder(dirname(folder));
    },
  };
}

function installedExtension(dataDir: string): string {
  const extensions = join(dataDir, 'extensions');
  const name = readdirSync(extensions).find((entry) => entry.startsWith('karma-mas.karma-mas-'));
  if (!name) throw new Error('The extension is not installed.');
  return join(extensions, name);
}

/** Opens a session before the tests of a `describe` and closes it after them; a test that fails leaves its evidence. */
export function useSession(options: SessionOptions = {}): () => Session {
  let session: Session | undefined;
  before(async () => {
    session = await openSession(options);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session?.keepEvidence(this.currentTest.fullTitle());
  });
  after(() => session?.close());
  return () => session!;
}
