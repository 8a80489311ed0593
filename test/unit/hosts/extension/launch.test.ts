import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchResume, launchStart, type Launcher } from '../../../../src/hosts/extension/runs/launch.ts';
import type { StartAnswer, StartRequest } from '../../../../src/jobs/starting/start-protocol.ts';
import { readProgress } from '../../../../src/runs/progress-file.ts';
import { runsFolder } from '../../../../src/runs/run-directory.ts';
import { listRuns, readRun } from '../../../../src/runs/run-list.ts';
import { requestStop } from '../../../../src/runs/stop.ts';
import { useFolder } from '../../runs/helpers.ts';
import { until } from '../../until.ts';
import { copySmallSample, RUNNER } from '../cli-helpers.ts';

type Started = Extract<StartAnswer, { run: string }>;
type Refused = Extract<StartAnswer, { error: string }>;

const LONG = { training: 'default', steps: 1_000_000, backend: 'wasm', cores: 1 };

describe('the detached runner', () => {
  // Hooks run in their order: this one must run before the folder is removed.
  afterEach(async () => {
    // A test that failed must not leave its run behind.
    const runs = listRuns(runsFolder(specs()), Date.now).runs.filter(({ state }) => state === 'running');
    for (const { directory } of runs) requestStop(directory);
    await until('the end of all runs', () => runs.every(({ directory }) => stateOf(directory) !== 'running'));
  });

  const folder = useFolder();
  const specs = () => join(folder(), 'specs');
  const launcher = (changes: Partial<Launcher> = {}): Launcher => ({
    node: { path: process.execPath, env: {} },
    runner: RUNNER,
    logFile: join(folder(), 'logs', 'runner.log'),
    ...changes,
  });
  const start = (request: Partial<StartRequest<'train'>> = {}, changes: Partial<Launcher> = {}) =>
    launchStart(launcher(changes), { kind: 'train', folder: specs(), options: LONG, seeds: [1], ...request });
  const stateOf = (directory: string) => readRun(directory, Date.now).state;

  beforeEach(() => copySmallSample(specs()));

  it('The detached runner answers with its run, works on its own, reports progress, stops when asked and can be resumed', async () => {
    const { run, directory } = (await start()) as Started;
    assert.ok(directory.endsWith(run));
    await until('progress', () => (readProgress(directory)?.done ?? 0) > 0);
    const { holder } = readRun(directory, Date.now);
    assert.notEqual(holder?.pid, process.pid);
    requestStop(directory);
    await until('a stopped run', () => stateOf(directory) === 'stopped');
    await launchResume(launcher(), directory);
    assert.equal(stateOf(directory), 'running');
    requestStop(directory);
    await until('a stopped run', () => stateOf(directory) === 'stopped');
  });

  it('The detached runner survives the loss of the process that started it, of its terminal and of its pipes', async () => {
    const request = JSON.stringify({ kind: 'train', folder: specs(), options: LONG, seeds: [1] });
    // Like a window that closes at once, the parent dies while the pipe is still open.
    const parent = spawn(
      process.execPath,
      [
        '-e',
        `const c = require('node:child_process').spawn(process.execPath, ${JSON.stringify([RUNNER, 'start', request])}, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] }); c.stdout.once('data', (d) => { process.stdout.write(d); process.kill(process.pid, 'SIGKILL'); });`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const line = await new Promise<string>((resolve) =>
      parent.stdout.once('data', (data: Buffer) => resolve(data.toString())),
    );
    const { directory } = JSON.parse(line) as Started;
    await until('progress', () => (readProgress(directory)?.done ?? 0) > 0);
    const { holder } = readRun(directory, Date.now);
    process.kill(holder!.pid, 'SIGHUP');
    const { done } = readProgress(directory)!;
    await until('more progress', () => readProgress(directory)!.done > done);
    assert.equal(stateOf(directory), 'running');
    requestStop(directory);
    await until('a stopped run', () => stateOf(directory) === 'stopped');
  });

  it('A run whose detached runner was killed is found to be stale and can be resumed', async () => {
    const { directory } = (await start()) as Started;
    await until('progress', () => (readProgress(directory)?.done ?? 0) > 0);
    process.kill(readRun(directory, Date.now).holder!.pid, 'SIGKILL');
    await until('a stale run', () => stateOf(directory) === 'stale');
    await launchResume(launcher(), directory);
    requestStop(directory);
    await until('a stopped run', () => stateOf(directory) === 'stopped');
  });

  it('The detached runner answers with the problems of the specifications and their places', async () => {
    const path = join(specs(), 'training.karma.yaml');
    writeFileSync(path, readFileSync(path, 'utf8').replace('preset: recipe', 'preset: receipt'));
    const { error, problems } = (await start()) as Refused;
    assert.match(error, /have an error/);
    assert.equal(problems.length, 1);
    assert.equal(problems[0].file, path);
    const line = readFileSync(path, 'utf8').split('\n')[problems[0].line - 1];
    assert.match(line.slice(problems[0].column - 1), /^receipt/);
    assert.ok(!existsSync(join(specs(), '.karma', 'runs')));
  });

  const refused: readonly (readonly [string, Partial<StartRequest<'train'>>, RegExp])[] = [
    ['an unknown job', { kind: 'dream' as 'train' }, /no job "dream"/],
    ['an unknown option', { options: { stepz: 5 } as object }, /no option "stepz": it has .*steps/],
    [
      'an option of another type',
      { options: { steps: '5' } as object },
      /"steps" cannot be "5"\. It must be a whole number from 1 on/,
    ],
    ['a negative number', { options: { steps: -1 } }, /"steps" cannot be -1\. It must be a whole number from 1 on/],
    ['a relative folder', { folder: 'specs' }, /"folder" must be an absolute path/],
    ['a seed twice', { seeds: [1, 1] }, /Each seed may be named once/],
    ['an unknown Training', { options: { training: 'other' } }, /no Training named other/],
  ];
  for (const [what, request, expected] of refused)
    it(`The detached runner refuses ${what} in a sentence`, async () => {
      const answer = (await start(request)) as Refused;
      assert.match(answer.error, expected);
      assert.deepEqual(answer.problems, []);
    });

  it('The launcher says what is wrong if the runner does not start or ends at once', async () => {
    await assert.rejects(
      start({}, { node: { path: '/no/such/node', env: {} } }),
      /did not start.*karma-mas\.nodePath/s,
    );
    const broken = join(folder(), 'broken.mjs');
    writeFileSync(broken, 'throw new RangeError("too old");');
    await assert.rejects(start({}, { runner: broken }), /RangeError: too old/);
    writeFileSync(broken, 'process.exit(7);');
    await assert.rejects(start({}, { runner: broken }), /ended with code 7/);
  });

  it('The launcher does not resume a run that another process works on', async () => {
    const { directory } = (await start()) as Started;
    await until('progress', () => (readProgress(directory)?.done ?? 0) > 0);
    await assert.rejects(launchResume(launcher(), directory), /Another process works on/);
    requestStop(directory);
    await until('a stopped run', () => stateOf(directory) === 'stopped');
  });
});
