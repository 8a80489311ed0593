/**
 * A namespace never has two writers: a writer holds its lease. Each process measures time by its own steady clock, and clocks are
 * never compared. A holder counts from before it asked for its renewal, the others from after they first saw it. So the holder
 * stops before anybody may follow, however wrong the clocks of the machines are.
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
  /** Seconds without a renewal after which somebody else may take it. */
  readonly duration: number;
  readonly renewEvery: number;
  /** Seconds from a renewal within which a write may begin. */
  readonly writeWithin: number;
  /** Seconds between two attempts of a process that waits for the lease. */
  readonly retryEvery: number;
}

/** A dead writer is noticed after 15 to 17 s: soon enough to restore the HPAs within a minute, and longer than a healthy process pauses. */
export const LEASE_TIMING: LeaseTiming = { duration: 15, renewEvery: 4, writeWithin: 10, retryEvery: 2 };
/** Seconds before the end at which a write under way is cut off. */
const CUT_OFF = 1;

/** The lease does not allow writes. `taken`: somebody else holds it. `expired`: it could not be renewed in time. */
export class WriterLeaseError extends Error {
  readonly reason: 'taken' | 'expired';
  constructor(reason: WriterLeaseError['reason'], message: string) {
    super(message);
    this.name = 'WriterLeaseError';
    this.reason = reason;
  }
}

/** What applyWrites asks before each write. */
export interface Fence {
  /**
   * Resolves with the time that the write may take, for the caller to dispose of after the write. Rejects with WriterLeaseError,
   * or with ClusterError where the server does not answer.
   */
  check(signal: AbortSignal): Promise<Deadline>;
  /** Whether a write may begin now, by our own clock. */
  readonly isHeld: boolean;
}

export interface WriterLeaseOptions {
  readonly client: LeaseClient;
  /** Unique to this process; a restarted process has another one. */
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
  /** When the last renewal that succeeded was sent, by our clock; undefined = not held. */
  #held: number | undefined;
  /** Another holder's lease, and since when, by our clock, it has not changed. */
  #seen: { readonly version: string; readonly since: number } | undefined;
  #holder = '';
  /** Why the last renewal was refused, where a right is missing. */
  #forbidden: ClusterError | undefined;

  constructor({ client, identity, timers, timing = LEASE_TIMING }: WriterLeaseOptions) {
    this.#client = client;
    this.identity = identity;
    this.#timers = timers;
    this.timing = timing;
  }

  /** Aborts when somebody else has taken what was held here: nothing may be written any more. */
  get taken(): AbortSignal {
    return this.#taken.signal;
  }

  /** Who holds it, as last seen; empty = nobody. */
  get holder(): string {
    return this.#holder;
  }

  /** Whether a write may begin now. */
  get isHeld(): boolean {
    return this.#held !== undefined && this.#timers.clock() < this.#held + this.timing.writeWithin;
  }

  /** One attempt: true = held from now on. Rejects with ClusterError where the server does not answer. */
  async tryAcquire(signal: AbortSignal): Promise<boolean> {
    const { lease, serverTime } = await this.#client.read(signal);
    const now = this.#timers.clock();
    this.#holder = lease?.holder ?? '';
    if (lease && lease.holder !== '' && lease.holder !== this.identity) {
      if (this.#seen?.version !== lease.version) this.#seen = { version: lease.version, since: now };
      // A lease that claims a longer duration is believed.
      if (now - this.#seen.since <= Math.max(lease.duration, this.timing.duration)) return false;
    }
    const changed = lease !== undefined && lease.holder !== this.identity;
    const transitions = (lease?.transitions ?? 0) + Number(changed);
    return this.#write(transitions, lease?.version, serverTime, signal);
  }

  /** Renews until `signal` aborts or somebody else has taken it. Never rejects: one that cannot be renewed runs out. */
  async keep(signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, this.taken]);
    while (!until.aborted) {
      try {
        await this.#timers.sleep(this.timing.renewEvery, until);
        await this.renew(until);
        this.#forbidden = undefined;
      } catch (error) {
        // Aborted, or the server does not answer and is asked again.
        this.#forbidden = error instanceof ClusterError && error.reason === 'forbidden' ? error : undefined;
      }
    }
  }

  /** Rejects with ClusterError where the server does not answer; `taken` aborts where it is somebody else's. */
  async renew(signal: AbortSignal): Promise<void> {
    if (this.#held === undefined) return;
    const { lease, serverTime } = await this.#client.read(signal);
    if (lease?.holder !== this.identity) return void this.#lose(lease?.holder ?? '');
    await this.#write(lease.transitions, lease.version, serverTime, signal);
  }

  /** See Fence. By our own clock, and by what the server says of the lease at this moment. */
  async check(signal: AbortSignal): Promise<Deadline> {
    this.#assertHeld();
    const { lease, serverTime } = await this.#client.read(signal);
    if (lease?.holder !== this.identity) throw this.#lose(lease?.holder ?? '');
    if (serverTime - lease.renewed > lease.duration) throw expired();
    const held = this.#assertHeld();
    return new Deadline(this.#timers, held + this.timing.duration - CUT_OFF - this.#timers.clock());
  }

  /** Lets others take the lease at once. No write may be under way. If it rejects with ClusterError, the lease expires by itself. */
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
      // Somebody else was first; the next attempt shows who.
      if (error instanceof ClusterError && error.reason === 'conflict') return false;
      throw error;
    }
    this.#held = since;
    this.#seen = undefined;
    this.#holder = this.identity;
    return this.isHeld;
  }

  /** Notes that somebody else has the lease, and returns the error that says so. */
  #lose(holder: string): WriterLeaseError {
    this.#held = undefined;
    this.#holder = holder;
    const error = new WriterLeaseError('taken', takenBy(holder));
    this.#taken.abort(error);
    return error;
  }

  /** When the last renewal was sent. Throws WriterLeaseError where it no longer allows a write, ClusterError where it may not be renewed. */
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
