/** The navigation state of the view, which survives a reload. */
import { placeShape, type EpisodeRun, type Place } from '../protocol/episode.ts';
import { hasShape } from '../protocol/shape.ts';
import { restoredRange, restoredTexts } from '../shared/restored.ts';
import type { Interval } from '../shared/series.ts';

/** Steps a second. */
export const SPEEDS = [1, 2, 5, 10, 20] as const;

export interface State {
  readonly first: Place | null;
  readonly second: Place | null;
  readonly step: number;
  /** Name of the agent that is pointed at; '' = none. */
  readonly agent: string;
  readonly speed: number;
  /** Seconds shown; null = all. */
  readonly range: Interval | null;
  /** Services whose lines are switched off. */
  readonly hidden: readonly string[];
  readonly asTable: boolean;
}

/** Restores the state that this version or an older one kept. */
export function restore(kept: Partial<Record<keyof State, unknown>>): State {
  return {
    first: asPlace(kept.first),
    second: asPlace(kept.second),
    step: Number.isInteger(kept.step) && (kept.step as number) >= 0 ? (kept.step as number) : 0,
    agent: typeof kept.agent === 'string' ? kept.agent : '',
    speed: SPEEDS.find((speed) => speed === kept.speed) ?? 2,
    range: restoredRange(kept.range),
    hidden: restoredTexts(kept.hidden),
    asTable: kept.asTable === true,
  };
}

function asPlace(value: unknown): Place | null {
  return hasShape(placeShape, value) && Number.isInteger(value.seed) && Number.isInteger(value.episode) ? value : null;
}

/** What to compare with at first: the same episode under another training seed, or else the next episode. */
export function counterpart(first: Place, runs: readonly EpisodeRun[], episodes: number): Place {
  const seeds = runs.find(({ directory }) => directory === first.directory)?.seeds ?? [];
  const other = seeds.find((seed) => seed !== first.seed);
  if (other !== undefined) return { ...first, seed: other };
  return { ...first, episode: (first.episode + 1) % Math.max(1, episodes) };
}
