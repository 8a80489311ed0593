import * as vscode from 'vscode';
import type { ClusterService } from '../../../../webview/protocol/cluster.ts';
import type { NamespaceReport } from '../../../cluster/kubernetes/watching/namespace-report.ts';
import type { ServiceStatus } from '../../../cluster/kubernetes/watching/namespace-status.ts';
import type { Steering } from '../../../runs/steering.ts';
import type { ClusterDigest } from '../../../language/protocol.ts';
import { nodeProblem } from '../node-program.ts';
import { isInside } from '../project-folders.ts';
import { restoreAfter } from '../runs/jobs.ts';
import type { Services } from '../services.ts';
import type { ClusterSource, SourceStatus, TransferOrder, TransferStatus } from './cluster-source.ts';
import { liveServices } from './live-services.ts';
import { readLine } from './watch-line.ts';
import { RestartingProcess, type ProcessProgram } from './restarting-process.ts';
import { isTokenOf, tokenFor } from './prometheus-token.ts';
import { servicesOf, TransferFollower } from './transfer-follower.ts';

/** Milliseconds that a transfer may take to give everything back: it tries for 300 s where the server does not answer. */
const GIVE_BACK = 320_000;
/** Milliseconds within which the first status arrives, or the reason why not. */
const FIRST_LOOK = 12_000;
/** No connection is made before a person has asked for one in this workspace. */
const ASKED = 'cluster.asked';

type Identity = NonNullable<SourceStatus['identity']>;

export interface RealClusterOptions {
  readonly folder: string;
  readonly cluster: ClusterDigest;
  /** Of the kubeconfig; empty = the current one, whichever that is at the time. */
  readonly context: string;
  readonly services: Services;
}

/**
 * A namespace of a real Kubernetes. A process of its own looks at it while somebody looks here; what a transfer does is told by
 * its run directory. What is shown is of one context, server and namespace at a time.
 */
export class RealClusterSource implements ClusterSource {
  readonly #options: RealClusterOptions;
  readonly #follower: TransferFollower;
  readonly #observer: RestartingProcess;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #watchers = 0;
  /** The last look. */
  #look: NamespaceReport | undefined;
  /** The services as of the last answer of the server, at the place of the last status. */
  #seen: { readonly services: readonly ServiceStatus[]; readonly time: number } | undefined;
  /** Why the cluster is not watched; empty if it is. */
  #failure = '';

  readonly onDidChange = this.#changed.event;

  constructor(options: RealClusterOptions) {
    const { folder, cluster, services } = options;
    this.#options = options;
    this.#follower = new TransferFollower({ folder, cluster, services, giveBack: GIVE_BACK });
    this.#observer = new RestartingProcess({
      program: () => this.#program(),
      onLine: (line) => this.#take(line),
      onEnd: (why) => void this.#ended(why),
    });
    const path = vscode.Uri.file(folder).path;
    this.#subscriptions = [
      this.#changed,
      this.#follower,
      this.#follower.onDidChange(() => this.#changed.fire()),
      services.trust.onGranted(() => this.#watch()),
      services.context.secrets.onDidChange((event) => {
        if (isTokenOf(this.#follower.cluster.prometheus, event)) this.#observer.restart();
      }),
      // The process reads the files of the specifications when it starts.
      vscode.workspace.onDidSaveTextDocument(({ languageId, uri }) => {
        if (languageId === 'karma' && isInside(uri.path, path)) this.#observer.restart();
      }),
    ];
  }

  get status(): SourceStatus {
    const transfer = this.#follower.status;
    const { place } = this;
    const isElsewhere = place !== null && !this.#isAt(place);
    // A transfer that works is not let out of sight; one that has ended says nothing of another cluster.
    if (isElsewhere && this.#follower.isBusy) return this.#ofTransferElsewhere(transfer, place);
    const known = isElsewhere ? { ...transfer, ...NO_TRANSFER } : transfer;
    const ladder = isElsewhere
      ? transfer.ladder.map((rung) => ({ ...rung, state: 'ahead' as const }))
      : transfer.ladder;
    const seen = this.#seen;
    const { cluster } = this.#follower;
    return {
      ...known,
      ladder,
      identity: place ?? known.identity,
      observed: this.#timed(known),
      services: seen ? servicesOf(cluster, liveServices(seen.services)) : servicesOf(cluster, known.services),
      lastSeen: this.#isCurrent ? null : (seen?.time ?? known.observed?.time ?? null),
      writer: this.#otherWriter(),
      problems: [...this.#problems, ...known.problems],
    };
  }

  get place(): Identity | null {
    if (!this.#look || this.#look.server === '') return null;
    const { context, server, namespace } = this.#look;
    return { context, server, namespace };
  }

  get isBusy(): boolean {
    return this.#follower.isBusy;
  }

  get isLeftChanged(): boolean {
    const { run, services, writer } = this.status;
    const isChanged = services.some(({ controlledBy }) => CHANGED.has(controlledBy));
    return isChanged && run !== null && writer === '' && !this.isBusy;
  }

  get isUnasked(): boolean {
    return !this.#asked().includes(this.#key);
  }

  async connect(): Promise<void> {
    if (this.isUnasked)
      await this.#options.services.context.workspaceState.update(ASKED, [...this.#asked(), this.#key]);
    this.#watch();
    this.#changed.fire();
  }

  refresh(): Promise<void> {
    return this.#follower.refresh();
  }

  async locate(): Promise<void> {
    await this.refresh();
    if (!this.#observer.isWanted || !this.place) await this.#lookOnce();
  }

  update(cluster: ClusterDigest): void {
    const isOther = JSON.stringify(cluster) !== JSON.stringify(this.#follower.cluster);
    this.#follower.update(cluster);
    if (isOther) this.#observer.restart();
  }

  watch(): vscode.Disposable {
    this.#watchers++;
    const follower = this.#follower.watch();
    this.#watch();
    return new vscode.Disposable(() => {
      follower.dispose();
      if (--this.#watchers === 0) this.#observer.stop();
    });
  }

  transfer(order: TransferOrder): Promise<void> {
    return this.#follower.start(order, order.place ? { writeTo: placeName(order.place) } : {});
  }

  steer(steering: Steering): void {
    this.#follower.steer(steering);
  }

  async fallBack(): Promise<void> {
    const entry = this.#follower.run?.entry;
    if (this.isLeftChanged && entry) await restoreAfter(this.#options.services, entry, this.#look?.lastWriter ?? '');
    else await this.#follower.fallBack();
  }

  dispose(): void {
    this.#observer.stop();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #watch(): void {
    if (this.#watchers > 0 && this.#options.services.trust.isTrusted && !this.isUnasked) this.#observer.start();
  }

  /** The places that the user asked to connect to, in this workspace. */
  #asked(): readonly string[] {
    return this.#options.services.context.workspaceState.get<readonly string[]>(ASKED, []);
  }

  get #key(): string {
    const { folder, context } = this.#options;
    const { name, namespace } = this.#follower.cluster;
    return JSON.stringify([folder, name, context, namespace]);
  }

  /** For a command: where it is has to be known before it is asked whether that is meant. */
  async #lookOnce(): Promise<void> {
    if (!this.#options.services.trust.isTrusted) return;
    const isWatched = this.#observer.isWanted;
    this.#observer.start();
    try {
      await new Promise<void>((resolve) => {
        const before = this.#look;
        const done = () => {
          clearTimeout(timer);
          subscription.dispose();
          resolve();
        };
        const timer = setTimeout(done, FIRST_LOOK);
        const subscription = this.onDidChange(() => {
          if (this.#look !== before || this.#failure !== '') done();
        });
      });
    } finally {
      if (!isWatched && (this.#watchers === 0 || this.isUnasked)) this.#observer.stop();
    }
  }

  async #program(): Promise<ProcessProgram> {
    const { folder, context, services } = this.#options;
    const { name, namespace, prometheus } = this.#follower.cluster;
    const { node, extensionUri } = services;
    const cli = vscode.Uri.joinPath(extensionUri, 'dist', 'cli.mjs').fsPath;
    const place = ['--cluster', name, '--namespace', namespace, ...(context === '' ? [] : ['--context', context])];
    return {
      path: node.path,
      args: [cli, 'cluster', 'watch', folder, '--json', ...place],
      env: { ...process.env, ...node.env, ...(await tokenFor(prometheus, services.context.secrets)) },
    };
  }

  /** The place has changed: nothing of the previous one is kept. */
  #take(line: string): boolean {
    const read = readLine(line);
    if (!read) return false;
    if ('failure' in read) {
      this.#failure = read.failure;
      this.#changed.fire();
      return false;
    }
    const { look } = read;
    if (this.#look && !isSame(this.#look, look)) this.#seen = undefined;
    this.#look = look;
    if (isAnswered(look)) this.#seen = { services: look.services, time: look.time };
    this.#failure = '';
    this.#changed.fire();
    return true;
  }

  async #ended(why: string): Promise<void> {
    const { services } = this.#options;
    const before = this.#look;
    const reason = this.#failure === '' ? ((await nodeProblem(services.node)) ?? why) : this.#failure;
    // The next one may be at work already.
    if (this.#look !== before) return;
    services.log.warn(`Cluster ${this.#follower.cluster.name}: ${reason}`);
    this.#failure = reason;
    this.#changed.fire();
  }

  get #isCurrent(): boolean {
    return this.#observer.isWanted && this.#failure === '' && this.#look !== undefined && isAnswered(this.#look);
  }

  get #problems(): string[] {
    return [...(this.#failure === '' ? [] : [this.#failure]), ...(this.#look?.problems ?? [])];
  }

  /** Whether the transfer that is followed is of this place; one that has reached no cluster is by where it was allowed to write. */
  #isAt(place: Identity): boolean {
    const { identity, run } = this.#follower.status;
    if (identity) return isSame(identity, place);
    const writeTo = this.#follower.run?.writeTo ?? '';
    return run === null || writeTo === '' || writeTo === placeName(place);
  }

  #ofTransferElsewhere(transfer: TransferStatus, { context, server }: Identity): SourceStatus {
    const elsewhere = vscode.l10n.t(
      'The kubeconfig now points to another cluster (context {0}, {1}). This view shows the cluster of the transfer.',
      context,
      server,
    );
    return { ...transfer, lastSeen: null, writer: '', problems: [elsewhere, ...transfer.problems] };
  }

  /** A stage goes on between two decisions: the look's clock is that of the server, as the transfer's. */
  #timed({ observed, run }: Pick<TransferStatus, 'observed' | 'run'>): TransferStatus['observed'] {
    const isLive = observed !== null && run?.state === 'running' && this.#isCurrent;
    return isLive ? { ...observed, time: Math.max(observed.time, this.#look?.time ?? 0) } : observed;
  }

  /** Who holds the lease, where that is not the process of the transfer that is followed. */
  #otherWriter(): string {
    const writer = this.#look?.writer ?? '';
    const holder = this.#follower.run?.entry.holder;
    // As leaseOptions of runner/real-cluster.ts names it.
    return holder && writer.startsWith(`${holder.host}-${holder.pid}-`) ? '' : writer;
  }
}

/** By a transfer. */
const CHANGED: ReadonlySet<ClusterService['controlledBy']> = new Set(['agents', 'hpa with a raised minimum']);

const NO_TRANSFER = {
  identity: null,
  run: null,
  observed: null,
  services: [],
  trend: [],
  decisions: [],
  writes: [],
  plan: null,
  preflight: null,
  steering: 'goOn',
  offers: [],
  ended: null,
  problems: [],
} as const;

const isSame = (a: Identity, b: Identity): boolean =>
  a.context === b.context && a.server === b.server && a.namespace === b.namespace;

/** The server has said what there is. */
const isAnswered = ({ services }: NamespaceReport): boolean => services.some(({ desired }) => desired !== null);

/** As assertMayWrite of runner/real-cluster.ts takes it. */
const placeName = ({ context, server, namespace }: Identity): string => `${context}/${namespace} on ${server}`;
