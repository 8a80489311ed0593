/** Adds a proposal of an analysis to the specifications, as an edit that is previewed before it is made. */
import * as vscode from 'vscode';
import type { Analysis } from '../../../analyzing/analysis.ts';
import type { Placement } from '../../../language/proposals/proposal.ts';
import {
  ADD_PROPOSAL,
  PROPOSALS,
  type AddProposalAnswer,
  type AddProposalParams,
  type ProposalsAnswer,
  type ProposalsParams,
} from '../../../language/protocol.ts';
import type { CommandId } from '../commands.ts';
import { pickRun, runsOf } from '../runs/run-arguments.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import type { Services } from '../services.ts';
import { Previews, type Changes } from './preview.ts';
import { hasAnalysis, readAnalysis } from '../webviews/analysis-data.ts';

const { t } = vscode.l10n;

type Proposal = Analysis['proposals'][number];
type Kind = Proposal['kind'];

/** The arguments that a view, a keybinding or another extension may give the command. The user is asked for whatever is left out. */
export interface ProposalArguments {
  /** Of the run. */
  readonly directory?: string;
  /** Id of the proposal. */
  readonly proposal?: string;
  /** role: agents that play it from now on. */
  readonly agents?: readonly string[];
  /** goal: the mission that it is added to. */
  readonly mission?: string;
  /** false: the edit is made at once. */
  readonly preview?: boolean;
}

const ADD: {
  readonly [K in Kind]: {
    readonly id: CommandId;
    readonly title: string;
    readonly which: string;
    readonly none: string;
  };
} = {
  role: {
    id: 'karma-mas.addInferredRole',
    title: t('Add Inferred Role'),
    which: t('Which role?'),
    none: t('no role is proposed: the roles of the agents already describe what they do.'),
  },
  goal: {
    id: 'karma-mas.addInferredGoal',
    title: t('Add Inferred Goal'),
    which: t('Which goal?'),
    none: t('no goal is proposed: the declared goals already cover every region of states that stands out.'),
  },
  relation: {
    id: 'karma-mas.addRelation',
    title: t('Add Relation'),
    which: t('Which relation?'),
    none: t('no relation is proposed: every significant relation is declared already.'),
  },
};

export function registerAddProposal(services: Services): vscode.Disposable {
  const kinds = Object.keys(ADD) as Kind[];
  const previews = new Previews();
  return vscode.Disposable.from(
    previews,
    ...kinds.map((kind) => services.command(ADD[kind].id, (...args) => addProposal(services, previews, kind, args))),
  );
}

/** Resolves with the name of the proposal in the specifications; undefined if the user cancels. */
async function addProposal(
  services: Services,
  previews: Previews,
  kind: Kind,
  args: readonly unknown[],
): Promise<string | undefined> {
  const { title } = ADD[kind];
  await services.runs.refresh();
  const entry =
    runsOf(args, services.runs)[0] ??
    (await pickRun(services.runs, {
      title,
      placeHolder: t('Choose the analysis whose proposals you want to add'),
      none: t('Nothing has been analyzed yet: analyze trained policies first.'),
      filter: hasAnalysis,
    }));
  if (!entry) return undefined;
  const given = argumentsOf(args);
  const analysis = await readAnalysis(entry.directory);
  const folder = vscode.Uri.file(entry.project).toString();
  const { organization, proposals } = analysis;
  const params: ProposalsParams = { folder, organization, proposals };
  const state = await services.language.request<ProposalsAnswer | null>(PROPOSALS, params);
  if (!state)
    throw new Error(t('The specifications of {0} are not in this workspace: open their folder.', entry.project));

  const proposal = await chooseProposal(kind, entry, analysis, state, given.proposal);
  if (!proposal) return undefined;
  const placement = await choosePlacement(proposal, organization, state, given);
  if (!placement) return undefined;
  const request: AddProposalParams = { folder, proposal, placement };
  const answer = await services.language.request<AddProposalAnswer | null>(ADD_PROPOSAL, request);
  if (!answer || answer.refused !== '') throw new Error(answer?.refused ?? t('The specifications no longer exist.'));

  const preview = given.preview !== false;
  const changes = answer.edit.changes ?? {};
  if (preview && !(await previews.confirm(t('{0}: {1}', title, answer.name), changes))) return undefined;
  if (!(await vscode.workspace.applyEdit(workspaceEdit(changes), { isRefactoring: true })))
    throw new Error(t('The specifications could not be changed. Check whether the files are read-only.'));
  void tellAdded(services, entry, proposal, answer, preview);
  return answer.name;
}

function argumentsOf([first]: readonly unknown[]): ProposalArguments {
  const isPlain = typeof first === 'object' && first !== null && 'proposal' in first;
  return isPlain ? (first as ProposalArguments) : {};
}

async function chooseProposal(
  kind: Kind,
  { id: run }: RunEntry,
  { proposals }: Analysis,
  { known }: ProposalsAnswer,
  wanted: string | undefined,
): Promise<Proposal | undefined> {
  const { title, which, none } = ADD[kind];
  const all = proposals
    .map((proposal, i) => ({ proposal, known: known[i] ?? '' }))
    .filter(({ proposal }) => proposal.kind === kind);
  if (wanted !== undefined) {
    const found = all.find(({ proposal }) => proposal.id === wanted);
    if (!found)
      throw new Error(t('Run {0} does not have this proposal, or no longer has it. Open its analysis again.', run));
    if (found.known !== '') throw new Error(t('The specifications already contain it: {0}.', found.known));
    return found.proposal;
  }
  const open = all.filter((each) => each.known === '');
  if (open.length === 0) {
    const message =
      all.length === 0
        ? t('In run {0} {1}', run, none)
        : t(
            'The specifications already contain everything of this kind that run {0} proposes: {1}.',
            run,
            all.map((each) => each.known).join(', '),
          );
    void vscode.window.showInformationMessage(message);
    return undefined;
  }
  const items = open.map(({ proposal }) => ({ label: proposal.name, detail: proposal.why, proposal }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: which, matchOnDetail: true }))?.proposal;
}

/** Undefined if the user cancels. */
async function choosePlacement(
  proposal: Proposal,
  organization: string,
  { missions }: ProposalsAnswer,
  given: ProposalArguments,
): Promise<Placement | undefined> {
  const { title } = ADD[proposal.kind];
  if (proposal.kind === 'role') {
    if (given.agents) return { organization, agents: given.agents };
    const { agents = [], replaces } = proposal;
    if (agents.length === 0) return { organization };
    const instead = replaces === undefined ? '' : t('in place of {0}', replaces);
    const items = [
      { label: t('Let {0} Play It', agents.join(', ')), description: instead, agents },
      { label: t('Add the Role Only'), description: t('no agent plays it yet'), agents: [] },
    ];
    const chosen = await vscode.window.showQuickPick(items, { title, placeHolder: t('Who plays the role?') });
    return chosen && { organization, agents: chosen.agents };
  }
  if (proposal.kind === 'goal') {
    if (given.mission !== undefined) return { organization, mission: given.mission };
    if (missions.length < 2) return { organization };
    const mission = await vscode.window.showQuickPick([...missions], { title, placeHolder: t('Into which mission?') });
    return mission === undefined ? undefined : { organization, mission };
  }
  return { organization };
}

/** VS Code saves the files of a refactoring, unless its settings say otherwise. */
function workspaceEdit(changes: Changes): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const [uri, edits] of Object.entries(changes))
    for (const { range, newText } of edits) {
      const { start, end } = range;
      edit.replace(
        vscode.Uri.parse(uri),
        new vscode.Range(start.line, start.character, end.line, end.character),
        newText,
      );
    }
  return edit;
}

async function tellAdded(
  { showError }: Services,
  { directory }: RunEntry,
  { kind }: Proposal,
  { name, edit }: AddProposalAnswer,
  show: boolean,
): Promise<void> {
  try {
    const [first] = Object.entries(edit.changes ?? {});
    if (show && first) {
      const [uri, [{ range }]] = first;
      const at = new vscode.Position(range.start.line + 1, 0);
      await vscode.window.showTextDocument(vscode.Uri.parse(uri), {
        selection: new vscode.Range(at, at),
        viewColumn: vscode.ViewColumn.Beside,
      });
    }
    const refine = t('Refine and Retrain');
    const words = {
      role: t('Added role {0}.', name),
      goal: t('Added goal {0}.', name),
      relation: t('Added {0}.', name),
    };
    if ((await vscode.window.showInformationMessage(words[kind], refine)) === refine)
      await vscode.commands.executeCommand('karma-mas.refineAndRetrain', directory);
  } catch (error) {
    await showError(String(error));
  }
}
