import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { acquireLease, LeaseHeldError, readLease, STALE_AFTER } from '../../../src/runs/lease.ts';
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

  it('is held by one, and free again after release', () => {
    const lease = acquireLease(folder(), clock);
    assert.throws(
      () => acquireLease(folder(), clock),
      (error) =>
        error instanceof LeaseHeldError &&
        error.message.includes(`process ${process.pid} on ${hostname()}`) &&
        error.holder.pid === process.pid,
    );
    assert.equal(readLease(folder(), clock)?.stale, false);
    lease.release();
    assert.equal(readLease(folder(), clock), undefined);
    acquireLease(folder(), clock).release();
    assert.deepEqual(readdirSync(folder()), []);
  });

  it('of another host goes by its heartbeat', () => {
    write(other);
    assert.throws(() => acquireLease(folder(), clock), /process 4711 on another-host/);
    now += STALE_AFTER + 1;
    const lease = acquireLease(folder(), clock);
    assert.equal(JSON.parse(readFileSync(path(), 'utf8')).pid, process.pid);
    assert.equal(lease.lost.aborted, false);
    lease.release();
  });

  it('of a dead process on this host is taken over at once', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const start = processStart(child.pid!);
    write({ ...other, host: hostname(), pid: child.pid, processStart: start });
    assert.throws(() => acquireLease(folder(), clock), LeaseHeldError);
    child.kill('SIGKILL');
    await once(child, 'exit');
    acquireLease(folder(), clock).release();
  });

  it('of a living process on this host stays, however old its heartbeat', () => {
    write(
      { ...other, host: hostname(), pid: process.pid, processStart: processStart(process.pid) },
      now - 10 * STALE_AFTER,
    );
    assert.throws(() => acquireLease(folder(), clock), LeaseHeldError);
  });

  it('is not held by a process that got the same id later', () => {
    write({ ...other, host: hostname(), pid: process.pid, processStart: 'boot/1' });
    acquireLease(folder(), clock).release();
  });

  it('goes by the heartbeat where the start of the process is unknown', () => {
    write({ ...other, host: hostname(), pid: process.pid });
    assert.throws(() => acquireLease(folder(), clock), LeaseHeldError);
    now += STALE_AFTER + 1;
    acquireLease(folder(), clock).release();
  });

  it('that cannot be read counts as held until its heartbeat is old', () => {
    writeFileSync(path(), '{"pid":');
    assert.throws(() => acquireLease(folder(), clock), /an unknown host/);
    now += STALE_AFTER + 1;
    acquireLease(folder(), clock).release();
  });

  it('is taken over by one of two that try at the same time', () => {
    write(other, now - 2 * STALE_AFTER);
    mkdirSync(`${path()}.takeover`);
    assert.throws(() => acquireLease(folder(), clock), LeaseHeldError);
    // The other one died in the middle: its lock is removed once it is old.
    now += 2 * STALE_AFTER;
    assert.throws(() => acquireLease(folder(), clock), LeaseHeldError);
    acquireLease(folder(), clock).release();
  });

  it('tells its holder when another process has taken it over, and is not released by it', async () => {
    const lease = acquireLease(folder(), clock);
    write(other);
    await until('the loss', () => lease.lost.aborted);
    assert.match(String(lease.lost.reason), /Another process has taken over/);
    lease.release();
    assert.ok(existsSync(path()));
  });

  it('beats', async () => {
    const lease = acquireLease(folder(), clock);
    const before = readLease(folder(), clock)!.heartbeat;
    now += 5000;
    await until('a heartbeat', () => readLease(folder(), clock)!.heartbeat !== before);
    lease.release();
  });

  it('fails with a sentence where the folder is missing or a file', () => {
    assert.throws(() => acquireLease(join(folder(), 'none'), clock), /does not exist/);
    writeFileSync(join(folder(), 'file'), '');
    assert.throws(() => acquireLease(join(folder(), 'file'), clock), /a folder is needed/);
  });
});

describe('processLives', () => {
  it('knows this process, a zombie and none', async () => {
    assert.equal(processLives(process.pid, processStart(process.pid)), 'yes');
    assert.equal(processLives(process.pid, 'other'), 'no');
    assert.equal(processLives(2 ** 22 + 1, 'any'), 'no');
    assert.equal(processStart(2 ** 22 + 1), '');
    // The shell's child ends; the program that the shell becomes never asks for it: a zombie.
    const parent = spawn('sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 1000']);
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const zombie = Number(line.toString());
    await until('the zombie', () => processLives(zombie, '') === 'no');
    parent.kill('SIGKILL');
  });
});
