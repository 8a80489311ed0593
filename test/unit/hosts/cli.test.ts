import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thisProcess } from '../../../src/jobs/this-process.ts';
import { runCommandLine } from '../../../src/hosts/cli/program.ts';
import { readJournal } from '../../../src/runs/journal.ts';
import { copySpec } from '../../../src/runs/manifest.ts';
import { createRun, journalPath, openRun, runsFolder } from '../../../src/runs/run-directory.ts';
import { useFolder } from '../runs/helpers.ts';
import { cli, objects, root } from './cli-helpers.ts';

const SAMPLE = join(root, 'examples', 'chained-services');

describe('karma-mas', () => {
  const folder = useFolder();

  it('karma-mas prints its help and its version on stdout with exit code 0', async () => {
    const help = await cli(['--help'], folder());
    assert.equal(help.code, 0);
    for (const name of [
      'init',
      'validate',
      'run',
      'collect',
      'fit',
      'train',
      'analyze',
      'evaluate',
      'transfer',
      'explain',
      'runs',
    ])
      assert.match(help.stdout, new RegExp(`^  ${name} `, 'm'));
    assert.match(
      help.stdout,
      /Exit codes: 0 fine, 1 problems found, 2 wrong usage, 3 a file or a cluster failed, 130 stopped/,
    );
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    assert.deepEqual(await cli(['--version'], folder()), { code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('karma-mas reports wrong usage on stderr with a suggestion and exit code 2', async () => {
    const wrong = await cli(['valdate'], folder());
    assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, /unknown command 'valdate'\n\(Did you mean validate\?\)/);
    const option = await cli(['train', '--sede', '1', '--json'], folder());
    assert.equal(option.code, 2);
    assert.match(option.stderr, /\(Did you mean --seed\?\)/);
    assert.deepEqual(
      objects(option.stdout).map((line) => line.type),
      ['error'],
    );
  });

  it('karma-mas shows the stack of an error only with --debug or KARMA_DEBUG=1', async () => {
    const plain = await cli(['validate', 'none'], folder());
    assert.equal(plain.code, 3);
    assert.match(plain.stderr, /^error: .*none does not exist: check the path/);
    assert.equal(plain.stderr.trim().split('\n').length, 1);
    assert.match((await cli(['validate', 'none', '--debug'], folder())).stderr, /\n +at /);
    assert.match((await cli(['validate', 'none'], folder(), { KARMA_DEBUG: '1' })).stderr, /\n +at /);
  });
});

describe('help of each command', () => {
  /** Prints the help in this process. Its width and its defaults do not depend on the machine, so a snapshot can hold it. */
  async function helpOf(...names: string[]): Promise<string> {
    let text = '';
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (chunk: string | Uint8Array) => ((text += String(chunk)), true);
    try {
      assert.equal(await runCommandLine([...names, '--help']), 0);
    } finally {
      process.stdout.write = write;
    }
    return text;
  }

  const commands = [
    ['init'],
    ['validate'],
    ['run'],
    ['collect'],
    ['fit'],
    ['train'],
    ['analyze'],
    ['evaluate'],
    ['transfer'],
    ['explain'],
    ['runs'],
    ['runs', 'list'],
    ['runs', 'show'],
    ['runs', 'stop'],
    ['runs', 'resume'],
    ['runs', 'delete'],
    ['cluster'],
    ['cluster', 'contexts'],
    ['cluster', 'status'],
    ['cluster', 'watch'],
    ['cluster', 'import'],
    ['cluster', 'test-queries'],
    ['controller'],
    ['controller', 'install'],
    ['controller', 'upgrade'],
    ['controller', 'remove'],
    ['controller', 'status'],
    ['doctor'],
    ['gpu'],
    ['gpu', 'status'],
    ['gpu', 'install'],
    ['gpu', 'remove'],
    ['lsp'],
  ];
  const snapshot = join(root, 'test', 'unit', 'hosts', 'help.txt');

  it('The help of each command is the text in help.txt (KARMA_UPDATE=1 rewrites the file)', async () => {
    let text = '';
    for (const names of commands) text += `$ karma-mas ${names.join(' ')} --help\n${await helpOf(...names)}\n`;
    if (process.env.KARMA_UPDATE) writeFileSync(snapshot, text);
    assert.equal(text, readFileSync(snapshot, 'utf8'));
  });

  it('The help of each top-level command except runs shows an example', async () => {
    for (const names of commands.filter(([first, second]) => !second && first !== 'runs'))
      assert.match(await helpOf(...names), /Examples?:\n {2}karma-mas /, names.join(' '));
  });
});

describe('karma-mas init and validate', () => {
  const folder = useFolder();

  it('karma-mas init copies the sample into a new folder, and the copy is valid', async () => {
    const made = await cli(['init', 'mine'], folder());
    assert.equal(made.code, 0);
    assert.match(made.stdout, /karma-mas validate mine\n/);
    assert.deepEqual(readdirSync(join(folder(), 'mine')).sort(), readdirSync(SAMPLE).sort());
    const valid = await cli(['validate', 'mine', '--json'], folder());
    assert.equal(valid.code, 0);
    const [summary] = objects(valid.stdout).slice(-1);
    assert.deepEqual([summary.type, summary.errors], ['validated', 0]);
  });

  it('karma-mas init refuses a folder that is not empty and leaves it as it is', async () => {
    mkdirSync(join(folder(), 'mine'));
    writeFileSync(join(folder(), 'mine', 'kept'), 'kept');
    const refused = await cli(['init', 'mine', '--json'], folder());
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /mine is not empty, and init overwrites nothing/);
    assert.deepEqual(objects(refused.stdout)[0].type, 'error');
    assert.deepEqual(readdirSync(join(folder(), 'mine')), ['kept']);
  });

  it('karma-mas validate prints each problem as file:line:column with its code and exits with 1', async () => {
    cpSync(SAMPLE, join(folder(), 'mine'), { recursive: true });
    const path = join(folder(), 'mine', 'cluster.karma.yaml');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('decisionInterval', 'decisonInterval'));
    const line = text.split('\n').findIndex((row) => row.includes('decisionInterval')) + 1;
    const checked = await cli(['validate', 'mine'], folder());
    assert.equal(checked.code, 1);
    assert.match(
      checked.stdout,
      new RegExp(`^mine/cluster\\.karma\\.yaml:${line}:\\d+: error unknown-key: .*decisonInterval`, 'm'),
    );
    assert.match(checked.stdout, /\d+ errors?, \d+ warnings?\n$/);
    const json = objects((await cli(['validate', 'mine', '--json'], folder())).stdout);
    assert.deepEqual([...new Set(json.map((entry) => entry.type))], ['problem', 'validated']);
    assert.ok(json.some((entry) => entry.code === 'unknown-key' && entry.file === 'cluster.karma.yaml'));
  });

  it('karma-mas validate checks the current folder by default and reports a folder without specifications', async () => {
    const empty = await cli(['validate'], folder());
    assert.equal(empty.code, 1);
    assert.match(empty.stdout, /no-specs/);
  });

  it('karma-mas train creates no run if the specifications have errors, and prints the errors', async () => {
    writeFileSync(join(folder(), 'a.karma.yaml'), 'kind: Nothing\n');
    const refused = await cli(['train'], folder());
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /have an error: correct them first/);
    assert.match(refused.stderr, /a\.karma\.yaml:1:\d+: error unknown-kind/);
    assert.ok(!existsSync(join(folder(), '.karma')));
  });
});

describe('karma-mas runs', () => {
  const folder = useFolder();
  const runs = () => runsFolder(folder());
  const now = () => Date.now();

  function make(
    name: string,
    createdAt: number,
    act: (run: ReturnType<typeof openRun>) => void = () => undefined,
  ): string {
    const directory = createRun(runs(), {
      kind: 'train',
      name,
      createdAt,
      folder: folder(),
      specs: [copySpec('a.karma.yaml', 'kind: Role\n')],
      options: {},
      seeds: [1],
      versions: { node: '24' },
      machine: { cpu: 'x', cores: 2, memory: 100 },
    });
    const run = openRun(directory, thisProcess(now));
    act(run);
    run.close();
    return directory;
  }

  it('karma-mas runs lists the runs as a table or as JSON, with or without the sub-command list', async () => {
    const none = await cli(['runs'], folder());
    assert.deepEqual([none.code, none.stdout], [0, 'No runs in . yet.\n']);
    make('first', 1000, (run) => run.journal.append('finished', { summary: {}, seconds: 1 }));
    make('second', 2000, (run) => run.begin('train', [1]));
    const table = await cli(['runs', '--dir', folder()], root);
    assert.equal(table.code, 0);
    const [title, newest, oldest] = table.stdout.split('\n');
    assert.match(title, /^run +state +step +last event$/);
    assert.match(newest, /^19700101-000002-train-second +stale .* ago$/);
    assert.match(oldest, /^19700101-000001-train-first +finished /);
    const json = objects((await cli(['runs', 'list', '--json'], folder())).stdout);
    assert.deepEqual(
      json.map((run) => [run.id, run.state]),
      [
        ['19700101-000002-train-second', 'stale'],
        ['19700101-000001-train-first', 'finished'],
      ],
    );
    assert.deepEqual(await cli(['runs', 'list', '--json', '--dir', 'none'], folder()), {
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('karma-mas runs show prints a run and its last events', async () => {
    make('first', 1000, (run) => {
      run.begin('train', [1]);
      run.journal.append('failed', { message: 'the reason' });
    });
    const shown = await cli(['runs', 'show', 'latest'], folder());
    assert.equal(shown.code, 0);
    assert.match(shown.stdout, /19700101-000001-train-first: failed\n/);
    assert.match(shown.stdout, /failed +the reason/);
    assert.match(shown.stdout, /1 \S+ started \{"kind":"train","seeds":\[1\]\}/);
    const [json] = objects((await cli(['runs', 'show', '1970', '--json'], folder())).stdout);
    assert.equal((json.events as unknown[]).length, 2);
    assert.equal(json.message, 'the reason');
    const missing = await cli(['runs', 'show', 'x'], folder());
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /No run in .* begins with "x"/);
  });

  it('karma-mas runs stop refuses a run that is not running', async () => {
    make('first', 1000, (run) => run.begin('train', [1]));
    const refused = await cli(['runs', 'stop', 'latest'], folder());
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /does not run: it is stale/);
  });

  it('karma-mas runs delete requires a confirmation and moves the run to the trash', async () => {
    const directory = make('first', 1000);
    const unasked = await cli(['runs', 'delete', 'latest'], folder());
    assert.equal(unasked.code, 2);
    assert.match(unasked.stderr, /There is no terminal to ask in: pass --yes/);
    assert.ok(existsSync(directory));
    assert.equal((await cli(['runs', 'delete', 'latest', '--yes', '--json'], folder())).code, 0);
    assert.deepEqual(readdirSync(runs()), []);
    assert.deepEqual(readdirSync(join(folder(), '.karma', 'trash')), ['19700101-000001-train-first']);
  });

  it('karma-mas runs resume refuses a run that has finished', async () => {
    make('first', 1000, (run) => run.journal.append('finished', { summary: {}, seconds: 1 }));
    const refused = await cli(['runs', 'resume', 'latest'], folder());
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /has finished: there is nothing to resume/);
  });

  it('karma-mas runs names a run that cannot be read and lists the others', async () => {
    const broken = make('first', 1000);
    make('second', 2000);
    writeFileSync(join(broken, 'manifest.json'), '{');
    const listed = await cli(['runs'], folder());
    assert.equal(listed.code, 1);
    assert.match(listed.stderr, /warning: .*first.manifest\.json is damaged/);
    assert.match(listed.stdout, /train-second/);
    assert.equal(readJournal(journalPath(broken)).events.length, 0);
  });
});
