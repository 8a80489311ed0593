/** What an analysis is asked for. */
import type { LinkageMethod } from './groups/agglomerative.ts';
import { NOT_SUBSTANTIAL } from './groups/dendrogram-cuts.ts';

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
