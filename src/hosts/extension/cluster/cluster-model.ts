import * as vscode from 'vscode';
import type { ClusterStatus } from '../../../../webview/protocol/cluster.ts';
import type { Services } from '../services.ts';
import { availability } from './availability.ts';
import type { ClusterSource } from './cluster-source.ts';
import { Clusters, type DeclaredCluster } from './clusters.ts';
import { EmulatedClusterSource } from './emulated-cluster-source.ts';
import { newestPolicies } from './transfer-run.ts';

/** The cluster that the user looks at, and all that the Cluster view shows of it. Outlives the view: commands act on it too. */
export class ClusterModel implements vscode.Disposable {
  readonly clusters: Clusters;
  readonly #services: Services;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #current: { readonly key: string; readonly source: ClusterSource; readonly changes: vscode.Disposable } | undefined;
  #watches: vscode.Disposable | undefined;
  #watchers = 0;

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

  /** Undefined where there is no cluster, or it cannot be reached from here. */
  get source(): ClusterSource | undefined {
    return this.#current?.source;
  }

  /** Somebody looks: it is kept up to date until disposed. */
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
      problem: clusters.problem || (known?.problem ?? ''),
      trusted: trust.isTrusted,
      errors: selected?.errors ?? clusters.errors,
      project: projects.all.length > 1 ? (selected?.project.name ?? '') : '',
      cluster: selected?.digest.name ?? '',
      source: selected?.digest.source ?? 'emulator',
      selectable: clusters.all.length > 1,
      ...availability({
        isTrusted: trust.isTrusted,
        cluster: selected?.digest,
        isOnDisk: folder !== undefined,
        errors: selected?.errors ?? clusters.errors,
        isBusy: source?.isBusy ?? false,
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
    const key = selected ? `${selected.project.uri.toString()}#${selected.digest.name}` : '';
    if (key !== (this.#current?.key ?? '')) {
      this.#detach();
      const folder = selected?.project.folder;
      // A real cluster comes as another source: the view stays as it is.
      if (selected && folder !== undefined) {
        const source: ClusterSource = new EmulatedClusterSource(folder, selected.digest, this.#services);
        this.#current = { key, source, changes: source.onDidChange(() => this.#changed.fire()) };
        if (this.#watchers > 0) this.#watches = source.watch();
      }
    } else if (selected) this.#current?.source.update(selected.digest);
    this.#changed.fire();
  }

  #detach(): void {
    this.#watches?.dispose();
    this.#watches = undefined;
    this.#current?.changes.dispose();
    this.#current?.source.dispose();
    this.#current = undefined;
  }
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
  ended: null,
} as const;
