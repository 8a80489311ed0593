/**
 * `npm run test:cluster [-- FILE ...] [--grep PATTERN] [--keep]`: the tests of suite/ against a real single-node Kubernetes, side by side,
 * each in a namespace of its own; then those of suite/alone/, which stop parts of the cluster; and those of suite/simulated/ against
 * a real control plane with a simulated node. Installs what is missing (8 to 20 minutes the first time), starts the cluster, and stops
 * it whatever happens. Needs root.
 * --keep: uses a cluster that is already running, and leaves it running.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

interface Kind {
  readonly upOptions: readonly string[];
  readonly groups: readonly Group[];
}

/** The tests of a folder. Several share the machine, because they mostly wait. */
interface Group {
  readonly folder: string;
  readonly sideBySide: number;
}

const here = import.meta.dirname;
const kinds: readonly Kind[] = [
  {
    upOptions: [],
    groups: [
      { folder: join(here, 'suite'), sideBySide: 3 },
      { folder: join(here, 'suite/alone'), sideBySide: 1 },
    ],
  },
  { upOptions: ['--simulated-nodes'], groups: [{ folder: join(here, 'suite/simulated'), sideBySide: 2 }] },
];
/** Started first, so that they do not run alone at the end. */
const LONGEST = ['ladder.test.ts', 'faults.test.ts'];

const { values, positionals } = parseArgs({
  options: { grep: { type: 'string' }, keep: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const wanted = positionals.map((file) => resolve(file));

/** An interrupt also reaches the process that is running now; the cluster is stopped after it has ended. */
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => (interrupted = true));

let failed = false;
for (const kind of kinds) {
  const isWanted = kind.groups.some(({ folder }) => testFiles(folder).length > 0);
  if (isWanted && !interrupted && !(await runKind(kind))) failed = true;
}
process.exit(failed || interrupted ? 1 : 0);

/** Returns true if all tests passed. */
async function runKind({ upOptions, groups }: Kind): Promise<boolean> {
  const cache = script('install.sh');
  if (!values.keep) script('down.sh');
  try {
    const kubeconfig = script('up.sh', ...upOptions);
    const env = { KARMA_CLUSTER_CACHE: cache, KARMA_CLUSTER_CONFIG: kubeconfig };
    let passed = true;
    for (const { folder, sideBySide } of groups) {
      const files = testFiles(folder);
      if (files.length > 0 && !interrupted && !(await mocha(files, sideBySide, env))) passed = false;
    }
    return passed;
  } finally {
    if (!values.keep) script('down.sh');
  }
}

/** Runs one of the recipe's scripts; returns its last line. */
function script(name: string, ...options: string[]): string {
  // setsid: Ctrl+C ends the tests, but lets the start or stop of a cluster finish.
  const { status, stdout } = spawnSync('setsid', ['--wait', join(here, name), ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`test/cluster/${name} ended with ${status}.`);
  return stdout.trim().split('\n').pop()!;
}

function mocha(files: readonly string[], sideBySide: number, env: Record<string, string>): Promise<boolean> {
  const program = join(createRequire(import.meta.url).resolve('mocha/package.json'), '../bin/mocha.js');
  const options = ['--no-config', '--reporter', 'spec', '--timeout', '1200000', '--slow', '60000', '--exit'];
  const parallel = sideBySide > 1 && files.length > 1 ? ['--parallel', '--jobs', String(sideBySide)] : [];
  const grep = values.grep === undefined ? [] : ['--grep', values.grep];
  const child = spawn(process.execPath, [program, ...options, ...parallel, ...grep, ...files], {
    stdio: 'inherit',
    // The tests start hundreds of processes: from the second on, Node finds the sources compiled.
    env: { NODE_COMPILE_CACHE: join(here, '../../node_modules/.cache/node'), ...process.env, ...env },
  });
  return new Promise((done) => child.on('exit', (code) => done(code === 0)));
}

function testFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .sort((a, b) => Number(LONGEST.includes(b)) - Number(LONGEST.includes(a)) || a.localeCompare(b))
    .map((name) => join(folder, name))
    .filter((file) => wanted.length === 0 || wanted.includes(file));
}
