/**
 * `npm run test:browser [-- FILE ...] [--grep PATTERN]`: the tests beside this file, with mocha, in Chromium, on the packaged
 * extension in a real VS Code. Pictures of the views: out/screenshots. What a failed test saw: out/failures.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../host/workspaces.ts';

const { values, positionals } = parseArgs({ options: { grep: { type: 'string' } }, allowPositionals: true });
const tests = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));
const files = positionals.length > 0 ? positionals : tests.sort().map((name) => join(import.meta.dirname, name));
rmSync(join(root, 'out/failures'), { recursive: true, force: true });
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/mocha/bin/mocha.js'),
    ...['--config', join(import.meta.dirname, '.mocharc.json')],
    ...(values.grep ? ['--grep', values.grep] : []),
    ...files,
  ],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
