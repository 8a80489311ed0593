/** What an analysis is asked for, and what it finds: artifacts/analysis.json. */
import type { InferredGoal } from './goals/goals.ts';
import type { Linkage, LinkageMethod } from './groups/agglomerative.ts';
import { NOT_SUBSTANTIAL } from './groups/dendrogram-cuts.ts';
import type { RoleGroup } from './groups/role-groups.ts';
import type { Proposal } from './proposals/proposal.ts';
import type { RelationKind, WindowRelations } from './relations/relations.ts';
import type { InferredRole } from './roles/roles.ts';
import type { GoalSatisfaction } from './scores/goal-satisfaction.ts';
import type { AgentAlignment } from './scores/guide-alignment.ts';
import type { OrganizationalFit } from './scores/organizational-fit.ts';

export interface AnalysisSettings {
  /** Of everything drawn here. */
  readonly seed: number;
  readonly linkage: Exclude<LinkageMethod, 'ward'>;
  /** Sakoe-Chiba band in steps; 0 = none. */
  readonly band: number;
  /** Action sequences that are compared at most, over all agents and seeds. */
  readonly maxSequences: number;
  /** How the dendrogram is cut into groups. */
  readonly cut: CutSetting;
  /** A region of states with at most this share of the visits is no goal. */
  readonly epsilon: number;
  /** Share of the episodes of each scenario, the best by mean J, that count as successful. */
  readonly successful: number;
  readonly maxGoals: number;
  /** Time windows of the relations, permutations of their test, and the level of significance. */
  readonly windows: number;
  readonly permutations: number;
  readonly alpha: number;
  /** A weaker relation does not count. */
  readonly minimumStrength: number;
  /** Episodes, over all seeds, in which relations are looked for. */
  readonly relationEpisodes: number;
}

/** See dendrogram-cuts.ts. */
export type CutSetting =
  | { readonly by: 'splits' | 'silhouette'; readonly maximum: number; readonly minimum: number }
  | { readonly by: 'count'; readonly groups: number }
  | { readonly by: 'height'; readonly height: number };

/** All ours but epsilon, for which the paper gives no number either. */
export const DEFAULT_SETTINGS: AnalysisSettings = {
  seed: 1,
  linkage: 'average',
  band: 0,
  maxSequences: 160,
  cut: { by: 'splits', maximum: 10, minimum: NOT_SUBSTANTIAL },
  epsilon: 0.1,
  successful: 0.5,
  maxGoals: 6,
  windows: 4,
  relationEpisodes: 60,
  permutations: 299,
  alpha: 0.01,
  minimumStrength: 0.05,
};

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

/** What was analyzed. */
export interface AnalyzedTrajectories {
  readonly settings: AnalysisSettings;
  readonly organization: string;
  readonly seeds: readonly number[];
  readonly episodes: number;
  /** What was left out, or could not be done, in sentences. */
  readonly notes: readonly string[];
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

/** What the agents learned. */
export interface LearnedOrganization {
  readonly roles: readonly InferredRole[];
  readonly goals: readonly InferredGoal[];
  readonly relations: readonly WindowRelations[];
}

/** How what the agents did fits the specifications. */
export interface SpecificationScores {
  /** Links of the organization's groups, between the agents that have the roles. */
  readonly declaredLinks: readonly { readonly kind: RelationKind; readonly from: string; readonly to: string }[];
  readonly alignment: {
    readonly agents: readonly AgentAlignment[];
    /** Over all agents: under the mask, and for the policy without it. */
    readonly overall: number | undefined;
    readonly free: number | undefined;
  };
  readonly fit: OrganizationalFit;
  readonly goalSatisfaction: readonly GoalSatisfaction[];
}

/** One flat JSON object, since stored analyses are; values that are undefined are left out there. */
export interface Analysis extends AnalyzedTrajectories, SequenceGroups, LearnedOrganization, SpecificationScores {
  /** Changes of the specifications that would make them say what was found; none where they already do. */
  readonly proposals: readonly Proposal[];
}
