/** Roles and Goals: the panel and its command. */
import * as vscode from 'vscode';
import type { Analysis } from '../../../analyzing/analyze.ts';
import { comparisonOf } from '../analysis/comparison.ts';
import { describeError } from '../errors.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import { runsOf } from '../runs/run-arguments.ts';
import type { Services } from '../services.ts';
import { hasAnalysis } from './analysis-data.ts';
import { AnalysisHost } from './analysis-host.ts';
import { rolesMessage } from './analysis-message.ts';
import type { Send } from './channel.ts';
import { registerPanel, type PanelConnection } from './panel.ts';

/** Registers the panel and what opens it: with the run named, or with the newest that has an analysis. */
export function registerRoles(services: Services): vscode.Disposable {
  const { runs, log, extensionUri } = services;
  const panel = registerPanel(
    {
      view: 'roles',
      viewType: 'karma-mas.roles',
      title: vscode.l10n.t('Roles and Goals'),
      icon: 'person',
      connect: (send: Send<'roles'>, shown: string | undefined) => connect(services, send, shown),
    },
    extensionUri,
    log,
  );
  return vscode.Disposable.from(
    panel,
    services.command('karma-mas.openRoles', async (...args) => {
      await runs.refresh();
      const [named] = runsOf(args, runs);
      panel.open((named ?? runs.runs.find(hasAnalysis))?.directory ?? '');
    }),
  );
}

function connect(services: Services, send: Send<'roles'>, shown: string | undefined): PanelConnection<'roles', string> {
  const host = new AnalysisHost(services, shown, {
    runs: (message) => send('runs', message),
    proposals: (message) => send('proposals', message),
    missing: (message) => send('missing', message),
    analysis(entry, analysis) {
      send('roles', rolesMessage(entry.directory, analysis));
      void tellComparison(services, send, entry, analysis);
    },
  });
  return {
    handlers: host.handlers,
    snapshot: () => host.snapshot(),
    show: (directory) => host.show(directory),
    dispose: () => host.dispose(),
  };
}

async function tellComparison(
  services: Services,
  send: Send<'roles'>,
  entry: RunEntry,
  analysis: Analysis,
): Promise<void> {
  try {
    send('comparison', await comparisonOf(entry, analysis, services.runs.runs));
  } catch (error) {
    services.log.error(`Before and after: ${describeError(error)}`);
  }
}
