/**
 * Check Setup: `karma-mas doctor` in a process of its own, with the Node that runs run by, and a list to read and to act on. The
 * findings are those of the command line, in its words.
 */
import * as vscode from 'vscode';
import { hasShape } from '../../../../webview/protocol/shape.ts';
import { runCli } from '../command-line/cli-process.ts';
import type { Services } from '../services.ts';
import { findingShape, type Finding, type FindingAction } from './finding-shape.ts';

const { t } = vscode.l10n;

type CheckServices = Pick<Services, 'context' | 'extensionUri' | 'log' | 'trust' | 'projects' | 'node' | 'command'>;

export function registerCheckSetup(services: CheckServices): vscode.Disposable {
  const running = new AbortController();
  return vscode.Disposable.from(
    services.command('karma-mas.checkSetup', async () => {
      services.trust.assert();
      const findings = await check(services, running.signal);
      logFindings(services.log, findings);
      showFindings(services.log, findings);
      return findings;
    }),
    { dispose: () => running.abort() },
  );
}

async function check(services: CheckServices, closing: AbortSignal): Promise<Finding[]> {
  await services.projects.refresh();
  const folders = services.projects.all.flatMap(({ folder }) => (folder === undefined ? [] : [folder]));
  const workspace = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
  const places = folders.length > 0 ? folders : workspace === undefined ? [] : [workspace];
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t('Checking the setup'), cancellable: true },
    async (progress, token) => {
      const cancel = new AbortController();
      token.onCancellationRequested(() => cancel.abort());
      const findings: Finding[] = [];
      await runDoctor(services, places, AbortSignal.any([cancel.signal, closing]), (finding) => {
        findings.push(finding);
        progress.report({ message: finding.title });
      });
      if (cancel.signal.aborted || closing.aborted) throw new vscode.CancellationError();
      return findings;
    },
  );
}

/** Rejects with a sentence if the process does not start or ends before all checks are done. */
async function runDoctor(
  { extensionUri, node }: CheckServices,
  folders: readonly string[],
  signal: AbortSignal,
  onFinding: (finding: Finding) => void,
): Promise<void> {
  let isComplete = false;
  try {
    await runCli(['doctor', '--', ...folders], {
      node,
      program: vscode.Uri.joinPath(extensionUri, 'dist', 'cli.mjs').fsPath,
      env: {},
      cwd: folders[0] ?? extensionUri.fsPath,
      signal,
      onResult(result) {
        if (hasShape(findingShape, result)) onFinding(result);
        if (result.type === 'checked') isComplete = true;
      },
    });
  } catch (error) {
    // The exit code is not 0 if there are problems.
    if (isComplete) return;
    throw incomplete(error instanceof Error ? error.message : String(error));
  }
  if (!isComplete && !signal.aborted) throw incomplete('');
}

function incomplete(why: string): Error {
  const reason = why.split('\n').at(-1) ?? '';
  return new Error(t('The checks did not run to their end ({0}). Check the setting karma-mas.nodePath.', reason));
}

const ICONS = { ok: 'pass', warning: 'warning', problem: 'error' } as const;
/** The states that need a person come first. */
const ORDER = ['problem', 'warning', 'ok'] as const;

interface FindingItem extends vscode.QuickPickItem {
  readonly action?: FindingAction;
}

/** A list that can be filtered; choosing an entry runs its action. */
function showFindings(log: vscode.LogOutputChannel, findings: readonly Finding[]): void {
  const list = vscode.window.createQuickPick<FindingItem>();
  list.title = summary(findings);
  list.placeholder = t('Choose an entry to act on it, or type to filter');
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  list.ignoreFocusOut = true;
  list.items = [...findings].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)).map(itemOf);
  const copy = { iconPath: new vscode.ThemeIcon('copy'), tooltip: t('Copy as Text') };
  const show = { iconPath: new vscode.ThemeIcon('output'), tooltip: t('Show Log') };
  list.buttons = [copy, show];
  list.onDidTriggerButton((button) => {
    if (button === show) log.show();
    else void vscode.env.clipboard.writeText(asText(findings));
  });
  list.onDidTriggerItemButton(({ item }) => act(list, item));
  list.onDidAccept(() => act(list, list.selectedItems[0]));
  list.onDidHide(() => list.dispose());
  list.show();
}

function itemOf({ title, state, message, advice, action }: Finding): FindingItem {
  const button = action && { iconPath: new vscode.ThemeIcon('lightbulb'), tooltip: actionTitle(action) };
  return {
    label: `$(${ICONS[state]}) ${title}`,
    description: message,
    ...(advice === undefined ? {} : { detail: advice }),
    ...(button ? { buttons: [button], action } : {}),
  };
}

function actionTitle(action: FindingAction): string {
  switch (action.type) {
    case 'resumeRun':
      return t('Resume Run');
    case 'setUpGpu':
      return t('Set Up GPU Backend');
    case 'openSetting':
      return t('Open Setting');
    case 'showProblems':
      return t('Show Problems');
  }
}

/** An entry without an action keeps the list open. */
function act(list: vscode.QuickPick<FindingItem>, item: FindingItem | undefined): void {
  if (!item?.action) return;
  list.hide();
  const { action } = item;
  switch (action.type) {
    case 'resumeRun':
      return void vscode.commands.executeCommand('karma-mas.resumeRun', action.directory);
    case 'setUpGpu':
      return void vscode.commands.executeCommand('karma-mas.setUpGpu');
    case 'openSetting':
      return void vscode.commands.executeCommand('workbench.action.openSettings', action.setting);
    case 'showProblems':
      return void vscode.commands.executeCommand('workbench.actions.view.problems');
  }
}

function summary(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
  return t('Setup: {0} problems, {1} warnings, {2} ok', count('problem'), count('warning'), count('ok'));
}

function asText(findings: readonly Finding[]): string {
  const lines = findings.map(({ state, title, message, advice }) =>
    [`${state}: ${title}: ${message}`, ...(advice === undefined ? [] : [`    ${advice}`])].join('\n'),
  );
  return [summary(findings), ...lines].join('\n');
}

function logFindings(log: vscode.LogOutputChannel, findings: readonly Finding[]): void {
  for (const { state, title, message, advice } of findings) {
    const text = [`${title}: ${message}`, advice ?? ''].join(' ').trim();
    if (state === 'ok') log.info(text);
    else if (state === 'warning') log.warn(text);
    else log.error(text);
  }
}
