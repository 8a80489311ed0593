/**
 * Ensures that a namespace never has two writers: a writer must hold the lease. Each process measures time with its own steady
 * clock, and clocks are never compared. The holder counts from before it sent its renewal, the others from after they first saw
 * it. So the holder stops before anybody can follow, however wrong the clocks of the machines are.
 *
 *     renewal sent        last write begins    writes cut off   others may take it
 *     |------ writeWithin ------|                     |                |
 *     |---------------- duration - CUT_OFF -----------|                |
 *     |----------------------- duration, from when they saw it --------|
 */
import { ClusterError } from '../cluster/live/live-cluster.ts';
import type { LeaseClient, LeaseRecord } from '../cluster/live/lease-client.ts';
import { Deadline, type Timers } from '../cluster/live/timers.ts';

export interface LeaseTiming {
  /** Seconds without a renewal after which somebody else may take the lease. */
  readonly duration: number;
  readonly renewEvery: number;
  /** Seconds after a renewal within which a write may begin. */
  readonly writeWithin: number;
  /** Seconds between two attempts of a process that waits for the lease. */
  readonly retryEvery: number;
}

/**
 * A dead writer is noticed after 15 to 17 s: long enough for the pauses of a healthy process, and soon enough to restore the
 * HPAs within a minute.
 */
export const LEASE_TIMING: LeaseTiming = { duration: 15, renewEvery: 4, writeWithin: 10, retryEvery: 2 };
/** Seconds before the end of the lease at which a write in progress is cut off. */
const CUT_OFF = 1;

/** The lease does not allow writes, because somebody else holds it (`taken`) or it could not be renewed in time (`expired`). */
export class WriterLeaseError extends Error {
  readonly reason: 'taken' | 'expired';
  constructor(reason: WriterLeaseError['reason'], message: string) {
    super(message);
    this.name = 'WriterLeaseError';
    this.reason = reason;
  }
}

/** Permission to write, which applyWrites checks before each write. */
export interface Fence {
  /**
   * Resolves with the deadline of the write, which the caller disposes of afterwards. Rejects with WriterLeaseError, or with
   * ClusterError if the server does not answer.
   */
  check(signal: AbortSignal): Promise<Deadline>;
  /** Whether a write may begin now, by the clock of this process. */
  readonly isHeld: boolean;
}

export interface WriterLeaseOptions {
  readonly client: LeaseClient;
  /** Unique to this process. After a restart it is different. */
  readonly identity: string;
  readonly timers: Timers;
  readonly timing?: LeaseTiming | undefined;
}

export class WriterLease implements Fence {
  readonly identity: string;
  readonly timing: LeaseTiming;
  readonly #client: LeaseClient;
  readonly #timers: Timers;
  readonly #taken = new AbortController();
  /** When the last successful renewal was sent, by our clock; undefined if the lease is not held. */
  #held: number | undefined;
  /** The lease of another holder, and since when it has been unchanged, by our clock. */
  #seen: { readonly version: string; readonly since: number } | undefined;
  #holder = '';
  /** Why the last renewal was refused, if a right is missing. */
  #forbidden: ClusterError | undefined;

  constructor({ client, identity, timers, timing = LEASE_TIMING }: WriterLeaseOptions) {
    this.#client = client;
    this.identity = identity;
    this.#timers = timers;
    this.timing = timing;
  }

  /** Aborts when somebody else has taken the lease that this process held. From then on, nothing may be written. */
  get taken(): AbortSignal {
    return this.#taken.signal;
  }

  /** The last known holder; empty if nobody holds the lease. */
  get holder(): string {
    return this.#holder;
  }

  /** Whether a write may begin now. */
  get isHeld(): boolean {
    return this.#held !== undefined && this.#timers.clock() < this.#held + this.timing.writeWithin;
  }

  /** Makes one attempt. Resolves with whether the lease is now held. Rejects with ClusterError if the server does not answer. */
  async tryAcquire(signal: AbortSignal): Promise<boolean> {
    const { lease, serverTime } = await this.#client.read(signal);
    const now = this.#timers.clock();
    this.#holder = lease?.holder ?? '';
    if (lease && lease.holder !== '' && lease.holder !== this.identity) {
      if (this.#seen?.version !== lease.version) this.#seen = { version: lease.version, since: now };
      // A longer duration in the lease itself is respected.
      if (now - this.#seen.since <= Math.max(lease.duration, this.timing.duration)) return false;
    }
    const changed = lease !== undefined && lease.holder !== this.identity;
    const transitions = (lease?.transitions ?? 0) + Number(changed);
    return this.#write(transitions, lease?.version, serverTime, signal);
  }

  /** Renews until `signal` aborts or somebody else has taken the lease. Never rejects: without a renewal, the lease expires. */
  async keep(signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, this.taken]);
    while (!until.aborted) {
      try {
        await this.#timers.sleep(this.timing.renewEvery, until);
        await this.renew(until);
        this.#forbidden = undefined;
      } catch (error) {
        // Either the call was aborted, or the server does not answer and will be asked again.
        this.#forbidden = error instanceof ClusterError && error.reason === 'forbidden' ? error : undefined;
      }
    }
  }

  /** Rejects with ClusterError if the server does not answer. If somebody else holds the lease, `taken` aborts. */
  async renew(signal: AbortSignal): Promise<void> {
    if (this.#held === undefined) return;
    const { lease, serverTime } = await this.#client.read(signal);
    if (lease?.holder !== this.identity) return void this.#lose(lease?.holder ?? '');
    await this.#write(lease.transitions, lease.version, serverTime, signal);
  }

  /** See Fence. Checks both our own clock and the current lease on the server. */
  async check(signal: AbortSignal): Promise<Deadline> {
    this.#assertHeld();
    const { lease, serverTime } = await this.#client.read(signal);
    if (lease?.holder !== this.identity) throw this.#lose(lease?.holder ?? '');
    if (serverTime - lease.renewed > lease.duration) throw expired();
    const held = this.#assertHeld();
    return new Deadline(this.#timers, held + this.timing.duration - CUT_OFF - this.#timers.clock());
  }

  /** Lets others take the lease at once. No write may be in progress. After a ClusterError, the lease expires by itself. */
  async release(signal: AbortSignal): Promise<void> {
    if (this.#held === undefined) return;
    this.#held = undefined;
    const { lease, serverTime } = await this.#client.read(signal);
    if (lease?.holder !== this.identity) return;
    const { duration } = this.timing;
    const free: LeaseRecord = { holder: '', renewed: serverTime, duration, transitions: lease.transitions };
    await this.#client.write(free, lease.version, signal);
    this.#holder = '';
  }

  async #write(
    transitions: number,
    version: string | undefined,
    serverTime: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { duration } = this.timing;
    const since = this.#timers.clock();
    const record = { holder: this.identity, renewed: serverTime, duration, transitions };
    try {
      await this.#client.write(record, version, signal);
    } catch (error) {
      // Somebody else was faster. The next attempt shows who.
      if (error instanceof ClusterError && error.reason === 'conflict') return false;
      throw error;
    }
    this.#held = since;
    this.#seen = undefined;
    this.#holder = this.identity;
    return this.isHeld;
  }

  /** Records that somebody else has the lease, and returns the error that says so. */
  #lose(holder: string): WriterLeaseError {
    this.#held = undefined;
    this.#holder = holder;
    const error = new WriterLeaseError('taken', takenBy(holder));
    this.#taken.abort(error);
    return error;
  }

  /**
   * Returns when the last renewal was sent. Throws WriterLeaseError if it is too old for a write, ClusterError if a right is
   * missing.
   */
  #assertHeld(): number {
    if (this.#held === undefined) throw new WriterLeaseError('taken', takenBy(this.#holder));
    if (!this.isHeld) throw this.#forbidden ?? expired();
    return this.#held;
  }
}

const takenBy = (holder: string): string =>
  holder === ''
    ? 'The lease of the namespace is not held here: nothing is written.'
    : `${holder} holds the lease of the namespace: nothing is written from here.`;

const expired = (): WriterLeaseError =>
  new WriterLeaseError('expired', 'The lease of the namespace could not be renewed in time: nothing is written.');
