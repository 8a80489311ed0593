import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf, toIoError } from './io-error.ts';

/** Temporary files end with this; a reader of the folder ignores them. */
export const TEMPORARY = '.tmp';

/**
 * Replaces a file as one step: written to a temporary name beside it, flushed to the disk, renamed, and the folder
 * flushed. After a crash there is the old file or the new one, never a part. A failed write leaves the old file as it
 * was, removes the temporary one, and throws an IoError.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  let temporary = '';
  try {
    const opened = openTemporary(path);
    const { file } = opened;
    temporary = opened.temporary;
    try {
      writeAll(file, typeof content === 'string' ? Buffer.from(content) : content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    if (temporary !== '') removeQuietly(temporary);
    throw toIoError(error, path);
  }
}

/** A new file beside `path`: processes that write the same file at once have one each, and one that died leaves its own behind. */
function openTemporary(path: string): { readonly file: number; readonly temporary: string } {
  for (let attempt = 0; ; attempt++) {
    const temporary = join(dirname(path), `.${basename(path)}.${attempt}${TEMPORARY}`);
    try {
      return { file: openSync(temporary, 'wx'), temporary };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

/** Writes every byte, however many calls that takes. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}

/** Makes a rename or a new file in this folder last through a power failure, where the platform can. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return; // A folder cannot be opened there; NTFS journals the rename itself.
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The error that brought us here says more than this one.
  }
}
