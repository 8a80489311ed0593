/** Relations: the panel and its command. */
import type * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { hasAnalysis } from './analysis-data.ts';
import { AnalysisHost } from './analysis-host.ts';
import { relationsMessage } from './analysis-message.ts';
import type { Send } from './channel.ts';
import type { PanelConnection } from './panel.ts';
import { registerRunPanel } from './run-panel.ts';

export function registerRelations(services: Services): vscode.Disposable {
  return registerRunPanel(services, {
    view: 'relations',
    has: hasAnalysis,
    connect: (send: Send<'relations'>, asked) => connect(services, send, asked),
  });
}

function connect(
  services: Services,
  send: Send<'relations'>,
  shown: string | undefined,
): PanelConnection<'relations', string> {
  const host = new AnalysisHost(services, shown, {
    runs: (message) => send('runs', message),
    proposals: (message) => send('proposals', message),
    missing: (message) => send('missing', message),
    analysis: ({ directory }, analysis) => send('relations', relationsMessage(directory, analysis)),
  });
  return {
    handlers: host.handlers,
    snapshot: () => host.snapshot(),
    show: (directory) => host.show(directory),
    dispose: () => host.dispose(),
  };
}
