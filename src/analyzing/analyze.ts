/** The whole analysis: trajectories of one or more training seeds -> what the agents learned. */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { Random } from '../cluster/random.ts';
import type { Cluster, Model, Organization } from '../spec/model.ts';
import {
  commonEpisodes,
  moveAlphabet,
  sampleSequences,
  sequenceDistances,
  type ActionSequence,
} from './groups/action-sequences.ts';
import { agglomerate, type Linkage, type LinkageMethod } from './groups/agglomerative.ts';
import {
  cutByCount,
  cutByHeight,
  cutBySilhouette,
  cutBySplits,
  NOT_SUBSTANTIAL,
  subset,
  type Cut,
} from './groups/dendrogram-cuts.ts';
import { clusteringData } from './groups/clustering-data.ts';
import type { CondensedDistances } from './groups/condensed-distances.ts';
import { notesOf } from './limitations.ts';
import type { MatrixOptions } from './warping/all-pairs.ts';
import { inferGoals, type InferredGoal } from './goals/goals.ts';
import { organizationalFit, type OrganizationalFit } from './organizational-fit.ts';
import { purity, stability } from './groups/partitions.ts';
import { proposals } from './proposals.ts';
import { inferRelations, type RelationKind, type WindowRelations } from './relations/relations.ts';
import { matchGroups, roleClass, type RoleGroup } from './groups/role-groups.ts';
import { inferRoles, type InferredRole } from './roles/roles.ts';
import {
  alignmentOfAgents,
  goalSatisfaction,
  meanAlignment,
  type AgentAlignment,
  type GoalSatisfaction,
} from './scores.ts';
import { silhouette } from './groups/silhouette.ts';
import { situationsOf } from './relations/situations.ts';
import type { SeedTrajectories, Trajectories } from './trajectories/trajectories.ts';
import type { ClusteringData, Proposal } from './view-data.ts';

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

/** JSON-serialisable; values that are undefined are left out there. */
export interface Analysis {
  readonly settings: AnalysisSettings;
  readonly organization: string;
  readonly seeds: readonly number[];
  readonly episodes: number;
  /** What was left out, or could not be done, in sentences. */
  readonly notes: readonly string[];
  /** In the order of the items of `linkage`. */
  readonly sequences: readonly SequenceLabel[];
  readonly linkage: Linkage;
  readonly groups: readonly RoleGroup[];
  /** Of the cut; 0 where no groups stand out. */
  readonly silhouette: number;
  readonly purity: number;
  /** Mean pairwise adjusted Rand index over training seeds; undefined for one seed, one group, or seeds of different episodes. */
  readonly stability: number | undefined;
  readonly roles: readonly InferredRole[];
  readonly goals: readonly InferredGoal[];
  readonly relations: readonly WindowRelations[];
  /** Links of the organisation's groups, between the agents that have the roles. */
  readonly declaredLinks: readonly { readonly kind: RelationKind; readonly from: string; readonly to: string }[];
  readonly alignment: {
    readonly agents: readonly AgentAlignment[];
    /** Over all agents: under the mask, and for the policy without it. */
    readonly overall: number | undefined;
    readonly free: number | undefined;
  };
  readonly fit: OrganizationalFit;
  readonly goalSatisfaction: readonly GoalSatisfaction[];
  /** Changes of the specifications that would make them say what was found; none where they already do. */
  readonly proposals: readonly Proposal[];
}

/** Relations take about as long as distances on the sample; the bar need not be truer than that. */
const PROGRESS = { distances: 600, relations: 400 };
const SITUATIONS = 4;
/** The distances of more do not fit into memory with ease: 5 000 take 100 MB, and about a minute. */
export const MOST_SEQUENCES = 5000;
const NO_SPECIFICATIONS = { roles: [], missions: [] };

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
  const {
    cluster,
    model = NO_SPECIFICATIONS,
    warping,
    onDistances,
    onClustering,
    signal,
    onProgress,
    ...given
  } = options;
  const asked: AnalysisSettings = { ...DEFAULT_SETTINGS, ...given };
  const settings = { ...asked, maxSequences: Math.min(asked.maxSequences, MOST_SEQUENCES) };
  checkAlike(seeds);
  const all = seeds.map(({ trajectories }) => trajectories);
  const { agents } = all[0];
  const total = PROGRESS.distances + PROGRESS.relations;
  const progress = (before: number, scale: number) => (done: number, of: number) =>
    onProgress?.(Math.round(before + (scale * done) / Math.max(1, of)), total);
  const streams = (stream: number) => new Random(settings.seed, stream);

  const alphabet = moveAlphabet(agents);
  const sequences = sampleSequences(seeds, alphabet, settings.maxSequences);
  const distances = await sequenceDistances(sequences, alphabet, {
    ...warping,
    ...(settings.band > 0 ? { band: settings.band } : {}),
    ...(signal ? { signal } : {}),
    onProgress: progress(0, PROGRESS.distances),
  });
  onDistances?.(distances);
  const linkage = agglomerate(distances, settings.linkage);
  const cut = cutAs(settings.cut, linkage, distances, smallestGroup(seeds, sequences));
  const classes = sequences.map(({ agent }) => roleClass(agents[agent].roles));
  const groups = matchGroups(cut.labels, classes);
  const available = commonEpisodes(seeds).length * agents.length * seeds.length;
  onClustering?.(
    clusteringData({
      services: all[0].services,
      alphabet,
      sequences,
      available,
      distances,
      linkage,
      band: settings.band,
      suggested: cut,
      reason: reasonFor(settings.cut, cut, sequences.length),
    }),
  );

  const fewer = all.map((trajectories) => someEpisodes(trajectories, settings.relationEpisodes / all.length));
  const relations = await inferRelations(fewer, {
    random: streams(1),
    windows: settings.windows,
    permutations: settings.permutations,
    alpha: settings.alpha,
    minimumStrength: settings.minimumStrength,
    situations: situationsOf(fewer, SITUATIONS, streams(2)),
    ...(signal ? { signal } : {}),
    onProgress: progress(PROGRESS.distances, PROGRESS.relations),
  });
  const roles = await inferRoles(seeds, cluster, sequences, cut.labels, groups, signal);
  const alignment = alignmentOfAgents(all);
  const goals = inferGoals(all, {
    random: streams(3),
    epsilon: settings.epsilon,
    successful: settings.successful,
    maximum: settings.maxGoals,
  });
  await yieldToEvents();
  signal?.throwIfAborted();

  return {
    settings,
    organization: organization.name,
    seeds: seeds.map(({ seed }) => seed),
    episodes: all.reduce((sum, { episodes }) => sum + episodes.length, 0),
    notes: notesOf(seeds, sequences, available),
    sequences: sequences.map((sequence, i) => labelOf(seeds, sequence, cut.labels[i])),
    linkage,
    groups,
    silhouette: cut.silhouette,
    purity: purity(
      cut.labels,
      classes.map((role) => classes.indexOf(role)),
    ),
    stability: stabilityOverSeeds(seeds, sequences, distances, cut.groups, settings.linkage),
    roles,
    goals,
    relations,
    declaredLinks: declaredLinks(organization, agents),
    alignment: {
      agents: alignment,
      overall: meanAlignment(alignment, 'alignment'),
      free: meanAlignment(alignment, 'freeAlignment'),
    },
    fit: organizationalFit(distances, classes, all),
    goalSatisfaction: goalSatisfaction(all),
    proposals: proposals({
      seeds,
      cluster,
      organization,
      model,
      sequences,
      labels: cut.labels,
      roles,
      goals,
      relations,
    }),
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
    throw new RangeError('There are no trajectories to analyse; record some first.');
  if (seeds.some(({ trajectories }) => trajectories.agents.length === 0))
    throw new RangeError('The trajectories have no agents: there is nobody whose behaviour could be analysed.');
  const layout = ({ trajectories: { agents, services, stateFields, goals } }: SeedTrajectories) =>
    JSON.stringify({ agents, services, stateFields, goals });
  if (seeds.some((seed) => layout(seed) !== layout(seeds[0])))
    throw new RangeError('Trajectories of different agents, services or state fields cannot be analysed together.');
  if (commonEpisodes(seeds).length === 0)
    throw new RangeError('No episode has a decision in the trajectories of every seed; record longer ones.');
}

/**
 * Fewer sequences than a twentieth are outliers, not a group; nor is what all seeds did in one episode alone: that is the
 * episode's load.
 */
function smallestGroup(seeds: readonly SeedTrajectories[], sequences: readonly ActionSequence[]): number {
  const several = new Set(sequences.map(({ episode }) => episode)).size > 1;
  return Math.max(2, Math.round(0.05 * sequences.length), several ? 2 * seeds.length : 0);
}

function cutAs(setting: CutSetting, linkage: Linkage, distances: CondensedDistances, smallest: number): Cut {
  const judged = (labels: Int32Array): Cut => ({
    labels,
    groups: new Set(labels).size,
    silhouette: silhouette(distances, labels),
  });
  switch (setting.by) {
    case 'splits':
      return cutBySplits(linkage, distances, { ...setting, smallest });
    case 'silhouette':
      return cutBySilhouette(linkage, distances, setting);
    case 'count':
      return judged(cutByCount(linkage, setting.groups));
    case 'height':
      return judged(cutByHeight(linkage, setting.height));
  }
}

/** Why the dendrogram is cut into so many groups. */
function reasonFor(setting: CutSetting, { groups, silhouette: quality }: Cut, sequences: number): string {
  if (sequences < 2) return 'There is one action sequence: nothing to compare it with.';
  const many = groups === 1 ? 'One group' : `${groups} groups`;
  const figure = groups === 1 ? '' : `, with a mean silhouette of ${quality.toFixed(2)}`;
  if (setting.by === 'count') return `${many}, as asked for${figure}.`;
  if (setting.by === 'height') return `${many}, by a cut at height ${setting.height}${figure}.`;
  if (groups === 1)
    return `No groups stand out: no split of the action sequences has a mean silhouette of ${setting.minimum} or more.`;
  const how =
    setting.by === 'splits'
      ? `each split by itself has one of ${setting.minimum} or more, the next ones have not`
      : `the best of 2 to ${setting.maximum} groups`;
  return `${many}${figure}; ${how}.`;
}

function labelOf(seeds: readonly SeedTrajectories[], { source, episode, agent }: ActionSequence, group: number) {
  const { seed, trajectories } = seeds[source];
  const { name, roles } = trajectories.agents[agent];
  const { scenario, load, seed: episodeSeed, objective } = trajectories.episodes[episode];
  const known = objective.filter(Number.isFinite);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return {
    agent: name,
    role: roleClass(roles),
    seed,
    source,
    episode,
    scenario,
    load,
    episodeSeed,
    objective: mean,
    group,
  };
}

/** Each seed's sequences grouped by themselves, into as many groups as all together. */
function stabilityOverSeeds(
  seeds: readonly SeedTrajectories[],
  sequences: readonly ActionSequence[],
  distances: CondensedDistances,
  groups: number,
  method: LinkageMethod,
): number | undefined {
  const itemsOf = (source: number) => Array.from(sequences.keys()).filter((i) => sequences[i].source === source);
  const keys = seeds.map(({ trajectories }, source) =>
    itemsOf(source)
      .map((i) => {
        const { scenario, load, seed } = trajectories.episodes[sequences[i].episode];
        return JSON.stringify([sequences[i].agent, scenario, load, seed]);
      })
      .join(),
  );
  if (groups < 2 || keys.some((key) => key !== keys[0])) return undefined;
  return stability(
    seeds.map((_, source) => cutByCount(agglomerate(subset(distances, itemsOf(source)), method), groups)),
  );
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
