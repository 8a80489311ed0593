/**
 * What an evaluation found, as plain data: one value per metric, system, training seed and episode. Everything in a
 * table is computed from these, so that a stored evaluation can be summarized again.
 */
import type { SplitName } from '../spec/model.ts';
import type { Metric } from './metrics.ts';
import { estimate, meanOverRows, pairedDifference, type Estimate, type PairedEstimate } from './statistics.ts';

export interface EpisodeInfo {
  readonly scenario: string;
  readonly load: string;
  /** Seed of its luck: arrivals and crash draws. */
  readonly seed: number;
  readonly seconds: number;
}

export interface SystemResult {
  readonly name: string;
  /** Seconds between its decisions. */
  readonly interval: number;
  /** Indices into Evaluation.episodes: a slow system may have met only some. */
  readonly episodes: readonly number[];
  /**
   * [training seed][position in `episodes`]; one row for what is not trained; null = nothing to measure in that
   * episode.
   */
  readonly values: Readonly<Record<Metric, readonly (readonly (number | null)[])[]>>;
}

export interface Evaluation {
  readonly cluster: string;
  /** Weight of cost in J. */
  readonly cost: number;
  /** Seconds over which every system is counted. */
  readonly accountingInterval: number;
  readonly split: SplitName;
  readonly seed: number;
  /** Load files without parts for training and judging, so that their days are not held out. */
  readonly notHeldOut: readonly string[];
  readonly episodes: readonly EpisodeInfo[];
  readonly systems: readonly SystemResult[];
}

/** Every episode, or those of one scenario. */
export const ALL = 'all';

/** The scenarios, in the order in which they were evaluated. */
export function scenariosOf(evaluation: Evaluation): string[] {
  return [...new Set(evaluation.episodes.map((episode) => episode.scenario))];
}

/** The system of that name. Throws a RangeError where there is none. */
export function systemOf(evaluation: Evaluation, name: string): SystemResult {
  const found = evaluation.systems.find((system) => system.name === name);
  if (!found) throw new RangeError(`The evaluation has no system '${name}'.`);
  return found;
}

/**
 * Mean over the episodes of a scenario (or `ALL`), with the interval over episodes. With several training seeds an
 * episode's value is its mean over them: the interval says how sure the figure is for other days, not for other
 * trainings.
 */
export function overEpisodes(
  evaluation: Evaluation,
  system: SystemResult,
  metric: Metric,
  scenario: string = ALL,
): Estimate {
  return estimate([...perEpisode(evaluation, system, metric, scenario).values()]);
}

/**
 * Mean over training seeds, with the interval over seeds, each seed's value being its mean over the episodes: says how
 * sure the figure is for another training on the same days.
 */
export function overSeeds(
  evaluation: Evaluation,
  system: SystemResult,
  metric: Metric,
  scenario: string = ALL,
): Estimate {
  const wanted = positions(evaluation, system, scenario);
  return estimate(system.values[metric].map((row) => estimate(wanted.map((position) => row[position] ?? NaN)).mean));
}

/** `system` minus `base` over the episodes that both met, each episode's value being the mean over training seeds. */
export function compare(
  evaluation: Evaluation,
  system: SystemResult,
  base: SystemResult,
  metric: Metric,
  scenario: string = ALL,
): PairedEstimate {
  const second = perEpisode(evaluation, base, metric, scenario);
  const pairs = [...perEpisode(evaluation, system, metric, scenario)].flatMap(([episode, value]) => {
    const other = second.get(episode);
    return other === undefined ? [] : [{ value, other }];
  });
  return pairedDifference(
    pairs.map(({ value }) => value),
    pairs.map(({ other }) => other),
  );
}

function positions(evaluation: Evaluation, system: SystemResult, scenario: string): number[] {
  return system.episodes.flatMap((episode, position) =>
    scenario === ALL || evaluation.episodes[episode].scenario === scenario ? [position] : [],
  );
}

/** Episode index -> mean over seeds. */
function perEpisode(
  evaluation: Evaluation,
  system: SystemResult,
  metric: Metric,
  scenario: string,
): Map<number, number> {
  const rows = system.values[metric].map((row) => row.map((value) => value ?? NaN));
  const means = meanOverRows(rows);
  return new Map(
    positions(evaluation, system, scenario).map((position) => [system.episodes[position], means[position]]),
  );
}
