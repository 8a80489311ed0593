/** Episode: the panel and its command. */
import * as vscode from 'vscode';
import type { Place } from '../../../../webview/protocol/episode.ts';
import { samePlace } from '../../../../webview/protocol/episode.ts';
import { describeError } from '../errors.ts';
import { pickRun, runsOf } from '../runs/run-arguments.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import { runLabel } from '../runs/run-text.ts';
import type { Services } from '../services.ts';
import { hasAnalysis } from './analysis-data.ts';
import type { Send } from './channel.ts';
import { placeOf, type Asked } from './episode-arguments.ts';
import { episodeList, episodeMessage, recordedSeeds, TrajectoryFiles } from './episode-data.ts';
import { registerPanel, type PanelConnection } from './panel.ts';
import { PANELS } from './panels.ts';

/** Registers the panel and what opens it: with an episode named, with a run (its first one), or with a choice. */
export function registerEpisode(services: Services): vscode.Disposable {
  const { runs, log, extensionUri } = services;
  const panel = registerPanel(
    {
      view: 'episode',
      connect: (send: Send<'episode'>, shown: Asked | undefined) => new EpisodeHost(services, send, shown),
    },
    extensionUri,
    log,
  );
  return vscode.Disposable.from(
    panel,
    services.command(PANELS.episode.command, async (...args) => {
      await runs.refresh();
      const [named] = runsOf(args, runs);
      const asked = named ? await placeOf(named.directory, args.slice(1), recordedSeeds) : await pickEpisode(services);
      if (asked) panel.open(asked);
    }),
  );
}

/** The user chooses a run, then one of its episodes. */
async function pickEpisode({ runs }: Services): Promise<Asked | undefined> {
  const title = vscode.l10n.t('Open Episode');
  const run = await pickRun(runs, {
    title,
    placeHolder: vscode.l10n.t('Choose the run whose episodes you want to see'),
    none: vscode.l10n.t('No run has recorded episodes yet. Train policies, then analyze them.'),
    filter: hasAnalysis,
  });
  if (!run) return undefined;
  const items = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Reading the episodes') },
    () => episodeItems(run),
  );
  const picked = await vscode.window.showQuickPick(items, {
    title: `${title}: ${runLabel(run)}`,
    placeHolder: vscode.l10n.t('Choose an episode'),
    matchOnDescription: true,
  });
  return picked && { first: picked.place, second: null };
}

async function episodeItems({ directory }: RunEntry): Promise<(vscode.QuickPickItem & { readonly place: Place })[]> {
  const files = new TrajectoryFiles();
  const items: (vscode.QuickPickItem & { readonly place: Place })[] = [];
  for (const seed of await recordedSeeds(directory)) {
    const { episodes, meanObjective } = await files.get(directory, seed);
    for (const [episode, { scenario, load }] of episodes.entries())
      items.push({
        label: vscode.l10n.t('Seed {0}, episode {1}', seed, episode + 1),
        description: [scenario, load, `J ${meanObjective(episode).toFixed(3)}`].join(', '),
        place: { directory, seed, episode },
      });
  }
  return items;
}

class EpisodeHost implements PanelConnection<'episode', Asked> {
  readonly #services: Services;
  readonly #send: Send<'episode'>;
  readonly #changes: vscode.Disposable;
  readonly #files = new TrajectoryFiles();
  #wanted: Asked;
  #wasAsked: boolean;
  /** The last list of runs that was sent: the store changes often, the runs that have an analysis seldom. */
  #listed = '';

  readonly handlers: PanelConnection<'episode', Asked>['handlers'] = {
    select: ({ first, second }) => this.show({ first, second }),
    restore: ({ first, second }) => {
      if (this.#wasAsked) return;
      this.#wanted = { first, second };
      this.#wasAsked = first !== null;
    },
    list: ({ directory, seed }) => void this.#sendList(directory, seed),
    open: ({ what, directory }) => {
      const commands = {
        clustering: 'karma-mas.openClustering',
        analyze: 'karma-mas.analyze',
        runAll: 'karma-mas.runAll',
        reveal: 'karma-mas.revealRun',
      };
      const isAboutRun = what === 'clustering' || what === 'reveal';
      void vscode.commands.executeCommand(commands[what], ...(isAboutRun ? [directory] : []));
    },
  };

  constructor(services: Services, send: Send<'episode'>, shown: Asked | undefined) {
    this.#services = services;
    this.#send = send;
    this.#wanted = shown ?? { first: null, second: null };
    this.#wasAsked = shown !== undefined;
    this.#changes = services.runs.onDidChange(() => void this.#sendRuns());
  }

  snapshot(): void {
    this.#listed = '';
    void this.#update();
  }

  show(asked: Asked): void {
    this.#wanted = asked;
    this.#wasAsked = true;
    void this.#update();
  }

  dispose(): void {
    this.#changes.dispose();
  }

  async #update(): Promise<void> {
    const wanted = this.#wanted;
    await this.#sendRuns();
    wanted.first ??= await this.#newest();
    if (wanted !== this.#wanted) return;
    this.#send('selection', () => {
      const { step, agent } = wanted;
      // A jump is made once: a view that is shown again stands where it was left.
      delete wanted.step;
      delete wanted.agent;
      const { first, second } = wanted;
      return { first, second, ...(step === undefined ? {} : { step }), ...(agent === undefined ? {} : { agent }) };
    });
    const { first, second } = wanted;
    if (!first) {
      this.#missing({ directory: '', seed: 0, episode: -1 }, noEpisodes());
      return;
    }
    await this.#sendEpisode('first', first);
    if (second) await this.#sendEpisode('second', second);
    for (const place of second && !samePlace(first, second) ? [first, second] : [first])
      await this.#sendList(place.directory, place.seed);
  }

  async #sendRuns(): Promise<void> {
    const analyzed = this.#services.runs.runs.filter(hasAnalysis);
    const runs = await Promise.all(
      analyzed.map(async ({ directory, id, name, createdAt }) => ({
        directory,
        id,
        training: name,
        createdAt,
        seeds: await recordedSeeds(directory),
      })),
    );
    const text = JSON.stringify(runs);
    if (text === this.#listed) return;
    const wasEmpty = this.#listed === '[]';
    this.#listed = text;
    this.#send('runs', { runs });
    // The first episodes that there are.
    if (wasEmpty && !this.#wanted.first) await this.#update();
  }

  /** The first episode of the newest run that has any. */
  async #newest(): Promise<Place | null> {
    for (const { directory } of this.#services.runs.runs.filter(hasAnalysis)) {
      const [seed] = await recordedSeeds(directory);
      if (seed !== undefined) return { directory, seed, episode: 0 };
    }
    return null;
  }

  async #sendEpisode(which: 'first' | 'second', place: Place): Promise<void> {
    try {
      const message = episodeMessage(place, await this.#files.get(place.directory, place.seed));
      if (samePlace(this.#wanted[which], place)) this.#send('episode', message, which);
    } catch (error) {
      this.#missing(place, describeError(error));
    }
  }

  async #sendList(directory: string, seed: number): Promise<void> {
    try {
      const list = episodeList(directory, seed, await this.#files.get(directory, seed));
      this.#send('episodes', list, `episodes ${directory} ${seed}`);
    } catch (error) {
      this.#missing({ directory, seed, episode: -1 }, describeError(error));
    }
  }

  #missing(place: Place, why: string): void {
    this.#send('missing', { place, why }, `missing ${place.directory} ${place.seed} ${place.episode}`);
  }
}

const noEpisodes = () => vscode.l10n.t('No run has recorded episodes yet. Train policies, then analyze them.');
