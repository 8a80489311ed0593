/** Twin Report: the panel and its command. */
import * as vscode from 'vscode';
import type { TwinReportMessage } from '../../../../webview/protocol/twin-report.ts';
import { describeError } from '../errors.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import { runsOf } from '../runs/run-arguments.ts';
import type { Services } from '../services.ts';
import type { Send } from './channel.ts';
import { registerPanel, type PanelConnection } from './panel.ts';
import { readTwinReport } from './twin-report-data.ts';

/** Registers the panel and what opens it: with the run named, or with the newest that has a twin. */
export function registerTwinReport(services: Services): vscode.Disposable {
  const { runs, log, extensionUri } = services;
  const panel = registerPanel(
    {
      view: 'twin-report',
      viewType: 'karma-mas.twinReport',
      title: vscode.l10n.t('Twin Report'),
      icon: 'graph-scatter',
      connect: (send: Send<'twin-report'>, shown: string | undefined) => new TwinReportHost(services, send, shown),
    },
    extensionUri,
    log,
  );
  return vscode.Disposable.from(
    panel,
    services.command('karma-mas.openTwinReport', async (...args) => {
      await runs.refresh();
      const [named] = runsOf(args, runs);
      panel.open((named ?? runs.runs.find(hasTwin))?.directory ?? '');
    }),
  );
}

const hasTwin = ({ results }: RunEntry): boolean => results.includes('twin');

const COMMANDS = {
  fit: 'karma-mas.fit',
  collect: 'karma-mas.collect',
  runAll: 'karma-mas.runAll',
  showLog: 'karma-mas.showLog',
} as const;

class TwinReportHost implements PanelConnection<'twin-report', string> {
  readonly #services: Services;
  readonly #send: Send<'twin-report'>;
  readonly #changes: vscode.Disposable;
  /** Directory of the run that was asked for; empty = the newest. */
  #wanted: string;
  #wasAsked: boolean;
  /** What has been read, or why it could not be. */
  #read:
    | { readonly directory: string; readonly report: TwinReportMessage }
    | { readonly directory: string; readonly why: string }
    | undefined;
  /** The last list that was sent: the store changes often, the runs that have a twin seldom. */
  #listed = '';

  readonly handlers: PanelConnection<'twin-report', string>['handlers'] = {
    show: ({ directory }) => this.show(directory),
    restore: ({ directory }) => {
      if (!this.#wasAsked) this.show(directory);
    },
    open: ({ what }) => {
      if (what === 'reveal') void vscode.commands.executeCommand('karma-mas.revealRun', this.#selected);
      else void vscode.commands.executeCommand(COMMANDS[what]);
    },
  };

  constructor(services: Services, send: Send<'twin-report'>, shown: string | undefined) {
    this.#services = services;
    this.#send = send;
    this.#wanted = shown ?? '';
    this.#wasAsked = shown !== undefined;
    this.#changes = services.runs.onDidChange(() => void this.#update());
  }

  snapshot(): void {
    this.#listed = '';
    void this.#update();
    this.#tell();
  }

  show(directory: string): void {
    this.#wanted = directory;
    this.#wasAsked = true;
    void this.#update();
  }

  dispose(): void {
    this.#changes.dispose();
  }

  /** The run that was asked for where it is still there, or else the newest with a twin. */
  get #selected(): string {
    const { runs } = this.#services.runs;
    const found = runs.find(({ directory }) => directory === this.#wanted) ?? runs.find(hasTwin);
    return found?.directory ?? '';
  }

  async #update(): Promise<void> {
    const directory = this.#selected;
    this.#list(directory);
    const entry = this.#services.runs.get(directory);
    const isKnown = this.#read?.directory === directory && 'report' in this.#read;
    // A twin may still be on its way.
    if (isKnown || (this.#read?.directory === directory && !(entry && hasTwin(entry)))) return;
    this.#read = await read(directory, entry);
    if (this.#selected !== directory) return;
    this.#list(directory);
    this.#tell();
  }

  #list(selected: string): void {
    const loading = selected !== '' && this.#read?.directory !== selected;
    const runs = this.#services.runs.runs.filter(hasTwin).map(({ directory, id, name, kind, createdAt }) => ({
      directory,
      id,
      training: name,
      kind,
      createdAt,
    }));
    const message = { runs, selected, loading };
    const text = JSON.stringify(message);
    if (text === this.#listed) return;
    this.#listed = text;
    this.#send('runs', message);
  }

  #tell(): void {
    const read = this.#read;
    if (!read) return;
    if ('report' in read) this.#send('report', read.report);
    else this.#send('missing', read);
  }
}

async function read(
  directory: string,
  entry: RunEntry | undefined,
): Promise<{ directory: string; report: TwinReportMessage } | { directory: string; why: string }> {
  if (directory === '')
    return {
      directory,
      why: vscode.l10n.t('No twin has been fitted yet. Collect traces of the cluster, then fit a twin to them.'),
    };
  if (entry && !hasTwin(entry))
    return { directory, why: vscode.l10n.t('Run {0} has no twin (yet): only runs that fit one do.', entry.id) };
  try {
    return { directory, report: await readTwinReport(directory) };
  } catch (error) {
    return { directory, why: describeError(error) };
  }
}
