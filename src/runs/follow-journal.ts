import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalEvent } from './events.ts';
import { isMissing, toIoError } from './io-error.ts';
import { parseLines } from './journal-lines.ts';

/** Reads a journal that another process is writing: each call gives the whole lines that are new since the last one. */
export class JournalReader {
  readonly path: string;
  /** Bytes and lines already given. */
  private offset = 0;
  private lines = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Empty where nothing is new or there is no file yet. Throws an IoError where it cannot be read. */
  read(): { events: JournalEvent[]; problems: string[] } {
    const bytes = this.newBytes();
    const end = bytes.lastIndexOf(10) + 1;
    const { events, problems, lines } = parseLines(bytes.subarray(0, end), this.path, this.lines + 1);
    this.offset += end;
    this.lines += lines;
    return { events, problems };
  }

  private newBytes(): Buffer {
    try {
      const file = openSync(this.path, 'r');
      try {
        const size = fstatSync(file).size;
        if (size <= this.offset) return Buffer.alloc(0);
        const bytes = Buffer.alloc(size - this.offset);
        const read = readSync(file, bytes, 0, bytes.length, this.offset);
        return bytes.subarray(0, read);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      if (isMissing(error)) return Buffer.alloc(0);
      throw toIoError(error, this.path);
    }
  }
}

/** Gives all events of a journal and then the new ones as they come, until the signal aborts. Polls every `interval` ms. */
export async function* followJournal(
  path: string,
  options: { readonly signal: AbortSignal; readonly interval?: number },
): AsyncGenerator<JournalEvent, void> {
  const reader = new JournalReader(path);
  while (!options.signal.aborted) {
    yield* reader.read().events;
    await sleep(options.interval ?? 200, undefined, { signal: options.signal }).catch(() => undefined);
  }
}
