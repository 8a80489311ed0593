/** Panels that show one run. */
import * as vscode from 'vscode';
import { runsOf } from '../runs/run-arguments.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import type { Services } from '../services.ts';
import { registerPanel, type PanelKind } from './panel.ts';
import { PANELS, type PanelName } from './panels.ts';

export interface RunPanelKind<V extends PanelName> extends PanelKind<V, string> {
  /** Whether a run has what the panel shows. */
  has(entry: RunEntry): boolean;
}

/** Registers the panel and the command that opens it: with the run named, or with the newest that the panel can show. */
export function registerRunPanel<V extends PanelName>(services: Services, kind: RunPanelKind<V>): vscode.Disposable {
  const { runs, log, extensionUri } = services;
  const panel = registerPanel(kind, extensionUri, log);
  return vscode.Disposable.from(
    panel,
    services.command(PANELS[kind.view].command, async (...args) => {
      await runs.refresh();
      const [named] = runsOf(args, runs);
      panel.open((named ?? runs.runs.find((entry) => kind.has(entry)))?.directory ?? '');
    }),
  );
}
