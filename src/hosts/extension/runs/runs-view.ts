import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { isResumable } from './jobs.ts';
import type { RunEntry } from './run-entry.ts';
import {
  amountOf,
  duration,
  grouped,
  jobName,
  objectiveOf,
  runDescription,
  runLabel,
  stateIcon,
  stateName,
  workOf,
} from './run-text.ts';

const { t } = vscode.l10n;

/** "12 min ago" is told anew so often (ms) while somebody looks. */
const AGING = 60_000;

/** An item of the view: a project, where there are several, or a run. Commands of the view get these. */
export type RunNode = { readonly project: string; readonly name: string } | { readonly entry: RunEntry };

/** The view Runs: what runs there are, how they stand, and what can be done with them. */
export function registerRunsView(services: Pick<Services, 'runs' | 'projects' | 'trust'>): vscode.Disposable {
  const tree = new RunTree(services);
  const view = vscode.window.createTreeView('karma-mas.runs', { treeDataProvider: tree, canSelectMany: true });
  let watch: vscode.Disposable | undefined;
  const lookWhileVisible = () => {
    watch?.dispose();
    watch = view.visible ? services.runs.watch() : undefined;
  };
  const show = () => {
    const active = services.runs.runs.filter(({ state }) => state === 'running').length;
    view.badge =
      active > 0 ? { value: active, tooltip: active === 1 ? t('1 run works') : t('{0} runs work', active) } : undefined;
    // An empty view has a welcome instead.
    const isReadOnly = !services.trust.isTrusted && services.runs.runs.length > 0;
    view.message = isReadOnly ? t('Restricted Mode: runs can be looked at, not started or resumed.') : '';
    tree.refresh();
  };
  const aging = setInterval(() => view.visible && tree.refresh(), AGING);
  show();
  lookWhileVisible();
  return vscode.Disposable.from(
    view,
    view.onDidChangeVisibility(lookWhileVisible),
    services.runs.onDidChange(show),
    services.projects.onDidChange(() => tree.refresh()),
    services.trust.onGranted(show),
    new vscode.Disposable(() => {
      watch?.dispose();
      clearInterval(aging);
    }),
  );
}

class RunTree implements vscode.TreeDataProvider<RunNode> {
  readonly #services: Pick<Services, 'runs' | 'projects'>;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(services: Pick<Services, 'runs' | 'projects'>) {
    this.#services = services;
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  getChildren(node?: RunNode): RunNode[] {
    const { runs } = this.#services.runs;
    if (node) return 'project' in node ? runs.filter((entry) => entry.project === node.project).map(toNode) : [];
    const projects = [...new Set(runs.map((entry) => entry.project))];
    if (projects.length <= 1) return runs.map(toNode);
    return projects.sort().map((project) => ({ project, name: this.#nameOf(project) }));
  }

  getTreeItem(node: RunNode): vscode.TreeItem {
    return 'project' in node ? projectItem(node.project, node.name) : runItem(node.entry);
  }

  #nameOf(folder: string): string {
    return this.#services.projects.all.find((project) => project.folder === folder)?.name ?? folder;
  }
}

const toNode = (entry: RunEntry): RunNode => ({ entry });

function projectItem(project: string, name: string): vscode.TreeItem {
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = project;
  item.iconPath = vscode.ThemeIcon.Folder;
  item.contextValue = 'project';
  return item;
}

function runItem(entry: RunEntry): vscode.TreeItem {
  const item = new vscode.TreeItem(runLabel(entry));
  item.id = entry.directory;
  item.description = runDescription(entry, Date.now());
  item.iconPath = stateIcon(entry);
  item.tooltip = tooltip(entry);
  item.contextValue = contextOf(entry).join(' ');
  item.accessibilityInformation = { label: `${runLabel(entry)}, ${stateName(entry.state)}, ${item.description}` };
  if (entry.results.includes('curves')) {
    const title = t('Open Learning Curves');
    item.command = { command: 'karma-mas.openLearningCurves', title, arguments: [{ entry }] };
  }
  return item;
}

/** What the manifest's `when` clauses ask for. */
function contextOf(entry: RunEntry): string[] {
  return [
    'run',
    ...(entry.state === 'running' ? (entry.stopping ? [] : ['stoppable']) : ['deletable']),
    ...(isResumable(entry) ? ['resumable'] : []),
    ...entry.results,
  ];
}

function tooltip(entry: RunEntry): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.appendMarkdown('**').appendText(runLabel(entry)).appendMarkdown('** — ');
  text.appendText(entry.state === 'running' ? workOf(entry) : stateName(entry.state)).appendMarkdown('\n\n');
  if (entry.message) text.appendText(entry.message).appendMarkdown('\n\n');
  if (entry.state === 'stale')
    text
      .appendText(t('Its process ended unexpectedly. Resume continues from its last checkpoint.'))
      .appendMarkdown('\n\n');
  for (const [name, value] of detailsOf(entry))
    text.appendMarkdown('- ').appendText(`${name}: ${value}`).appendMarkdown('\n');
  for (const problem of entry.problems.slice(0, 3)) text.appendMarkdown('\n$(warning) ').appendText(problem);
  return text;
}

function detailsOf(entry: RunEntry): (readonly [string, string])[] {
  const { progress, step, seeds, backend, device, holder } = entry;
  const seconds = entry.updatedAt - entry.createdAt;
  const all: (readonly [string, string])[] = [
    [t('Job'), jobName(entry.kind)],
    [t('Progress'), progress ? amountOf(progress) : ''],
    [t('Best'), objectiveOf(entry)],
    [t('Step'), step > 0 ? grouped(step) : ''],
    [t('Seeds'), seeds.join(', ')],
    [t('Began'), entry.createdAt > 0 ? new Date(entry.createdAt).toLocaleString() : ''],
    [t('Time'), seconds > 0 ? duration(seconds) : ''],
    [t('Computed by'), backend ? (device ? t('{0} on {1}', backend, device) : backend) : ''],
    [t('Process'), holder ? t('{0} on {1}', holder.pid, holder.host) : ''],
    [t('Folder'), entry.directory],
  ];
  return all.filter(([, value]) => value !== '');
}
