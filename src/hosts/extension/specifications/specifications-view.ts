import * as vscode from 'vscode';
import {
  SPECIFICATIONS,
  SPECIFICATIONS_CHANGED,
  type FolderSpecifications,
  type SpecificationObject,
} from '../../../language/protocol.ts';
import type { Services } from '../services.ts';

const { t } = vscode.l10n;

/** The kinds in the order in which people meet them; other kinds come after these. */
const KINDS: readonly { readonly kind: SpecificationObject['kind']; readonly plural: string; readonly icon: string }[] =
  [
    { kind: 'Cluster', plural: t('Clusters'), icon: 'server-environment' },
    { kind: 'Organization', plural: t('Organizations'), icon: 'organization' },
    { kind: 'Role', plural: t('Roles'), icon: 'person' },
    { kind: 'Mission', plural: t('Missions'), icon: 'target' },
    { kind: 'Scenario', plural: t('Scenarios'), icon: 'pulse' },
    { kind: 'Training', plural: t('Trainings'), icon: 'mortar-board' },
    { kind: 'Transfer', plural: t('Transfers'), icon: 'cloud-upload' },
  ];
const PAUSE = 100;

type Node =
  | { readonly type: 'folder'; readonly folder: FolderSpecifications }
  | { readonly type: 'kind'; readonly kind: SpecificationObject['kind']; readonly folder: FolderSpecifications }
  | { readonly type: 'object'; readonly object: SpecificationObject };

/** The Specifications view: what the folders declare, with their problems and the way to each place. */
export function registerSpecificationsView(
  services: Pick<Services, 'language' | 'projects' | 'log'>,
): vscode.Disposable & { refresh(): Promise<void> } {
  const tree = new SpecificationTree(services);
  const view = vscode.window.createTreeView('karma-mas.specifications', {
    treeDataProvider: tree,
    showCollapseAll: true,
  });
  let timer: NodeJS.Timeout | undefined;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => view.visible && void tree.load(), PAUSE);
  };
  const disposable = vscode.Disposable.from(
    view,
    view.onDidChangeVisibility(({ visible }) => visible && later()),
    services.projects.onDidChange(later),
    services.language.onNotification(SPECIFICATIONS_CHANGED, later),
    tree.onDidLoad((folders) => {
      const errors = folders.reduce((sum, folder) => sum + folder.errors, 0);
      view.badge =
        errors > 0 ? { value: errors, tooltip: errors === 1 ? t('1 error') : t('{0} errors', errors) } : undefined;
    }),
    new vscode.Disposable(() => clearTimeout(timer)),
  );
  return { refresh: () => tree.load(), dispose: () => disposable.dispose() };
}

class SpecificationTree implements vscode.TreeDataProvider<Node> {
  readonly #services: Pick<Services, 'language' | 'projects' | 'log'>;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #loaded = new vscode.EventEmitter<readonly FolderSpecifications[]>();
  #folders: readonly FolderSpecifications[] | undefined;

  readonly onDidChangeTreeData = this.#changed.event;
  readonly onDidLoad = this.#loaded.event;

  constructor(services: Pick<Services, 'language' | 'projects' | 'log'>) {
    this.#services = services;
  }

  async load(): Promise<void> {
    await this.#request();
    this.#changed.fire(undefined);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (!node) return this.#roots();
    switch (node.type) {
      case 'folder':
        return kindsOf(node.folder);
      case 'kind':
        return node.folder.objects
          .filter(({ kind }) => kind === node.kind)
          .map((object) => ({ type: 'object', object }));
      case 'object':
        return [];
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    if (node.type === 'folder') return folderItem(node.folder, this.#services);
    return node.type === 'kind' ? kindItem(node.folder, node.kind) : objectItem(node.object);
  }

  async #roots(): Promise<Node[]> {
    // Without a project there is the welcome, and no server needs to be there.
    if (this.#services.projects.all.length === 0) return [];
    if (!this.#folders) await this.#request();
    const folders = this.#folders ?? [];
    return folders.length === 1 ? kindsOf(folders[0]) : folders.map((folder) => ({ type: 'folder', folder }));
  }

  async #request(): Promise<void> {
    if (this.#services.projects.all.length === 0) {
      this.#folders = [];
      return this.#loaded.fire([]);
    }
    try {
      const folders = await this.#services.language.request<readonly FolderSpecifications[]>(SPECIFICATIONS, {});
      this.#folders = folders.filter(({ objects, errors }) => objects.length > 0 || errors > 0);
      this.#loaded.fire(this.#folders);
    } catch (error) {
      this.#services.log.error(`The language server does not answer: ${String(error)}`);
    }
  }
}

function kindsOf(folder: FolderSpecifications): Node[] {
  const present = new Set(folder.objects.map(({ kind }) => kind));
  return KINDS.filter(({ kind }) => present.has(kind)).map(({ kind }) => ({ type: 'kind', kind, folder }));
}

function folderItem(folder: FolderSpecifications, { projects }: Pick<Services, 'projects'>): vscode.TreeItem {
  const uri = vscode.Uri.parse(folder.folder);
  const item = new vscode.TreeItem(projects.of(uri)?.name ?? uri.path, vscode.TreeItemCollapsibleState.Expanded);
  item.id = folder.folder;
  item.iconPath = vscode.ThemeIcon.Folder;
  item.description = problemCounts(folder);
  return item;
}

function kindItem(folder: FolderSpecifications, kind: SpecificationObject['kind']): vscode.TreeItem {
  const { plural, icon } = KINDS.find((entry) => entry.kind === kind) ?? { plural: kind, icon: 'symbol-class' };
  const objects = folder.objects.filter((object) => object.kind === kind);
  const errors = objects.reduce((sum, object) => sum + object.errors, 0);
  const warnings = objects.reduce((sum, object) => sum + object.warnings, 0);
  const item = new vscode.TreeItem(plural, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `${folder.folder}#${kind}`;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.description = [String(objects.length), problemCounts({ errors, warnings })]
    .filter((part) => part !== '')
    .join(' · ');
  return item;
}

function objectItem(object: SpecificationObject): vscode.TreeItem {
  const { name, kind, description, uri, range } = object;
  const label = name === '' ? t('(without a name)') : name;
  const item = new vscode.TreeItem(label);
  const problems = problemCounts(object);
  item.description = [problems, description].filter((part) => part !== '').join(' · ');
  item.iconPath = objectIcon(object);
  item.tooltip = [`${kind} ${label}`, description, problems].filter((part) => part !== '').join('\n');
  item.accessibilityInformation = {
    label: [kind, label, problems, description].filter((part) => part !== '').join(', '),
  };
  item.contextValue = `object ${kind}`;
  const { start, end } = range;
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  item.command = {
    command: 'vscode.open',
    title: t('Go to Definition'),
    arguments: [vscode.Uri.parse(uri), { selection } satisfies vscode.TextDocumentShowOptions],
  };
  return item;
}

function objectIcon({ errors, warnings, kind }: SpecificationObject): vscode.ThemeIcon {
  if (errors > 0) return new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  if (warnings > 0) return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  return new vscode.ThemeIcon(KINDS.find((entry) => entry.kind === kind)?.icon ?? 'symbol-class');
}

function problemCounts({ errors, warnings }: { readonly errors: number; readonly warnings: number }): string {
  const parts = [
    ...(errors > 0 ? [errors === 1 ? t('1 error') : t('{0} errors', errors)] : []),
    ...(warnings > 0 ? [warnings === 1 ? t('1 warning') : t('{0} warnings', warnings)] : []),
  ];
  return parts.join(', ');
}
