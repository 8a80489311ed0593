import type { Envelope } from '../../../../webview/protocol/check.ts';
import { ENVELOPE_SIZE, POST_INTERVAL } from '../../../../webview/protocol/channel-limits.ts';

/** The part of an envelope around its text, generously. */
const FRAME = 100;

/** Data for an envelope are made in about so many milliseconds: the extension host has other things to do. */
const MAKING_TIME = 20;

/** Time, for tests to hold still. */
export interface Timers {
  now(): number;
  after(milliseconds: number, action: () => void): { cancel(): void };
}

const REAL: Timers = {
  now: Date.now,
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds);
    return { cancel: () => clearTimeout(timer) };
  },
};

/**
 * What waits to be posted to one view: at most ten envelopes a second of at most 64 kB, numbered, with as many messages in
 * each as fit. A message of more than 64 kB is cut into parts. Nothing is kept for a view that is hidden: it asks for a snapshot
 * when it is shown.
 */
export class MessageSender {
  readonly #post: (envelope: Envelope) => void;
  readonly #timers: Timers;
  /** Slot -> what makes the data when its turn comes, so that it is never stale. Undefined = nothing to say any more. */
  readonly #waiting = new Map<string, { readonly type: string; readonly make: () => unknown }>();
  /** Made, and not yet posted: whole messages, and parts of one. */
  #made: { readonly text: string; readonly size: number }[] = [];
  #parts: { readonly part: number; readonly parts: number; readonly text: string }[] = [];
  #seq = 0;
  #open = false;
  #postedAt = -Infinity;
  #timer: { cancel(): void } | undefined;

  constructor(post: (envelope: Envelope) => void, timers: Timers = REAL) {
    this.#post = post;
    this.#timers = timers;
  }

  /** The view is there and knows nothing: counts from 1 again. */
  open(): void {
    this.close();
    this.#open = true;
    this.#seq = 0;
  }

  /** The view is hidden or gone: forgets what was to be posted. */
  close(): void {
    this.#open = false;
    this.#waiting.clear();
    this.#made = [];
    this.#parts = [];
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** A message for the same slot that still waits is replaced, and keeps its place. */
  put(slot: string, type: string, make: () => unknown): void {
    if (!this.#open) return;
    this.#waiting.set(slot, { type, make });
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer) return;
    const wait = Math.max(0, this.#postedAt + POST_INTERVAL - this.#timers.now());
    this.#timer = this.#timers.after(wait, () => {
      this.#timer = undefined;
      this.#postOne();
    });
  }

  #postOne(): void {
    const next = this.#parts.shift() ?? this.#fill();
    if (!next) return;
    this.#postedAt = this.#timers.now();
    this.#post({ seq: ++this.#seq, ...next });
    if (this.#parts.length + this.#made.length + this.#waiting.size > 0) this.#schedule();
  }

  /** The next envelope's text; where one message fills several, the rest goes to #parts. */
  #fill(): { part: number; parts: number; text: string } | undefined {
    const limit = ENVELOPE_SIZE - FRAME;
    let size = sum(this.#made);
    const started = this.#timers.now();
    for (const [slot, { type, make }] of this.#waiting) {
      if (size >= limit || this.#timers.now() - started > MAKING_TIME) break;
      this.#waiting.delete(slot);
      const data = make();
      if (data === undefined) continue;
      const text = toAscii(JSON.stringify({ type, data }));
      this.#made.push({ text, size: sizeOnWire(text) });
      size = sum(this.#made);
    }
    if (this.#made.length === 0) return undefined;
    let count = 0;
    for (let used = 0; count < this.#made.length && used + this.#made[count].size <= limit; count++)
      used += this.#made[count].size;
    const chosen = this.#made.splice(0, Math.max(1, count));
    const text = `[${chosen.map((message) => message.text).join()}]`;
    if (count > 0) return { part: 0, parts: 1, text };
    // A quote or backslash becomes two characters on the wire.
    const step = Math.floor(limit / 2);
    const parts = Math.ceil(text.length / step);
    for (let part = 1; part < parts; part++)
      this.#parts.push({ part, parts, text: text.slice(part * step, (part + 1) * step) });
    return { part: 0, parts, text: text.slice(0, step) };
  }
}

const sum = (messages: readonly { readonly size: number }[]) => messages.reduce((total, { size }) => total + size, 0);

/** Of a text that is sent as a string inside JSON, with a comma. */
const sizeOnWire = (text: string) => JSON.stringify(text).length;

/** One character, one byte. JSON may hold other characters only in strings, where an escape means the same. */
function toAscii(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
