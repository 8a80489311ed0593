/** Time for whoever works with a live cluster. The engine has no clock and no timer of its own: a host hands them in. */
export interface Timers {
  /** Seconds of a clock that only goes forward, from any start. */
  readonly clock: () => number;
  /** Rejects when `signal` aborts. */
  readonly sleep: (seconds: number, signal: AbortSignal) => Promise<void>;
  /** Calls `action` once, after so many seconds. Returns what cancels that. */
  readonly after: (seconds: number, action: () => void) => () => void;
}

/** A signal that aborts when its time is up. Disposing of it stops the timer. */
export class Deadline implements Disposable {
  readonly #end = new AbortController();
  readonly #cancel: () => void;

  constructor({ after }: Pick<Timers, 'after'>, seconds: number) {
    this.#cancel = after(Math.max(0, seconds), () => this.#end.abort());
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  [Symbol.dispose](): void {
    this.#cancel();
  }
}
