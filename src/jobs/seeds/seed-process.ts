import { setTimeout as sleep } from 'node:timers/promises';
import { readLease } from '../../runs/lease.ts';
import { seedDirectory } from '../../runs/run-directory.ts';
import { describeFailure } from '../failure.ts';
import { runJob, type Work } from '../running/run-job.ts';
import type { FromSeed, ToSeed } from './seed-protocol.ts';

/** Milliseconds that a process has to save its checkpoint after its job is gone. Then it ends in any case. */
const GRACE = 5_000;
const PROGRESS_INTERVAL = 200;
const LEASE_POLL = 100;

/**
 * The child's side of seed-pool.ts. It runs one seed in seeds/<n>, reports to the parent, and ends when asked to or when the
 * parent is gone. Resolves with the exit code, with which the caller must exit, since the open channel keeps the process alive.
 */
export async function runSeedProcess(runDirectory: string, seed: number, makeWork: () => Work): Promise<number> {
  const stop = new AbortController();
  // Resolves once the message is sent. Without a parent, nobody listens.
  const tell = (message: FromSeed) =>
    new Promise<void>((sent) => {
      if (process.connected) process.send?.(message, () => sent());
      else sent();
    });
  process.on('message', (message: ToSeed) => {
    if (message.type === 'stop') stop.abort();
  });
  process.on('disconnect', () => {
    stop.abort();
    setTimeout(() => process.exit(130), GRACE).unref();
  });
  // Ctrl-C reaches the whole process group, but the parent decides whether to stop.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => stop.abort());
  try {
    let told = 0;
    const directory = seedDirectory(runDirectory, seed);
    await predecessorsEnd(directory, stop.signal);
    const end = await runJob(directory, makeWork(), {
      now: Date.now,
      signal: stop.signal,
      onProgress: (progress) => {
        if (Date.now() - told < PROGRESS_INTERVAL && progress.done < progress.total) return;
        told = Date.now();
        void tell({ type: 'progress', progress });
      },
      onLog: (message, level) => void tell({ type: 'log', message, level }),
    });
    if (end.state === 'failed') throw end.error;
    await tell(end.state === 'stopped' ? { type: 'stopped' } : { type: 'finished', summary: end.summary });
    return end.state === 'stopped' ? 130 : 0;
  } catch (error) {
    const { message, exitCode, stack } = describeFailure(error);
    await tell({ type: 'failed', message, io: exitCode === 3, stack });
    return exitCode;
  }
}

/**
 * If the job's process was killed and the job resumed at once, the previous process of this seed may still be saving its
 * checkpoint. The job's lease ensures that no other process starts the seed, so it is enough to wait for that one to end.
 */
async function predecessorsEnd(directory: string, signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < 2 * GRACE && !signal.aborted; waited += LEASE_POLL) {
    const holder = readLease(directory, Date.now);
    if (!holder || holder.stale) return;
    await sleep(LEASE_POLL, undefined, { signal }).catch(() => undefined);
  }
}
