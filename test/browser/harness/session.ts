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
import { PATIENCE } from './eventually.ts';
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
  /** The test ends the server or its parts. */
  readonly killsServer?: boolean;
}

/** A running VS Code server with the packaged extension, and a browser. */
export interface Machine {
  readonly code: string;
  readonly server: Server;
  readonly serverOptions: ServerOptions;
  readonly browser: Browser;
  stop(): Promise<void>;
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
  /** A picture and the logs, in out/failures; the text of notifications and webviews is printed, too. */
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

/** A session on a machine of its own, or on one that runs already and is left running. */
export async function openSession(options: SessionOptions = {}, running?: Machine): Promise<Session> {
  const machine = running ?? (await startMachine(options));
  const { code, serverOptions, browser } = machine;
  const { dataDir } = machine.server;
  const folder = newWorkspace(options.content ?? 'sample');
  options.prepare?.(folder);
  const own = (server: Server): Server => ({
    ...server,
    writeSettings: (settings) => server.writeSettings({ ...options.settings, ...settings }),
  });
  let server = own(machine.server);
  server.writeSettings({});
  const errors: string[] = [];
  const pages: Page[] = [];
  const open = async (): Promise<Workbench> => {
    const page = await browser.context.newPage();
    pages.push(page);
    page.setDefaultTimeout(PATIENCE);
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
      server = own(await startServer(code, { ...serverOptions, port: server.port }));
      server.writeSettings({});
      await workbench.page.goto(workbenchUrl(server.port, folder));
      await workbench.ready();
    },
    openWindow: open,
    async keepEvidence(name) {
      const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
      mkdirSync(join(root, 'out/failures'), { recursive: true });
      writeFileSync(join(root, 'out/failures', `${slug}.log`), [server.output(), ...errors].join('\n'));
      await workbench.screenshot(slug, 'failures');
      const texts = [...(await workbench.notifications()), ...(await workbench.webviewTexts())];
      process.stdout.write(`${['It shows:', ...texts].join('\n').replaceAll(/^/gm, '      ')}\n`);
    },
    async close() {
      for (const page of pages) {
        // Left as a user leaves it, so that its extension host ends; a page that is only closed may come back, and it waits.
        await page.goto('about:blank');
        await page.close();
      }
      if (!running) {
        await browser.stop();
        await server.stop();
        removeFolder(dataDir);
      }
      for (const runner of runnerProcesses(folder)) kill(runner);
      removeFolder(dirname(folder));
    },
  };
}

export async function startMachine(options: SessionOptions = {}): Promise<Machine> {
  const { code, chromium } = installHost();
  const dataDir = newDataDir();
  if (options.installed ?? true) installExtension(code, dataDir, packagePath());
  const serverOptions: ServerOptions = {
    dataDir,
    ...(options.workspaceTrust && { workspaceTrust: true }),
    ...(options.env && { env: options.env() }),
  };
  const server = await startServer(code, serverOptions);
  const browser = await startBrowser(chromium, options.browserFlags?.());
  return {
    code,
    server,
    serverOptions,
    browser,
    async stop() {
      await browser.stop();
      await server.stop();
      removeFolder(dataDir);
    },
  };
}

function installedExtension(dataDir: string): string {
  const extensions = join(dataDir, 'extensions');
  const name = readdirSync(extensions).find((entry) => entry.startsWith('karma-mas.karma-mas-'));
  if (!name) throw new Error('The extension is not installed.');
  return join(extensions, name);
}
