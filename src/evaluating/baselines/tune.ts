import type { System } from '../../cluster/simulation/simulation.ts';
import { assertSplit, type Match } from '../shared-episodes.ts';
import { meanObjective, type World } from '../run-systems.ts';
import { search, type Control, type SearchEffort, type SearchSpace } from './candidate-search.ts';

/**
 * The episodes on which a system's settings are found: many on training days, then the best few on the days for
 * choosing.
 */
export interface TuningMatches {
  readonly train: readonly Match[];
  readonly choose: readonly Match[];
}

export interface Tuned<Settings> {
  readonly settings: Settings;
  /** Mean J on the training and on the choosing episodes. */
  readonly trained: number;
  readonly chosen: number;
  readonly candidates: number;
}

/** As much as was needed on the sample cluster (method.md, section 2). */
export const TUNING_EFFORT: SearchEffort = { random: 150, rounds: 12, perRound: 8 };

/** So many of the best on training days meet the days for choosing. */
const FINALISTS = 5;

/**
 * Settings with a high J: searched on training days, chosen among the best five on other days. J weighs cost as the
 * cluster's objectives say: tune anew for another weight. `known` settings take part in the search.
 */
export async function tune<Settings>(
  world: World,
  matches: TuningMatches,
  space: SearchSpace<Settings>,
  known: readonly Settings[],
  systemOf: (settings: Settings) => System,
  effort: SearchEffort,
  seed: number,
  { signal, onProgress }: Control = {},
): Promise<Tuned<Settings>> {
  assertSplit(matches.train, 'train');
  assertSplit(matches.choose, 'choose');
  const score = (settings: Settings): Promise<number> =>
    meanObjective(world, systemOf(settings), matches.train, { signal });
  const ranked = await search(space, known, score, effort, seed, {
    signal,
    onProgress: (done, total) => onProgress?.(done, total + FINALISTS),
  });
  const finalists: Tuned<Settings>[] = [];
  for (const { candidate, score: trained } of ranked.slice(0, FINALISTS)) {
    const chosen = await meanObjective(world, systemOf(candidate), matches.choose, { signal });
    finalists.push({ settings: candidate, trained, chosen, candidates: ranked.length });
    onProgress?.(ranked.length + finalists.length, ranked.length + FINALISTS);
  }
  return finalists.reduce((best, finalist) => (finalist.chosen > best.chosen ? finalist : best));
}
