/**
 * The built product, made once for any number of tests: `ensureBuilt()` builds dist/ where it does not come from the sources as
 * they are now. Run by itself it does just that and prints the folder.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const lock = join(root, 'dist.lock');

/** All that a build reads, but for the installed packages, which package-lock.json stands for. */
const INPUTS = ['src', 'webview', 'schemas', 'examples', 'tools', 'package.json', 'package-lock.json'];
/** What is compiled from other inputs. */
const COMPILED = /\.wasm(\..*\.tmp)?$/;
/** Holds the hash of the inputs that a folder was built from. */
export const HASH_FILE = '.sources';

/** Milliseconds between two looks at a build of another process, and after which that process is taken for dead. */
const POLL = 100;
const BUILD_TAKES_AT_MOST = 300_000;

/** Builds dist/ unless it is of these very sources, and returns its path. Processes that ask at the same time build once. */
export function ensureBuilt(): string {
  const hash = hashOfInputs();
  while (!isBuilt(hash)) {
    if (!takeLock()) waitForLock();
    else
      try {
        if (!isBuilt(hash))
          for (const tool of ['build-kernels.ts', 'build.ts'])
            execFileSync(process.execPath, [join(import.meta.dirname, tool)], {
              stdio: ['ignore', 'ignore', 'inherit'],
            });
        // Sources that were edited meanwhile: their build is as good as the one that was asked for.
        return dist;
      } finally {
        rmSync(lock, { force: true });
      }
  }
  return dist;
}

/** SHA-256 over paths and contents of all that a build reads. */
export function hashOfInputs(): string {
  const hash = createHash('sha256');
  for (const path of INPUTS.flatMap(filesBelow)) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function filesBelow(path: string): string[] {
  if (statSync(join(root, path)).isFile()) return COMPILED.test(path) ? [] : [path];
  return readdirSync(join(root, path))
    .filter((name) => name !== '.karma')
    .sort()
    .flatMap((name) => filesBelow(`${path}/${name}`));
}

function isBuilt(hash: string): boolean {
  const file = join(dist, HASH_FILE);
  return existsSync(file) && readFileSync(file, 'utf8') === hash;
}

function takeLock(): boolean {
  try {
    const file = openSync(lock, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Waits until the lock is gone; one whose process has died is removed. */
function waitForLock(): void {
  const heldSince = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  if (heldSince !== undefined && Date.now() - heldSince > BUILD_TAKES_AT_MOST) rmSync(lock, { force: true });
  else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL);
}

if (import.meta.main) process.stdout.write(`${ensureBuilt()}\n`);
