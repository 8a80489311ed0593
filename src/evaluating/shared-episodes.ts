/**
 * The episodes of an evaluation with all that has to be the same for every system: load, events, luck. The warm start
 * follows from the episode.
 */
import type { LoadRecords } from '../cluster/episodes/load-records.ts';
import { makeEpisode } from '../cluster/episodes/make-episode.ts';
import { Random } from '../cluster/random.ts';
import type { Episode } from '../cluster/simulation/simulation.ts';
import type { Cluster, Scenario, SplitName } from '../spec/model.ts';

/** An episode that every system meets under the same luck. */
export interface SharedEpisode {
  readonly episode: Episode;
  /** Fixes arrivals and crash draws. */
  readonly seed: number;
}

export interface DrawOptions {
  readonly split: SplitName;
  readonly perScenario: number;
  readonly seed: number;
  /** Length of an episode; the scenario's duration by default. */
  readonly seconds?: number | undefined;
}

/**
 * `perScenario` episodes of each scenario, in the scenarios' order, the load profiles taken in turn. A scenario's episodes
 * do not depend on the other scenarios, and those of one split share no seed with those of another. Throws as makeEpisode
 * does.
 */
export function drawSharedEpisodes(
  cluster: Cluster,
  scenarios: readonly Scenario[],
  loads: LoadRecords,
  { split, perScenario, seed, seconds }: DrawOptions,
): SharedEpisode[] {
  return scenarios.flatMap((scenario) => {
    const random = new Random(seed, streamOf(`${split} ${scenario.name}`));
    return Array.from({ length: perScenario }, (_, profile) => {
      const options = { split, seed: random.nextUint32(), profile, ...(seconds !== undefined && { seconds }) };
      const episode = makeEpisode(cluster, scenario, loads, options);
      return { episode, seed: random.nextUint32() };
    });
  });
}

/** Throws a RangeError unless all episodes are of this split: days of training or choosing must not judge. */
export function assertSplit(episodes: readonly SharedEpisode[], split: SplitName): void {
  const other = episodes.find(({ episode }) => episode.split !== split);
  if (other)
    throw new RangeError(`An episode of the '${other.episode.split}' split was given where '${split}' is needed.`);
}

/** Load files that have no parts for training, choosing and judging: their days are not held out. */
export function loadsWithoutSplit(scenarios: readonly Scenario[]): string[] {
  const profiles = scenarios.flatMap((scenario) => scenario.load.flatMap((load) => load.profiles));
  const paths = profiles.flatMap((profile) => (profile.type === 'file' && !profile.split ? [profile.path] : []));
  return [...new Set(paths)];
}

/** FNV-1a. */
function streamOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
