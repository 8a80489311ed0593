import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from './atomic-file.ts';
import { withIoErrors } from './io-error.ts';
import type { RunProcess } from './run-process.ts';

/** Looked for this often (ms): a stop is acknowledged within a second. */
const POLL = 250;

/** Asks the process that works on a run to stop at its next checkpoint. */
export function requestStop(runDirectory: string): void {
  writeFileAtomic(stopPath(runDirectory), '');
}

/** Whether a stop was asked for; it stands until the work is begun again. */
export function isStopRequested(runDirectory: string): boolean {
  return existsSync(stopPath(runDirectory));
}

/** A stop that was asked for earlier must not end the work that starts now. */
export function clearStop(runDirectory: string): void {
  withIoErrors(runDirectory, () => rmSync(stopPath(runDirectory), { force: true }));
}

/** Calls `onStop` once when a stop is asked for. Returns a function that ends the watch. */
export function watchStop(runDirectory: string, every: RunProcess['every'], onStop: () => void): () => void {
  const end = every(POLL, () => {
    if (!existsSync(stopPath(runDirectory))) return;
    end();
    onStop();
  });
  return end;
}

function stopPath(runDirectory: string): string {
  return join(runDirectory, 'stop');
}
