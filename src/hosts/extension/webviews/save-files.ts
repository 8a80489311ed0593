import * as vscode from 'vscode';
import { describeError } from '../errors.ts';
import { showError } from '../log.ts';

export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Asks where to save one file, or in which folder to save several, and writes them. Failures are shown to the user. */
export async function saveFiles(files: readonly NamedFile[], log: vscode.LogOutputChannel): Promise<void> {
  try {
    const targets = await (files.length === 1 ? askForFile(files[0].name) : askForFolder(files));
    if (!targets) return;
    for (const [i, target] of targets.entries()) await vscode.workspace.fs.writeFile(target, files[i].bytes);
    const shown =
      targets.length === 1
        ? vscode.l10n.t('Saved {0}.', targets[0].fsPath)
        : vscode.l10n.t('Saved {0} files in {1}.', targets.length, vscode.Uri.joinPath(targets[0], '..').fsPath);
    vscode.window.setStatusBarMessage(shown, 5000);
  } catch (error) {
    await showError(log, describeError(error));
  }
}

async function askForFile(name: string): Promise<vscode.Uri[] | undefined> {
  const extension = name.slice(name.lastIndexOf('.') + 1);
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(startFolder(), name),
    filters: { [extension.toUpperCase()]: [extension] },
  });
  return target && [target];
}

async function askForFolder(files: readonly NamedFile[]): Promise<vscode.Uri[] | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    defaultUri: startFolder(),
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: vscode.l10n.t('Save {0} Files Here', files.length),
  });
  if (!chosen?.[0]) return undefined;
  const targets = files.map(({ name }) => vscode.Uri.joinPath(chosen[0], name));
  const present = (await Promise.all(targets.map(exists))).filter(Boolean).length;
  if (present === 0) return targets;
  const replace = vscode.l10n.t('Replace');
  const message = vscode.l10n.t('{0} of the files already exist in {1}.', present, chosen[0].fsPath);
  return (await vscode.window.showWarningMessage(message, { modal: true }, replace)) === replace ? targets : undefined;
}

async function exists(file: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}

/** Absolute, or VS Code's dialogs begin at the root of the disk. */
function startFolder(): vscode.Uri {
  return vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(process.env.HOME ?? '/');
}
