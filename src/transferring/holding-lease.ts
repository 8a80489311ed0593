/** Does work while this process holds the lease of a namespace. */
import { ClusterError, type SharedLiveCluster } from '../cluster/live/live-cluster.ts';
import type { Timers } from '../cluster/live/timers.ts';
import { WriterLease, type LeaseTiming } from './writer-lease.ts';

export interface LeaseOptions {
  readonly cluster: Pick<SharedLiveCluster, 'lease' | 'identity'>;
  /** Name of this process in the lease. */
  readonly identity: string;
  readonly timers: Timers;
  /** Seconds to wait for a lease that somebody else holds; Infinity for a standby. */
  readonly waitFor: number;
  readonly timing?: LeaseTiming;
  readonly onLease?: (event: LeaseEvent) => void;
  readonly signal: AbortSignal;
}

export type LeaseEvent =
  | { readonly event: 'waiting'; readonly holder: string }
  | { readonly event: 'held' }
  | { readonly event: 'lost'; readonly holder: string }
  | { readonly event: 'released' }
  /** The HPAs of these services had been left changed by a dead writer. */
  | { readonly event: 'restored'; readonly services: readonly string[] }
  | { readonly event: 'failed'; readonly message: string };

/** Somebody else holds the lease of the namespace. */
export class WriterLeaseHeldError extends ClusterError {
  constructor(holder: string, namespace: string) {
    super(
      'conflict',
      `${holder} writes to namespace ${namespace} (Lease karma-mas): fall back there first, or wait until it is done.`,
    );
    this.name = 'WriterLeaseHeldError';
  }
}

/** Does `work` while holding and renewing the lease. Rejects with WriterLeaseHeldError if it was not free in time. */
export async function withLease<T>(options: LeaseOptions, work: (lease: WriterLease) => Promise<T>): Promise<T> {
  const { onLease = () => undefined } = options;
  const lease = writerLease(options);
  await acquire(lease, options);
  onLease({ event: 'held' });
  lease.taken.addEventListener('abort', () => onLease({ event: 'lost', holder: lease.holder }), { once: true });
  return whileKept(lease, options, () => work(lease));
}

export function writerLease({ cluster, identity, timers, timing }: LeaseOptions): WriterLease {
  return new WriterLease({ client: cluster.lease, identity, timers, timing });
}

/** Renews a held lease while doing `work`, and then releases it. */
export async function whileKept<T>(lease: WriterLease, options: LeaseOptions, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const kept = lease.keep(stop.signal);
  try {
    return await work();
  } finally {
    stop.abort();
    await kept;
    await release(lease, options);
  }
}

async function release(lease: WriterLease, { signal, onLease = () => undefined }: LeaseOptions): Promise<void> {
  try {
    // Releasing the lease takes one more call, even after the user has aborted.
    await lease.release(signal.aborted ? new AbortController().signal : signal);
    if (!lease.taken.aborted) onLease({ event: 'released' });
  } catch (error) {
    onLease({ event: 'failed', message: messageOf(error) });
  }
}

async function acquire(lease: WriterLease, options: LeaseOptions): Promise<void> {
  const { cluster, timers, waitFor, signal, onLease = () => undefined } = options;
  const began = timers.clock();
  let told: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    try {
      if (await lease.tryAcquire(signal)) return;
      if (told !== lease.holder) onLease({ event: 'waiting', holder: (told = lease.holder) });
    } catch (error) {
      // A standby waits even if the server does not answer.
      if (signal.aborted || Number.isFinite(waitFor)) throw error;
      onLease({ event: 'failed', message: messageOf(error) });
    }
    if (timers.clock() - began >= waitFor) throw new WriterLeaseHeldError(lease.holder, cluster.identity.namespace);
    await timers.sleep(lease.timing.retryEvery, signal);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
