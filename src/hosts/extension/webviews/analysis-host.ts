/** What the views of roles and of relations have in common: the choice of a run, its analysis, and how its proposals stand. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { OpenWhat, Proposals } from '../../../../webview/protocol/proposals.ts';
import type { Analysis } from '../../../analyzing/analyze.ts';
import { readManifest } from '../../../runs/manifest.ts';
import {
  PROPOSALS,
  SPECIFICATIONS_CHANGED,
  type ProposalsAnswer,
  type ProposalsParams,
} from '../../server/protocol.ts';
import { describeError } from '../errors.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import type { Services } from '../services.ts';
import { hasAnalysis, readAnalysis } from './analysis-data.ts';

/** While one types. */
const PAUSE = 300;

const COMMANDS: { readonly [W in OpenWhat]: string } = {
  analyze: 'karma-mas.analyze',
  train: 'karma-mas.train',
  runAll: 'karma-mas.runAll',
  reveal: 'karma-mas.revealRun',
  refine: 'karma-mas.refineAndRetrain',
  compare: 'karma-mas.compareRuns',
  clustering: 'karma-mas.openClustering',
  roles: 'karma-mas.openRoles',
  relations: 'karma-mas.openRelations',
  organization: 'karma-mas.openOrganization',
};

const ADD = {
  role: 'karma-mas.addInferredRole',
  goal: 'karma-mas.addInferredGoal',
  relation: 'karma-mas.addRelation',
} as const;

export interface AnalysisViewMessages {
  readonly runs: (message: {
    readonly runs: readonly { directory: string; id: string; training: string; kind: string; createdAt: number }[];
    readonly selected: string;
    readonly loading: boolean;
  }) => void;
  readonly proposals: (message: Proposals) => void;
  readonly missing: (message: { readonly directory: string; readonly why: string }) => void;
  /** Sends what the view shows of an analysis. Throws where that is not as this version writes it. */
  readonly analysis: (entry: RunEntry, analysis: Analysis) => void;
}

type Read = { readonly directory: string } & ({ readonly analysis: Analysis } | { readonly why: string });

export class AnalysisHost implements vscode.Disposable {
  readonly #services: Services;
  readonly #tell: AnalysisViewMessages;
  readonly #subscriptions: readonly vscode.Disposable[];
  /** Directory of the run that was asked for; empty = the newest. */
  #wanted: string;
  #wasAsked: boolean;
  #read: Read | undefined;
  /** The last list that was sent: the store changes often, the runs that have an analysis seldom. */
  #listed = '';
  #timer: NodeJS.Timeout | undefined;
  /** Answers to older questions are dropped. */
  #asked = 0;

  readonly handlers = {
    show: ({ directory }: { readonly directory: string }): void => this.show(directory),
    restore: ({ directory }: { readonly directory: string }): void => {
      if (!this.#wasAsked) this.show(directory);
    },
    accept: ({ id }: { readonly id: string }): void => this.#accept(id),
    open: ({ what }: { readonly what: OpenWhat }): void => this.#open(what),
  };

  constructor(services: Services, shown: string | undefined, tell: AnalysisViewMessages) {
    this.#services = services;
    this.#tell = tell;
    this.#wanted = shown ?? '';
    this.#wasAsked = shown !== undefined;
    const later = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#ask(), PAUSE);
    };
    this.#subscriptions = [
      services.runs.onDidChange(() => void this.#update()),
      services.language.onNotification(SPECIFICATIONS_CHANGED, later),
      // The server says that names and problems changed; a new link changes neither.
      vscode.workspace.onDidChangeTextDocument(({ document }) => document.languageId === 'karma' && later()),
    ];
  }

  snapshot(): void {
    this.#listed = '';
    void this.#update();
    this.#show();
  }

  show(directory: string): void {
    this.#wanted = directory;
    this.#wasAsked = true;
    void this.#update();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** The run that was asked for where it is still there, or else the newest with an analysis. */
  get #selected(): RunEntry | undefined {
    const { runs } = this.#services.runs;
    return runs.find(({ directory }) => directory === this.#wanted) ?? runs.find(hasAnalysis);
  }

  async #update(): Promise<void> {
    const entry = this.#selected;
    const directory = entry?.directory ?? '';
    this.#list(directory);
    const isKnown = this.#read?.directory === directory && 'analysis' in this.#read;
    // An analysis may still be on its way.
    if (isKnown || (this.#read?.directory === directory && !(entry && hasAnalysis(entry)))) return;
    const read = await readRun(entry);
    if ((this.#selected?.directory ?? '') !== directory) return;
    this.#read = read;
    this.#list(directory);
    this.#show();
  }

  #list(selected: string): void {
    const loading = selected !== '' && this.#read?.directory !== selected;
    const runs = this.#services.runs.runs
      .filter(hasAnalysis)
      .map(({ directory, id, name, kind, createdAt }) => ({ directory, id, training: name, kind, createdAt }));
    const message = { runs, selected, loading };
    const text = JSON.stringify(message);
    if (text === this.#listed) return;
    this.#listed = text;
    this.#tell.runs(message);
  }

  #show(): void {
    const read = this.#read;
    if (!read) return;
    if ('why' in read) {
      this.#tell.missing(read);
      return;
    }
    const entry = this.#services.runs.get(read.directory);
    if (!entry) return;
    try {
      this.#tell.analysis(entry, read.analysis);
      this.#tellProposals(read.directory, read.analysis, undefined);
    } catch (error) {
      this.#tell.missing({ directory: read.directory, why: describeError(error) });
      return;
    }
    void this.#ask();
  }

  #tellProposals(directory: string, { proposals }: Analysis, known: readonly string[] | undefined): void {
    this.#tell.proposals({
      directory,
      asked: known !== undefined,
      proposals: proposals.map(({ id, kind, name, why, yaml }, i) => ({
        id,
        kind,
        name,
        why,
        yaml,
        known: known?.[i] ?? '',
      })),
    });
  }

  /** What the specifications have of the proposals by now. */
  async #ask(): Promise<void> {
    const read = this.#read;
    if (!read || !('analysis' in read)) return;
    const asked = ++this.#asked;
    const entry = this.#services.runs.get(read.directory);
    if (!entry) return;
    const { organization, proposals } = read.analysis;
    const params: ProposalsParams = { folder: vscode.Uri.file(entry.project).toString(), organization, proposals };
    try {
      const answer = await this.#services.language.request<ProposalsAnswer | null>(PROPOSALS, params);
      if (asked === this.#asked && answer) this.#tellProposals(read.directory, read.analysis, answer.known);
    } catch (error) {
      this.#services.log.error(`Proposals: ${describeError(error)}`);
    }
  }

  #accept(id: string): void {
    const read = this.#read;
    if (!read || !('analysis' in read)) return;
    const proposal = read.analysis.proposals.find((each) => each.id === id);
    if (proposal) void vscode.commands.executeCommand(ADD[proposal.kind], { directory: read.directory, proposal: id });
  }

  #open(what: OpenWhat): void {
    const directory = this.#read?.directory ?? '';
    const entry = this.#services.runs.get(directory);
    if (what === 'compare') {
      const both = [directory, trainedBefore(directory)].map((each) => ({ directory: each }));
      void vscode.commands.executeCommand(COMMANDS.compare, both[0], both);
      return;
    }
    const isAbout = ['reveal', 'refine', 'clustering', 'roles', 'relations'].includes(what) && entry !== undefined;
    const analyzable = what === 'analyze' && entry?.results.includes('policies') === true;
    void vscode.commands.executeCommand(COMMANDS[what], ...(isAbout || analyzable ? [directory] : []));
  }
}

/** Where the policies come from that a refining run is compared with: the analysis may be in another run than their training. */
function trainedBefore(directory: string): string {
  const { before } = readManifest(directory).options;
  return typeof before === 'string' ? dirname(dirname(before)) : '';
}

async function readRun(entry: RunEntry | undefined): Promise<Read> {
  if (!entry)
    return {
      directory: '',
      why: vscode.l10n.t(
        'Nothing has been analyzed yet. Analyze lets trained policies play episodes and tells what the agents learned.',
      ),
    };
  const { directory, id } = entry;
  if (!hasAnalysis(entry))
    return { directory, why: vscode.l10n.t('Run {0} has no analysis (yet): only runs that analyze policies do.', id) };
  try {
    return { directory, analysis: await readAnalysis(directory) };
  } catch (error) {
    return { directory, why: describeError(error) };
  }
}
