/** Proposals of an analysis for clients: which ones the specifications already contain, and edits that accept one. */
import type { FolderView } from '../language/folder-view.ts';
import { addProposal, alreadyThere } from '../language/proposals/add-proposal.ts';
import { missionsOf } from '../language/proposals/goal.ts';
import type { Project, Projects } from './projects.ts';
import { workspaceEdit } from './workspace-edits.ts';
import type { AddProposalAnswer, AddProposalParams, ProposalsAnswer, ProposalsParams } from '../language/protocol.ts';

export function proposalsOf(view: FolderView, { organization, proposals }: ProposalsParams): ProposalsAnswer {
  return {
    known: proposals.map((proposal) => alreadyThere(view, proposal, organization) ?? ''),
    missions: missionsOf(view, organization).flatMap(({ name }) => name ?? []),
  };
}

export function acceptProposal(
  projects: Projects,
  project: Project,
  { proposal, placement }: AddProposalParams,
): AddProposalAnswer {
  const found = addProposal(project.view(), proposal, placement);
  if ('refused' in found) return { refused: found.refused, name: '', edit: {} };
  return { refused: '', name: found.name, edit: workspaceEdit(projects, project, found.edits) };
}
