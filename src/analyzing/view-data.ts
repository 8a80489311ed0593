/**
 * What the analyze job writes for pictures, beside analysis.json. Types only: the extension reads these files without the
 * engine.
 */

/** artifacts/clustering.json: what a view of the groups needs beyond analysis.json. In the order of `Analysis.sequences`. */
export interface ClusteringData {
  /** Text of each symbol: 0 = 'hold', others as 'b +2'. */
  readonly moves: readonly string[];
  readonly services: readonly string[];
  /** Of each symbol: index of the service (-1 = hold) and the replicas moved. */
  readonly moveOf: readonly { readonly service: number; readonly move: number }[];
  /** Symbols per step. */
  readonly sequences: readonly (readonly number[])[];
  /** Index of the sequence that is nearest to all others on average. */
  readonly medoid: number;
  /** Each sequence warped onto the medoid's time: one symbol per step of the medoid. */
  readonly aligned: readonly (readonly number[])[];
  /** First two principal coordinates of the distances, and the share of each (principal-coordinates.ts). */
  readonly map: {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly explained: readonly [number, number];
  };
  /** Cuts by count, 2..min(30, n - 1) groups, each at a height of the dendrogram that gives as many. */
  readonly cuts: readonly { readonly groups: number; readonly height: number; readonly silhouette: number }[];
  /** Per cut, per sequence: its silhouette in percent, -100..100. */
  readonly itemSilhouettes: readonly (readonly number[])[];
  /** The same for the groups of the analysis (`SequenceLabel.group`), which no cut by count need give. */
  readonly ownSilhouettes: readonly number[];
  /** 1 = no groups stand out. `reason` is a sentence. */
  readonly suggested: { readonly groups: number; readonly reason: string };
  /** Action sequences there were; more than `sequences` where an even sample was drawn. */
  readonly available: number;
}

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
  /** relation: kind and roles of the link, and the group of the organisation that it belongs into. */
  readonly link?: { readonly type: string; readonly from: string; readonly to: string; readonly group: string };
}
