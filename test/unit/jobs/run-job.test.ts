import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '../../../src/cluster/random.ts';
import { runJob } from '../../../src/jobs/running/run-job.ts';
import { listCheckpoints } from '../../../src/runs/checkpoints.ts';
import { settledEvents, withoutTimes } from '../../../src/runs/events.ts';
import { readJournal } from '../../../src/runs/journal.ts';
import { readLease } from '../../../src/runs/lease.ts';
import { processLives } from '../../../src/runs/process-identity.ts';
import { artifactPath, journalPath, seedDirectory } from '../../../src/runs/run-directory.ts';
import { requestStop } from '../../../src/runs/stop.ts';
import { useFolder } from '../runs/helpers.ts';
import { until } from '../until.ts';
import { countingWork, STEPS } from './fixtures/counting-job.ts';

const RUNNER = join(dirname(fileURLToPath(import.meta.url)), 'fixtures', 'counting-runner.ts');

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

function start(
  args: readonly string[],
  env: Record<string, string> = {},
): { child: ChildProcess; end: Promise<Ended> } {
  const child = spawn(process.execPath, [RUNNER, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return { child, end: once(child, 'exit').then(([code, signal]) => ({ code, signal, stderr }) as Ended) };
}

const quietHost = (signal = new AbortController().signal) => ({
  now: Date.now,
  signal,
  onProgress: () => undefined,
  onLog: () => undefined,
});
const types = (directory: string) => readJournal(journalPath(directory)).events.map((event) => event.type);
const settled = (directory: string) =>
  settledEvents(readJournal(journalPath(directory)).events).map((event) =>
    withoutTimes(JSON.stringify({ ...event, seq: 0 })),
  );
const result = (directory: string) => readFileSync(artifactPath(directory, 'sum.bin'));

/** Holds a job at this step until the file is removed or the job is stopped. */
function holdIn(folder: string, step = 1): Record<string, string> {
  writeFileSync(join(folder, 'hold'), '');
  return { HOLD: join(folder, 'hold'), HOLD_FROM: String(step) };
}

describe('runJob', () => {
  const folder = useFolder();
  const directory = () => join(folder(), 'run');

  it('runJob gives equal journals, except for times, and equal results for the same seed', async () => {
    for (const name of ['a', 'b']) await runJob(join(folder(), name), countingWork([5]), quietHost());
    const lines = (name: string) =>
      readFileSync(journalPath(join(folder(), name)), 'utf8')
        .trim()
        .split('\n')
        .map(withoutTimes);
    assert.deepEqual(lines('a'), lines('b'));
    assert.equal(lines('a').length, STEPS + 3);
    assert.deepEqual(result(join(folder(), 'a')), result(join(folder(), 'b')));
  });

  it('runJob leaves a finished run as it is', async () => {
    const first = await runJob(directory(), countingWork([5]), quietHost());
    const journal = readFileSync(journalPath(directory()));
    assert.deepEqual(await runJob(directory(), countingWork([5]), quietHost()), first);
    assert.deepEqual(readFileSync(journalPath(directory())), journal);
    assert.ok(!existsSync(join(directory(), 'lease.json')));
  });

  it('A job that was killed at random moments ends with the results of an uninterrupted one', async () => {
    await runJob(join(folder(), 'straight'), countingWork([5]), quietHost());
    const random = new Random(11);
    let kills = 0;
    for (;;) {
      const events = () => readJournal(journalPath(directory())).events;
      const before = events().length;
      // Each process gets at most 20 steps further, so that the job does not end too soon if this process is slow.
      const reached = events().findLast((event) => event.type === 'iteration')?.step ?? 0;
      const { child, end } = start(['job', directory(), '5'], { STEP_MS: '8', ...holdIn(folder(), reached + 20) });
      // Wait until this process works, then for a random time.
      await until('work', () => child.exitCode !== null || events().length > before + 1);
      const timer = setTimeout(() => child.kill('SIGKILL'), random.between(0, 300));
      const { code } = await end;
      clearTimeout(timer);
      if (code === 0) break;
      kills++;
      assert.ok(kills < 100);
    }
    assert.ok(kills >= 3, `only ${kills} kills`);
    assert.deepEqual(result(directory()), result(join(folder(), 'straight')));
    assert.deepEqual(settled(directory()), settled(join(folder(), 'straight')));
  });

  it('runJob resumes from the newest whole checkpoint if the newest one is corrupt, and says so', async () => {
    await runJob(join(folder(), 'straight'), countingWork([5]), quietHost());
    const stop = new AbortController();
    const work = countingWork([5]);
    const end = await runJob(
      directory(),
      { ...work, job: (context) => work.job({ ...context, onProgress: ({ done }) => done === 30 && stop.abort() }) },
      quietHost(stop.signal),
    );
    assert.deepEqual(end, { state: 'stopped', step: 30 });
    const newest = join(directory(), 'checkpoints', '000000000030.ckpt');
    const bytes = readFileSync(newest);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(newest, bytes);
    const logs: string[] = [];
    await runJob(directory(), countingWork([5]), { ...quietHost(), onLog: (message) => logs.push(message) });
    assert.match(logs.join('\n'), /000000000030\.ckpt is skipped/);
    const resumed = readJournal(journalPath(directory())).events.find((event) => event.type === 'resumed');
    assert.equal(resumed?.step, 28);
    assert.deepEqual(result(directory()), result(join(folder(), 'straight')));
    assert.deepEqual(settled(directory()), settled(join(folder(), 'straight')));
  });

  it('runJob refuses a second runner on a run, and the first one does not notice', async () => {
    const { child, end } = start(['job', directory(), '5'], holdIn(folder()));
    await until('an iteration', () => types(directory()).includes('iteration'));
    const second = await start(['job', directory(), '5']).end;
    assert.equal(second.code, 3);
    assert.match(second.stderr, new RegExp(`Another process works on .*: process ${child.pid} on `));
    rmSync(join(folder(), 'hold'));
    assert.equal((await end).code, 0);
    assert.ok(!types(directory()).includes('resumed'));
  });

  it('A stop file makes a job acknowledge the stop and end at a checkpoint', async () => {
    const { end } = start(['job', directory(), '5'], holdIn(folder()));
    await until('an iteration', () => types(directory()).includes('iteration'));
    requestStop(directory());
    assert.equal((await end).code, 130);
    const { events } = readJournal(journalPath(directory()));
    const [stopRequested, stopped] = events.slice(-2);
    assert.ok(stopRequested.type === 'stopRequested' && stopRequested.by === 'file');
    assert.ok(stopped.type === 'stopped');
    assert.equal(listCheckpoints(join(directory(), 'checkpoints'))[0], stopped.step);
    // The file of the earlier stop does not end the next run.
    assert.equal((await start(['job', directory(), '5']).end).code, 0);
  });

  it('SIGTERM stops a job at a checkpoint', async () => {
    const { child, end } = start(['job', directory(), '5'], holdIn(folder()));
    await until('an iteration', () => types(directory()).includes('iteration'));
    child.kill('SIGTERM');
    assert.equal((await end).code, 130);
    assert.deepEqual(types(directory()).slice(-2), ['stopRequested', 'stopped']);
  });

  it('A job does not begin if the stop came first', async () => {
    assert.deepEqual(await runJob(directory(), countingWork([5]), quietHost(AbortSignal.abort())), {
      state: 'stopped',
      step: 0,
    });
    assert.deepEqual(types(directory()), ['started', 'stopRequested', 'stopped']);
  });

  it('The journal says why a job failed', async () => {
    const job = () => Promise.reject(new Error('no way'));
    const end = await runJob(directory(), { ...countingWork([5]), job }, quietHost());
    assert.ok(end.state === 'failed' && end.error instanceof Error);
    assert.deepEqual(readJournal(journalPath(directory())).events.at(-1), {
      ...readJournal(journalPath(directory())).events.at(-1),
      type: 'failed',
      message: 'no way',
    });
  });

  it('A job writes nothing more once another process has taken its run over', async () => {
    const end = await runJob(
      directory(),
      {
        ...countingWork([5]),
        job: async (context) => {
          const lease = JSON.parse(readFileSync(join(directory(), 'lease.json'), 'utf8')) as object;
          writeFileSync(join(directory(), 'lease.json'), JSON.stringify({ ...lease, token: 'theirs' }));
          await until('the loss of the lease', () => context.signal.aborted);
          throw context.signal.reason;
        },
      },
      quietHost(),
    );
    assert.ok(end.state === 'failed');
    assert.match(String(end.error), /taken over/);
    assert.deepEqual(types(directory()), ['started']);
    assert.ok(existsSync(join(directory(), 'lease.json')));
  });
});

describe('runSeeds', () => {
  const folder = useFolder();
  const directory = () => join(folder(), 'run');
  const seedPids = () =>
    [1, 2, 3].flatMap((seed) => {
      // 0 means that the lease is just being written.
      const pid = readLease(seedDirectory(directory(), seed), Date.now)?.pid ?? 0;
      return pid > 0 ? [pid] : [];
    });

  it('runSeeds does each seed in its own process and directory, and collects summaries in order', async () => {
    assert.equal((await start(['seeds', directory(), '3,1,2', '2']).end).code, 0);
    const finished = readJournal(journalPath(directory())).events.at(-1)!;
    assert.ok(finished.type === 'finished');
    const sums = [3, 1, 2].map((seed) => {
      const last = readJournal(journalPath(seedDirectory(directory(), seed))).events.at(-1)!;
      assert.ok(last.type === 'finished');
      return last.summary;
    });
    assert.deepEqual(finished.summary, { sums });
    assert.equal(new Set(sums.map((sum) => JSON.stringify(sum))).size, 3);
  });

  it('runSeeds stops the other seeds at checkpoints if one fails, and names that one', async () => {
    const { code, stderr } = await start(['seeds', directory(), '1,2', '2'], { STEP_MS: '5', FAIL_AT_SEED: '2' }).end;
    assert.equal(code, 1);
    assert.match(stderr, /Seed 2: .*the twentieth step is too much/);
    const last = readJournal(journalPath(seedDirectory(directory(), 1))).events.at(-1)!;
    assert.ok(last.type === 'stopped' || last.type === 'finished');
    // Once the cause is gone, the run continues where each seed stopped.
    assert.equal((await start(['seeds', directory(), '1,2', '2']).end).code, 0);
  });

  it('runSeeds stops all seeds when it is asked to', async () => {
    const { child, end } = start(['seeds', directory(), '1,2,3', '2'], holdIn(folder()));
    await until('two processes', () => seedPids().length === 2);
    child.kill('SIGTERM');
    assert.equal((await end).code, 130);
    assert.deepEqual(seedPids(), []);
    assert.deepEqual(types(directory()).slice(-2), ['stopRequested', 'stopped']);
    assert.deepEqual(readdirSync(join(directory(), 'seeds')).sort(), ['1', '2']);
  });

  it('Seeds whose parent was killed end, and resume with the results of an uninterrupted run', async () => {
    assert.equal((await start(['seeds', join(folder(), 'straight'), '1,2', '2']).end).code, 0);
    const { child, end } = start(['seeds', directory(), '1,2', '2'], holdIn(folder(), 15));
    await until('two processes', () => seedPids().length === 2);
    await until('steps', () => [1, 2].every((seed) => types(seedDirectory(directory(), seed)).length > 10));
    const pids = seedPids();
    child.kill('SIGKILL');
    await end;
    // This starts at once: the children may still be writing their last checkpoint.
    assert.equal((await start(['seeds', directory(), '1,2', '2']).end).code, 0);
    assert.ok(pids.every((pid) => processLives(pid, '') === 'no'));
    const life = types(seedDirectory(directory(), 1));
    assert.deepEqual(
      life.filter((type) => type === 'stopped' || type === 'resumed'),
      ['stopped', 'resumed'],
    );
    for (const seed of [1, 2]) {
      const straight = seedDirectory(join(folder(), 'straight'), seed);
      assert.deepEqual(result(seedDirectory(directory(), seed)), result(straight));
      assert.deepEqual(settled(seedDirectory(directory(), seed)), settled(straight));
    }
  });

  it('runSeeds says which process ended without a message', async () => {
    const { end } = start(['seeds', directory(), '1', '1'], holdIn(folder()));
    await until(
      'an iteration',
      () => seedPids().length === 1 && types(seedDirectory(directory(), 1)).includes('iteration'),
    );
    process.kill(seedPids()[0], 'SIGKILL');
    const { code, stderr } = await end;
    assert.equal(code, 1);
    assert.match(stderr, /The process of seed 1 ended unexpectedly \(SIGKILL\): resume the run/);
  });
});
