import * as vscode from 'vscode';
import { STAGES, type ClusterStatus, type QueriesTest } from '../../../../webview/protocol/cluster.ts';
import type { Services } from '../services.ts';
import { availability } from './availability.ts';
import type { ClusterSource, SourceStatus } from './cluster-source.ts';
import { Clusters, keyOf, type DeclaredCluster } from './clusters.ts';
import { EmulatedClusterSource } from './emulated-cluster-source.ts';
import { RealClusterSource } from './real-cluster-source.ts';
import { newestPolicies } from './transfer-run.ts';

/** The selected cluster and everything that the Cluster view shows of it. It outlives the view, because commands use it too. */
export class ClusterModel implements vscode.Disposable {
  readonly clusters: Clusters;
  readonly #services: Services;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #current: { readonly key: string; readonly source: ClusterSource; readonly changes: vscode.Disposable } | undefined;
  #watches: vscode.Disposable | undefined;
  #watchers = 0;
  /** By cluster. */
  readonly #queriesTests = new Map<string, QueriesTest>();

  readonly onDidChange = this.#changed.event;

  constructor(services: Services) {
    this.#services = services;
    this.clusters = new Clusters(services);
    this.#subscriptions = [
      this.clusters,
      this.#changed,
      this.clusters.onDidChange(() => this.#attach()),
      services.runs.onDidChange(() => this.#changed.fire()),
      services.trust.onGranted(() => this.#changed.fire()),
    ];
  }

  get selected(): DeclaredCluster | undefined {
    return this.clusters.selected;
  }

  /** Undefined if there is no cluster or it cannot be reached from here. */
  get source(): ClusterSource | undefined {
    return this.#current?.source;
  }

  /** The last test of the metric queries of the selected cluster. */
  get queriesTest(): QueriesTest | null {
    const { selected } = this;
    return (selected && this.#queriesTests.get(keyOf(selected))) ?? null;
  }

  keepQueriesTest(cluster: DeclaredCluster, test: QueriesTest): void {
    this.#queriesTests.set(keyOf(cluster), test);
    this.#changed.fire();
  }

  /** Call while the view is visible: the cluster is kept up to date until the result is disposed. */
  watch(): vscode.Disposable {
    if (this.#watchers++ === 0) this.#watches = this.source?.watch();
    void this.clusters.read();
    return new vscode.Disposable(() => {
      if (--this.#watchers > 0) return;
      this.#watches?.dispose();
      this.#watches = undefined;
    });
  }

  status(): ClusterStatus {
    const { trust, projects, runs } = this.#services;
    const { clusters, selected, source } = this;
    const folder = selected?.project.folder;
    const known = source?.status;
    return {
      ...NOTHING_KNOWN,
      ...known,
      empty: this.#empty(),
      problems: clusters.problem === '' ? (known?.problems ?? []) : [clusters.problem],
      trusted: trust.isTrusted,
      errors: selected?.errors ?? clusters.errors,
      project: projects.all.length > 1 ? (selected?.project.name ?? '') : '',
      cluster: selected?.digest.name ?? '',
      isUnasked: trust.isTrusted && (source?.isUnasked ?? false),
      source: selected?.digest.source ?? 'emulator',
      selectable: clusters.all.length > 1,
      ...availability({
        isTrusted: trust.isTrusted,
        cluster: selected?.digest,
        isOnDisk: folder !== undefined,
        errors: selected?.errors ?? clusters.errors,
        isBusy: source?.isBusy ?? false,
        isLeftChanged: source?.isLeftChanged ?? false,
        isPlaceKnown: source !== undefined && source.place !== null,
        writer: known?.writer ?? '',
        stage: stageOf(known),
        hasPolicies: (training) => folder !== undefined && newestPolicies(runs.runs, folder, training) !== undefined,
      }),
    };
  }

  dispose(): void {
    this.#detach();
    this.#watches?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #empty(): ClusterStatus['empty'] {
    if (this.selected) return '';
    if (this.#services.projects.all.length === 0) return 'no project';
    return this.clusters.isRead ? 'no cluster' : 'loading';
  }

  /** Follows the selected cluster. */
  #attach(): void {
    const selected = this.selected;
    const key = selected ? keyOf(selected) : '';
    if (key !== (this.#current?.key ?? '')) {
      this.#detach();
      const folder = selected?.project.folder;
      if (selected && folder !== undefined) {
        const source = this.#open(selected, folder);
        this.#current = { key, source, changes: source.onDidChange(() => this.#changed.fire()) };
        if (this.#watchers > 0) this.#watches = source.watch();
      }
    } else if (selected) this.#current?.source.update(selected.digest);
    this.#changed.fire();
  }

  #open({ digest, context }: DeclaredCluster, folder: string): ClusterSource {
    if (digest.source === 'emulator') return new EmulatedClusterSource(folder, digest, this.#services);
    return new RealClusterSource({ folder, cluster: digest, context, services: this.#services });
  }

  #detach(): void {
    this.#watches?.dispose();
    this.#watches = undefined;
    this.#current?.changes.dispose();
    this.#current?.source.dispose();
    this.#current = undefined;
  }
}

/** Set while a transfer can be held and promoted. */
function stageOf(known: SourceStatus | undefined): { isLast: boolean } | undefined {
  const { run, observed } = known ?? {};
  const isInStage = run?.state === 'running' && run.upTo !== 'plan' && observed;
  if (!isInStage || !(STAGES as readonly string[]).includes(observed.stage)) return undefined;
  return { isLast: observed.next === '' };
}

const NOTHING_KNOWN = {
  identity: null,
  run: null,
  ladder: [],
  observed: null,
  services: [],
  trend: [],
  decisions: [],
  writes: [],
  plan: null,
  preflight: null,
  lastSeen: null,
  writer: '',
  steering: 'goOn',
  offers: [],
  ended: null,
} as const;
