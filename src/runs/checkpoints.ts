import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from './atomic-file.ts';
import { isMissing, toIoError, withIoErrors } from './io-error.ts';
import { pack, unpack, type Content } from './typed-arrays.ts';

export { pack, unpack, type Content, type TypedArray } from './typed-arrays.ts';

/** How many checkpoints stay. */
export const KEPT = 3;

export interface Checkpoint extends Content {
  readonly step: number;
  /** seq of the last journal event that this checkpoint includes. */
  readonly after: number;
}

/** Writes checkpoints/<step>.ckpt as one step, then removes all but the newest three. Throws an IoError. */
export function writeCheckpoint(folder: string, checkpoint: Checkpoint): void {
  withIoErrors(folder, () => mkdirSync(folder, { recursive: true }));
  const { step, after, json, arrays } = checkpoint;
  writeFileAtomic(pathOf(folder, step), pack({ json: { step, after, content: json }, arrays }));
  for (const old of listCheckpoints(folder).slice(KEPT))
    withIoErrors(folder, () => rmSync(pathOf(folder, old), { force: true }));
}

/** Steps of the checkpoints that are there, newest first, whether whole or not. */
export function listCheckpoints(folder: string): number[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw toIoError(error, folder);
  }
  const steps = names.flatMap((name) => /^(\d+)\.ckpt$/.exec(name)?.[1] ?? []);
  return steps.map(Number).sort((a, b) => b - a);
}

/** The newest checkpoint that is whole, and a sentence for each newer one that is not. Changes nothing. */
export function newestValid(folder: string): { checkpoint?: Checkpoint; problems: string[]; corrupt: string[] } {
  const problems: string[] = [];
  const corrupt: string[] = [];
  for (const step of listCheckpoints(folder)) {
    const path = pathOf(folder, step);
    try {
      return { checkpoint: readCheckpoint(path), problems, corrupt };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push(`${path} is skipped. ${reason}`);
      corrupt.push(path);
    }
  }
  return { problems, corrupt };
}

/**
 * As `newestValid`, for the process that goes on from it: checkpoints that are not whole are renamed to *.corrupt, so that
 * they are kept for inspection but can never push a whole one out of the newest three.
 */
export function restoreNewest(folder: string): { checkpoint?: Checkpoint; problems: string[] } {
  const { corrupt, ...result } = newestValid(folder);
  for (const path of corrupt) withIoErrors(path, () => renameSync(path, `${path}.corrupt`));
  return result;
}

function readCheckpoint(path: string): Checkpoint {
  const { json, arrays } = unpack(withIoErrors(path, () => readFileSync(path)));
  const { step, after, content } = json as { step: number; after: number; content: unknown };
  return { step, after, json: content, arrays };
}

function pathOf(folder: string, step: number): string {
  return join(folder, `${String(step).padStart(12, '0')}.ckpt`);
}
