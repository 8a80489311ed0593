/** Learning Curves: the panel and its commands. */
import { setImmediate as breathe } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { RunEntry } from '../runs/run-entry.ts';
import { pickRuns, runsOf, type RunChoice } from '../runs/run-arguments.ts';
import type { Services } from '../services.ts';
import type { Send } from './channel.ts';
import { CurvesHost, type Pause } from './learning-curves/curves-host.ts';
import { registerPanel, type PanelConnection } from './panel.ts';
import { PANELS } from './panels.ts';
import { saveFiles } from './save-files.ts';

/** A look at journals lets others work after so many milliseconds. */
const SLICE = 8;

/** Registers the panel and what opens it: with the runs named, or with the newest that trains. */
export function registerLearningCurves(services: Services): vscode.Disposable {
  const { runs, log } = services;
  const panel = registerPanel(
    {
      view: 'learning-curves',
      connect: (send: Send<'learning-curves'>, shown: readonly string[] | undefined) => connect(services, send, shown),
    },
    services.extensionUri,
    log,
  );
  const open = (entries: readonly RunEntry[]) => panel.open(entries.map(({ directory }) => directory));
  return vscode.Disposable.from(
    panel,
    services.command(PANELS['learning-curves'].command, async (...args) => {
      await runs.refresh();
      const named = runsOf(args, runs);
      open(named.length > 0 ? named : newest(runs.runs));
    }),
    services.command('karma-mas.compareRuns', async (...args) => {
      const named = runsOf(args, runs);
      const chosen = named.length > 1 ? named : await pickRuns(runs, comparison());
      if (chosen.length > 0) open(chosen);
    }),
  );
}

function connect(
  services: Services,
  send: Send<'learning-curves'>,
  shown: readonly string[] | undefined,
): PanelConnection<'learning-curves', readonly string[]> {
  const { runs, log } = services;
  const host = new CurvesHost(
    runs,
    send,
    {
      save: (name, text) => void saveFiles([{ name, bytes: Buffer.from(text, 'utf8') }], log),
      start: (command) => void vscode.commands.executeCommand(command),
    },
    makePause(),
    shown ?? null,
  );
  const changes = runs.onDidChange(() => void host.refresh());
  const watch = runs.watch();
  return {
    handlers: host.handlers,
    snapshot: () => host.snapshot(),
    show: (directories) => host.show(directories),
    dispose() {
      changes.dispose();
      watch.dispose();
      host.dispose();
    },
  };
}

function makePause(): Pause {
  let ends = 0;
  return async () => {
    if (performance.now() < ends) return;
    await breathe();
    ends = performance.now() + SLICE;
  };
}

function comparison(): RunChoice {
  return {
    title: vscode.l10n.t('Compare Runs'),
    placeHolder: vscode.l10n.t('Choose the runs to compare'),
    none: vscode.l10n.t('There is no training run yet. Train policies first.'),
    filter: isTraining,
  };
}

/** The newest run that trains; one that works comes first. */
function newest(runs: readonly RunEntry[]): RunEntry[] {
  const training = runs.filter(isTraining);
  const chosen = training.find(({ state }) => state === 'running') ?? training[0];
  return chosen ? [chosen] : [];
}

const isTraining = ({ kind }: RunEntry): boolean => kind === 'train' || kind === 'run';
