import { setImmediate as breathe } from 'node:timers/promises';
import type { Timers } from '../../../src/cluster/live/timers.ts';

/** A clock that only sleepers move, in small steps, so that others can act in between. */
export class FakeTime implements Timers {
  now = 1000;
  readonly #step: number;
  #pending: { readonly at: number; readonly action: () => void }[] = [];

  /** Seconds. */
  constructor(step = 0.5) {
    this.#step = step;
  }

  readonly clock = (): number => this.now;

  readonly sleep = async (seconds: number, signal: AbortSignal): Promise<void> => {
    for (const until = this.now + seconds; this.now < until; this.#pass()) {
      signal.throwIfAborted();
      await breathe();
    }
  };

  readonly after = (seconds: number, action: () => void): (() => void) => {
    const timer = { at: this.now + seconds, action };
    this.#pending.push(timer);
    return () => (this.#pending = this.#pending.filter((other) => other !== timer));
  };

  #pass(): void {
    this.now += this.#step;
    const due = this.#pending.filter(({ at }) => at <= this.now);
    this.#pending = this.#pending.filter(({ at }) => at > this.now);
    for (const { action } of due) action();
  }
}
