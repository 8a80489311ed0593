/**
 * The server's time from the Date headers of its answers, so that a wrong local clock does no harm. A header is whole
 * seconds, cut: of many, the one that puts the server furthest ahead is nearest to the truth.
 */

/** The local clock or the server's was set when they disagree by more than the cut second and a slow answer explain, seconds. */
const STEP = 2;

export class ServerClock {
  #offset: number | undefined;

  /** @param date a Date header; @param local seconds since the epoch on this machine, when the answer came. */
  see(date: string | undefined, local: number): void {
    const server = date === undefined ? NaN : Date.parse(date) / 1000;
    if (!Number.isFinite(server)) return;
    const offset = server - local;
    if (this.#offset === undefined || offset > this.#offset || offset < this.#offset - STEP) this.#offset = offset;
  }

  /** Seconds since the epoch as the server has it; the local time as long as the server has not answered. */
  time(local: number): number {
    return local + (this.#offset ?? 0);
  }
}
