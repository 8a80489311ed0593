/** Twin Report: the panel and its command. */
import * as vscode from 'vscode';
import type { RunEntry } from '../runs/run-entry.ts';
import type { Services } from '../services.ts';
import type { Send } from './channel.ts';
import type { PanelConnection } from './panel.ts';
import { registerRunPanel } from './run-panel.ts';
import { ShownRun } from './shown-run.ts';
import { readTwinReport } from './twin-report-data.ts';

const hasTwin = ({ results }: RunEntry): boolean => results.includes('twin');

const COMMANDS = {
  fit: 'karma-mas.fit',
  collect: 'karma-mas.collect',
  runAll: 'karma-mas.runAll',
  showLog: 'karma-mas.showLog',
} as const;

export function registerTwinReport(services: Services): vscode.Disposable {
  return registerRunPanel(services, {
    view: 'twin-report',
    has: hasTwin,
    connect: (send: Send<'twin-report'>, asked) => connect(services, send, asked),
  });
}

function connect(
  services: Services,
  send: Send<'twin-report'>,
  asked: string | undefined,
): PanelConnection<'twin-report', string> {
  const shown = new ShownRun(
    services.runs,
    asked,
    { has: hasTwin, read: readTwinReport, why },
    {
      runs: (message) => send('runs', message),
      missing: (message) => send('missing', message),
      content: (report) => send('report', report),
    },
  );
  return {
    handlers: {
      ...shown.handlers,
      open: ({ what }) => {
        if (what === 'reveal') void vscode.commands.executeCommand('karma-mas.revealRun', shown.directory);
        else void vscode.commands.executeCommand(COMMANDS[what]);
      },
    },
    snapshot: () => shown.snapshot(),
    show: (directory) => shown.show(directory),
    dispose: () => shown.dispose(),
  };
}

function why(entry: RunEntry | undefined): string {
  return entry
    ? vscode.l10n.t('Run {0} has no twin yet. Only runs that fit a twin have one.', entry.id)
    : vscode.l10n.t('No twin has been fitted yet. Collect traces of the cluster, then fit a twin to them.');
}
