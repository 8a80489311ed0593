/** The emulated cluster with what a real one has besides: a lease, and HPAs that remember that they were changed. */
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
import type { TrainingSetup } from '../../../src/training/setup.ts';
import { FakeTime } from './fake-time.ts';
import { emulatedDay } from './sample-transfer.ts';

type Sleep = (seconds: number, signal: AbortSignal) => Promise<void>;

/** Answers at once; its clock is `now`. */
export class FakeLease implements LeaseClient {
  lease: LeaseReading['lease'];
  /** The API server does not answer. */
  down = false;
  /** The right to the lease is missing. */
  forbidden = false;
  reads = 0;
  #version = 0;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async read(): Promise<LeaseReading> {
    this.reads++;
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
    if (this.forbidden) throw new ClusterError('forbidden', 'the right to get leases is missing');
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

  /** `sleep` lets the same time pass outside the emulator. */
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

export interface LeasedDay {
  readonly time: FakeTime;
  readonly inner: EmulatedCluster;
  readonly lease: FakeLease;
  readonly cluster: LeasedCluster;
}

/** An emulated day that others can write to as well. `step`: see FakeTime. */
export async function leasedDay(setup: TrainingSetup, step?: number): Promise<LeasedDay> {
  const time = new FakeTime(step);
  const inner = await emulatedDay(setup);
  const lease = new FakeLease(time.clock);
  return { time, inner, lease, cluster: await LeasedCluster.around(inner, lease, time.sleep) };
}

/** A writer named `dead` that paused the HPA of b and died. */
export async function leaveBehind({ cluster, lease }: LeasedDay): Promise<void> {
  const { signal } = new AbortController();
  lease.lease = { holder: 'dead', renewed: 900, duration: 15, transitions: 0, version: 'x' };
  await cluster.write({ type: 'pauseHpa', service: 'b' }, { dryRun: false, signal });
  cluster.written.length = 0;
}

/** Services whose HPAs are paused. */
export async function pausedIn({ inner }: LeasedDay): Promise<string[]> {
  const { hpas } = await inner.observe(new AbortController().signal);
  return hpas.flatMap((hpa) => (hpa?.paused ? [hpa.service] : []));
}
