/** The emulated cluster with what a real one has beside: a lease, and HPAs that remember that they were changed. */
import {
  ClusterError,
  type ChangedHpa,
  type SharedLiveCluster,
  type ClusterWrite,
  type Snapshot,
} from '../../../src/cluster/live/live-cluster.ts';
import type { EmulatedCluster } from '../../../src/cluster/live/emulated-cluster.ts';
import type { Preflight } from '../../../src/cluster/live/preflight.ts';
import type { LeaseClient, LeaseReading, LeaseRecord } from '../../../src/cluster/live/lease-client.ts';

type Sleep = (seconds: number, signal: AbortSignal) => Promise<void>;

/** Answers at once; its clock is `now`. */
export class FakeLease implements LeaseClient {
  lease: LeaseReading['lease'];
  down = false;
  #version = 0;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async read(): Promise<LeaseReading> {
    this.#assertUp();
    return { lease: this.lease, serverTime: this.#now() };
  }

  async write(record: LeaseRecord, version: string | undefined): Promise<void> {
    this.#assertUp();
    if (this.lease?.version !== version) throw new ClusterError('conflict', 'somebody was first');
    this.lease = { ...record, version: String(++this.#version) };
  }

  #assertUp(): void {
    if (this.down) throw new ClusterError('unreachable', 'the API server does not answer');
  }
}

export class LeasedCluster implements SharedLiveCluster {
  readonly kind = 'shared';
  readonly lease: FakeLease;
  /** What reached it for real, and who held the lease then. */
  readonly written: { readonly write: ClusterWrite; readonly holder: string }[] = [];
  readonly #sleep: Sleep;
  readonly #inner: EmulatedCluster;
  readonly #originals = new Map<string, unknown>();
  readonly #first: Map<string, unknown>;

  private constructor(inner: EmulatedCluster, lease: FakeLease, first: Map<string, unknown>, sleep: Sleep) {
    this.#sleep = sleep;
    this.#inner = inner;
    this.lease = lease;
    this.#first = first;
  }

  /** `sleep`: lets as much time pass outside of the emulator. */
  static async around(inner: EmulatedCluster, lease: FakeLease, sleep: Sleep): Promise<LeasedCluster> {
    const { hpas } = await inner.observe(new AbortController().signal);
    return new LeasedCluster(inner, lease, new Map(hpas.map((hpa) => [hpa!.service, hpa!.original])), sleep);
  }

  get identity() {
    return this.#inner.identity;
  }

  observe(signal: AbortSignal): Promise<Snapshot> {
    return this.#inner.observe(signal);
  }

  async write(write: ClusterWrite, options: { dryRun: boolean; signal: AbortSignal }): Promise<void> {
    await this.#inner.write(write, options);
    if (options.dryRun) return;
    this.written.push({ write, holder: this.lease.lease?.holder ?? '' });
    if (write.type === 'restoreHpa') this.#originals.delete(write.service);
    else if (write.type !== 'scale') this.#originals.set(write.service, this.#first.get(write.service));
  }

  async changedHpas(): Promise<ChangedHpa[]> {
    return [...this.#originals].map(([service, original]) => ({ service, original }));
  }

  async preflight(): Promise<Preflight> {
    return { rights: [], findings: [] };
  }

  async wait(seconds: number, signal: AbortSignal): Promise<void> {
    await this.#sleep(seconds, signal);
    await this.#inner.wait(seconds, signal);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
