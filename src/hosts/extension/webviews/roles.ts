/** Roles and Goals: the panel and its command. */
import type * as vscode from 'vscode';
import type { Analysis } from '../../../analyzing/analysis.ts';
import { comparisonOf } from '../analysis/comparison.ts';
import { describeError } from '../errors.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import type { Services } from '../services.ts';
import { hasAnalysis } from './analysis-data.ts';
import { AnalysisHost } from './analysis-host.ts';
import { rolesMessage } from './analysis-message.ts';
import type { Send } from './channel.ts';
import type { PanelConnection } from './panel.ts';
import { registerRunPanel } from './run-panel.ts';

export function registerRoles(services: Services): vscode.Disposable {
  return registerRunPanel(services, {
    view: 'roles',
    has: hasAnalysis,
    connect: (send: Send<'roles'>, asked) => connect(services, send, asked),
  });
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
