import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { JournalEvent } from './events.ts';
import { isMissing, toIoError } from './io-error.ts';
import { parseLines } from './journal-lines.ts';

/** Reads a journal that another process is writing: each call gives the whole lines that are new since the last one. */
export class JournalReader {
  readonly path: string;
  /** Bytes and lines already given. */
  #offset = 0;
  #lines = 0;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Empty where nothing is new or there is no file yet. `limit`: about so many bytes at once, for a reader that has other things
   * to do in between; `more` says that there is more to read now. Throws an IoError where it cannot be read.
   */
  read(limit = Infinity): { events: JournalEvent[]; problems: string[]; more: boolean } {
    const { bytes, more } = this.#newBytes(limit);
    const end = bytes.lastIndexOf(10) + 1;
    // A line that is longer than the limit is read whole.
    if (end === 0 && more) return this.read(limit * 2);
    const { events, problems, lines } = parseLines(bytes.subarray(0, end), this.path, this.#lines + 1);
    this.#offset += end;
    this.#lines += lines;
    return { events, problems, more };
  }

  #newBytes(limit: number): { bytes: Buffer; more: boolean } {
    try {
      const size = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
      if (size <= this.#offset) return { bytes: Buffer.alloc(0), more: false };
      const file = openSync(this.path, 'r');
      try {
        const bytes = Buffer.allocUnsafe(Math.min(size - this.#offset, limit));
        const read = readSync(file, bytes, 0, bytes.length, this.#offset);
        return { bytes: bytes.subarray(0, read), more: read > 0 && this.#offset + read < size };
      } finally {
        closeSync(file);
      }
    } catch (error) {
      if (isMissing(error)) return { bytes: Buffer.alloc(0), more: false };
      throw toIoError(error, this.path);
    }
  }
}
