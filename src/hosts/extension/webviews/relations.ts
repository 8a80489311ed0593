/** Relations: the panel and its command. */
import * as vscode from 'vscode';
import { runsOf } from '../runs/run-arguments.ts';
import type { Services } from '../services.ts';
import { hasAnalysis } from './analysis-data.ts';
import { AnalysisHost } from './analysis-host.ts';
import { relationsMessage } from './analysis-message.ts';
import type { Send } from './channel.ts';
import { registerPanel, type PanelConnection } from './panel.ts';

/** Registers the panel and what opens it: with the run named, or with the newest that has an analysis. */
export function registerRelations(services: Services): vscode.Disposable {
  const { runs, log, extensionUri } = services;
  const panel = registerPanel(
    {
      view: 'relations',
      viewType: 'karma-mas.relations',
      title: vscode.l10n.t('Relations'),
      icon: 'references',
      connect: (send: Send<'relations'>, shown: string | undefined) => connect(services, send, shown),
    },
    extensionUri,
    log,
  );
  return vscode.Disposable.from(
    panel,
    services.command('karma-mas.openRelations', async (...args) => {
      await runs.refresh();
      const [named] = runsOf(args, runs);
      panel.open((named ?? runs.runs.find(hasAnalysis))?.directory ?? '');
    }),
  );
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
