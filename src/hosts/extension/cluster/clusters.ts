import * as vscode from 'vscode';
import {
  CLUSTERS,
  SPECIFICATIONS_CHANGED,
  type FolderClusters,
  type SpecificationsParams,
} from '../../../language/protocol.ts';
import { describeError } from '../errors.ts';
import type { Project } from '../projects.ts';
import type { Services } from '../services.ts';
import { placesOf, type Place } from './cluster-places.ts';

/** The cluster that was chosen last, in this workspace. */
const SELECTED = 'cluster.selected';

export interface DeclaredCluster extends Place {
  readonly project: Project;
  /** Errors in the specifications of the project. */
  readonly errors: number;
}

/** The clusters that the projects declare, and the one that the user has selected. */
export class Clusters implements vscode.Disposable {
  readonly #services: Services;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #all: readonly DeclaredCluster[] = [];
  #errors = 0;
  #problem = '';
  #isRead = false;
  /** The answer to the last request; earlier answers are dropped. */
  #reading: Promise<void> = Promise.resolve();
  #asked = 0;

  readonly onDidChange = this.#changed.event;

  constructor(services: Services) {
    this.#services = services;
    const again = () => {
      if (this.#isRead) void this.#read();
    };
    this.#subscriptions = [
      services.language.onNotification(SPECIFICATIONS_CHANGED, again),
      services.projects.onDidChange(again),
    ];
  }

  get all(): readonly DeclaredCluster[] {
    return this.#all;
  }

  /** Errors in all specifications, also where no cluster can be read from them. */
  get errors(): number {
    return this.#errors;
  }

  /** Why the clusters are not known; empty if they are. */
  get problem(): string {
    return this.#problem;
  }

  get isRead(): boolean {
    return this.#isRead;
  }

  /** The cluster that was chosen, or else the first one. */
  get selected(): DeclaredCluster | undefined {
    const key = this.#services.context.workspaceState.get<string>(SELECTED);
    return this.#all.find((cluster) => keyOf(cluster) === key) ?? this.#all[0];
  }

  async select(cluster: DeclaredCluster): Promise<void> {
    await this.#services.context.workspaceState.update(SELECTED, keyOf(cluster));
    this.#changed.fire();
  }

  /** Asks the language server on the first call. */
  async read(): Promise<void> {
    if (!this.#isRead) await this.#read();
  }

  /** The clusters with a name. If none is known, the language server is asked again, because one may just have been written. */
  async named(name: string): Promise<readonly DeclaredCluster[]> {
    const known = () => this.#all.filter(({ digest }) => digest.name === name);
    if (known().length === 0) await this.#read();
    return known();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  #read(): Promise<void> {
    this.#reading = this.#ask(++this.#asked);
    return this.#reading;
  }

  async #ask(asked: number): Promise<void> {
    const { language, projects } = this.#services;
    try {
      const params: SpecificationsParams = {};
      const folders = await language.request<FolderClusters[]>(CLUSTERS, params);
      if (asked !== this.#asked) return await this.#reading;
      this.#all = folders.flatMap(({ folder, errors, clusters }) => {
        const project = projects.all.find(({ uri }) => sameFolder(uri, folder));
        return project ? clusters.flatMap(placesOf).map((place) => ({ project, ...place, errors })) : [];
      });
      this.#errors = folders.reduce((sum, { errors }) => sum + errors, 0);
      this.#problem = '';
    } catch (error) {
      this.#problem = vscode.l10n.t('The specifications cannot be read: {0}', describeError(error));
    }
    this.#isRead = true;
    this.#changed.fire();
  }
}

/** Identifies the cluster in this workspace. */
export function keyOf({ project, digest, context }: DeclaredCluster): string {
  const place = digest.source === 'emulator' ? '' : `@${context}/${digest.namespace}`;
  return `${project.uri.toString()}#${digest.name}${place}`;
}

/** Client and server may write the same URI differently. */
function sameFolder(uri: vscode.Uri, folder: string): boolean {
  const path = (text: string) => text.replace(/\/+$/, '');
  const other = vscode.Uri.parse(folder);
  return uri.scheme === other.scheme && uri.authority === other.authority && path(uri.path) === path(other.path);
}
