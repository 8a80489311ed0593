/**
 * The dead man's switch of a process that has no standby: it waits until the process that it guards no longer holds the lease,
 * and restores what that one left changed. It goes on for as long as that may succeed, and never in silence.
 */
import { ClusterError } from '../cluster/live/live-cluster.ts';
import { messageOf, whileKept, writerLease, type LeaseOptions } from './holding-lease.ts';
import { mayPass, restoreChangedHpas, type RestoreOptions } from './restore-changed-hpas.ts';
import type { WriterLease } from './writer-lease.ts';

export interface StandByOptions extends RestoreOptions, Omit<LeaseOptions, 'cluster' | 'waitFor'> {
  /** The process that is guarded, as it names itself in the lease. */
  readonly guarded: string;
  /** Seconds for which a refusal that does not pass by itself, such as a missing right, is tried again; 0 = it is final at once. */
  readonly patience: number;
}

/**
 * Resolves when what was changed is restored, when the guarded process let the lease go by itself, or when somebody else has the
 * lease, who restores as well. Rejects where the cluster refuses for good, and when `signal` aborts. `onLease` tells of each
 * failed attempt.
 */
export async function standBy(options: StandByOptions): Promise<void> {
  const { guarded, timers, signal, onLease = () => undefined } = options;
  const lease = writerLease({ ...options, waitFor: Infinity });
  let refusedSince: number | undefined;
  for (;;) {
    signal.throwIfAborted();
    try {
      const isHeld = await lease.tryAcquire(signal);
      if (isHeld) return await restore(options, lease);
      refusedSince = undefined;
      if (lease.holder !== guarded && lease.holder !== '') return;
    } catch (error) {
      signal.throwIfAborted();
      if (lease.taken.aborted) return;
      refusedSince = mayPass(error) ? undefined : (refusedSince ?? timers.clock());
      if (refusedSince !== undefined && timers.clock() - refusedSince >= options.patience) throw unguarded(error);
      onLease({ event: 'failed', message: messageOf(error) });
    }
    await timers.sleep(lease.timing.retryEvery, signal);
  }
}

function restore(options: StandByOptions, lease: WriterLease): Promise<void> {
  return whileKept(lease, { ...options, waitFor: Infinity }, () => restoreChangedHpas(options, lease));
}

function unguarded(cause: unknown): ClusterError {
  const reason = cause instanceof ClusterError ? cause.reason : 'invalid';
  return new ClusterError(reason, `Nothing guards the HPAs of the transfer any more: ${messageOf(cause)}`, { cause });
}
