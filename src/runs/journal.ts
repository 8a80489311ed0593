import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { syncFolder, writeAll } from './atomic-file.ts';
import type { EventMap, EventType, JournalEvent } from './events.ts';
import { isMissing, toIoError, withIoErrors } from './io-error.ts';
import { parseLines, parseOne } from './journal-lines.ts';

/** An append-only file of JSON lines {seq, t, type, ...}. One process writes it, any number read it. */
export interface Journal {
  readonly path: string;
  /** seq of the last event; 0 where there is none. */
  readonly last: number;
  /** Writes one whole line. A failed write leaves the file as it was before and throws an IoError. */
  append<T extends EventType>(type: T, data: EventMap[T]): void;
  /** Flushes to the disk, so that the lines last through a power failure. */
  sync(): void;
  close(): void;
}

export interface JournalContent {
  readonly events: readonly JournalEvent[];
  /** What could not be read, in sentences. */
  readonly problems: readonly string[];
}

/** Reads what is readable: a line that is no event is skipped and named in `problems`. No file = no events. */
export function readJournal(path: string): JournalContent {
  const bytes = readBytes(path);
  const end = bytes.lastIndexOf(10) + 1;
  const { events, problems } = parseLines(bytes.subarray(0, end), path, 1);
  const rest = bytes.subarray(end);
  if (rest.length === 0) return { events, problems };
  const whole = parseOne(rest);
  if (whole) return { events: [...events, whole], problems };
  return {
    events,
    problems: [
      ...problems,
      `${path}: the last line was not written to its end (${rest.length} bytes); it does not count.`,
    ],
  };
}

/**
 * Opens a journal to append to it, and makes it where there is none. A torn last line (a crash in the middle of a write)
 * is cut off, kept in journal.torn, and told by a `repaired` event. `now`: milliseconds since the epoch.
 */
export function openJournal(path: string, now: () => number): Journal {
  const bytes = readBytes(path);
  const end = bytes.lastIndexOf(10) + 1;
  const rest = bytes.subarray(end);
  const whole = rest.length > 0 ? parseOne(rest) : undefined;
  const { events } = parseLines(bytes.subarray(0, end), path, 1);
  const last = Math.max(0, whole?.seq ?? 0, events.at(-1)?.seq ?? 0);
  // Torn bytes are kept before they are cut off: a failure in between loses nothing.
  if (rest.length > 0 && !whole) keepTorn(path, rest);
  const file = withIoErrors(path, () => openSync(path, 'a'));
  const journal = new JournalFile(path, file, rest.length > 0 && !whole ? end : bytes.length, last, now);
  if (bytes.length === 0) withIoErrors(path, () => syncFolder(dirname(path)));
  try {
    if (whole) journal.write(Buffer.from('\n'));
    else if (rest.length > 0) {
      journal.cut();
      journal.append('repaired', { bytes: rest.length, file: basename(tornPath(path)) });
    }
  } catch (error) {
    journal.close();
    throw error;
  }
  return journal;
}

class JournalFile implements Journal {
  readonly path: string;
  last: number;
  readonly #file: number;
  /** Bytes of whole lines. */
  #size: number;
  readonly #now: () => number;

  constructor(path: string, file: number, size: number, last: number, now: () => number) {
    this.path = path;
    this.#file = file;
    this.#size = size;
    this.last = last;
    this.#now = now;
  }

  append<T extends EventType>(type: T, data: EventMap[T]): void {
    const seq = this.last + 1;
    this.write(Buffer.from(`${JSON.stringify({ seq, t: Math.round(this.#now()), type, ...data })}\n`));
    this.last = seq;
  }

  write(bytes: Uint8Array): void {
    try {
      writeAll(this.#file, bytes);
    } catch (error) {
      // A full disk may have taken a part of the line.
      this.cut();
      throw toIoError(error, this.path);
    }
    this.#size += bytes.length;
  }

  cut(): void {
    withIoErrors(this.path, () => ftruncateSync(this.#file, this.#size));
  }

  sync(): void {
    withIoErrors(this.path, () => fsyncSync(this.#file));
  }

  close(): void {
    closeSync(this.#file);
  }
}

export function tornPath(path: string): string {
  return path.replace(/(\.jsonl)?$/, '.torn');
}

function keepTorn(path: string, bytes: Uint8Array): void {
  const torn = tornPath(path);
  withIoErrors(torn, () => {
    const file = openSync(torn, 'a');
    try {
      writeAll(file, bytes);
      writeAll(file, Buffer.from('\n'));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  });
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isMissing(error)) return Buffer.alloc(0);
    throw toIoError(error, path);
  }
}
