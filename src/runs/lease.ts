import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeAll, writeFileAtomic } from './atomic-file.ts';
import { codeOf, isMissing, toIoError, withIoErrors } from './io-error.ts';
import { processLives, processStart } from './process-identity.ts';
import type { RunProcess } from './run-process.ts';

/** The file that says which process works on a run. Its modification time is the heartbeat: that needs no room on a full disk. */
interface LeaseFile {
  readonly pid: number;
  readonly host: string;
  /** See processStart. */
  readonly processStart: string;
  /** Unique to this holding. */
  readonly token: string;
}

export interface LeaseHolder {
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since the epoch. */
  readonly heartbeat: number;
  /** The holder is gone: the run may be taken over. */
  readonly stale: boolean;
}

/** Milliseconds without a heartbeat after which a process that cannot be looked at (on another host) counts as gone. */
export const STALE_AFTER = 15_000;
const HEARTBEAT = 3_000;

/** Another process works on this run. */
export class LeaseHeldError extends Error {
  readonly holder: LeaseHolder;
  constructor(runDirectory: string, holder: LeaseHolder) {
    super(
      `Another process works on ${runDirectory}: process ${holder.pid} on ${holder.host}. ` +
        'Wait for it, or stop it first (karma-mas runs stop).',
    );
    this.name = 'LeaseHeldError';
    this.holder = holder;
  }
}

export interface Lease {
  /**
   * Aborts when another process has taken the lease over (this one slept too long), or the run's directory is gone: this process must
   * write nothing any more.
   */
  readonly lost: AbortSignal;
  release(): void;
}

/**
 * Makes this process the only one that works on a run, until `release`. A stale lease is taken over. Throws
 * LeaseHeldError where a living process holds it, IoError where the folder cannot be written.
 */
export function acquireLease(runDirectory: string, { now, every, pid, unique }: RunProcess): Lease {
  const path = leasePath(runDirectory);
  const mine: LeaseFile = { pid, host: hostname(), processStart: processStart(pid), token: unique() };
  if (!createExclusively(path, mine)) takeOver(runDirectory, mine, now);
  touch(path, now);
  const lost = new AbortController();
  const endBeating = every(HEARTBEAT, () => {
    const loss = lossOf(runDirectory, mine);
    if (loss === undefined) return touch(path, now);
    endBeating();
    lost.abort(new Error(loss));
  });
  return {
    lost: lost.signal,
    release() {
      endBeating();
      if (read(path)?.token === mine.token) withIoErrors(path, () => rmSync(path, { force: true }));
    },
  };
}

/**
 * Why a lease is no longer this process's; undefined while it is. A file that cannot be read at this moment (too many open files,
 * a virus scanner, a network disk) says nothing, and one that somebody deleted is written again.
 */
function lossOf(runDirectory: string, mine: LeaseFile): string | undefined {
  const path = leasePath(runDirectory);
  const found = read(path);
  if (found)
    return found.token === mine.token
      ? undefined
      : `Another process has taken over ${runDirectory}; this one ends without writing to it.`;
  try {
    if (!existsSync(path)) createExclusively(path, mine);
    return undefined;
  } catch (error) {
    return isMissing(error)
      ? `${runDirectory} was moved or deleted; this process ends without writing to it.`
      : undefined;
  }
}

/** Who works on a run, or undefined where nobody holds its lease. */
export function readLease(runDirectory: string, now: () => number): LeaseHolder | undefined {
  const path = leasePath(runDirectory);
  let heartbeat: number;
  try {
    heartbeat = statSync(path).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw toIoError(error, path);
  }
  const fresh = now() - heartbeat < STALE_AFTER;
  const lease = read(path);
  // Not readable: another process is just making it, or died while it did.
  if (!lease) return { pid: 0, host: 'an unknown host', heartbeat, stale: !fresh };
  if (lease.host !== hostname()) return { pid: lease.pid, host: lease.host, heartbeat, stale: !fresh };
  // On this host the process itself can be looked at: a busy one that misses heartbeats keeps its lease.
  const lives = processLives(lease.pid, lease.processStart);
  const stale = lives === 'no' || (lives === 'unknown' && !fresh);
  return { pid: lease.pid, host: lease.host, heartbeat, stale };
}

/** Replaces a stale lease. A folder is the lock between processes that try this at the same time. */
function takeOver(runDirectory: string, mine: LeaseFile, now: () => number): void {
  const lock = `${leasePath(runDirectory)}.takeover`;
  try {
    mkdirSync(lock);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw toIoError(error, lock);
    // A process that died between the next lines leaves the lock behind; one that lives may remove it at any moment.
    const lockedAt = withIoErrors(lock, () => statSync(lock, { throwIfNoEntry: false })?.mtimeMs);
    if (lockedAt !== undefined && now() - lockedAt > STALE_AFTER) unlock(lock);
    throw new LeaseHeldError(runDirectory, readLease(runDirectory, now) ?? unknownHolder(now));
  }
  try {
    const holder = readLease(runDirectory, now);
    if (holder && !holder.stale) throw new LeaseHeldError(runDirectory, holder);
    writeFileAtomic(leasePath(runDirectory), JSON.stringify(mine));
  } finally {
    unlock(lock);
  }
}

function unlock(lock: string): void {
  try {
    rmdirSync(lock);
  } catch (error) {
    if (!isMissing(error)) throw toIoError(error, lock);
  }
}

function createExclusively(path: string, lease: LeaseFile): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx');
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw toIoError(error, path);
  }
  try {
    writeAll(file, Buffer.from(JSON.stringify(lease)));
  } catch (error) {
    rmSync(path, { force: true });
    throw toIoError(error, path);
  } finally {
    closeSync(file);
  }
  return true;
}

function touch(path: string, now: () => number): void {
  try {
    utimesSync(path, now() / 1000, now() / 1000);
  } catch {
    // The next heartbeat tells: either it works again, or the lease is no longer ours.
  }
}

function read(path: string): LeaseFile | undefined {
  try {
    const lease = JSON.parse(readFileSync(path, 'utf8')) as Partial<LeaseFile>;
    return typeof lease.pid === 'number' && typeof lease.host === 'string' ? (lease as LeaseFile) : undefined;
  } catch {
    return undefined;
  }
}

function unknownHolder(now: () => number): LeaseHolder {
  return { pid: 0, host: 'an unknown host', heartbeat: now(), stale: false };
}

function leasePath(runDirectory: string): string {
  return join(runDirectory, 'lease.json');
}
