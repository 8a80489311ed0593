/** Reads a folder of specifications. The only part of spec/ that touches files. */
import { statSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadSpecs, type LoadResult, type SpecFile } from './load.ts';
import { compareProblems, problem, type Problem } from './problem.ts';
import { MAX_FILE_SIZE } from './text/source.ts';

export interface FolderResult extends LoadResult {
  /** What was read, in the order of the paths: enough to load the same model again. */
  readonly files: readonly SpecFile[];
}

export const SUFFIX = '.karma.yaml';
/** Folders that are not searched. */
const SKIPPED: ReadonlySet<string> = new Set(['.karma', '.git', 'node_modules']);
const START = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };

/**
 * All `*.karma.yaml` below a folder as one model; not those in .karma, .git and node_modules. Links to folders are not
 * followed. Rejects with the system's error where the folder itself cannot be read.
 */
export async function readSpecFolder(folder: string): Promise<FolderResult> {
  const files: SpecFile[] = [];
  const problems: Problem[] = [];
  for (const path of await findSpecs(folder)) {
    try {
      files.push({ path, text: await readSpecText(join(folder, path)) });
    } catch (error) {
      problems.push(unreadable(path, error));
    }
  }
  if (files.length === 0 && problems.length === 0) {
    const message = `There is no *${SUFFIX} file in ${folder}. Add one, or name another folder.`;
    problems.push(problem('.', START, 'no-specs', message));
  }
  const loaded = loadSpecs(files, { exists: (path) => isFile(join(folder, path)) });
  return { ...loaded, problems: [...loaded.problems, ...problems].sort(compareProblems), files };
}

/** The problem of a file that the system does not let us read. */
export function unreadable(path: string, error: unknown): Problem {
  const reason = error instanceof Error ? error.message : String(error);
  return problem(path, START, 'file-unreadable', `The file could not be read: ${reason}.`);
}

/** The bytes of a file, up to one more than may be read, which tells that it is too large. */
export const readSpecText = (path: string): Promise<Uint8Array> => readUpTo(path, MAX_FILE_SIZE + 1);

/**
 * All specification files below a folder: paths relative to it, with '/'; sorted. A folder that cannot be read rejects with the
 * system's error, unless `onUnreadable` takes it.
 */
export async function findSpecs(folder: string, onUnreadable?: (error: unknown) => void): Promise<string[]> {
  const found: string[] = [];
  const open = [''];
  for (let under = open.pop(); under !== undefined; under = open.pop()) {
    const entries = await readdir(join(folder, under), { withFileTypes: true }).catch((error: unknown) => {
      if (!onUnreadable) throw error;
      onUnreadable(error);
      return [];
    });
    for (const entry of entries) {
      const path = under === '' ? entry.name : `${under}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) open.push(path);
      } else if (entry.name.endsWith(SUFFIX) && (entry.isFile() || isFile(join(folder, path)))) found.push(path);
    }
  }
  return found.sort();
}

/** Reads the start of a file, so that a file that grows or lies about its size does no harm. */
async function readUpTo(path: string, limit: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = new Uint8Array(limit);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, limit - length);
      length += bytesRead;
      if (bytesRead === 0 || length === limit) return buffer.slice(0, length);
    }
  } finally {
    await file.close();
  }
}

/** Names that the system refuses (too long, with NUL, links in a circle) are no files. */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
