/**
 * `npm run check`: formatting, lint rules and types, side by side, each with its output in one piece. What is known of unchanged
 * files is kept in node_modules/.cache, so that a second run takes seconds. A lint rule that looks at types in other files can
 * miss what changed there; a clean clone, as in CI, checks everything.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

interface Check {
  readonly name: string;
  /** The package, and the name of its program where that is another. */
  readonly program: readonly [packageName: string, bin?: string];
  readonly options: readonly string[];
}

const cache = 'node_modules/.cache';
const contents = ['--cache', '--cache-strategy', 'content'];
const types = (project: string, name: string): Check => ({
  name,
  program: ['typescript', 'tsc'],
  options: ['--noEmit', '-p', project, '--incremental', '--tsBuildInfoFile', `${cache}/tsc/${name}.json`],
});

/** The longest one first. */
const CHECKS: readonly Check[] = [
  {
    name: 'lint',
    program: ['eslint'],
    options: ['.', '--max-warnings', '0', ...contents, '--cache-location', `${cache}/eslint/`],
  },
  types('.', 'types'),
  { name: 'format', program: ['prettier'], options: ['--check', '.', '--log-level', 'warn', ...contents] },
  types('webview', 'types-of-webviews'),
];

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const passed = await Promise.all(CHECKS.map(runCheck));
process.exit(passed.every(Boolean) ? 0 : 1);

async function runCheck({ name, program: [packageName, bin = packageName], options }: Check): Promise<boolean> {
  const manifest = require.resolve(`${packageName}/package.json`);
  const { bin: programs } = require(manifest) as { bin: string | Record<string, string> };
  const program = join(dirname(manifest), typeof programs === 'string' ? programs : programs[bin]);
  const child = spawn(process.execPath, [program, ...options], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)));
  const output = (await Promise.all([text(child.stdout), text(child.stderr)])).join('');
  const passed = (await ended) === 0;
  process.stdout.write(`${passed ? 'passed' : 'FAILED'}: ${name}\n${output}`);
  return passed;
}
