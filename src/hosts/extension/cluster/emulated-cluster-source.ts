import type * as vscode from 'vscode';
import type { Steering } from '../../../runs/steering.ts';
import type { ClusterDigest } from '../../../language/protocol.ts';
import type { Services } from '../services.ts';
import type { ClusterSource, SourceStatus, TransferOrder } from './cluster-source.ts';
import { TransferFollower } from './transfer-follower.ts';

/** Seconds of the cluster per second: one decision every half second, so that it can be watched. */
const PACE = 60;
/** Milliseconds that a transfer may take to give everything back: it has 10 s for it. */
const GIVE_BACK = 15_000;
/** The emulated cluster's identity before a transfer has told it: as EmulatedCluster. */
const EMULATOR = { context: 'emulator', server: 'embedded' } as const;

/** The emulated cluster of a project. It lives in the process of its newest transfer, whose audit trail is the only source. */
export class EmulatedClusterSource implements ClusterSource {
  readonly #follower: TransferFollower;
  readonly onDidChange: vscode.Event<void>;

  constructor(folder: string, cluster: ClusterDigest, services: Services) {
    this.#follower = new TransferFollower({ folder, cluster, services, giveBack: GIVE_BACK });
    this.onDidChange = this.#follower.onDidChange;
  }

  get status(): SourceStatus {
    const { status } = this.#follower;
    const { identity, run, observed } = status;
    const isCurrent = run?.state === 'running' || run?.state === 'stopping';
    return {
      ...status,
      identity: identity ?? this.place,
      lastSeen: observed && !isCurrent ? observed.time : null,
      writer: '',
    };
  }

  get place(): NonNullable<SourceStatus['identity']> {
    return { ...EMULATOR, namespace: this.#follower.cluster.namespace };
  }

  get isBusy(): boolean {
    return this.#follower.isBusy;
  }

  /** It ended with the process. */
  get isLeftChanged(): boolean {
    return false;
  }

  get isUnasked(): boolean {
    return false;
  }

  connect(): Promise<void> {
    return Promise.resolve();
  }

  refresh(): Promise<void> {
    return this.#follower.refresh();
  }

  locate(): Promise<void> {
    return this.refresh();
  }

  update(cluster: ClusterDigest): void {
    this.#follower.update(cluster);
  }

  watch(): vscode.Disposable {
    return this.#follower.watch();
  }

  transfer(order: TransferOrder): Promise<void> {
    return this.#follower.start(order, { pace: PACE });
  }

  steer(steering: Steering): void {
    this.#follower.steer(steering);
  }

  fallBack(): Promise<void> {
    return this.#follower.fallBack();
  }

  dispose(): void {
    this.#follower.dispose();
  }
}
