import * as vscode from 'vscode';
import type { Services } from './services.ts';

export interface FolderChoice {
  readonly title: string;
  readonly placeHolder: string;
  /** The message if no folder is open. */
  readonly none: string;
}

/** Path of a project, or of a workspace folder if there is no project; the user picks among several. Undefined if the user cancels. */
export async function chooseFolder({ projects }: Services, choice: FolderChoice): Promise<string | undefined> {
  const { title, placeHolder, none } = choice;
  if (projects.all.length === 0) await projects.refresh();
  const places = [
    ...projects.all.map(({ name, folder }) => ({ label: name, folder })),
    ...(vscode.workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === 'file')
      .map(({ name, uri }) => ({ label: name, folder: uri.fsPath })),
  ];
  const items = places.flatMap(({ label, folder }) =>
    folder === undefined ? [] : [{ label, description: folder, folder }],
  );
  const once = items.filter(({ folder }, index) => items.findIndex((each) => each.folder === folder) === index);
  if (once.length === 0) throw new Error(none);
  if (once.length === 1) return once[0].folder;
  return (await vscode.window.showQuickPick(once, { title, placeHolder }))?.folder;
}
