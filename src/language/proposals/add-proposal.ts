/** The way back from an analysis into the specifications: what accepting a proposal changes, checked before it is offered. */
import { loadSpecs } from '../../spec/load.ts';
import type { Problem } from '../../spec/problem.ts';
import { validate } from '../validate.ts';
import { folderView, type FolderView } from '../folder-view.ts';
import { applyTextEdits } from '../text.ts';
import { goalEdits, knownGoal } from './goal.ts';
import { refuse, type Placement, type Proposal, type ProposalEdits, type Refusal } from './proposal.ts';
import { knownRelation, relationEdits } from './relation.ts';
import { knownRole, roleEdits } from './role.ts';

/** What the specifications have of a proposal already, by its name there; undefined where nothing. */
export function alreadyThere(folder: FolderView, proposal: Proposal, organization: string): string | undefined {
  switch (proposal.kind) {
    case 'role':
      return knownRole(folder, proposal);
    case 'goal':
      return knownGoal(folder, proposal, organization);
    case 'relation':
      return knownRelation(folder, proposal, organization);
  }
}

/**
 * The edits that accept a proposal. It is refused where the specifications have it already, where it has no place in them, and
 * where it would bring an error or a warning that is not there now.
 */
export function addProposal(folder: FolderView, proposal: Proposal, placement: Placement): ProposalEdits | Refusal {
  const known = alreadyThere(folder, proposal, placement.organization);
  if (known !== undefined) return refuse(`The specifications have this ${proposal.kind} already: ${known}.`);
  const found = editsOf(folder, proposal, placement);
  if ('refused' in found) return found;
  const after = edited(folder, found);
  const before = counts(seriousOf(folder));
  const worse = seriousOf(after).filter((problem) => isNew(before, problem));
  return worse.length === 0 ? found : refuse(`${proposal.name} cannot be added as it is. ${worse[0].message}`);
}

/** Errors and warnings, also those that need reasoning. */
const seriousOf = (folder: FolderView): Problem[] =>
  validate(folder).filter(({ severity }) => severity === 'error' || severity === 'warning');

function editsOf(folder: FolderView, proposal: Proposal, placement: Placement): ProposalEdits | Refusal {
  switch (proposal.kind) {
    case 'role':
      return roleEdits(folder, proposal, placement);
    case 'goal':
      return goalEdits(folder, proposal, placement);
    case 'relation':
      return relationEdits(folder, proposal, placement);
  }
}

/** No edit names a file that was not named before: whether these exist need not be asked. */
function edited(folder: FolderView, { edits }: ProposalEdits): FolderView {
  const files = folder.sources.map((source) => {
    const own = edits.find(({ file }) => file === source.path)?.edits ?? [];
    return { path: source.path, text: applyTextEdits(source, own) };
  });
  return folderView(files, loadSpecs(files, { exists: () => true }));
}

const keyOf = ({ file, code, message }: Problem): string => `${file}\n${code}\n${message}`;

/** How often each problem stands there: places move with every edit. */
function counts(problems: readonly Problem[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const problem of problems) found.set(keyOf(problem), (found.get(keyOf(problem)) ?? 0) + 1);
  return found;
}

/** Whether it did not stand there: those that did are used up one by one. */
function isNew(known: Map<string, number>, problem: Problem): boolean {
  const left = known.get(keyOf(problem)) ?? 0;
  known.set(keyOf(problem), left - 1);
  return left <= 0;
}
