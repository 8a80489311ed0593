import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { thisProcess } from '../../../src/jobs/this-process.ts';
import { acquireLease, LeaseHeldError, readLease, STALE_AFTER } from '../../../src/runs/lease.ts';
import type { RunProcess } from '../../../src/runs/run-process.ts';
import { processLives, processStart } from '../../../src/runs/process-identity.ts';
import { until } from '../until.ts';
import { useFolder } from './helpers.ts';

describe('lease', () => {
  const folder = useFolder();
  const path = () => join(folder(), 'lease.json');
  let now = 0;
  const clock = () => now;
  beforeEach(() => (now = Date.now()));

  const write = (lease: object, heartbeat = now) => {
    writeFileSync(path(), JSON.stringify(lease));
    utimesSync(path(), heartbeat / 1000, heartbeat / 1000);
  };
  const other = { host: 'another-host', pid: 4711, processStart: '', token: 'theirs' };

  it('The lease of a run is held by one process, and is free after its release', () => {
    const lease = acquireLease(folder(), thisProcess(clock));
    assert.throws(
      () => acquireLease(folder(), thisProcess(clock)),
      (error) =>
        error instanceof LeaseHeldError &&
        error.message.includes(`process ${process.pid} on ${hostname()}`) &&
        error.holder.pid === process.pid,
    );
    assert.equal(readLease(folder(), clock)?.stale, false);
    lease.release();
    assert.equal(readLease(folder(), clock), undefined);
    acquireLease(folder(), thisProcess(clock)).release();
    assert.deepEqual(readdirSync(folder()), []);
  });

  it('The lease of another host is judged by its heartbeat', () => {
    write(other);
    assert.throws(() => acquireLease(folder(), thisProcess(clock)), /process 4711 on another-host/);
    now += STALE_AFTER + 1;
    const lease = acquireLease(folder(), thisProcess(clock));
    assert.equal(JSON.parse(readFileSync(path(), 'utf8')).pid, process.pid);
    assert.equal(lease.lost.aborted, false);
    lease.release();
  });

  it('The lease of a dead process on this host is taken over at once', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const start = processStart(child.pid!);
    write({ ...other, host: hostname(), pid: child.pid, processStart: start });
    assert.throws(() => acquireLease(folder(), thisProcess(clock)), LeaseHeldError);
    child.kill('SIGKILL');
    await once(child, 'exit');
    acquireLease(folder(), thisProcess(clock)).release();
  });

  it('The lease of a living process on this host stays, however old its heartbeat is', () => {
    write(
      { ...other, host: hostname(), pid: process.pid, processStart: processStart(process.pid) },
      now - 10 * STALE_AFTER,
    );
    assert.throws(() => acquireLease(folder(), thisProcess(clock)), LeaseHeldError);
  });

  it('A process that got the same id later does not hold the lease', () => {
    write({ ...other, host: hostname(), pid: process.pid, processStart: 'boot/1' });
    acquireLease(folder(), thisProcess(clock)).release();
  });

  it('The lease is judged by its heartbeat where the start of the process is unknown', () => {
    write({ ...other, host: hostname(), pid: process.pid });
    assert.throws(() => acquireLease(folder(), thisProcess(clock)), LeaseHeldError);
    now += STALE_AFTER + 1;
    acquireLease(folder(), thisProcess(clock)).release();
  });

  it('A lease that cannot be read counts as held until its heartbeat is old', () => {
    writeFileSync(path(), '{"pid":');
    assert.throws(() => acquireLease(folder(), thisProcess(clock)), /an unknown host/);
    now += STALE_AFTER + 1;
    acquireLease(folder(), thisProcess(clock)).release();
  });

  it('Only one of two processes that try at the same time takes over a stale lease', () => {
    write(other, now - 2 * STALE_AFTER);
    mkdirSync(`${path()}.takeover`);
    assert.throws(() => acquireLease(folder(), thisProcess(clock)), LeaseHeldError);
    // The other process died during the takeover: its lock is removed once it is old.
    now += 2 * STALE_AFTER;
    assert.throws(() => acquireLease(folder(), thisProcess(clock)), LeaseHeldError);
    acquireLease(folder(), thisProcess(clock)).release();
  });

  /** A process whose heartbeat the test triggers. */
  function beating(): { readonly process: RunProcess; readonly beat: () => void } {
    let action: () => void = () => undefined;
    const every: RunProcess['every'] = (_, act) => {
      action = act;
      return () => (action = () => undefined);
    };
    return { process: { ...thisProcess(clock), every }, beat: () => action() };
  }

  it('The lease ends the run when another process holds it, and is not released by the former holder', () => {
    const { process, beat } = beating();
    const lease = acquireLease(folder(), process);
    write(other);
    beat();
    assert.match(String(lease.lost.reason), /Another process has taken over/);
    lease.release();
    assert.ok(existsSync(path()));
  });

  for (const [what, content] of [
    ['is empty', ''],
    ['is torn', '{"pid":'],
    ['is no lease', '{}'],
  ] as const)
    it(`The lease is not lost where its file ${what} at a heartbeat`, () => {
      const { process, beat } = beating();
      const lease = acquireLease(folder(), process);
      const mine = readFileSync(path());
      writeFileSync(path(), content);
      beat();
      assert.equal(lease.lost.aborted, false);
      writeFileSync(path(), mine);
      beat();
      assert.equal(lease.lost.aborted, false);
      lease.release();
      assert.ok(!existsSync(path()));
    });

  it('The lease is not lost where its file cannot be opened at a heartbeat', () => {
    const { process, beat } = beating();
    const lease = acquireLease(folder(), process);
    const mine = readFileSync(path());
    // With a folder in its place, every attempt to read it fails.
    rmSync(path());
    mkdirSync(path());
    beat();
    assert.equal(lease.lost.aborted, false);
    rmdirSync(path());
    writeFileSync(path(), mine);
    beat();
    assert.equal(lease.lost.aborted, false);
    lease.release();
  });

  it('The lease is written again where somebody deleted its file, and keeps other processes out', () => {
    const { process, beat } = beating();
    const lease = acquireLease(folder(), process);
    rmSync(path());
    beat();
    assert.equal(lease.lost.aborted, false);
    assert.throws(() => acquireLease(folder(), process), LeaseHeldError);
    lease.release();
  });

  it('The lease is lost where the directory of its run is gone, with a sentence that says so', () => {
    const { process, beat } = beating();
    const run = join(folder(), 'run');
    mkdirSync(run);
    const lease = acquireLease(run, process);
    rmSync(run, { recursive: true });
    beat();
    assert.match(String(lease.lost.reason), /was moved or deleted/);
    lease.release();
  });

  it('The lease renews its heartbeat by itself', async () => {
    const lease = acquireLease(folder(), thisProcess(clock));
    const before = readLease(folder(), clock)!.heartbeat;
    now += 5000;
    await until('a heartbeat', () => readLease(folder(), clock)!.heartbeat !== before);
    lease.release();
  });

  it('Acquiring a lease fails with a sentence when the folder is missing or is a file', () => {
    assert.throws(() => acquireLease(join(folder(), 'none'), thisProcess(clock)), /does not exist/);
    writeFileSync(join(folder(), 'file'), '');
    assert.throws(() => acquireLease(join(folder(), 'file'), thisProcess(clock)), /a folder is needed/);
  });
});

describe('processLives', () => {
  it('processLives recognizes this process, a zombie and a missing process', async () => {
    assert.equal(processLives(process.pid, processStart(process.pid)), 'yes');
    assert.equal(processLives(process.pid, 'other'), 'no');
    assert.equal(processLives(2 ** 22 + 1, 'any'), 'no');
    assert.equal(processStart(2 ** 22 + 1), '');
    // The child of the shell ends, but the program that replaces the shell never waits for it: it stays a zombie.
    const parent = spawn('sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 1000']);
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const zombie = Number(line.toString());
    await until('the zombie', () => processLives(zombie, '') === 'no');
    parent.kill('SIGKILL');
  });
});
