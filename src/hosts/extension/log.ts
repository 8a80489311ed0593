import * as vscode from 'vscode';
import type { MessageAction } from './services.ts';

/** The extension's own log. The language server has a channel of its own; a runner writes its run's journal. */
export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel('KARMA MAS', { log: true });
}

/** Shows an error with Show Log and the given buttons. */
export async function showError(
  log: vscode.LogOutputChannel,
  message: string,
  actions: readonly MessageAction[] = [],
): Promise<void> {
  const all = [...actions, { title: vscode.l10n.t('Show Log'), run: () => log.show() }];
  const chosen = await vscode.window.showErrorMessage(message, ...all.map(({ title }) => title));
  await all.find(({ title }) => title === chosen)?.run();
}
