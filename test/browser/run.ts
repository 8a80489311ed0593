/**
 * `npm run test:browser [-- FILE ...] [--grep PATTERN]`: the tests beside this file, with mocha, in Chromium, on the packaged
 * extension in a real VS Code. Pictures of the views: out/screenshots. What a failed test saw: out/failures.
 */
import { spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { root } from '../host/workspaces.ts';

/** They wait for the clock of a cluster most of the time, and run beside the others, with a VS Code of their own. */
const WAITING = ['cluster.test.ts', 'real-cluster.test.ts'];

const { values, positionals } = parseArgs({ options: { grep: { type: 'string' } }, allowPositionals: true });
const tests = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));
const files = positionals.length > 0 ? positionals : tests.sort().map((name) => join(import.meta.dirname, name));
rmSync(join(root, 'out/failures'), { recursive: true, force: true });

const { waiting = [], busy = [] } = Object.groupBy(files, (file) =>
  WAITING.includes(basename(file)) ? 'waiting' : 'busy',
);
const beside = mocha(waiting, 'pipe');
const first = mocha(busy, 'inherit');
const statuses = [await first?.status, await beside?.status];
// Its output is not mixed with that of the others.
process.stdout.write((await beside?.output) ?? '');
process.exit(statuses.find((status) => status !== undefined && status !== 0) ?? 0);

function mocha(some: readonly string[], output: 'inherit' | 'pipe') {
  if (some.length === 0) return undefined;
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules/mocha/bin/mocha.js'),
      ...['--config', join(import.meta.dirname, '.mocharc.json')],
      ...(values.grep ? ['--grep', values.grep] : []),
      ...some,
    ],
    { stdio: ['ignore', output, 'inherit'] },
  );
  return {
    status: new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1))),
    output: child.stdout ? text(child.stdout) : Promise.resolve(''),
  };
}
