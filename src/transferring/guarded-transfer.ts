/**
 * A transfer to a cluster that others can write to as well: it takes the lease first, restores what a dead writer left behind
 * (the dead man's switch), climbs, and lets the lease go. A cluster of its own has no lease: there it just climbs.
 */
import { withLease, type LeaseOptions } from './holding-lease.ts';
import { restoreChangedHpas } from './restore-changed-hpas.ts';
import { runTransfer, type TransferOptions, type TransferResult } from './transfer.ts';

export interface GuardedOptions
  extends Omit<TransferOptions, 'fence'>, Pick<LeaseOptions, 'identity' | 'waitFor' | 'timing' | 'onLease'> {}

/** Rejects with WriterLeaseHeldError where the lease was not free in time; otherwise as runTransfer. */
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
