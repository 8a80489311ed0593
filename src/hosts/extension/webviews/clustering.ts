/** Clustering: the panel and its command. */
import * as vscode from 'vscode';
import { describeError } from '../errors.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import { runsOf } from '../runs/run-arguments.ts';
import type { Services } from '../services.ts';
import { hasAnalysis } from './analysis-data.ts';
import type { Send } from './channel.ts';
import { readClusteringMessages, type ClusteringMessages } from './clustering-data.ts';
import { registerPanel, type PanelConnection } from './panel.ts';

/** Registers the panel and what opens it: with the run named, or with the newest that has an analysis. */
export function registerClustering(services: Services): vscode.Disposable {
  const { runs, log, extensionUri } = services;
  const panel = registerPanel(
    {
      view: 'clustering',
      viewType: 'karma-mas.clustering',
      title: vscode.l10n.t('Clustering'),
      icon: 'type-hierarchy',
      connect: (send: Send<'clustering'>, shown: string | undefined) => new ClusteringHost(services, send, shown),
    },
    extensionUri,
    log,
  );
  return vscode.Disposable.from(
    panel,
    services.command('karma-mas.openClustering', async (...args) => {
      await runs.refresh();
      const [named] = runsOf(args, runs);
      panel.open((named ?? runs.runs.find(hasAnalysis))?.directory ?? '');
    }),
  );
}

const COMMANDS = {
  analyze: 'karma-mas.analyze',
  train: 'karma-mas.train',
  runAll: 'karma-mas.runAll',
  showLog: 'karma-mas.showLog',
  reveal: 'karma-mas.revealRun',
  roles: 'karma-mas.openRoles',
  relations: 'karma-mas.openRelations',
} as const;

class ClusteringHost implements PanelConnection<'clustering', string> {
  readonly #services: Services;
  readonly #send: Send<'clustering'>;
  readonly #changes: vscode.Disposable;
  /** Directory of the run that was asked for; empty = the newest. */
  #wanted: string;
  #wasAsked: boolean;
  /** What has been read, or why it could not be. */
  #read: Read | undefined;
  /** The last list that was sent: the store changes often, the runs that have an analysis seldom. */
  #listed = '';

  readonly handlers: PanelConnection<'clustering', string>['handlers'] = {
    show: ({ directory }) => this.show(directory),
    restore: ({ directory }) => {
      if (!this.#wasAsked) this.show(directory);
    },
    episode: ({ directory, ...episode }) =>
      void vscode.commands.executeCommand('karma-mas.openEpisode', directory, episode),
    open: ({ what }) =>
      void vscode.commands.executeCommand(COMMANDS[what], ...(this.#isAbout(what) ? [this.#selected] : [])),
  };

  constructor(services: Services, send: Send<'clustering'>, shown: string | undefined) {
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

  /** The run that was asked for where it is still there, or else the newest with an analysis. */
  get #selected(): string {
    const { runs } = this.#services.runs;
    const found = runs.find(({ directory }) => directory === this.#wanted) ?? runs.find(hasAnalysis);
    return found?.directory ?? '';
  }

  /** Whether a command is about the run shown. An analysis is made of policies, which runs that analyze do not have. */
  #isAbout(what: keyof typeof COMMANDS): boolean {
    if (what === 'analyze') return this.#services.runs.get(this.#selected)?.results.includes('policies') ?? false;
    return what === 'reveal' || what === 'roles' || what === 'relations';
  }

  async #update(): Promise<void> {
    const directory = this.#selected;
    this.#list(directory);
    const entry = this.#services.runs.get(directory);
    const isKnown = this.#read?.directory === directory && 'messages' in this.#read;
    // An analysis may still be on its way.
    if (isKnown || (this.#read?.directory === directory && !(entry && hasAnalysis(entry)))) return;
    const read = await readRun(directory, entry);
    if (this.#selected !== directory) return;
    this.#read = read;
    this.#list(directory);
    this.#tell();
  }

  #list(selected: string): void {
    const loading = selected !== '' && this.#read?.directory !== selected;
    const runs = this.#services.runs.runs.filter(hasAnalysis).map(({ directory, id, name, kind, createdAt }) => ({
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
    if ('why' in read) {
      this.#send('missing', read);
      return;
    }
    const { analysis, rows } = read.messages;
    this.#send('analysis', analysis);
    for (const message of rows) this.#send('rows', message, `rows ${message.kind} ${message.from}`);
  }
}

type Read = { readonly directory: string } & ({ readonly messages: ClusteringMessages } | { readonly why: string });

async function readRun(directory: string, entry: RunEntry | undefined): Promise<Read> {
  if (directory === '')
    return {
      directory,
      why: vscode.l10n.t(
        'Nothing has been analyzed yet. Analyze lets trained policies play episodes and groups what the agents do.',
      ),
    };
  if (entry && !hasAnalysis(entry))
    return {
      directory,
      why: vscode.l10n.t('Run {0} has no analysis (yet): only runs that analyze policies do.', entry.id),
    };
  try {
    return { directory, messages: await readClusteringMessages(directory) };
  } catch (error) {
    return { directory, why: describeError(error) };
  }
}
