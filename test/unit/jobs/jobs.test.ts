import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withDefaults } from '../../../src/jobs/options/check-options.ts';
import { newRun } from '../../../src/jobs/starting/new-run.ts';
import { withoutTimes } from '../../../src/runs/events.ts';
import { readJournal } from '../../../src/runs/journal.ts';
import { readManifest } from '../../../src/runs/manifest.ts';
import { artifactPath, journalPath, runsFolder, seedDirectory } from '../../../src/runs/run-directory.ts';
import { useFolder } from '../runs/helpers.ts';
import { until } from '../until.ts';
import { cli, copySmallSample, objects, root, RUNNER, startCli } from '../hosts/cli-helpers.ts';

/** Enough for a few iterations; what is learned does not matter here. */
const SHORT = ['--steps', '1024', '--training', 'default'];
/** One iteration, for tests that need any policies. */
const ANY = ['--steps', '128', '--training', 'default'];
const LONG = ['--steps', '1000000', '--training', 'default'];

const types = (directory: string) => readJournal(journalPath(directory)).events.map((event) => event.type);
const settledLines = (directory: string) =>
  readFileSync(journalPath(directory), 'utf8').trim().split('\n').map(withoutTimes);

describe('jobs from the command line', () => {
  const folder = useFolder();
  const specs = () => join(folder(), 'specs');
  const out = (name: string) => join(folder(), name);

  beforeEach(() => copySmallSample(specs()));

  it('karma-mas train gives byte-equal journals and policies for the same seeds, each in a process', async () => {
    for (const name of ['a', 'b']) {
      const done = await cli(['train', specs(), '--out', out(name), '--seeds', '3,1', ...SHORT, '--json'], folder());
      assert.equal(done.code, 0, done.stderr);
      const lines = objects(done.stdout);
      assert.deepEqual(
        lines.map((line) => line.type),
        ['run', 'finished'],
      );
      assert.equal(lines[1].directory, out(name));
    }
    assert.deepEqual(readManifest(out('a')).seeds, [3, 1]);
    assert.deepEqual(readdirSync(artifactPath(out('a'), 'policies')).sort(), ['1.bin', '3.bin']);
    for (const seed of [1, 3]) {
      const of = (name: string) => readFileSync(artifactPath(out(name), join('policies', `${seed}.bin`)));
      assert.deepEqual(of('a'), of('b'));
      assert.deepEqual(settledLines(seedDirectory(out('a'), seed)), settledLines(seedDirectory(out('b'), seed)));
    }
    assert.deepEqual(settledLines(out('a')), settledLines(out('b')));
    assert.ok(types(seedDirectory(out('a'), 1)).includes('iteration'));
  });

  it('A job stops at a checkpoint on Ctrl-C with exit code 130, and runs resume continues it with the old specs', async () => {
    const { child, end } = startCli(['train', specs(), '--seed', '1', ...LONG], folder());
    const runs = () => (existsSync(runsFolder(specs())) ? readdirSync(runsFolder(specs())) : []);
    const id = () => runs()[0];
    const seed = () => seedDirectory(join(runsFolder(specs()), id()), 1);
    await until('an iteration', () => runs().length > 0 && types(seed()).includes('iteration'));
    child.kill('SIGINT');
    const stopped = await end;
    assert.equal(stopped.code, 130, stopped.stderr);
    assert.match(stopped.stderr, /Stopping at the next checkpoint; Ctrl-C again ends at once/);
    assert.match(stopped.stderr, new RegExp(`Go on with: karma-mas runs resume ${id()}`));
    assert.equal(types(seed()).at(-1), 'stopped');
    assert.match((await cli(['runs', '-d', specs()], folder())).stdout, /-train-default +stopped/);

    // Later changes of the specifications are reported and have no effect.
    writeFileSync(join(specs(), 'roles.karma.yaml'), 'kind: [');
    const resumed = startCli(['train', specs(), '--resume', 'latest', '--json'], folder());
    await until(
      'iterations of the second life',
      () => types(seed()).filter((type) => type === 'iteration').length > 2 && types(seed()).includes('resumed'),
    );
    const second = await cli(['runs', 'resume', 'latest', '-d', specs(), '--json'], folder());
    assert.equal(second.code, 3);
    assert.match(second.stderr, /Another process works on .*: process \d+ on /);
    assert.equal((await cli(['runs', 'stop', 'latest', '-d', specs()], folder())).code, 0);
    const again = await resumed.end;
    assert.equal(again.code, 130, again.stderr);
    assert.match(again.stderr, /warning: roles\.karma\.yaml was changed since this run started/);
    assert.deepEqual(
      objects(again.stdout).map((line) => line.type),
      ['run', 'stopped'],
    );
  });

  it('A resumed job keeps its options and its kind', async () => {
    assert.equal((await cli(['train', specs(), '--seed', '1', ...ANY], folder())).code, 0);
    const options = await cli(['train', specs(), '--resume', 'latest', '--steps', '1'], folder());
    assert.equal(options.code, 2);
    assert.match(options.stderr, /A resumed run keeps its options: leave --steps out/);
    const kind = await cli(['fit', specs(), '--resume', 'latest'], folder());
    assert.equal(kind.code, 2);
    assert.match(kind.stderr, /is a run of "train": resume it with karma-mas runs resume latest/);
  });

  it('A job that lacks something it needs says what it needs', async () => {
    for (const [args, code, sentence] of [
      [['evaluate', specs()], 1, /No policies have been trained yet: run karma-mas train first/],
      [['train', specs(), '--training', 'none'], 1, /There is no Training named none: name one of /],
      [['train', specs(), '--out', specs()], 3, /is not empty: choose a new folder/],
      [['train', specs(), '--seed', 'x'], 2, /A seed is a whole number from 0 on/],
      [['train', specs(), '--seeds', '1,1'], 2, /Each seed may be named once/],
      [['train', specs(), '--seed', '1', '--seeds', '1,2'], 2, /cannot be used with/],
      [['collect', specs(), '--hours', '0'], 2, /It must be a number above 0/],
      [['collect', specs(), '--exploration', '2'], 2, /It must be a number from 0 to 1/],
      [['transfer', specs(), '--pace', '-1'], 2, /It must be a number from 0 on/],
      [['evaluate', specs(), '--episodes', '1.5'], 2, /It must be a whole number from 1 on/],
      [['explain', '-d', specs()], 2, /There is no transfer in .* yet: start one with karma-mas transfer/],
      [
        ['fit', specs(), '--traces', join(specs(), 'roles.karma.yaml')],
        1,
        /it is not a SQLite file; choose another path/,
      ],
    ] as const) {
      const result = await cli([...args], folder());
      assert.equal(result.code, code, `${args.join(' ')}: ${result.stderr}`);
      assert.match(result.stderr, sentence);
      assert.doesNotMatch(result.stderr, /\n +at /);
    }
  });

  it('Jobs refuse policies that were trained for other services', async () => {
    assert.equal((await cli(['train', specs(), '--seed', '1', ...ANY], folder())).code, 0);
    const path = join(specs(), 'cluster.karma.yaml');
    const before = readFileSync(path, 'utf8');
    const after = before.replace('throughput: 80', 'throughput: 90');
    assert.notEqual(after, before);
    writeFileSync(path, after);
    for (const command of ['evaluate', 'analyze', 'transfer']) {
      const refused = await cli([command, specs()], folder());
      assert.equal(refused.code, 1, refused.stderr);
      assert.match(refused.stderr, /1\.bin was trained for the services of cluster .* differ now: train again/);
    }
    const evaluation = readdirSync(runsFolder(specs())).find((name) => name.includes('-evaluate-'))!;
    const checkpoints = join(runsFolder(specs()), evaluation, 'checkpoints');
    assert.ok(!existsSync(checkpoints), 'evaluate refuses them before it tunes the baselines');
  });
});

describe('the background runner', () => {
  const folder = useFolder();
  const runner = (...args: string[]) => spawnSync(process.execPath, [RUNNER, ...args], { encoding: 'utf8' });

  it('The runner needs only the manifest to do the job of a run directory', async () => {
    copySmallSample(folder());
    const options = withDefaults('collect', { cores: 1, hours: 0.25 });
    const { directory } = await newRun({ kind: 'collect', folder: folder(), options, seeds: [7], now: Date.now() });
    const done = runner('job', directory);
    assert.deepEqual([done.status, done.stdout, done.stderr], [0, '', '']);
    const last = readJournal(journalPath(directory)).events.at(-1)!;
    assert.ok(last.type === 'finished');
    assert.deepEqual(last.summary, { recordings: 1, transitions: 60 });
    assert.ok(existsSync(join(folder(), '.karma', 'traces.sqlite')));
  });

  it('The runner says in a sentence why it cannot do a job', () => {
    const missing = runner('job', join(folder(), 'none'));
    assert.equal(missing.status, 3);
    assert.match(missing.stderr, /^.*manifest\.json does not exist: .*\n$/);
    assert.equal(runner('dance').status, 2);
    const seed = runner('seed', join(folder(), 'none'), '1');
    assert.equal(seed.status, 3);
  });
});

describe('all phases', () => {
  const folder = useFolder();

  it('karma-mas run does all phases in one directory, and its transfer can be explained', async () => {
    copySmallSample(join(folder(), 'specs'));
    const small = ['--hours', '1', '--steps', '512', '--seed', '1', '--episodes', '1', '--tuning', '1'];
    const out = join(folder(), 'out');
    const done = await cli(['run', 'specs', '--out', 'out', ...small, '--json'], folder());
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stderr, /^Report: .*out.report\.html$/m);
    const phases = readJournal(journalPath(out)).events.flatMap((event) =>
      event.type === 'phase' ? [`${event.phase} ${event.state}`] : [],
    );
    const names = ['collecting', 'modeling', 'training', 'analyzing', 'evaluating', 'transferring'];
    assert.deepEqual(
      phases,
      names.flatMap((name) => [`${name} started`, `${name} finished`]),
    );
    for (const name of [
      'traces.sqlite',
      'twin/twin.json',
      'policies/1.bin',
      'analysis.json',
      'evaluation.md',
      'audit.jsonl',
    ])
      assert.ok(existsSync(artifactPath(out, name)), name);
    // The traces can be exported to a file that other tools read, and imported again.
    const store = ['--store', 'out/artifacts/traces.sqlite'];
    assert.match(
      (await cli(['traces', 'list', ...store], folder())).stdout,
      /^recording +cluster .*\n1 +chained-services /,
    );
    assert.equal((await cli(['traces', 'export', 'all.csv', ...store], folder())).code, 0);
    const back = await cli(['traces', 'import', 'all.csv', '--store', 'copy.sqlite', '--json'], folder());
    assert.deepEqual(objects(back.stdout)[0].recordings, [1, 2]);
    assert.equal((await cli(['traces', 'delete', '9', ...store], folder())).code, 1);

    const explained = await cli(['explain', './out', '--last', '3', '--json'], folder());
    assert.equal(explained.code, 0, explained.stderr);
    assert.equal(objects(explained.stdout).length, 3);
    assert.match((await cli(['explain', './out', '--decision', '1'], folder())).stdout, /^Decision 1 at /);
    const none = await cli(['explain', './out', '--decision', '999999'], folder());
    assert.equal(none.code, 2);
  });

  it('karma-mas run works on a cluster with five services, two entry points and two agents', async () => {
    cpSync(join(root, 'test', 'data', 'five-services'), join(folder(), 'specs'), { recursive: true });
    const small = ['--hours', '1', '--steps', '1024', '--episodes', '1', '--tuning', '1', '--planned', '0'];
    const done = await cli(['run', 'specs', '--out', 'out', ...small, '--json'], folder());
    assert.equal(done.code, 0, done.stderr);
    const report = readFileSync(join(folder(), 'out', 'report.html'), 'utf8');
    for (const name of ['orders', 'store']) assert.ok(report.includes(name), name);
    const explained = await cli(['explain', './out', '--decision', '1'], folder());
    for (const name of ['web', 'api', 'catalog', 'orders', 'store', 'up', 'down'])
      assert.match(explained.stdout, new RegExp(`^ +${name}\\b`, 'm'));
  });
});
