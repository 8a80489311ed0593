import * as vscode from 'vscode';
import { IGNORED_FOLDERS, isInside, topmostFolders } from './project-folders.ts';

const SPECIFICATIONS = '**/*.karma.yaml';
const IGNORED = `**/{${IGNORED_FOLDERS.join(',')}}/**`;
/** A checkout changes many files at once. */
const PAUSE = 200;

/** A folder of specifications: the topmost one with *.karma.yaml files. */
export interface Project {
  readonly uri: vscode.Uri;
  /** Its path on disk; undefined in a virtual workspace, where nothing can run. */
  readonly folder: string | undefined;
  /** The name for people: the path relative to the workspace, or the name of the workspace folder. */
  readonly name: string;
}

/** The projects of all workspace folders, kept up to date. */
export class Projects implements vscode.Disposable {
  #all: readonly Project[] = [];
  #files: readonly vscode.Uri[] = [];
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[] = [];
  #timer: NodeJS.Timeout | undefined;

  readonly onDidChange = this.#changed.event;

  constructor() {
    const watcher = vscode.workspace.createFileSystemWatcher(SPECIFICATIONS, false, true, false);
    const later = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.refresh(), PAUSE);
    };
    this.#subscriptions.push(
      watcher,
      watcher.onDidCreate(later),
      watcher.onDidDelete(later),
      vscode.workspace.onDidChangeWorkspaceFolders(later),
    );
  }

  get all(): readonly Project[] {
    return this.#all;
  }

  /** Their specification files. */
  get files(): readonly vscode.Uri[] {
    return this.#files;
  }

  /** Looks for them anew. */
  async refresh(): Promise<void> {
    const files = await vscode.workspace.findFiles(SPECIFICATIONS, IGNORED);
    this.#files = files;
    const byFolder = (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) => {
      const inside = files.filter((file) => file.scheme === uri.scheme && isInside(file.path, uri.path));
      return topmostFolders(inside.map((file) => file.path)).map((path) => uri.with({ path }));
    });
    const all = [...new Map(byFolder.map((uri) => [uri.toString(), projectAt(uri)])).values()];
    if (JSON.stringify(all) === JSON.stringify(this.#all)) return;
    this.#all = all;
    this.#changed.fire();
  }

  /** The project that contains the file or folder, or the only project in this folder. */
  of(uri: vscode.Uri): Project | undefined {
    const around = this.#all.find((project) => isInside(uri.path, project.uri.path));
    if (around) return around;
    const within = this.#all.filter((project) => isInside(project.uri.path, uri.path));
    return within.length === 1 ? within[0] : undefined;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

function projectAt(uri: vscode.Uri): Project {
  const workspace = vscode.workspace.getWorkspaceFolder(uri);
  const isRoot = workspace?.uri.path === uri.path;
  const name = isRoot ? workspace.name : vscode.workspace.asRelativePath(uri);
  return { uri, folder: uri.scheme === 'file' ? uri.fsPath : undefined, name };
}
