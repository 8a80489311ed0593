/** Clustering: the panel and its command. */
import * as vscode from 'vscode';
import type { RunEntry } from '../runs/run-entry.ts';
import type { Services } from '../services.ts';
import { hasAnalysis } from './analysis-data.ts';
import type { Send } from './channel.ts';
import { readClusteringMessages } from './clustering-data.ts';
import type { PanelConnection } from './panel.ts';
import { registerRunPanel } from './run-panel.ts';
import { ShownRun } from './shown-run.ts';

const COMMANDS = {
  analyze: 'karma-mas.analyze',
  train: 'karma-mas.train',
  runAll: 'karma-mas.runAll',
  showLog: 'karma-mas.showLog',
  reveal: 'karma-mas.revealRun',
  roles: 'karma-mas.openRoles',
  relations: 'karma-mas.openRelations',
} as const;

export function registerClustering(services: Services): vscode.Disposable {
  return registerRunPanel(services, {
    view: 'clustering',
    has: hasAnalysis,
    connect: (send: Send<'clustering'>, asked) => connect(services, send, asked),
  });
}

function connect(
  services: Services,
  send: Send<'clustering'>,
  asked: string | undefined,
): PanelConnection<'clustering', string> {
  const shown = new ShownRun(
    services.runs,
    asked,
    { has: hasAnalysis, read: readClusteringMessages, why },
    {
      runs: (message) => send('runs', message),
      missing: (message) => send('missing', message),
      content({ analysis, rows }) {
        send('analysis', analysis);
        for (const message of rows) send('rows', message, `rows ${message.kind} ${message.from}`);
      },
    },
  );
  /** Whether a command is about the run shown. An analysis is made of policies, which runs that analyze do not have. */
  const isAbout = (what: keyof typeof COMMANDS): boolean =>
    what === 'analyze'
      ? (services.runs.get(shown.directory)?.results.includes('policies') ?? false)
      : what === 'reveal' || what === 'roles' || what === 'relations';
  return {
    handlers: {
      ...shown.handlers,
      episode: ({ directory, ...episode }) =>
        void vscode.commands.executeCommand('karma-mas.openEpisode', directory, episode),
      open: ({ what }) =>
        void vscode.commands.executeCommand(COMMANDS[what], ...(isAbout(what) ? [shown.directory] : [])),
    },
    snapshot: () => shown.snapshot(),
    show: (directory) => shown.show(directory),
    dispose: () => shown.dispose(),
  };
}

function why(entry: RunEntry | undefined): string {
  return entry
    ? vscode.l10n.t('Run {0} has no analysis yet. Only runs that analyze policies have one.', entry.id)
    : vscode.l10n.t(
        'Nothing has been analyzed yet. Analyze lets trained policies play episodes and groups what the agents do.',
      );
}
