/** One lease on the cluster (a coordination.k8s.io/v1 Lease), as its participants read and write it. */

export interface LeaseRecord {
  /** Who holds it; empty = nobody. */
  readonly holder: string;
  /** Seconds since the epoch, of the server's clock; NaN where it was never renewed. */
  readonly renewed: number;
  /** Seconds for which a renewal counts. */
  readonly duration: number;
  /** How often it went from one holder to another. */
  readonly transitions: number;
}

export interface LeaseReading {
  /** Undefined = there is none yet. */
  readonly lease: (LeaseRecord & { readonly version: string }) | undefined;
  /** The server's clock as it answered: seconds since the epoch, whole seconds if it comes from HTTP's Date header. */
  readonly serverTime: number;
}

/** Calls reject with ClusterError. */
export interface LeaseClient {
  read(signal: AbortSignal): Promise<LeaseReading>;
  /**
   * Writes it where it still is as it was read: `version` of the reading, undefined = there was none. Rejects with the reason
   * `conflict` where somebody else was first.
   */
  write(record: LeaseRecord, version: string | undefined, signal: AbortSignal): Promise<void>;
}
