/**
 * Goals inferred from where successful episodes dwell: K-means over their states; a group of states s is a goal if
 * P(s) > epsilon (KARMA paper, "Analyzing"), P being its share of the visited states. Bounds are in the units of the state.
 */
import type { Random } from '../../cluster/random.ts';
import { NOT_SUBSTANTIAL } from '../groups/dendrogram-cuts.ts';
import type { CondensedDistances } from '../groups/condensed-distances.ts';
import { kMeans, type KMeans, type Points } from '../groups/k-means.ts';
import { describeBounds, satisfiedWhen, stateBounds, type StateBound } from './state-bounds.ts';
import { silhouette } from '../groups/silhouette.ts';
import {
  fitScaler,
  sampleStates,
  splitField,
  standardize,
  stateOf,
  statesOfEpisode,
} from '../trajectories/recorded-states.ts';
import type { Trajectories } from '../trajectories/trajectories.ts';

export interface InferredGoal {
  readonly name: string;
  /** Share of the states of successful episodes. */
  readonly probability: number;
  /** "pending of b below 12 requests; d at 3 replicas or more". */
  readonly description: string;
  readonly bounds: readonly StateBound[];
  /** The bounds as CEL, for the `satisfiedWhen` of a mission's goal; '' where the region has no bounds that set it apart. */
  readonly satisfiedWhen: string;
  /** Shares of the states of the goal, and of all other states, that meet all bounds together. */
  readonly inside: number;
  readonly outside: number;
}

export interface GoalOptions {
  readonly random: Random;
  /** A region visited by at most this share of the states is no goal. */
  readonly epsilon: number;
  /** Share of the episodes of each scenario, by mean J, that count as successful. */
  readonly successful: number;
  /** Groups of states at most; how many is decided by their silhouette. */
  readonly maximum: number;
}

/**
 * What agents answer for. Load, traffic and what follows from them alone (CPU, memory) come from outside: a goal in terms
 * of these could not be pursued.
 */
const GOAL_FIELDS = ['pending', 'dropped', 'ready', 'desired', 'failed', 'starting', 'utilization', 'latency'];
const CLUSTER_GOAL_FIELDS = ['cpuAllocated', 'latency', 'successRate'];
const SAMPLE = 600;

export function inferGoals(seeds: readonly Trajectories[], options: GoalOptions): InferredGoal[] {
  const fields = (seeds[0]?.stateFields ?? []).flatMap((name, index) => {
    const { owner, field } = splitField(name);
    return (owner === 'cluster' ? CLUSTER_GOAL_FIELDS : GOAL_FIELDS).includes(field) ? [{ name, index }] : [];
  });
  const pick = (state: Float32Array) => Float64Array.from(fields, ({ index }) => state[index]);
  const isSuccessful = successfulEpisodes(seeds, options.successful);
  const references = seeds.flatMap((trajectories) =>
    trajectories.episodes.flatMap((_, episode) => statesOfEpisode(trajectories, episode)),
  );
  const good = references.filter(({ trajectories, episode }) => isSuccessful.has(trajectories.episodes[episode]));
  const bad = references.filter(({ trajectories, episode }) => !isSuccessful.has(trajectories.episodes[episode]));
  const states = sampleStates(good, SAMPLE).map((reference) => pick(stateOf(reference)));
  const others = sampleStates(bad, SAMPLE).map((reference) => pick(stateOf(reference)));
  if (states.length === 0 || fields.length === 0) return [];

  // Scaled by all that was visited: what varies little beside the failures is one region.
  const scaler = fitScaler([...states, ...others], fields.length);
  const { labels, groups } = regions(standardize(states, scaler), options);
  const names = fields.map((field) => field.name);
  return Array.from({ length: groups }, (_, group) => group)
    .map((group) => ({ inside: states.filter((_, i) => labels[i] === group), group }))
    .filter(({ inside }) => inside.length > options.epsilon * states.length)
    .sort((a, b) => b.inside.length - a.inside.length)
    .map(({ inside, group }, rank): InferredGoal => {
      const outside = [...states.filter((_, i) => labels[i] !== group), ...others];
      const bounds = stateBounds(names, inside, outside);
      const meetsAll = (state: Float64Array) =>
        bounds.every(({ field, atLeast, atMost }) => {
          const value = state[names.indexOf(field)];
          return value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
        });
      const shareOf = (chosen: readonly Float64Array[]) =>
        chosen.length === 0 ? 0 : chosen.filter(meetsAll).length / chosen.length;
      return {
        name: `inferred-${rank + 1}`,
        probability: inside.length / states.length,
        description: describeBounds(bounds),
        bounds,
        satisfiedWhen: satisfiedWhen(bounds),
        inside: shareOf(inside),
        outside: shareOf(outside),
      };
    });
}

/** The best episodes of each scenario, all seeds together; at least one. */
function successfulEpisodes(seeds: readonly Trajectories[], share: number): Set<Trajectories['episodes'][number]> {
  const byScenario = Map.groupBy(
    seeds.flatMap((trajectories) => trajectories.episodes),
    (episode) => episode.scenario,
  );
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return new Set(
    [...byScenario.values()].flatMap((episodes) =>
      episodes
        .filter((episode) => episode.steps > 0)
        .map((episode) => ({ episode, score: mean(episode.objective) }))
        .filter(({ score }) => Number.isFinite(score))
        .sort((a, b) => b.score - a.score)
        .slice(0, Math.max(1, Math.round(share * episodes.length)))
        .map(({ episode }) => episode),
    ),
  );
}

/** The grouping with the best silhouette, or one group where none stands out. */
function regions(points: Points, { random, maximum }: GoalOptions): KMeans {
  const distances = euclideanDistances(points);
  let best = kMeans(points, 1, { random });
  let quality = NOT_SUBSTANTIAL;
  for (let groups = 2; groups <= Math.min(maximum, points.count - 1); groups++) {
    const candidate = kMeans(points, groups, { random });
    const value = silhouette(distances, candidate.labels);
    if (value > quality) {
      best = candidate;
      quality = value;
    }
  }
  return best;
}

function euclideanDistances({ count, dimension, values }: Points): CondensedDistances {
  const distances = new Float64Array((count * (count - 1)) / 2);
  let index = 0;
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      let sum = 0;
      for (let d = 0; d < dimension; d++) sum += (values[i * dimension + d] - values[j * dimension + d]) ** 2;
      distances[index++] = Math.sqrt(sum);
    }
  return { count, values: distances };
}
