/**
 * Runs unit tests with mocha: `npm run unit -- [PART-OF-A-PATH...] [OPTION...]`.
 *
 *     npm run unit                                            all of them, in parallel
 *     npm run unit -- test/unit/training/advantage.test.ts    this file alone
 *     npm run unit -- test/unit/spec                          this folder
 *     npm run unit -- --grep "The lease ends the run"         all files, only the tests with this title
 *
 * All other options go to mocha as they are. The suites in a real VS Code and on a real Kubernetes have commands of their own.
 */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const GLOBS = ['test/unit/**/*.test.ts', 'test/lsp/**/*.test.ts'];

// mocha's options that take a value: the value is no path.
const withValue = {
  grep: { type: 'string', short: 'g' },
  fgrep: { type: 'string', short: 'f' },
  jobs: { type: 'string', short: 'j' },
  reporter: { type: 'string', short: 'R' },
  'reporter-option': { type: 'string', short: 'O' },
  require: { type: 'string', short: 'r' },
  retries: { type: 'string' },
  slow: { type: 'string', short: 's' },
  timeout: { type: 'string', short: 't' },
} as const;

const { tokens } = parseArgs({ options: withValue, strict: false, tokens: true, allowPositionals: true });
const paths = tokens.filter((token) => token.kind === 'positional').map(({ value }) => value);
const options = tokens.flatMap((token) =>
  token.kind === 'option' ? [token.rawName, ...(token.value === undefined ? [] : [token.value])] : [],
);

const files = globSync(GLOBS, { cwd: root }).sort();
const inRoot = (path: string): string => relative(root, resolve(root, path)).replaceAll('\\', '/');
const named = paths.map((path) => ({
  path,
  matches: files.filter((file) => file.replaceAll('\\', '/').includes(inRoot(path))),
}));
for (const { path, matches } of named)
  if (matches.length === 0) {
    process.stderr.write(`No unit test file has "${path}" in its path. Unit tests are ${GLOBS.join(' and ')}.\n`);
    process.exit(2);
  }

const selected = paths.length === 0 ? files : [...new Set(named.flatMap(({ matches }) => matches))];
// A worker takes a second to start: few files run faster without, and a debugger stops in them.
const many = selected.length > 4;
const manner = many
  ? ['--parallel', '--jobs', String(Math.max(2, availableParallelism())), '--reporter', 'test/slowest-files.ts']
  : ['--reporter', 'spec'];

process.chdir(root);
// The tests start hundreds of processes: from the second on, Node finds the sources compiled. Coverage would be less precise by it.
if (!process.env.NODE_V8_COVERAGE) process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/node');
// Jobs that the tests start go on while other suites use the processor.
process.env.KARMA_GIVE_WAY ??= 'process';
process.argv.splice(2, Infinity, '--fail-zero', ...manner, ...options, ...selected);
await import(import.meta.resolve('mocha/bin/mocha.js'));
