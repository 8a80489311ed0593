/**
 * Runs a transfer as a controller. One replica holds the lease and climbs the ladder; the others stand by, and restore the HPAs
 * when it is gone. After a fallback the HPAs act for a while, and then the agents start again in shadow.
 */
import type { SharedLiveCluster, Snapshot } from '../../cluster/live/live-cluster.ts';
import type { Backend } from '../../nn/backend.ts';
import type { Audit, TransferEnd } from '../../transferring/audit.ts';
import type { Timers } from '../../cluster/live/timers.ts';
import { messageOf, withLease, type LeaseEvent } from '../../transferring/holding-lease.ts';
import { restoreChangedHpas } from '../../transferring/restore-changed-hpas.ts';
import type { OriginalHpas, Stage } from '../../transferring/ladder.ts';
import { runTransfer, type TransferListeners } from '../../transferring/transfer.ts';
import type { LeaseTiming, WriterLease } from '../../transferring/writer-lease.ts';
import type { Configuration } from './configuration.ts';

export interface ControllerOptions {
  readonly cluster: SharedLiveCluster;
  readonly configuration: Configuration;
  readonly backend: Backend;
  readonly upTo: Stage['stage'];
  readonly identity: string;
  readonly timers: Timers;
  readonly driftOf: (snapshot: Snapshot) => number;
  readonly audit: Audit;
  readonly onTransition: TransferListeners['onTransition'];
  readonly onLease: (event: LeaseEvent) => void;
  /** Called at intervals while this replica leads and pauses. */
  readonly onSign?: () => void;
  readonly timing?: LeaseTiming;
  readonly pauses?: Pauses;
  readonly signal: AbortSignal;
}

/** Seconds for which the HPAs act after a fallback. The pause doubles from `first` up to `longest` until a transfer finishes. */
export interface Pauses {
  readonly first: number;
  readonly longest: number;
}

export const PAUSES: Pauses = { first: 600, longest: 7200 };
/** Seconds between two signs of life in a pause. */
const SLICE = 15;
/** Seconds. Stays within the pod's grace period of 60 s. */
const RESTORE_FOR = 40;

/** Runs until `signal` aborts. When it resolves, the HPAs are restored and the lease is released. */
export async function runController(options: ControllerOptions): Promise<void> {
  const { signal, timers, onLease } = options;
  while (!signal.aborted)
    try {
      await withLease({ ...options, waitFor: Infinity }, (lease) => lead(options, lease));
    } catch (error) {
      if (signal.aborted) break;
      onLease({ event: 'failed', message: messageOf(error) });
      await timers.sleep(5, signal).catch(() => undefined);
    }
}

/** Climbs again and again until another process takes the lease or the controller stops. */
async function lead(options: ControllerOptions, lease: WriterLease): Promise<void> {
  const { configuration, timers, onLease, pauses = PAUSES } = options;
  const signal = AbortSignal.any([options.signal, lease.taken]);
  for (let pause = pauses.first; !signal.aborted; pause = Math.min(2 * pause, pauses.longest)) {
    // This includes HPAs that this replica failed to restore after its last fallback.
    await restoreChangedHpas({ ...options, ...configuration }, lease);
    const ended = await climb(options, lease, signal).catch((error: unknown): TransferEnd => {
      onLease({ event: 'failed', message: messageOf(error) });
      return 'fallback';
    });
    if (ended === 'finished') pause = pauses.first;
    for (let waited = 0; waited < pause && !signal.aborted; waited += SLICE) {
      options.onSign?.();
      await timers.sleep(Math.min(SLICE, pause - waited), signal).catch(() => undefined);
    }
  }
}

async function climb(options: ControllerOptions, fence: WriterLease, signal: AbortSignal): Promise<TransferEnd> {
  const { cluster, configuration, backend, upTo, driftOf, audit, onTransition, timers } = options;
  const { transfer, spec, policies } = configuration;
  // The HPAs carry their own originals. This copy holds only what this climb has seen.
  let originals: OriginalHpas = {};
  const { ended } = await runTransfer({
    cluster,
    spec,
    transfer,
    agents: { policies, backend, driftOf },
    climb: {
      upTo,
      stay: true,
      fullFor: Infinity,
      dryRun: false,
      // Applying the manifests was the confirmation.
      confirm: () => Promise.resolve(true),
      restoreFor: RESTORE_FOR,
    },
    fence,
    originals: { read: () => originals, write: (saved) => (originals = saved) },
    listeners: { audit, onTransition, onProgress: () => undefined },
    timers,
    signal,
  });
  return ended;
}
