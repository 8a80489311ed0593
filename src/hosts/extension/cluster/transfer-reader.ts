import { setImmediate as breathe } from 'node:timers/promises';
import { AuditTail } from './audit-tail.ts';
import { ObservedTransfer } from './observed-transfer.ts';

/** Keeps the state of a cluster up to date with its audit trail. */
export class TransferReader {
  readonly #tail: AuditTail;
  #transfer = new ObservedTransfer();
  /** Lines that are no JSON. */
  #damaged = 0;
  #reading: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#tail = new AuditTail(path);
  }

  get transfer(): ObservedTransfer {
    return this.#transfer;
  }

  /** Lines that do not count. */
  get leftOut(): number {
    return this.#damaged + this.#transfer.unknown;
  }

  /** Reads to the end of the file, one caller after the other. Rejects with an IoError where it cannot be read. */
  read(): Promise<void> {
    const reading = this.#reading.then(() => this.#readOn());
    this.#reading = reading.catch(() => undefined);
    return reading;
  }

  async #readOn(): Promise<void> {
    for (let more = true; more;) {
      const news = await this.#tail.read();
      if (news.restarted) {
        this.#transfer = new ObservedTransfer();
        this.#damaged = 0;
      }
      for (const record of news.records) this.#transfer.add(record);
      this.#damaged += news.damaged;
      more = news.more;
      if (more) await breathe();
    }
  }
}
