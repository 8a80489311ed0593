/** Changes of the specifications that an analysis proposes, and what they come to as edits. */
import type { FileEdits } from '../text.ts';

/** As analyzing/view-data.ts has it. */
export interface Proposal {
  readonly kind: 'role' | 'goal' | 'relation';
  readonly name: string;
  /** role: a Role document. goal: an item of a mission's goals. relation: an item of a group's links. */
  readonly yaml: string;
  /** role: the agents that would take it, and the declared role that it would replace in them. */
  readonly agents?: readonly string[];
  readonly replaces?: string;
  /** goal: a Mission document with this goal alone, where there is no mission to add it to. */
  readonly mission?: string;
  readonly link?: { readonly type: string; readonly from: string; readonly to: string; readonly group: string };
}

/** Where a proposal goes, as far as there is a choice. */
export interface Placement {
  /** Name of the organization that was analyzed. */
  readonly organization: string;
  /** role: agents that play it from now on. Left out: none. */
  readonly agents?: readonly string[];
  /** goal: the mission that it becomes a part of. Left out: the first of the organization. */
  readonly mission?: string;
}

/** What an accepted proposal changes. */
export interface ProposalEdits {
  /** What it is called in the specifications; another name than proposed where that is taken. */
  readonly name: string;
  readonly edits: readonly FileEdits[];
}

/** A proposal that cannot be accepted: why, and what to do, in a sentence. */
export interface Refusal {
  readonly refused: string;
}

export const refuse = (refused: string): Refusal => ({ refused });
