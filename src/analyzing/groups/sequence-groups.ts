import type { Linkage } from './agglomerative.ts';
import type { RoleGroup } from './role-groups.ts';

export interface SequenceLabel {
  readonly agent: string;
  readonly role: string;
  readonly seed: number;
  /** Index of the seed in `Analysis.seeds`, and of the episode in that seed's trajectories. */
  readonly source: number;
  readonly episode: number;
  readonly scenario: string;
  readonly load: string;
  readonly episodeSeed: number;
  /** Mean J of the episode; null in JSON where no step has one. */
  readonly objective: number;
  readonly group: number;
}

/** The action sequences and their groups. */
export interface SequenceGroups {
  /** In the order of the items of `linkage`. */
  readonly sequences: readonly SequenceLabel[];
  readonly linkage: Linkage;
  readonly groups: readonly RoleGroup[];
  /** Of the cut; 0 where no groups stand out. */
  readonly silhouette: number;
  readonly purity: number;
  /** Mean pairwise adjusted Rand index over training seeds; undefined for one seed, one group, or seeds of different episodes. */
  readonly stability: number | undefined;
}
