/** A change of the specifications that the analysis proposes: `Analysis.proposals`. */
export interface Proposal {
  /** Unique in one analysis, and the same for the same proposal in another. */
  readonly id: string;
  readonly kind: 'role' | 'goal' | 'relation';
  /** Of the role, the goal, or 'authority leader -> follower' for a relation. */
  readonly name: string;
  /** One or two sentences with the figures behind it. */
  readonly why: string;
  /**
   * role: a Role document. goal: an item of `spec.goals` of a Mission. relation: an item of `links` of a group of the
   * Organization. Each with its comments, without a document marker.
   */
  readonly yaml: string;
  /** role: the agents that would take it, and the declared role that it would replace in them (undefined = none does). */
  readonly agents?: readonly string[];
  readonly replaces?: string;
  /** goal: a whole Mission document that holds the goal alone, for a folder that has no mission to add it to. */
  readonly mission?: string;
  /** relation: kind and roles of the link, and the group of the organization that it belongs into. */
  readonly link?: { readonly type: string; readonly from: string; readonly to: string; readonly group: string };
}
