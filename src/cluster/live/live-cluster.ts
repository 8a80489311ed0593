/**
 * One cluster, as the transfer phase sees it: the emulated one and the real one behind the same interface. All calls are
 * asynchronous, may fail, and take an AbortSignal. Only transferring/apply.ts calls the methods that write.
 */
import type { Observation } from '../../spec/observation.ts';
import type { LeaseClient } from './lease-client.ts';
import type { Preflight } from './preflight.ts';

export interface ClusterIdentity {
  /** 'emulator' or the kubeconfig context. */
  readonly context: string;
  readonly server: string;
  readonly namespace: string;
}

export interface Snapshot {
  /** Seconds since the epoch (or since the start of an emulated cluster). */
  readonly time: number;
  /** One environment. */
  readonly observation: Observation;
  /** Per service: age of the oldest metric used, seconds; Infinity where one is missing. */
  readonly age: Float64Array;
  readonly hpas: readonly (HpaState | undefined)[];
}

export interface HpaState {
  readonly service: string;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  /** scaleUp and scaleDown have selectPolicy: Disabled. */
  readonly paused: boolean;
  /** The object itself, for restoring it. Opaque to the caller. */
  readonly original: unknown;
}

export type ClusterWrite =
  | { readonly type: 'scale'; readonly service: string; readonly replicas: number }
  | { readonly type: 'pauseHpa'; readonly service: string }
  | { readonly type: 'setHpaMinimum'; readonly service: string; readonly minReplicas: number }
  | { readonly type: 'restoreHpa'; readonly service: string; readonly original: unknown };

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  /**
   * Asked at the moment of sending. A process that wakes from a pause may go on with a write before the timer of `signal`
   * fires. Absent = it may write.
   */
  readonly mayStillWrite?: () => boolean;
}

/** What every live cluster can do. */
interface ObservedAndWritten {
  readonly identity: ClusterIdentity;
  observe(signal: AbortSignal): Promise<Snapshot>;
  /** Applies one write; with dryRun the server validates and changes nothing. Rejects with ClusterError. */
  write(write: ClusterWrite, options: WriteOptions): Promise<void>;
  /** Waits. An emulated cluster runs its emulator for this long at once; a real one sleeps. */
  wait(seconds: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** A cluster that only this process can write to, and that ends with it: an emulated one. */
export interface OwnLiveCluster extends ObservedAndWritten {
  readonly kind: 'own';
}

/**
 * A cluster that others can write to as well, so there is a lease; its writers die, so what they changed is found on the
 * objects; and somebody else made its rules, so a preflight reads them.
 */
export interface SharedLiveCluster extends ObservedAndWritten {
  readonly kind: 'shared';
  /** The lease of the namespace, for one writer at a time. */
  readonly lease: LeaseClient;
  /** HPAs that a transfer changed and has not restored, as the objects themselves say. Needs no metrics. Rejects with ClusterError. */
  changedHpas(signal: AbortSignal): Promise<readonly ChangedHpa[]>;
  /** What stands in the way of a transfer. Changes nothing. Rejects with ClusterError where the server does not answer. */
  preflight(signal: AbortSignal): Promise<Preflight>;
}

export type LiveCluster = OwnLiveCluster | SharedLiveCluster;

/** `original`: for the write restoreHpa. */
export interface ChangedHpa {
  readonly service: string;
  readonly original: unknown;
}

export class ClusterError extends Error {
  readonly reason: 'unreachable' | 'forbidden' | 'notFound' | 'conflict' | 'invalid' | 'timeout' | 'aborted';
  constructor(reason: ClusterError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ClusterError';
    this.reason = reason;
  }
}
