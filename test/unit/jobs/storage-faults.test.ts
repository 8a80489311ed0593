import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Work } from '../../../src/jobs/running/run-job.ts';
import { runJob } from '../../../src/jobs/running/run-job.ts';
import { writeFileAtomic } from '../../../src/runs/atomic-file.ts';
import { newestValid } from '../../../src/runs/checkpoints.ts';
import { settledEvents, withoutTimes } from '../../../src/runs/events.ts';
import { IoError } from '../../../src/runs/io-error.ts';
import { openJournal, readJournal } from '../../../src/runs/journal.ts';
import { artifactPath, journalPath } from '../../../src/runs/run-directory.ts';
import { steppingClock, useFolder } from '../runs/helpers.ts';
import { countingWork } from './fixtures/counting-job.ts';

const RUNNER = join(dirname(fileURLToPath(import.meta.url)), 'fixtures', 'counting-runner.ts');
const host = {
  now: Date.now,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onLog: () => undefined,
};
const settled = (directory: string) =>
  settledEvents(readJournal(journalPath(directory)).events).map((event) =>
    withoutTimes(JSON.stringify({ ...event, seq: 0 })),
  );

/** A separate file system of 64 KiB; undefined if this user may not mount one. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'karma-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'karma-test', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

function unmount(folder: string): void {
  execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
}

/** Fills the file system up to this many free bytes. */
function fill(disk: string, left: number): string {
  const { bavail, bsize } = statfsSync(disk);
  const filler = join(disk, 'filler');
  writeFileSync(filler, new Uint8Array(Math.max(0, bavail * bsize - left)));
  return filler;
}

describe('a full disk', () => {
  const folder = useFolder();
  let disk: string | undefined;
  beforeEach(function () {
    disk = mountSmallDisk();
    if (!disk) this.skip();
  });
  afterEach(() => {
    if (disk) unmount(disk);
  });

  it('A full disk ends a job with a clear message, and with more room it ends like an uninterrupted one', async () => {
    await runJob(join(folder(), 'straight'), countingWork([5]), host);
    const directory = join(disk!, 'run');
    let filler = '';
    const work: Work = countingWork([5]);
    const end = await runJob(
      directory,
      {
        ...work,
        job: (context) =>
          work.job({ ...context, onProgress: ({ done }) => (done === 25 ? (filler = fill(disk!, 1000)) : undefined) }),
      },
      host,
    );
    assert.ok(end.state === 'failed' && end.error instanceof IoError);
    assert.equal(end.error.code, 'ENOSPC');
    assert.match(end.error.message, /No space is left on the disk that holds .*: free some, then resume/);
    assert.deepEqual(readJournal(journalPath(directory)).problems, []);
    assert.equal(newestValid(join(directory, 'checkpoints')).problems.length, 0);
    assert.ok(!existsSync(join(directory, 'lease.json')));

    // Still full: nothing is lost by trying.
    const again = await runJob(directory, countingWork([5]), host).catch((error: unknown) => ({
      state: 'failed',
      error,
    }));
    assert.ok(again.state === 'failed' && 'error' in again && again.error instanceof IoError);
    rmSync(filler);
    assert.equal((await runJob(directory, countingWork([5]), host)).state, 'finished');
    assert.deepEqual(
      readFileSync(artifactPath(directory, 'sum.bin')),
      readFileSync(artifactPath(join(folder(), 'straight'), 'sum.bin')),
    );
    assert.deepEqual(settled(directory), settled(join(folder(), 'straight')));
  });

  it('A full disk leaves the old file and no temporary one when an atomic write fails', () => {
    const path = join(disk!, 'policies');
    writeFileAtomic(path, 'old');
    const filler = fill(disk!, 0);
    assert.throws(() => writeFileAtomic(path, new Uint8Array(5000)), /No space is left/);
    assert.equal(readFileSync(path, 'utf8'), 'old');
    rmSync(filler);
    writeFileAtomic(path, 'new');
    assert.equal(readFileSync(path, 'utf8'), 'new');
  });

  it('A full disk leaves whole lines in a journal when an append fails', () => {
    const path = join(disk!, 'journal.jsonl');
    const journal = openJournal(path, steppingClock());
    journal.append('started', { kind: 'train', seeds: [] });
    const filler = fill(disk!, 0);
    const message = 'x'.repeat(10_000);
    assert.throws(() => journal.append('note', { level: 'info', message }), /No space is left/);
    assert.equal(journal.last, 1);
    rmSync(filler);
    journal.append('note', { level: 'info', message });
    journal.close();
    const { events, problems } = readJournal(path);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      events.map((event) => event.seq),
      [1, 2],
    );
  });
});

describe('a limit on file sizes', () => {
  const folder = useFolder();

  it('A limit on file sizes ends a job with a clear message and exit code 3, and without it the job continues', async function () {
    if (process.platform === 'win32') return this.skip();
    await runJob(join(folder(), 'straight'), countingWork([5]), host);
    const directory = join(folder(), 'run');
    // 4 blocks of 512 bytes (1 KiB in bash): the journal passes them.
    const limited = spawnSync('sh', [
      '-c',
      'ulimit -f 4; exec "$0" "$@"',
      process.execPath,
      RUNNER,
      'job',
      directory,
      '5',
    ]);
    assert.equal(limited.status, 3, limited.stderr.toString());
    assert.match(
      limited.stderr.toString(),
      /journal\.jsonl may not grow further .*: raise it \(ulimit -f\), then resume/,
    );
    assert.deepEqual(readJournal(journalPath(directory)).problems, []);
    assert.equal((await runJob(directory, countingWork([5]), host)).state, 'finished');
    assert.deepEqual(settled(directory), settled(join(folder(), 'straight')));
  });
});

describe('a folder that cannot be written', () => {
  const folder = useFolder();

  it('A job says that the file system is read-only', async function () {
    const disk = mountSmallDisk();
    if (!disk) return this.skip();
    try {
      mkdirSync(join(disk, 'run'));
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      await assert.rejects(
        runJob(join(disk, 'run'), countingWork([5]), host),
        /read-only file system: choose a folder/,
      );
    } finally {
      unmount(disk);
    }
  });

  it('A job says that permissions are missing', async () => {
    chmodSync(folder(), 0o500);
    // Permissions do not bind root, so the test runs as somebody else meanwhile.
    const root = process.getuid?.() === 0;
    if (root) process.seteuid!(65534);
    try {
      await assert.rejects(runJob(join(folder(), 'run'), countingWork([5]), host), /check the permissions/);
    } finally {
      if (root) process.seteuid!(0);
      chmodSync(folder(), 0o700);
    }
  });

  it('A job says that a file is in the place of its folder', async () => {
    writeFileSync(join(folder(), 'run'), 'kept');
    await assert.rejects(runJob(join(folder(), 'run'), countingWork([5]), host), IoError);
    assert.equal(readFileSync(join(folder(), 'run'), 'utf8'), 'kept');
  });
});
