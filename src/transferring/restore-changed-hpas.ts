/** Restores HPAs that a dead writer left changed. The HPAs carry their own originals. */
import { ClusterError, type ClusterWrite, type SharedLiveCluster } from '../cluster/live/live-cluster.ts';
import type { Timers } from '../cluster/live/timers.ts';
import type { Cluster, Transfer } from '../spec/model.ts';
import { applyWrites, PASSING, type Applied } from './apply.ts';
import type { Audit } from './audit.ts';
import { messageOf, type LeaseEvent } from './holding-lease.ts';
import type { WriterLease } from './writer-lease.ts';

export interface RestoreOptions {
  readonly cluster: SharedLiveCluster;
  readonly spec: Cluster;
  readonly transfer: Pick<Transfer, 'limits'>;
  readonly timers: Timers;
  readonly audit: Audit;
  readonly onLease?: (event: LeaseEvent) => void;
  readonly signal: AbortSignal;
}

/** Restores every HPA that carries an original. Retries while that may help, and otherwise rejects with ClusterError. */
export async function restoreChangedHpas(options: RestoreOptions, lease: WriterLease): Promise<void> {
  const { timers, onLease = () => undefined } = options;
  const signal = AbortSignal.any([options.signal, lease.taken]);
  const restored = new Set<string>();
  for (;;) {
    try {
      const { accepted, refused } = await attempt(options, lease, signal);
      for (const { service } of accepted) restored.add(service);
      // An HPA that was deleted in the meantime needs no restoring.
      const left = refused.filter(({ reason }) => reason !== 'notFound');
      if (left.length === 0) break;
      const message = left.map((refusal) => refusal.message).join('; ');
      const final = left.find(({ reason }) => !PASSING.has(reason));
      if (final) throw new ClusterError('invalid', `What an earlier transfer left cannot be restored: ${message}`);
      onLease({ event: 'failed', message });
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error)) throw error;
      onLease({ event: 'failed', message: messageOf(error) });
    }
    await timers.sleep(lease.timing.retryEvery, signal);
  }
  if (restored.size > 0) onLease({ event: 'restored', services: [...restored] });
}

/** Tells whether the next attempt may succeed after this error. */
export const mayPass = (error: unknown): boolean => error instanceof ClusterError && PASSING.has(error.reason);

async function attempt(options: RestoreOptions, fence: WriterLease, signal: AbortSignal): Promise<Applied> {
  const { cluster, spec, transfer, audit } = options;
  const changed = await cluster.changedHpas(signal);
  const writes = changed.map(({ service, original }): ClusterWrite => ({ type: 'restoreHpa', service, original }));
  return applyWrites(cluster, writes, {
    spec,
    limits: transfer.limits,
    stage: 'fallback',
    dryRun: false,
    audit,
    time: 0,
    current: [],
    signal,
    fence,
  });
}
