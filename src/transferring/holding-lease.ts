/** Work that is done while this process holds the lease of a namespace. */
import { ClusterError, type SharedLiveCluster } from '../cluster/live/live-cluster.ts';
import type { Timers } from '../cluster/live/timers.ts';
import { WriterLease, type LeaseTiming } from './writer-lease.ts';

export interface LeaseOptions {
  readonly cluster: Pick<SharedLiveCluster, 'lease' | 'identity'>;
  /** Of this process, in the lease. */
  readonly identity: string;
  readonly timers: Timers;
  /** Seconds to wait for a lease that somebody else has; Infinity = as a standby. */
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
  /** Services whose HPAs a dead writer had left changed. */
  | { readonly event: 'restored'; readonly services: readonly string[] }
  | { readonly event: 'failed'; readonly message: string };

/** Somebody else writes to the namespace. */
export class WriterLeaseHeldError extends ClusterError {
  constructor(holder: string, namespace: string) {
    super(
      'conflict',
      `${holder} writes to namespace ${namespace} (Lease karma-mas): fall back there first, or wait until it is done.`,
    );
    this.name = 'WriterLeaseHeldError';
  }
}

/** Waits for the lease, then does `work` while it is held and renewed. Rejects with WriterLeaseHeldError if it was not free in time. */
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

/** Does `work` while a lease that is held is renewed, and then lets it go. */
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
    // Even if the user has aborted, releasing the lease takes one more call.
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
      // A standby waits for the server too.
      if (signal.aborted || Number.isFinite(waitFor)) throw error;
      onLease({ event: 'failed', message: messageOf(error) });
    }
    if (timers.clock() - began >= waitFor) throw new WriterLeaseHeldError(lease.holder, cluster.identity.namespace);
    await timers.sleep(lease.timing.retryEvery, signal);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
