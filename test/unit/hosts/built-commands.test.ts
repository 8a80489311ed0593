import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAMESPACE, startFakeCluster, type FakeCluster } from '../../fake-kubernetes/namespace.ts';
import { cli, copySmallSample, root, startCli, type Result } from './cli-helpers.ts';
import { copyRealClusterSample } from './real-cluster-specs.ts';

/** The smallest real use of each command of the built program. The order matters: later ones use what earlier ones left. */
interface Use {
  readonly command: string;
  /** Further arguments. */
  readonly args: readonly string[];
  readonly prints: RegExp;
  /** Default: 0. */
  readonly code?: number;
}

const SMALL = ['--seed', '1', '--steps', '512', '--training', 'default'];
const TINY = ['--episodes', '1', '--training', 'default'];

const USES: readonly Use[] = [
  { command: 'init', args: ['sample'], prints: /Copied the sample into sample/ },
  { command: 'validate', args: ['specs'], prints: /no errors/ },
  { command: 'collect', args: ['specs', '--hours', '0.5'], prints: /transitions +120/ },
  { command: 'fit', args: ['specs', '--twin', 'emulator'], prints: /kind +emulator/ },
  { command: 'train', args: ['specs', ...SMALL], prints: /objective/ },
  { command: 'analyze', args: ['specs', ...TINY, '--out', 'found'], prints: /analysis\.json/ },
  { command: 'evaluate', args: ['specs', ...TINY, '--tuning', '1', '--planned', '0'], prints: /KARMA/ },
  { command: 'transfer', args: ['specs', '--up-to', 'plan', '--training', 'default'], prints: /"?stage"?/ },
  {
    command: 'run',
    args: [
      'specs',
      '--seed',
      '1',
      '--steps',
      '512',
      '--hours',
      '0.5',
      '--episodes',
      '1',
      '--tuning',
      '1',
      '--planned',
      '0',
    ],
    prints: /report +report\.html/,
  },
  { command: 'explain', args: ['latest', '-d', 'specs'], prints: /^Decision \d+ at \d+ s, stage full/m },
  { command: 'runs list', args: ['-d', 'specs'], prints: /-train-default +finished/ },
  { command: 'runs show', args: ['latest', '-d', 'specs'], prints: /: finished/ },
  { command: 'runs stop', args: ['latest', '-d', 'specs'], prints: /does not run: it is finished/, code: 2 },
  { command: 'runs resume', args: ['latest', '-d', 'specs'], prints: /there is nothing to resume/, code: 2 },
  { command: 'traces list', args: ['-d', 'specs'], prints: /recording +cluster/ },
  { command: 'traces export', args: ['all.csv', '-d', 'specs'], prints: /Wrote 1 recordings/ },
  { command: 'traces import', args: ['all.csv', '-d', 'specs'], prints: /Added 1 recordings/ },
  { command: 'traces delete', args: ['2', '-d', 'specs'], prints: /Deleted recording 2/ },
  { command: 'export', args: ['latest', '-d', 'real', '--out', 'controller'], prints: /kustomization\.yaml/ },
  {
    command: 'export moise',
    args: ['specs', '--organization', 'resilience-team'],
    prints: /structural_specifications/,
  },
  {
    command: 'import moise',
    args: [join(root, 'test', 'data', 'moise-marl', 'example.json'), '-d', 'sample'],
    prints: /Wrote organization/,
  },
  { command: 'doctor', args: ['specs'], prints: /Node/ },
  { command: 'gpu status', args: [], prints: /tfjs-node-gpu is not installed/ },
  { command: 'gpu install', args: [], prints: /--yes/, code: 2 },
  { command: 'gpu remove', args: [], prints: /Nothing to remove/ },
  { command: 'cluster contexts', args: [], prints: /\* +fake/ },
  { command: 'cluster import', args: [NAMESPACE], prints: /kind: Cluster/ },
  { command: 'cluster test-queries', args: ['real'], prints: /All queries give new values/ },
  { command: 'cluster status', args: ['real'], prints: /context fake/ },
  { command: 'cluster watch', args: ['real'], prints: /context fake/ },
  { command: 'controller status', args: ['-d', 'real'], prints: /not installed/i, code: 1 },
  {
    command: 'controller install',
    args: ['latest', '-d', 'real', '--dry-run'],
    prints: /create +Deployment chained\/karma-mas/,
  },
  {
    command: 'controller upgrade',
    args: ['latest', '-d', 'real', '--dry-run'],
    prints: /There is no controller in namespace/,
    code: 1,
  },
  { command: 'controller remove', args: ['-d', 'real', '--dry-run'], prints: /There is no controller in namespace/ },
  { command: 'runs delete', args: ['latest', '-d', 'specs', '--yes'], prints: /Moved to/ },
];

describe('each command of the built program', () => {
  let folder: string;
  let fake: FakeCluster;
  let env: Record<string, string>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'karma-built-'));
    copySmallSample(join(folder, 'specs'));
    copyRealClusterSample(join(folder, 'real'));
    const trained = await cli(['train', 'real', ...SMALL], folder);
    assert.equal(trained.code, 0, trained.stderr);
    fake = await startFakeCluster();
    env = { KUBECONFIG: fake.env.KUBECONFIG ?? '', KARMA_DATA: join(folder, 'data'), KARMA_TFJS_PATH: '' };
  });
  after(async () => {
    await fake.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const { command, args, prints, code = 0 } of USES)
    it(`karma-mas ${command} prints its help, and its smallest real use prints what it should`, async () => {
      const words = command.split(' ');
      const help = await cli([...words, '--help'], folder, env);
      assert.equal(help.code, 0, help.stderr);
      assert.match(help.stdout, new RegExp(`^Usage: karma-mas ${command} `));
      const { stdout, stderr, ...end } = await use([...words, ...args]);
      assert.equal(end.code, code, stdout + stderr);
      assert.match(stdout + stderr, prints);
      assert.doesNotMatch(stderr, /\n +at /);
    });

  /** A command that follows something ends with its standard input. */
  async function use(args: readonly string[]): Promise<Result> {
    if (args[1] !== 'watch') return cli(args, folder, env);
    const { child, end } = startCli(args, folder, env, 'pipe');
    child.stdout?.once('data', () => child.stdin?.end());
    return end;
  }

  it('Each command of the built program is used in this suite or in test/lsp', async () => {
    const found = await leaves([]);
    assert.deepEqual(found.sort(), [...USES.map(({ command }) => command), 'lsp'].sort(), 'test/lsp uses lsp');
  });

  /** The commands that do something themselves, found in the help of the commands above them. */
  async function leaves(words: readonly string[]): Promise<string[]> {
    const { stdout } = await cli([...words, '--help'], folder, env);
    const [, list = ''] = stdout.split('\nCommands:\n');
    const names = [...list.split('\n\n')[0].matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, name]) => name);
    const below = await Promise.all(names.filter((name) => name !== 'help').map((name) => leaves([...words, name])));
    const self = names.length === 0 || stdout.startsWith('Usage: karma-mas export ') ? [words.join(' ')] : [];
    return [...self, ...below.flat()];
  }

  it('The commands of the built program leave no files that nobody asked for', () => {
    assert.ok(!existsSync(join(folder, '.karma')));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('partial')),
      [],
    );
  });
});
