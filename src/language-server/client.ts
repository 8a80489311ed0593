/** The editor at the other end of the connection: what it can do, and the folders that it shows. */
import {
  CodeLensRefreshRequest,
  DidChangeWatchedFilesNotification,
  WatchKind,
  type Connection,
  type InitializeParams,
  type WorkspaceFolder,
} from 'vscode-languageserver';
import { pathOf } from './uris.ts';

export class Client {
  readonly #connection: Connection;
  #capabilities: InitializeParams['capabilities'] = {};
  #roots: readonly string[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  initialize(params: InitializeParams): void {
    this.#capabilities = params.capabilities;
    this.#roots = rootsOf(params);
  }

  /** Paths of the folders of the workspace. */
  get roots(): readonly string[] {
    return this.#roots;
  }

  get workspace(): NonNullable<InitializeParams['capabilities']['workspace']> {
    return this.#capabilities.workspace ?? {};
  }

  /** Whether it reports changes on the disk. */
  get watchesFiles(): boolean {
    return this.workspace.didChangeWatchedFiles?.dynamicRegistration === true;
  }

  async watchFiles(): Promise<void> {
    if (!this.watchesFiles) return;
    await this.#connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: [
        { globPattern: '**/*.karma.yaml' },
        { globPattern: '**/*.csv', kind: WatchKind.Create | WatchKind.Delete },
        // The files of a folder that is deleted are not reported one by one.
        { globPattern: '**', kind: WatchKind.Delete },
      ],
    });
  }

  /** Calls back whenever the folders of the workspace have changed. */
  followFolders(changed: () => Promise<void>): void {
    if (!this.workspace.workspaceFolders) return;
    const { workspace } = this.#connection;
    workspace.onDidChangeWorkspaceFolders(async () => {
      this.#roots = pathsOf((await workspace.getWorkspaceFolders()) ?? []);
      await changed();
    });
  }

  async refreshInlayHints(): Promise<void> {
    if (this.workspace.inlayHint?.refreshSupport) await this.#connection.languages.inlayHint.refresh();
  }

  async refreshLenses(): Promise<void> {
    if (this.workspace.codeLens?.refreshSupport) await this.#connection.sendRequest(CodeLensRefreshRequest.type);
  }
}

function rootsOf({ workspaceFolders, rootUri }: InitializeParams): string[] {
  if (workspaceFolders) return pathsOf(workspaceFolders);
  return rootUri ? pathsOf([{ uri: rootUri, name: '' }]) : [];
}

const pathsOf = (folders: readonly WorkspaceFolder[]): string[] => folders.flatMap(({ uri }) => pathOf(uri) ?? []);
