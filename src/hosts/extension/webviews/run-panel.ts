/** Panels that show one run. */
import * as vscode from 'vscode';
import type { ViewName } from '../../../../webview/protocol/messages.ts';
import { runsOf } from '../runs/run-arguments.ts';
import type { CommandId } from '../commands.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import type { Services } from '../services.ts';
import { registerPanel, type PanelKind } from './panel.ts';

/** Registers the panel and the command that opens it: with the run named, or with the newest that the panel can show. */
export function registerRunPanel<V extends ViewName>(
  services: Services,
  command: { readonly id: CommandId; readonly has: (entry: RunEntry) => boolean },
  kind: PanelKind<V, string>,
): vscode.Disposable {
  const { runs, log, extensionUri } = services;
  const panel = registerPanel(kind, extensionUri, log);
  return vscode.Disposable.from(
    panel,
    services.command(command.id, async (...args) => {
      await runs.refresh();
      const [named] = runsOf(args, runs);
      panel.open((named ?? runs.runs.find(command.has))?.directory ?? '');
    }),
  );
}
