#!/usr/bin/env node
/**
 * The installed program `karma-mas`. It needs Node 24. On an older version it continues with a Node 24 from node_modules (npm
 * package `node`); without one, it says what to do.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const cli = fileURLToPath(new URL('./cli.mjs', import.meta.url));

const majorOf = (version: string): number => Number(/^v?(\d+)/.exec(version)?.[1] ?? 0);

/** Finds a sufficiently new Node beside this package (in a clone), where this package is installed, or in the current folder. */
function findNode(): string | undefined {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const folders = [
    join(here, '..', 'node_modules', '.bin'),
    join(here, '..', '..', '.bin'),
    join(process.cwd(), 'node_modules', '.bin'),
  ];
  const program = process.platform === 'win32' ? 'node.cmd' : 'node';
  return folders
    .map((folder) => join(folder, program))
    .find(
      (node) =>
        existsSync(node) && majorOf(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? '') >= NEEDED,
    );
}

function runWith(node: string): void {
  const child = spawn(node, [cli, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches both processes, and the child decides what to do.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

if (majorOf(process.version) >= NEEDED) await import(new URL('./cli.mjs', import.meta.url).href);
else {
  const node = findNode();
  if (node) runWith(node);
  else {
    process.stderr.write(
      `karma-mas needs Node ${NEEDED} or newer and this is ${process.version}: install it (https://nodejs.org), or "npm install node@${NEEDED}" here.\n`,
    );
    process.exit(2);
  }
}
