/**
 * Derives the server's time from the Date headers of its answers, so that a wrong local clock does no harm. A header is
 * rounded down to whole seconds, so of many headers, the one that puts the server furthest ahead is closest to the truth.
 */

/** Seconds. If the clocks disagree by more than rounding and a slow answer explain, one of them has been set. */
const STEP = 2;

export class ServerClock {
  #offset: number | undefined;

  /** @param date a Date header; @param local local time when the answer arrived, in seconds since the epoch */
  see(date: string | undefined, local: number): void {
    const server = date === undefined ? NaN : Date.parse(date) / 1000;
    if (!Number.isFinite(server)) return;
    const offset = server - local;
    if (this.#offset === undefined || offset > this.#offset || offset < this.#offset - STEP) this.#offset = offset;
  }

  /** Returns the server's time in seconds since the epoch. Until the server has answered, it is the local time. */
  time(local: number): number {
    return local + (this.#offset ?? 0);
  }
}
