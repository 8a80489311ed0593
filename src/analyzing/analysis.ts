/** What an analysis finds: artifacts/analysis.json. */
import type { InferredGoal } from './goals/goals.ts';
import type { SequenceGroups } from './groups/sequence-groups.ts';
import type { Proposal } from './proposals/proposal.ts';
import type { RelationKind, WindowRelations } from './relations/relations.ts';
import type { InferredRole } from './roles/roles.ts';
import type { GoalSatisfaction } from './scores/goal-satisfaction.ts';
import type { AgentAlignment } from './scores/guide-alignment.ts';
import type { OrganizationalFit } from './scores/organizational-fit.ts';
import type { AnalysisSettings } from './settings.ts';

/** What was analyzed. */
export interface AnalyzedTrajectories {
  readonly settings: AnalysisSettings;
  readonly organization: string;
  readonly seeds: readonly number[];
  readonly episodes: number;
  /** What was left out, or could not be done, in sentences. */
  readonly notes: readonly string[];
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
