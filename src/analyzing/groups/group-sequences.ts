/** From trajectories to groups of action sequences: sequences, their distances, a dendrogram, a cut, roles beside groups. */
import type { AnalysisSettings, CutSetting } from '../settings.ts';
import type { SequenceGroups, SequenceLabel } from './sequence-groups.ts';
import type { SeedTrajectories } from '../trajectories/trajectories.ts';
import type { MatrixOptions } from '../warping/all-pairs.ts';
import {
  commonEpisodes,
  moveAlphabet,
  sampleSequences,
  sequenceDistances,
  type ActionSequence,
  type MoveAlphabet,
} from './action-sequences.ts';
import { agglomerate, type Linkage, type LinkageMethod } from './agglomerative.ts';
import { clusteringData, type ClusteringData } from './clustering-data.ts';
import type { CondensedDistances } from './condensed-distances.ts';
import { cutByCount, cutByHeight, cutBySilhouette, cutBySplits, subset, type Cut } from './dendrogram-cuts.ts';
import { purity, stability } from './partitions.ts';
import { matchGroups, roleClass, type RoleGroup } from './role-groups.ts';
import { silhouette } from './silhouette.ts';

export interface GroupedSequences {
  readonly alphabet: MoveAlphabet;
  readonly sequences: readonly ActionSequence[];
  /** Action sequences that these were drawn from. */
  readonly available: number;
  readonly distances: CondensedDistances;
  readonly linkage: Linkage;
  readonly cut: Cut;
  /** Declared roles of each sequence's agent, as one class. */
  readonly classes: readonly string[];
  readonly groups: readonly RoleGroup[];
}

/** Rejects with the signal's reason when aborted. */
export async function groupSequences(
  seeds: readonly SeedTrajectories[],
  settings: AnalysisSettings,
  warping: Omit<MatrixOptions, 'band'>,
): Promise<GroupedSequences> {
  const { agents } = seeds[0].trajectories;
  const alphabet = moveAlphabet(agents);
  const sequences = sampleSequences(seeds, alphabet, settings.maxSequences);
  const distances = await sequenceDistances(sequences, alphabet, {
    ...warping,
    ...(settings.band > 0 ? { band: settings.band } : {}),
  });
  const linkage = agglomerate(distances, settings.linkage);
  const cut = cutAs(settings.cut, linkage, distances, smallestGroup(seeds, sequences));
  const classes = sequences.map(({ agent }) => roleClass(agents[agent].roles));
  const groups = matchGroups(cut.labels, classes);
  const available = commonEpisodes(seeds).length * agents.length * seeds.length;
  return { alphabet, sequences, available, distances, linkage, cut, classes, groups };
}

/** What views of the groups draw. */
export function viewOfGroups(
  { sequences, cut, ...grouped }: GroupedSequences,
  services: readonly string[],
  settings: AnalysisSettings,
): ClusteringData {
  const reason = reasonFor(settings.cut, cut, sequences.length);
  return clusteringData({ ...grouped, services, sequences, band: settings.band, suggested: cut, reason });
}

/** The part of an analysis that is about the groups. */
export function describeGroups(
  seeds: readonly SeedTrajectories[],
  { sequences, distances, linkage, cut, classes, groups }: GroupedSequences,
  method: LinkageMethod,
): SequenceGroups {
  return {
    sequences: sequences.map((sequence, i) => labelOf(seeds, sequence, cut.labels[i])),
    linkage,
    groups,
    silhouette: cut.silhouette,
    purity: purity(
      cut.labels,
      classes.map((role) => classes.indexOf(role)),
    ),
    stability: stabilityOverSeeds(seeds, sequences, distances, cut.groups, method),
  };
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

/** Why the dendrogram is cut into this number of groups. */
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

function labelOf(
  seeds: readonly SeedTrajectories[],
  { source, episode, agent }: ActionSequence,
  group: number,
): SequenceLabel {
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
