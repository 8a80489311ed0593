/** The whole analysis: trajectories of one or more training seeds -> what the agents learned. */
import { breathe } from '../cluster/breathe.ts';
import { Random } from '../cluster/random.ts';
import type { Cluster, Model, Organization } from '../spec/model.ts';
import type { Analysis, SpecificationScores } from './analysis.ts';
import { DEFAULT_SETTINGS, type AnalysisSettings } from './settings.ts';
import { inferGoals } from './goals/goals.ts';
import { commonEpisodes } from './groups/action-sequences.ts';
import type { ClusteringData } from './groups/clustering-data.ts';
import type { CondensedDistances } from './groups/condensed-distances.ts';
import { describeGroups, groupSequences, viewOfGroups, type GroupedSequences } from './groups/group-sequences.ts';
import { limitationsOf } from './limitations.ts';
import { proposals } from './proposals/proposals.ts';
import { inferRelations } from './relations/relations.ts';
import { situationsOf } from './relations/situations.ts';
import { inferRoles } from './roles/roles.ts';
import { goalSatisfaction } from './scores/goal-satisfaction.ts';
import { alignmentOfAgents, meanAlignment } from './scores/guide-alignment.ts';
import { organizationalFit } from './scores/organizational-fit.ts';
import type { SeedTrajectories, Trajectories } from './trajectories/trajectories.ts';
import type { MatrixOptions } from './warping/all-pairs.ts';

export interface AnalyzeOptions extends Partial<AnalysisSettings> {
  readonly cluster: Cluster;
  /** The specifications that proposals are held against. Default: no roles, no missions. */
  readonly model?: Pick<Model, 'roles' | 'missions'>;
  /** Given the distances of the sequences once they are known: they are too many for the analysis itself. */
  readonly onDistances?: (distances: CondensedDistances) => void;
  /** Given what views of the groups draw. */
  readonly onClustering?: (data: ClusteringData) => void;
  readonly warping?: Pick<MatrixOptions, 'files' | 'threads'>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Shares of the progress: on the sample, relations take about as long as distances. */
const PROGRESS = { distances: 600, relations: 400 };
/** Situations between which relations distinguish. */
const SITUATIONS = 4;
/** The distances of more do not fit into memory with ease: 5 000 take 100 MB, and about a minute. */
export const MOST_SEQUENCES = 5000;
const NO_SPECIFICATIONS = { roles: [], missions: [] };
/** Streams of randomness under the seed of the settings. */
const STREAMS = { permutations: 1, situations: 2, goals: 3 };

/**
 * Deterministic: same trajectories and settings, same analysis. The seeds' trajectories must be of the same agents, services
 * and state fields. Throws a RangeError where they are not, or where there are no episodes; rejects with the signal's reason
 * when aborted.
 */
export async function analyze(
  seeds: readonly SeedTrajectories[],
  organization: Organization,
  options: AnalyzeOptions,
): Promise<Analysis> {
  const { cluster, model, warping, onDistances, onClustering, signal, onProgress, ...given } = options;
  const asked: AnalysisSettings = { ...DEFAULT_SETTINGS, ...given };
  const settings = { ...asked, maxSequences: Math.min(asked.maxSequences, MOST_SEQUENCES) };
  checkAlike(seeds);
  const all = seeds.map(({ trajectories }) => trajectories);
  const total = PROGRESS.distances + PROGRESS.relations;
  const following = (before: number, scale: number) => ({
    ...(signal ? { signal } : {}),
    onProgress: (done: number, of: number) =>
      onProgress?.(Math.round(before + (scale * done) / Math.max(1, of)), total),
  });

  const grouped = await groupSequences(seeds, settings, { ...warping, ...following(0, PROGRESS.distances) });
  onDistances?.(grouped.distances);
  onClustering?.(viewOfGroups(grouped, all[0].services, settings));
  const relations = await relationsIn(all, settings, following(PROGRESS.distances, PROGRESS.relations));
  const roles = await inferRoles(seeds, cluster, grouped, signal);
  const goals = inferGoals(all, {
    random: new Random(settings.seed, STREAMS.goals),
    epsilon: settings.epsilon,
    successful: settings.successful,
    maximum: settings.maxGoals,
  });
  await breathe();
  signal?.throwIfAborted();

  const found = { roles, goals, relations };
  return {
    settings,
    organization: organization.name,
    seeds: seeds.map(({ seed }) => seed),
    episodes: all.reduce((sum, { episodes }) => sum + episodes.length, 0),
    notes: limitationsOf(seeds, grouped.sequences, grouped.available),
    ...describeGroups(seeds, grouped, settings.linkage),
    ...found,
    ...scoresOf(all, grouped, organization),
    proposals: proposals({
      seeds,
      cluster,
      organization,
      model: model ?? NO_SPECIFICATIONS,
      sequences: grouped.sequences,
      labels: grouped.cut.labels,
      ...found,
    }),
  };
}

/** Relations in a sample of the episodes: they are the longest part. */
function relationsIn(
  all: readonly Trajectories[],
  settings: AnalysisSettings,
  following: { readonly signal?: AbortSignal; readonly onProgress: (done: number, total: number) => void },
) {
  const { seed, windows, permutations, alpha, minimumStrength } = settings;
  const fewer = all.map((trajectories) => someEpisodes(trajectories, settings.relationEpisodes / all.length));
  return inferRelations(fewer, {
    random: new Random(seed, STREAMS.permutations),
    windows,
    permutations,
    alpha,
    minimumStrength,
    situations: situationsOf(fewer, SITUATIONS, new Random(seed, STREAMS.situations)),
    ...following,
  });
}

function scoresOf(
  all: readonly Trajectories[],
  { distances, classes }: GroupedSequences,
  organization: Organization,
): SpecificationScores {
  const agents = alignmentOfAgents(all);
  return {
    declaredLinks: declaredLinks(organization, all[0].agents),
    alignment: {
      agents,
      overall: meanAlignment(agents, 'alignment'),
      free: meanAlignment(agents, 'freeAlignment'),
    },
    fit: organizationalFit(distances, classes, all),
    goalSatisfaction: goalSatisfaction(all),
  };
}

/** Evenly spread over what there is; at least one. */
function someEpisodes(trajectories: Trajectories, limit: number): Trajectories {
  const { episodes } = trajectories;
  const count = Math.min(episodes.length, Math.max(1, Math.floor(limit)));
  return {
    ...trajectories,
    episodes: Array.from({ length: count }, (_, i) => episodes[Math.floor((i * episodes.length) / count)]),
  };
}

function checkAlike(seeds: readonly SeedTrajectories[]): void {
  if (seeds.length === 0 || seeds.some(({ trajectories }) => trajectories.episodes.length === 0))
    throw new RangeError('There are no trajectories to analyze; record some first.');
  if (seeds.some(({ trajectories }) => trajectories.agents.length === 0))
    throw new RangeError('The trajectories have no agents: there is nobody whose behavior could be analyzed.');
  const layout = ({ trajectories: { agents, services, stateFields, goals } }: SeedTrajectories) =>
    JSON.stringify({ agents, services, stateFields, goals });
  if (seeds.some((seed) => layout(seed) !== layout(seeds[0])))
    throw new RangeError('Trajectories of different agents, services or state fields cannot be analyzed together.');
  if (commonEpisodes(seeds).length === 0)
    throw new RangeError('No episode has a decision in the trajectories of every seed; record longer ones.');
}

function declaredLinks(organization: Organization, agents: readonly { name: string; roles: readonly string[] }[]) {
  const holders = (role: string) => agents.filter((agent) => agent.roles.includes(role)).map((agent) => agent.name);
  return organization.groups.flatMap(({ links }) =>
    links.flatMap(({ type, from, to }) =>
      holders(from).flatMap((source) =>
        holders(to)
          .filter((target) => target !== source)
          .map((target) => ({ kind: type, from: source, to: target })),
      ),
    ),
  );
}
