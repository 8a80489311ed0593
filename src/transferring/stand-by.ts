/**
 * The dead man's switch for a process without a standby. It waits until the guarded process no longer holds the lease, and then
 * restores what that process left changed. It continues as long as that may succeed, and reports every failure.
 */
import { ClusterError } from '../cluster/live/live-cluster.ts';
import { messageOf, whileKept, writerLease, type LeaseOptions } from './holding-lease.ts';
import { mayPass, restoreChangedHpas, type RestoreOptions } from './restore-changed-hpas.ts';
import type { WriterLease } from './writer-lease.ts';

export interface StandByOptions extends RestoreOptions, Omit<LeaseOptions, 'cluster' | 'waitFor'> {
  /** Name in the lease of the process that is guarded. */
  readonly guarded: string;
  /** Seconds for which a permanent refusal, such as a missing right, is tried again; 0 gives up at once. */
  readonly patience: number;
}

/**
 * Resolves when the changes are restored, when the guarded process has released the lease, or when somebody else holds it, who
 * then restores them. Rejects if the cluster refuses permanently or `signal` aborts. `onLease` receives each failed attempt.
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
