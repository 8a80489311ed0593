import * as vscode from 'vscode';
import type { Services } from '../services.ts';

const { t } = vscode.l10n;
const SAMPLE = 'chained-services';

/** Copies the sample project into a new folder and opens it. Overwrites nothing. */
export function registerCreateSample(services: Services): vscode.Disposable {
  return services.command('karma-mas.createSample', async (target) => {
    const parent = target instanceof vscode.Uri ? target : await chooseParent();
    if (!parent) return undefined;
    const folder = await freeFolder(parent);
    const source = vscode.Uri.joinPath(services.extensionUri, 'dist', 'examples', SAMPLE);
    await vscode.workspace.fs.copy(source, folder, { overwrite: false });
    services.log.info(`Created the sample project in ${folder.toString(true)}`);
    await open(folder);
    return folder;
  });
}

/** A workspace folder if the user picks one, otherwise any folder. */
async function chooseParent(): Promise<vscode.Uri | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(
    ({ uri }) => vscode.workspace.fs.isWritableFileSystem(uri.scheme) !== false,
  );
  const here = folders.map(({ name, uri }) => ({
    label: t('In {0}', name),
    description: uri.scheme === 'file' ? uri.fsPath : uri.toString(true),
    iconPath: vscode.ThemeIcon.Folder,
    uri: uri as vscode.Uri | undefined,
  }));
  const elsewhere = {
    label: t('Choose Another Folder...'),
    description: '',
    iconPath: new vscode.ThemeIcon('folder-opened'),
    uri: undefined,
  };
  if (here.length > 0) {
    const title = t('Create Sample Project');
    const placeHolder = t('Where should the folder "{0}" be created?', SAMPLE);
    const picked = await vscode.window.showQuickPick([...here, elsewhere], { title, placeHolder });
    if (!picked || picked.uri) return picked?.uri;
  }
  const chosen = await vscode.window.showOpenDialog({
    title: t('Folder for the Sample Project'),
    openLabel: t('Create Here'),
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
  });
  return chosen?.[0];
}

/** chained-services, or chained-services-2 and so on if that exists. */
async function freeFolder(parent: vscode.Uri): Promise<vscode.Uri> {
  for (let attempt = 1; ; attempt++) {
    const folder = vscode.Uri.joinPath(parent, attempt === 1 ? SAMPLE : `${SAMPLE}-${attempt}`);
    try {
      await vscode.workspace.fs.stat(folder);
    } catch {
      return folder;
    }
  }
}

/** Opens the folder in this window if it is in the workspace; otherwise the user chooses the window. */
async function open(folder: vscode.Uri): Promise<void> {
  const file = vscode.Uri.joinPath(folder, 'organization.karma.yaml');
  if (vscode.workspace.getWorkspaceFolder(folder)) {
    await vscode.commands.executeCommand('karma-mas.refresh');
    await vscode.window.showTextDocument(file);
    await vscode.commands.executeCommand('karma-mas.specifications.focus');
    return;
  }
  const isEmpty = (vscode.workspace.workspaceFolders ?? []).length === 0;
  if (isEmpty) return void (await vscode.commands.executeCommand('vscode.openFolder', folder));
  const here = t('Open');
  const inNew = t('Open in New Window');
  const chosen = await vscode.window.showInformationMessage(
    t('The sample project is in {0}.', folder.fsPath),
    here,
    inNew,
  );
  if (chosen) await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: chosen === inNew });
}
