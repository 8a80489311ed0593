/**
 * A transfer to a cluster that others can write to as well: it takes the lease first, restores what a dead writer left behind
 * (the dead man's switch), climbs, and lets the lease go. A cluster without a lease is nobody else's: it just climbs.
 */
import { ClusterError, type ClusterWrite, type SharedLiveCluster } from '../cluster/live/live-cluster.ts';
import type { Transfer } from '../spec/model.ts';
import { applyWrites, PASSING, type Refusal } from './apply.ts';
import { runTransfer, type TransferOptions, type TransferResult } from './transfer.ts';
import { WriterLease, type Fence, type LeaseTiming } from './writer-lease.ts';

export interface GuardedOptions extends Omit<TransferOptions, 'fence'> {
  /** Of this process, in the lease. */
  readonly identity: string;
  /** Seconds of a clock that only goes forward. */
  readonly clock: () => number;
  /** Rejects when `signal` aborts. */
  readonly sleep: (seconds: number, signal: AbortSignal) => Promise<void>;
  /** Seconds to wait for a lease that somebody else has; Infinity = as a standby. */
  readonly waitFor: number;
  readonly timing?: LeaseTiming;
  readonly onLease?: (event: LeaseEvent) => void;
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

/** Rejects with WriterLeaseHeldError where the lease was not free in time; otherwise as runTransfer. */
export async function runGuardedTransfer(options: GuardedOptions): Promise<TransferResult> {
  const { cluster, signal, upTo, dryRun } = options;
  const writes = upTo !== 'shadow' && !dryRun;
  if (cluster.kind === 'own' || !writes) return runTransfer(options);
  const shared = { ...options, cluster };
  return withLease(shared, async (lease) => {
    await restoreUntilDone(shared, lease);
    return runTransfer({ ...options, fence: lease, signal: AbortSignal.any([signal, lease.taken]) });
  });
}

type LeaseOptions = Shared<
  Pick<GuardedOptions, 'identity' | 'clock' | 'sleep' | 'waitFor' | 'timing' | 'onLease' | 'signal'>
>;
type Shared<T> = T & { readonly cluster: SharedLiveCluster };

/** Does `work` while the lease is held, and renewed. */
export async function withLease<T>(options: LeaseOptions, work: (lease: WriterLease) => Promise<T>): Promise<T> {
  const { cluster, identity, clock, sleep, timing, signal, onLease = () => undefined } = options;
  const lease = new WriterLease({ client: cluster.lease, identity, clock, ...(timing ? { timing } : {}) });
  await acquire(lease, options);
  onLease({ event: 'held' });
  const stop = new AbortController();
  lease.taken.addEventListener('abort', () => onLease({ event: 'lost', holder: lease.holder }), { once: true });
  const kept = lease.keep(sleep, stop.signal);
  try {
    return await work(lease);
  } finally {
    stop.abort();
    await kept;
    // The user may have aborted: to let it go takes one call more.
    await lease
      .release(signal.aborted ? new AbortController().signal : signal)
      .then(() => lease.taken.aborted || onLease({ event: 'released' }))
      .catch((error: unknown) => onLease({ event: 'failed', message: messageOf(error) }));
  }
}

async function acquire(lease: WriterLease, options: LeaseOptions): Promise<void> {
  const { cluster, clock, sleep, waitFor, signal, onLease = () => undefined } = options;
  const began = clock();
  let told: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    try {
      if (await lease.tryAcquire(signal)) return;
      if (told !== lease.holder) onLease({ event: 'waiting', holder: (told = lease.holder) });
    } catch (error) {
      // One who stands by waits for the server too.
      if (signal.aborted || Number.isFinite(waitFor)) throw error;
      onLease({ event: 'failed', message: messageOf(error) });
    }
    if (clock() - began >= waitFor) throw new WriterLeaseHeldError(lease.holder, cluster.identity.namespace);
    await sleep(lease.timing.retryEvery, signal);
  }
}

/**
 * The dead man's switch of a process that has no standby: waits until `ward` no longer holds the lease, and restores what it
 * left changed. Resolves when that is done, when `ward` let the lease go by itself, or when somebody else has it, who
 * restores as well.
 */
export async function standBy(options: RestoreOptions & LeaseOptions, ward: string): Promise<void> {
  const { cluster, identity, clock, sleep, timing, signal } = options;
  const lease = new WriterLease({ client: cluster.lease, identity, clock, ...(timing ? { timing } : {}) });
  const isWards = (): boolean => lease.holder === ward || lease.holder === '';
  while (!(await lease.tryAcquire(signal).catch(() => false))) {
    signal.throwIfAborted();
    if (!isWards()) return;
    await sleep(lease.timing.retryEvery, signal);
  }
  const stop = new AbortController();
  const kept = lease.keep(sleep, stop.signal);
  try {
    await restoreUntilDone(options, lease);
  } finally {
    stop.abort();
    await kept;
    await lease.release(signal).catch(() => undefined);
  }
}

type RestoreOptions = Shared<Pick<GuardedOptions, 'spec' | 'audit' | 'sleep' | 'onLease' | 'signal'>> & {
  readonly transfer: Pick<Transfer, 'limits'>;
};

/** Restores every HPA that bears an original of a transfer; tries again while it may help. Rejects with ClusterError where it does not. */
export async function restoreUntilDone(options: RestoreOptions, lease: WriterLease): Promise<void> {
  const { sleep, onLease = () => undefined } = options;
  const signal = AbortSignal.any([options.signal, lease.taken]);
  const restored = new Set<string>();
  for (;;) {
    try {
      const { accepted, refused } = await restoreChanged(options, lease, signal);
      for (const { service } of accepted) restored.add(service);
      // One that was deleted meanwhile needs nothing any more.
      const left = refused.filter(({ reason }) => reason !== 'notFound');
      if (left.length === 0) break;
      const message = left.map((refusal) => refusal.message).join('; ');
      const final = left.find(({ reason }) => !PASSING.has(reason));
      if (final) throw new ClusterError('invalid', `What an earlier transfer left cannot be restored: ${message}`);
      onLease({ event: 'failed', message });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ClusterError) || !PASSING.has(error.reason)) throw error;
      onLease({ event: 'failed', message: messageOf(error) });
    }
    await sleep(lease.timing.retryEvery, signal);
  }
  if (restored.size > 0) onLease({ event: 'restored', services: [...restored] });
}

async function restoreChanged(
  { cluster, spec, transfer, audit }: RestoreOptions,
  fence: Fence,
  signal: AbortSignal,
): Promise<{ accepted: readonly ClusterWrite[]; refused: readonly Refusal[] }> {
  const changed = await cluster.changedHpas(signal);
  const writes = changed.map(({ service, original }): ClusterWrite => ({ type: 'restoreHpa', service, original }));
  const { limits } = transfer;
  const context = {
    spec,
    limits,
    stage: 'fallback',
    dryRun: false,
    audit,
    time: 0,
    current: [],
    signal,
    fence,
  } as const;
  return applyWrites(cluster, writes, context);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
