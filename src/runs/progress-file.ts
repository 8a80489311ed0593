import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from './atomic-file.ts';

/** How far a job is. For display only: the journal is what counts. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** 'steps', 'episodes', ... */
  readonly unit: string;
  /** What is being done: 'training', ... */
  readonly what: string;
}

/** Milliseconds between two writes. */
const INTERVAL = 1000;

/** Keeps <run>/progress.json up to date, at most once a second and at the end of each part of the work. */
export function progressWriter(runDirectory: string, now: () => number): (progress: Progress) => void {
  let writtenAt = -Infinity;
  return ({ done, total, unit, what }) => {
    if (now() - writtenAt < INTERVAL && done < total) return;
    writtenAt = now();
    try {
      writeFileAtomic(progressPath(runDirectory), JSON.stringify({ done, total, unit, what }));
    } catch {
      // A full disk, say: the job's own next write meets it and says so.
    }
  };
}

/** Undefined where none has been told yet. */
export function readProgress(runDirectory: string): Progress | undefined {
  try {
    const { done, total, unit, what } = JSON.parse(
      readFileSync(progressPath(runDirectory), 'utf8'),
    ) as Partial<Progress>;
    if (typeof done !== 'number' || typeof total !== 'number') return undefined;
    return { done, total, unit: String(unit ?? ''), what: String(what ?? '') };
  } catch {
    return undefined;
  }
}

function progressPath(runDirectory: string): string {
  return join(runDirectory, 'progress.json');
}
