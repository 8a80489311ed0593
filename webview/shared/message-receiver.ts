import { check, checkEnvelope, type Message, type Messages } from '../protocol/check.ts';

/** The contents of an envelope: messages to handle, and sentences for the log about dropped ones. */
export interface Received {
  readonly messages: readonly Message[];
  readonly problems: readonly string[];
  /** Whether an envelope was lost, so that everything must be requested again. */
  readonly lost: boolean;
}

/** Puts envelopes back in order and passes on only known, well-formed messages. */
export class MessageReceiver {
  readonly #messages: Messages;
  #seq = 0;
  #text = '';

  /** `messages`: those to the view. */
  constructor(messages: Messages) {
    this.#messages = messages;
  }

  receive(value: unknown): Received {
    const envelope = checkEnvelope(value);
    if (typeof envelope === 'string') return dropped(envelope);
    const { seq, part, parts, text } = envelope;
    // The host starts counting again after each `ready`. After a lost envelope, one request is enough.
    if (seq !== 1 && seq !== this.#seq + 1) {
      const told = this.#seq === Infinity;
      this.#seq = Infinity;
      return told
        ? { messages: [], problems: [], lost: false }
        : { ...dropped(`envelope ${seq} came out of turn`), lost: true };
    }
    this.#seq = seq;
    this.#text = part === 0 ? text : this.#text + text;
    if (part < parts - 1) return { messages: [], problems: [], lost: false };
    return this.#read(this.#text);
  }

  #read(text: string): Received {
    let values: unknown;
    try {
      values = JSON.parse(text);
    } catch {
      return dropped('its text is not JSON');
    }
    if (!Array.isArray(values)) return dropped('its text is not a list');
    const checked = values.map((value) => check(this.#messages, value));
    return {
      messages: checked.filter((message) => typeof message !== 'string'),
      problems: checked
        .filter((message) => typeof message === 'string')
        .map((problem) => `dropped a message: ${problem}`),
      lost: false,
    };
  }
}

function dropped(problem: string): Received {
  return { messages: [], problems: [`dropped an envelope: ${problem}`], lost: false };
}
