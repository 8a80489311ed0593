import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { STAGES, type ClusterService, type Rung, type TransferRun } from '../../../../webview/protocol/cluster.ts';
import { artifactPath } from '../../../runs/run-directory.ts';
import { askedSteering, steer, type Steering } from '../../../runs/steering.ts';
import { requestStop } from '../../../runs/stop.ts';
import type { GivenOptions } from '../../../jobs/options/job-table.ts';
import type { ClusterDigest, TransferDigest } from '../../../language/protocol.ts';
import { describeError } from '../errors.ts';
import { AUDIT_FILE } from '../../../runs/artifacts.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import type { Services } from '../services.ts';
import type { TransferOrder, TransferStatus } from './cluster-source.ts';
import { ObservedTransfer, UNOBSERVED } from './observed-transfer.ts';
import { TransferReader } from './transfer-reader.ts';
import { openOffers, planOf, preflightOf, transferRequest, type TransferRequest } from './transfer-run.ts';

/** Milliseconds between two reads of the audit trail of a running transfer. */
const LOOK = 250;

/** The transfer that is shown: the newest one. */
interface Followed {
  readonly run: RunEntry;
  readonly request: TransferRequest;
  readonly reader: TransferReader;
  /** Why its audit trail cannot be read; empty if it can. */
  unreadable: string;
}

export interface FollowerOptions {
  readonly folder: string;
  readonly cluster: ClusterDigest;
  readonly services: Services;
  /** Milliseconds that a transfer may take to give everything back. */
  readonly giveBack: number;
}

/** Follows the newest transfer to a cluster through its run directory, whoever started it. Starts, steers and ends transfers. */
export class TransferFollower implements vscode.Disposable {
  readonly #folder: string;
  #cluster: ClusterDigest;
  readonly #services: Services;
  readonly #giveBack: number;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  #followed: Followed | undefined;
  /** A start that has no run yet; a fall back in the meantime stops it as soon as it has. */
  #starting:
    { readonly upTo: TransferRun['upTo']; readonly transfer: string; readonly pace: number; stop: boolean } | undefined;
  #watchers = 0;
  #looking: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;
  #status: TransferStatus;

  readonly onDidChange = this.#changed.event;

  constructor({ folder, cluster, services, giveBack }: FollowerOptions) {
    this.#folder = folder;
    this.#cluster = cluster;
    this.#services = services;
    this.#giveBack = giveBack;
    this.#status = this.#build();
    this.#subscription = services.runs.onDidChange(() => this.#look());
    this.#look();
  }

  get status(): TransferStatus {
    return this.#status;
  }

  get cluster(): ClusterDigest {
    return this.#cluster;
  }

  /** The run that is shown, and where it was allowed to write ('context/namespace on server'; empty where that was not said). */
  get run(): { readonly entry: RunEntry; readonly writeTo: string } | undefined {
    return this.#followed && { entry: this.#followed.run, writeTo: this.#followed.request.writeTo };
  }

  get isBusy(): boolean {
    return this.#starting !== undefined || (this.#followed !== undefined && isWorking(this.#followed.run));
  }

  watch(): vscode.Disposable {
    this.#watchers++;
    const store = this.#services.runs.watch();
    this.#look();
    return new vscode.Disposable(() => {
      this.#watchers--;
      store.dispose();
    });
  }

  async refresh(): Promise<void> {
    await this.#services.runs.refresh();
    await this.#follow();
  }

  update(cluster: ClusterDigest): void {
    this.#cluster = cluster;
    this.#look();
  }

  /** Does nothing if a transfer is under way. */
  async start(
    { upTo, transfer, policies }: TransferOrder,
    options: Pick<GivenOptions['transfer'], 'pace' | 'writeTo'>,
  ): Promise<void> {
    await this.refresh();
    if (this.isBusy) return;
    this.#starting = { upTo, transfer: transfer.name, pace: options.pace ?? 0, stop: false };
    this.#publish();
    try {
      const run = await this.#services.startJob({
        kind: 'transfer',
        folder: this.#folder,
        options: { training: transfer.training, transfer: transfer.name, policies, upTo, ...options },
      });
      if (run && this.#starting.stop) requestStop(run.directory);
      await this.refresh();
    } finally {
      this.#starting = undefined;
      this.#look();
      this.#publish();
    }
  }

  /** Of the transfer that is under way. Throws an IoError. */
  steer(steering: Steering): void {
    if (!this.#followed) return;
    steer(this.#followed.run.directory, steering);
    this.#look();
  }

  /** Resolves when the transfer has ended; rejects with a sentence if it does not end. */
  async fallBack(): Promise<void> {
    if (this.#starting) {
      this.#starting.stop = true;
      this.#publish();
      return;
    }
    const directory = this.#followed?.run.directory;
    if (directory === undefined) return;
    const deadline = Date.now() + this.#giveBack;
    for (;;) {
      const run = this.#services.runs.get(directory);
      if (!run || !isWorking(run)) return;
      if (Date.now() > deadline)
        throw new Error(
          vscode.l10n.t(
            'The transfer {0} has not ended within {1} s: its process may hang. Stop it in the Runs view, or end process {2}.',
            run.id,
            this.#giveBack / 1000,
            run.holder?.pid ?? '?',
          ),
        );
      // A process that was only just starting clears what was asked for before it began.
      if (!run.stopping) requestStop(directory);
      await sleep(LOOK);
      await this.#services.runs.refresh();
    }
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  /** One read at a time; a change during a read is seen by another read right after it. */
  #look(): void {
    clearTimeout(this.#timer);
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = this.#follow()
      .catch((error: unknown) => this.#services.log.error(`Cluster ${this.#cluster.name}: ${describeError(error)}`))
      .finally(() => {
        this.#looking = undefined;
        if (this.#disposed) return;
        if (this.#again) {
          this.#again = false;
          this.#look();
        } else if (this.#watchers > 0 && this.isBusy) this.#timer = setTimeout(() => this.#look(), LOOK);
      });
  }

  async #follow(): Promise<void> {
    const newest = await this.#newest();
    if (newest?.run.directory !== this.#followed?.run.directory)
      this.#followed = newest && {
        ...newest,
        reader: new TransferReader(artifactPath(newest.run.directory, AUDIT_FILE)),
        unreadable: '',
      };
    else if (newest && this.#followed) this.#followed = { ...this.#followed, run: newest.run };
    if (this.#followed) await readOn(this.#followed);
    this.#publish();
  }

  async #newest(): Promise<{ run: RunEntry; request: TransferRequest } | undefined> {
    const known = new Set(this.#cluster.transfers.map(({ name }) => name));
    for (const run of this.#services.runs.runs) {
      if (run.project !== this.#folder) continue;
      if (run.directory === this.#followed?.run.directory) return { run, request: this.#followed.request };
      // In a run of all phases the cluster is there from the last one on.
      if (run.kind === 'run' && run.phase !== 'transferring') continue;
      const request = await transferRequest(run, this.#cluster);
      if (request && known.has(request.transfer)) return { run, request };
    }
    return undefined;
  }

  #publish(): void {
    if (this.#disposed) return;
    const status = this.#build();
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    this.#changed.fire();
  }

  #build(): TransferStatus {
    const followed = this.#starting ? undefined : this.#followed;
    const observation = (followed?.reader.transfer ?? new ObservedTransfer()).observation();
    const wanted = this.#starting?.transfer ?? followed?.request.transfer;
    const request = followed?.request;
    const transfer = this.#cluster.transfers.find(({ name }) => name === wanted) ?? this.#cluster.transfers.at(0);
    const isOver = followed !== undefined && !isWorking(followed.run);
    const isPlan = followed !== undefined && request?.upTo === 'plan';
    return {
      ...observation,
      run: this.#runOf(followed, transfer),
      ladder: ladderOf(
        transfer,
        this.#starting?.upTo ?? request?.upTo,
        followed?.reader.transfer.visited ?? [],
        isOver,
      ),
      services: servicesOf(this.#cluster, observation.services),
      plan: isPlan ? planOf(followed.run) : null,
      preflight: isPlan ? preflightOf(followed.run) : null,
      steering: followed && !isOver ? steeringOf(followed.run) : 'goOn',
      offers: followed ? openOffers(followed.run, this.#services.runs.runs) : [],
      problems: followed ? problemsOf(followed) : [],
    };
  }

  #runOf(followed: Followed | undefined, transfer: TransferDigest | undefined): TransferRun | null {
    if (this.#starting)
      return {
        id: '',
        directory: '',
        state: this.#starting.stop ? 'stopping' : 'starting',
        message: '',
        createdAt: 0,
        transfer: transfer?.name ?? '',
        upTo: this.#starting.upTo,
        dryRun: false,
        pace: this.#starting.pace,
      };
    if (!followed) return null;
    const { run, request } = followed;
    const { id, directory, createdAt, message = '' } = run;
    const { transfer: name, upTo, dryRun, pace } = request;
    return { id, directory, state: stateOf(run), message, createdAt, transfer: name, upTo, dryRun, pace };
  }
}

async function readOn(followed: Followed): Promise<void> {
  try {
    await followed.reader.read();
    followed.unreadable = '';
  } catch (error) {
    followed.unreadable = describeError(error);
  }
}

function problemsOf({ unreadable, reader: { leftOut } }: Followed): string[] {
  if (unreadable !== '') return [unreadable];
  return leftOut === 0
    ? []
    : [
        vscode.l10n.t(
          '{0} lines of the audit trail are damaged or from another version and are not counted here.',
          leftOut,
        ),
      ];
}

/** A file that cannot be read steers nothing. */
function steeringOf({ directory }: RunEntry): Steering {
  try {
    return askedSteering(directory);
  } catch {
    return 'goOn';
  }
}

/** Milliseconds after which a process that has not started is given up. */
const BEGINS_WITHIN = 30_000;

function isWorking({ state, createdAt }: RunEntry): boolean {
  if (state === 'running') return true;
  return (state === 'created' || state === 'incomplete') && Date.now() - createdAt < BEGINS_WITHIN;
}

function stateOf(run: RunEntry): TransferRun['state'] {
  const { state, stopping } = run;
  if (state === 'created' || state === 'incomplete') return isWorking(run) ? 'starting' : 'stale';
  if (state === 'running') return stopping ? 'stopping' : 'running';
  return state === 'other-version' ? 'unreadable' : state;
}

/** The services of the specification with their observed state. */
export function servicesOf({ services }: ClusterDigest, observed: readonly ClusterService[]): ClusterService[] {
  const known = new Map(observed.map((service) => [service.name, service]));
  const declared = services.map(({ name, min, max }) => ({
    ...(known.get(name) ?? { ...UNOBSERVED, name }),
    min,
    max,
  }));
  const names = new Set(services.map(({ name }) => name));
  // The specification may have changed since the transfer began.
  return [...declared, ...observed.filter(({ name }) => !names.has(name))];
}

function ladderOf(
  transfer: TransferDigest | undefined,
  upTo: TransferRun['upTo'] | undefined,
  visited: readonly string[],
  isOver: boolean,
): Rung[] {
  const order = (stage: string) => (STAGES as readonly string[]).indexOf(stage);
  const last = visited.at(-1);
  return (transfer?.stages ?? []).map((stage) => {
    const isLast = stage.stage === last;
    const state = visited.includes(stage.stage)
      ? isLast
        ? isOver
          ? 'left'
          : 'current'
        : 'done'
      : upTo !== undefined && upTo !== 'plan' && order(stage.stage) > order(upTo)
        ? 'not asked for'
        : 'ahead';
    return { ...stage, state };
  });
}
