/** The common part of the views of roles and of relations: the choice of a run, its analysis, and the state of its proposals. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { OpenWhat, Proposals } from '../../../../webview/protocol/proposals.ts';
import type { MissingMessage, RunsMessage } from '../../../../webview/protocol/run-choice.ts';
import type { Analysis } from '../../../analyzing/analysis.ts';
import { readManifest } from '../../../runs/manifest.ts';
import {
  PROPOSALS,
  SPECIFICATIONS_CHANGED,
  type ProposalsAnswer,
  type ProposalsParams,
} from '../../../language/protocol.ts';
import { describeError } from '../errors.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import type { Services } from '../services.ts';
import { hasAnalysis, readAnalysis } from './analysis-data.ts';
import { ShownRun } from './shown-run.ts';

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
  readonly runs: (message: RunsMessage) => void;
  readonly proposals: (message: Proposals) => void;
  readonly missing: (message: MissingMessage) => void;
  /** Sends the part of an analysis that the view shows. Throws if it does not have the format of this version. */
  readonly analysis: (entry: RunEntry, analysis: Analysis) => void;
}

export class AnalysisHost implements vscode.Disposable {
  readonly #services: Services;
  readonly #tell: AnalysisViewMessages;
  readonly #shown: ShownRun<Analysis>;
  readonly #subscriptions: readonly vscode.Disposable[];
  #timer: NodeJS.Timeout | undefined;
  /** Answers to older questions are dropped. */
  #asked = 0;

  readonly handlers;

  constructor(services: Services, asked: string | undefined, tell: AnalysisViewMessages) {
    this.#services = services;
    this.#tell = tell;
    this.#shown = new ShownRun(
      services.runs,
      asked,
      { has: hasAnalysis, read: readAnalysis, why },
      {
        runs: (message) => tell.runs(message),
        missing: (message) => tell.missing(message),
        content: (analysis, directory) => this.#show(analysis, directory),
      },
    );
    this.handlers = {
      ...this.#shown.handlers,
      accept: ({ id }: { readonly id: string }): void => this.#accept(id),
      open: ({ what }: { readonly what: OpenWhat }): void => this.#open(what),
    };
    const later = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#ask(), PAUSE);
    };
    this.#subscriptions = [
      this.#shown,
      services.language.onNotification(SPECIFICATIONS_CHANGED, later),
      // The server says that names and problems changed; a new link changes neither.
      vscode.workspace.onDidChangeTextDocument(({ document }) => document.languageId === 'karma' && later()),
    ];
  }

  snapshot(): void {
    this.#shown.snapshot();
  }

  show(directory: string): void {
    this.#shown.show(directory);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #show(analysis: Analysis, directory: string): void {
    const entry = this.#services.runs.get(directory);
    if (!entry) return;
    try {
      this.#tell.analysis(entry, analysis);
      this.#tellProposals(directory, analysis, undefined);
    } catch (error) {
      this.#tell.missing({ directory, why: describeError(error) });
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

  /** The proposals that the specifications contain by now. */
  async #ask(): Promise<void> {
    const read = this.#shown.content;
    if (!read) return;
    const asked = ++this.#asked;
    const entry = this.#services.runs.get(read.directory);
    if (!entry) return;
    const { organization, proposals } = read.content;
    const params: ProposalsParams = { folder: vscode.Uri.file(entry.project).toString(), organization, proposals };
    try {
      const answer = await this.#services.language.request<ProposalsAnswer | null>(PROPOSALS, params);
      if (asked === this.#asked && answer) this.#tellProposals(read.directory, read.content, answer.known);
    } catch (error) {
      this.#services.log.error(`Proposals: ${describeError(error)}`);
    }
  }

  #accept(id: string): void {
    const read = this.#shown.content;
    if (!read) return;
    const proposal = read.content.proposals.find((each) => each.id === id);
    if (proposal) void vscode.commands.executeCommand(ADD[proposal.kind], { directory: read.directory, proposal: id });
  }

  #open(what: OpenWhat): void {
    const { directory } = this.#shown;
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

function why(entry: RunEntry | undefined): string {
  return entry
    ? vscode.l10n.t('Run {0} has no analysis yet. Only runs that analyze policies have one.', entry.id)
    : vscode.l10n.t(
        'Nothing has been analyzed yet. Analyze lets trained policies play episodes and shows what the agents learned.',
      );
}
