import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Settings that prevent requests to the internet and notifications from anything but the extension. */
const SETTINGS = {
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.reduceMotion': 'on',
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  // Port forwarding would look for ports by starting `ls` and `ps` again and again.
  'remote.autoForwardPorts': false,
  'remote.autoForwardPortsSource': 'output',
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

export type Settings = Readonly<Record<string, unknown>>;

/** Returns where install.sh put VS Code's server and found Chromium. Installs both the first time. */
export function installHost(): { readonly code: string; readonly chromium: string } {
  const script = join(import.meta.dirname, 'install.sh');
  const output = execFileSync('bash', [script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const [directory, chromium] = output.trim().split('\n').slice(-2);
  return { code: join(directory, 'node_modules/code-server/lib/vscode'), chromium };
}

/** A running VS Code server, with the extension host, terminals and files of one window. */
export interface Server {
  readonly port: number;
  readonly pid: number;
  /** Folder of settings, extensions and logs. */
  readonly dataDir: string;
  readonly output: () => string;
  /** Adds to the user's settings with which it was started. */
  readonly writeSettings: (settings: Settings) => void;
  /** Ends the server properly with all processes that it started. Its data remain. */
  readonly stop: () => Promise<void>;
  /** Imitates a crash of the machine with SIGKILL to the server and its extension hosts. Detached runners survive. */
  readonly kill: () => Promise<void>;
}

export interface ServerOptions {
  /** Data folder of an earlier server; by default a new folder. */
  readonly dataDir?: string;
  /** By default any free port. */
  readonly port?: number;
  readonly settings?: Settings;
  /** Needed to run tests inside the extension host. It hides notifications. */
  readonly testDriver?: boolean;
  /** Whether folders are untrusted until the user decides otherwise. If not, everything is trusted. */
  readonly workspaceTrust?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  /** A program that starts the server, with its arguments, such as `unshare`. */
  readonly wrapper?: readonly string[];
}

/** Creates a folder for the settings and extensions of a server. */
export function newDataDir(): string {
  return mkdtempSync(join(tmpdir(), 'karma-vscode-'));
}

/** Starts VS Code's server on a loopback port. */
export async function startServer(code: string, options: ServerOptions = {}): Promise<Server> {
  const dataDir = options.dataDir ?? newDataDir();
  // A window in a browser keeps the user's settings to itself. But it reads those of the machine, and sees when they change.
  const settingsFiles = ['User', 'Machine'].map((scope) => join(dataDir, 'data', scope, 'settings.json'));
  for (const file of settingsFiles) mkdirSync(dirname(file), { recursive: true });
  const writeSettings = (settings: Settings): void => {
    for (const file of settingsFiles)
      writeFileSync(file, JSON.stringify({ ...SETTINGS, ...options.settings, ...settings }));
  };
  writeSettings({});
  const args = [
    ...[join(code, 'out/server-main.js'), '--host', '127.0.0.1', '--port', String(options.port ?? 0)],
    ...['--without-connection-token', '--accept-server-license-terms', '--telemetry-level', 'off'],
    ...['--server-data-dir', dataDir],
    ...(options.testDriver ? ['--enable-smoke-test-driver'] : []),
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
  ];
  const [program, ...rest] = [...(options.wrapper ?? []), process.execPath, ...args];
  const child = spawn(program, rest, {
    env: { ...serverEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-child.pid!, signal);
    } catch {
      // The process is already gone.
    }
  };
  const killAtExit = (): void => signalGroup('SIGKILL');
  process.on('exit', killAtExit);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && !child.signalCode) {
      const exited = new Promise((resolve) => child.on('exit', resolve));
      signalGroup(signal);
      await exited;
    }
    signalGroup('SIGKILL');
    process.off('exit', killAtExit);
  };
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const port = await listeningPort(child, () => output);
  return {
    port,
    pid: child.pid!,
    dataDir,
    output: () => output,
    writeSettings,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** Installs a packaged extension, like the command "Install from VSIX". */
export function installExtension(code: string, dataDir: string, vsix: string): void {
  const args = ['--server-data-dir', dataDir, '--accept-server-license-terms', '--install-extension', vsix, '--force'];
  execFileSync(process.execPath, [join(code, 'out/server-main.js'), ...args], {
    env: serverEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Removes the folder from `newDataDir`, or that of a temporary workspace. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/**
 * Leaves out npm's own variables, which a user's VS Code would not have, and the extension gallery. Jobs keep a share of the
 * processor beside other suites.
 */
function serverEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|NODE_V8_COVERAGE$)/i.test(name));
  return { ...Object.fromEntries(own), EXTENSIONS_GALLERY: '{"serviceUrl":""}', KARMA_GIVE_WAY: 'process' };
}

function listeningPort(child: ChildProcess, output: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const match = /Extension host agent listening on (\d+)/.exec(output());
      if (match) resolve(Number(match[1]));
    };
    child.stdout!.on('data', look);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`VS Code's server ended with ${code}:\n${output()}`)));
  });
}
