/**
 * A lease on an API server, and processes that fight for it, in virtual time: calls take random times, may be lost on their
 * way there or back, processes stand still or are killed, and no two clocks agree.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { ClusterError } from '../../../src/cluster/live/live-cluster.ts';
import type { LeaseClient, LeaseRecord } from '../../../src/cluster/live/lease-client.ts';
import type { Timers } from '../../../src/cluster/live/timers.ts';
import type { Random } from '../../../src/cluster/random.ts';

export class VirtualTime {
  now = 0;
  #events: { at: number; run: () => void }[] = [];

  after(seconds: number, run: () => void): void {
    const at = this.now + seconds;
    let index = this.#events.findIndex((event) => event.at > at);
    if (index < 0) index = this.#events.length;
    this.#events.splice(index, 0, { at, run });
  }

  /** Plays events until there are none or it is `end`. */
  async run(end: number): Promise<void> {
    for (;;) {
      await breathe();
      const next = this.#events[0];
      if (!next || next.at > end) break;
      this.#events.shift();
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = end;
  }
}

export interface Weather {
  /** Mean seconds of a call's way, and the share of calls that are slow (up to 12 s) or lost. */
  readonly latency: number;
  readonly slow: number;
  readonly lost: number;
}

/** What a process of the world lives by. When it is killed, nothing of it goes on. */
export class Process implements Timers {
  killed = false;
  /** It stands still until then (SIGSTOP, a swapped machine). */
  pausedUntil = 0;
  readonly #time: VirtualTime;
  readonly #clockStart: number;

  constructor(time: VirtualTime, clockStart: number) {
    this.#time = time;
    this.#clockStart = clockStart;
  }

  readonly clock = (): number => this.#time.now + this.#clockStart;

  readonly sleep = (seconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const stop = (): void => this.#live(() => reject(new ClusterError('aborted', 'aborted')));
      if (signal?.aborted) return stop();
      signal?.addEventListener('abort', stop, { once: true });
      this.#time.after(seconds, () => {
        signal?.removeEventListener('abort', stop);
        this.#live(resolve);
      });
    });

  readonly after = (seconds: number, action: () => void): (() => void) => {
    let isCanceled = false;
    this.#time.after(seconds, () => this.#live(() => isCanceled || action()));
    return () => (isCanceled = true);
  };

  /** Runs it when the process runs. */
  #live(action: () => unknown): void {
    if (this.killed) return;
    if (this.pausedUntil > this.#time.now)
      this.#time.after(this.pausedUntil - this.#time.now, () => this.#live(action));
    else action();
  }
}

/** Keeps one lease and records who holds it. */
export class LeaseServer {
  /** Its clock is off by this, and may jump. */
  offset = 1e9;
  down = false;
  lease: (LeaseRecord & { readonly version: string }) | undefined;
  #version = 0;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #weather: Weather;

  constructor(time: VirtualTime, random: Random, weather: Weather) {
    this.#time = time;
    this.#random = random;
    this.#weather = weather;
  }

  clientOf(process: Process): LeaseClient {
    return {
      read: () => this.call(process, () => ({ lease: this.lease, serverTime: this.#serverTime() })),
      write: (record, version) => this.call(process, () => this.#store(record, version)),
    };
  }

  /**
   * A call on its way there, at the server, and on its way back; it times out after 10 s. The server gives a write up when its
   * connection is closed (`signal`), which a process that stands still does not do, and by itself after `serverLimit` seconds.
   */
  async call<T>(process: Process, serve: () => T, signal?: AbortSignal, serverLimit = Infinity): Promise<T> {
    const { lost } = this.#weather;
    let arrived: { value: T } | { error: unknown } | undefined;
    const there = Math.min(this.#way(), serverLimit);
    const back = this.#way();
    if (this.#random.uniform() >= lost)
      this.#time.after(there, () => {
        if (this.down || signal?.aborted) return;
        try {
          arrived = { value: serve() };
        } catch (error) {
          arrived = { error };
        }
      });
    await process.sleep(Math.min(10, there + back), signal);
    if (there + back > 10 || arrived === undefined || this.#random.uniform() < lost)
      throw new ClusterError('timeout', 'no answer');
    if ('error' in arrived) throw arrived.error;
    return arrived.value;
  }

  #serverTime(): number {
    return Math.floor(this.#time.now + this.offset);
  }

  #store(record: LeaseRecord, version: string | undefined): void {
    if (this.lease?.version !== version) throw new ClusterError('conflict', 'somebody was first');
    this.lease = { ...record, version: String(++this.#version) };
  }

  #way(): number {
    const { latency, slow } = this.#weather;
    return this.#random.uniform() < slow ? 12 * this.#random.uniform() : latency * 2 * this.#random.uniform();
  }
}
