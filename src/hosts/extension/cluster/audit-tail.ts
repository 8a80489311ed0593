import { open, type FileHandle } from 'node:fs/promises';
import { isMissing, toIoError } from '../../../runs/io-error.ts';

/** Bytes read at once: parsing so much takes a few milliseconds. */
const CHUNK = 1 << 20;
const LINE_FEED = 10;

export interface AuditNews {
  /** The values of the new complete lines, in order. */
  readonly records: readonly unknown[];
  /** The trail was started over, as a resumed transfer does: discard what was read before. */
  readonly restarted: boolean;
  /** Number of complete lines that are not JSON. */
  readonly damaged: number;
  /** Whether more can be read right away. */
  readonly more: boolean;
}

/** Reads an audit trail while another process writes it: each call returns what is new since the last call. */
export class AuditTail {
  readonly path: string;
  #offset = 0;
  /** The start of a line whose end has not been written yet. */
  #rest = Buffer.alloc(0);
  /** Identifies the file, to notice when another file replaces it under the same name. */
  #file = '';

  constructor(path: string) {
    this.path = path;
  }

  /** Resolves with no values if there is no file yet. Rejects with an IoError if the file cannot be read. */
  async read(): Promise<AuditNews> {
    try {
      const file = await open(this.path, 'r');
      try {
        return await this.#readFrom(file);
      } finally {
        await file.close();
      }
    } catch (error) {
      if (isMissing(error)) return this.#restart('');
      throw toIoError(error, this.path);
    }
  }

  async #readFrom(file: FileHandle): Promise<AuditNews> {
    const { ino, birthtimeMs, size } = await file.stat();
    const identity = `${ino} ${birthtimeMs}`;
    const { restarted } =
      identity === this.#file && size >= this.#offset ? { restarted: false } : this.#restart(identity);
    const chunk = Buffer.alloc(Math.min(CHUNK, size - this.#offset));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, this.#offset);
    this.#offset += bytesRead;
    const bytes = Buffer.concat([this.#rest, chunk.subarray(0, bytesRead)]);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    this.#rest = bytes.subarray(end);
    return { ...parse(bytes.subarray(0, end)), restarted, more: this.#offset < size };
  }

  #restart(identity: string): AuditNews {
    const restarted = this.#file !== '';
    this.#file = identity;
    this.#offset = 0;
    this.#rest = Buffer.alloc(0);
    return { records: [], restarted, damaged: 0, more: false };
  }
}

function parse(bytes: Buffer): { records: unknown[]; damaged: number } {
  const records: unknown[] = [];
  let damaged = 0;
  for (const line of bytes.toString('utf8').split('\n')) {
    if (line === '') continue;
    try {
      records.push(JSON.parse(line));
    } catch {
      damaged++;
    }
  }
  return { records, damaged };
}
