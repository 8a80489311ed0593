/**
 * Installs and removes the GPU package in a folder of our own. An installation is built beside it and renamed at the end; a
 * removal first renames it. So at any time the folder is either complete or absent.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { codeOf, describeIoError } from '../../runs/io-error.ts';
import { folderSize, formatBytes, freeSpace } from './bytes.ts';
import { GPU_PACKAGE, GPU_PACKAGE_VERSION, installedVersion } from '../../jobs/backend/gpu-package.ts';
import { explainNpmFailure, WAY_AROUND } from './npm-failure.ts';
import type { Npm } from './npm.ts';
import { SetupError } from '../setup-error.ts';

export interface InstallOptions {
  /** Where to install the package. What is there is replaced. */
  readonly folder: string;
  readonly npm: Npm;
  readonly env: NodeJS.ProcessEnv;
  /** Bytes that the package will take on disk. */
  readonly bytes: number;
  /** An abort ends npm with all processes that it started, and leaves nothing behind. */
  readonly signal: AbortSignal;
  /** Receives the bytes on disk so far, about once per second. */
  readonly onProgress: (bytes: number) => void;
  /** Receives npm's output as it arrives. */
  readonly onOutput: (text: string) => void;
}

const PROGRESS_EVERY = 1_000;
/** Milliseconds that npm has to end after a cancellation. */
const GRACE = 3_000;

/** Rejects with a SetupError that says what to do, or with `signal.reason`. */
export async function installGpu(options: InstallOptions): Promise<void> {
  const { folder, signal, bytes } = options;
  signal.throwIfAborted();
  await inWords(folder, () => mkdir(dirname(folder), { recursive: true }));
  await removeLeftovers(folder);
  await assertRoom(folder, bytes);
  const temporary = `${folder}.installing-${process.pid}`;
  try {
    await mkdir(temporary);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new SetupError('The GPU backend is being installed already.');
    throw new SetupError(describeIoError(error, temporary));
  }
  try {
    await inWords(temporary, () => writeFile(join(temporary, 'package.json'), PACKAGE_JSON));
    await runNpm(temporary, options);
    signal.throwIfAborted();
    if (installedVersion(temporary) === undefined)
      throw new SetupError(
        `npm reports no error, but the package is not whole: its download was cut off or refused. Try again. ${WAY_AROUND}`,
      );
    await replace(folder, temporary);
  } finally {
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Removes our installation. Resolves with false if there was none. Rejects with a SetupError if it is in use. */
export async function removeGpu(folder: string): Promise<boolean> {
  await removeLeftovers(folder);
  if (!existsSync(folder)) return false;
  const away = `${folder}.removing-${process.pid}`;
  await moveAway(folder, away);
  await rm(away, { recursive: true, force: true, maxRetries: 5 });
  return true;
}

/** Newer versions of npm run the scripts only of packages that are allowed by name. This package's script downloads the library. */
const PACKAGE_JSON = `${JSON.stringify({ private: true, allowScripts: { [GPU_PACKAGE]: true } }, null, 2)}\n`;

const NPM_ARGUMENTS = [
  'install',
  `${GPU_PACKAGE}@${GPU_PACKAGE_VERSION}`,
  '--ignore-scripts=false',
  '--foreground-scripts',
  '--global=false',
  '--save-exact',
  '--no-package-lock',
  '--no-audit',
  '--no-fund',
  '--no-progress',
  '--no-update-notifier',
];

async function runNpm(folder: string, { npm, env, signal, onProgress, onOutput }: InstallOptions): Promise<void> {
  // npm is a script that looks for Node in PATH. The Node beside it is the right one.
  const beside = isAbsolute(npm.command) ? `${dirname(npm.command)}${delimiter}` : '';
  const child = spawn(npm.command, [...npm.args, ...NPM_ARGUMENTS], {
    cwd: folder,
    env: { ...env, PATH: `${beside}${env.PATH ?? ''}` },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that a cancellation also ends what npm started.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  let output = '';
  const listen = (chunk: Buffer) => {
    const text = chunk.toString();
    output = (output + text).slice(-100_000);
    onOutput(text);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const end = new AbortController();
  const watch = watchSize(folder, end.signal, onProgress);
  let kill: NodeJS.Timeout | undefined;
  const cancel = () => {
    endGroup(child, 'SIGTERM');
    kill = setTimeout(() => endGroup(child, 'SIGKILL'), GRACE);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    // 'close' comes after the last process that has our pipes has ended, so nothing writes to the folder any more.
    const how = await new Promise<string | undefined>((resolve, reject) => {
      child.on('error', (error) => reject(new SetupError(`npm (${npm.command}) does not start: ${error.message}.`)));
      child.on('close', (code, by) => resolve(code === 0 ? undefined : by ? `ended by ${by}` : `exit code ${code}`));
    });
    signal.throwIfAborted();
    if (how !== undefined) throw new SetupError(explainNpmFailure(output, how), output);
  } finally {
    clearTimeout(kill);
    signal.removeEventListener('abort', cancel);
    end.abort();
    await watch;
  }
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { windowsHide: true });
    else process.kill(-child.pid, signal);
  } catch {
    // It has already ended.
  }
}

async function watchSize(folder: string, end: AbortSignal, onProgress: (bytes: number) => void): Promise<void> {
  while (!end.aborted) {
    onProgress(await folderSize(folder));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PROGRESS_EVERY);
      end.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
}

async function assertRoom(folder: string, bytes: number): Promise<void> {
  const free = await freeSpace(folder);
  if (free !== undefined && free < bytes)
    throw new SetupError(
      `The GPU backend takes about ${formatBytes(bytes)}, and ${formatBytes(free)} are free on the disk of ${dirname(folder)}: free some space, then try again.`,
    );
}

async function replace(folder: string, by: string): Promise<void> {
  const away = `${folder}.removing-${process.pid}`;
  const wasThere = existsSync(folder);
  if (wasThere) await moveAway(folder, away);
  try {
    await rename(by, folder);
  } catch (error) {
    if (wasThere) await rename(away, folder);
    throw new SetupError(describeIoError(error, folder), '', { cause: error });
  }
  await rm(away, { recursive: true, force: true, maxRetries: 5 });
}

async function moveAway(folder: string, away: string): Promise<void> {
  try {
    await rename(folder, away);
  } catch (error) {
    if (['EBUSY', 'EPERM', 'EACCES'].includes(codeOf(error)))
      throw new SetupError(`${folder} is in use, probably by a run: wait for it or stop it, then try again.`);
    throw new SetupError(describeIoError(error, folder));
  }
}

/** Removes what a dead process left behind when it was installing or removing the package. */
async function removeLeftovers(folder: string): Promise<void> {
  const parent = dirname(folder);
  const pattern = /^\.(?:installing|removing)-(\d+)$/;
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(basename(folder))) continue;
    const pid = pattern.exec(name.slice(basename(folder).length))?.[1];
    if (pid === undefined || Number(pid) === process.pid || isAlive(Number(pid))) continue;
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

async function inWords<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw new SetupError(describeIoError(error, path), '', { cause: error });
  }
}
