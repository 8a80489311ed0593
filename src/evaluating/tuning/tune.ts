import type { System } from '../../cluster/simulation/simulation.ts';
import type { Control } from '../control.ts';
import { meanObjective, type World } from '../run-systems.ts';
import { assertSplit, type SharedEpisode } from '../shared-episodes.ts';
import { searchCandidates, type CandidateSearch, type SearchEffort } from './candidate-search.ts';

/** What the settings of a system are found with. */
export interface TuningTask {
  /** Many episodes of training days; then the best few candidates meet those of the days for choosing. */
  readonly train: readonly SharedEpisode[];
  readonly choose: readonly SharedEpisode[];
  readonly seed: number;
  /** TUNING_EFFORT by default. */
  readonly effort?: SearchEffort | undefined;
}

export interface Tuned<Settings> {
  readonly settings: Settings;
  /** Mean J on the training and on the choosing episodes. */
  readonly trained: number;
  readonly chosen: number;
  readonly candidates: number;
}

/** As much as was needed on the sample cluster. */
const TUNING_EFFORT: SearchEffort = { random: 150, rounds: 12, perRound: 8 };

/** This many of the best on training days meet the days for choosing. */
const FINALISTS = 5;

/** Which settings there are, and the system that has them. */
export interface TunableSystem<Settings> extends Pick<CandidateSearch<Settings>, 'space' | 'known'> {
  readonly systemOf: (settings: Settings) => System;
}

/**
 * Settings with a high J: searched on training days, chosen among the best five on other days. J weighs cost as the
 * cluster's objectives say: another weight needs another tuning. Throws a RangeError where an episode is of another split.
 */
export async function tune<Settings>(
  world: World,
  { space, known, systemOf }: TunableSystem<Settings>,
  { train, choose, seed, effort = TUNING_EFFORT }: TuningTask,
  { signal, onProgress }: Control = {},
): Promise<Tuned<Settings>> {
  assertSplit(train, 'train');
  assertSplit(choose, 'choose');
  const score = (settings: Settings): Promise<number> => meanObjective(world, systemOf(settings), train, { signal });
  const ranked = await searchCandidates(
    { space, known, score, effort, seed },
    { signal, onProgress: (done, total) => onProgress?.(done, total + FINALISTS) },
  );
  const finalists: Tuned<Settings>[] = [];
  for (const { candidate, score: trained } of ranked.slice(0, FINALISTS)) {
    const chosen = await meanObjective(world, systemOf(candidate), choose, { signal });
    finalists.push({ settings: candidate, trained, chosen, candidates: ranked.length });
    onProgress?.(ranked.length + finalists.length, ranked.length + FINALISTS);
  }
  return finalists.reduce((best, finalist) => (finalist.chosen > best.chosen ? finalist : best));
}
