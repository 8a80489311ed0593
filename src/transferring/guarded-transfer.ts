/**
 * Runs a transfer to a cluster to which others can write too. It takes the lease, restores what a dead writer left changed (the
 * dead man's switch), climbs, and releases the lease. A cluster of its own has no lease; there it only climbs.
 */
import { withLease, type LeaseOptions } from './holding-lease.ts';
import { restoreChangedHpas } from './restore-changed-hpas.ts';
import { runTransfer, type TransferOptions, type TransferResult } from './transfer.ts';

export interface GuardedOptions
  extends Omit<TransferOptions, 'fence'>, Pick<LeaseOptions, 'identity' | 'waitFor' | 'timing' | 'onLease'> {}

/** Rejects with WriterLeaseHeldError if the lease was not free in time; otherwise like runTransfer. */
export async function runGuardedTransfer(options: GuardedOptions): Promise<TransferResult> {
  const { cluster, climb, listeners, signal } = options;
  const writes = climb.upTo !== 'shadow' && !climb.dryRun;
  if (cluster.kind === 'own' || !writes) return runTransfer(options);
  const shared = { ...options, ...listeners, cluster };
  return withLease(shared, async (lease) => {
    await restoreChangedHpas(shared, lease);
    return runTransfer({ ...options, fence: lease, signal: AbortSignal.any([signal, lease.taken]) });
  });
}
