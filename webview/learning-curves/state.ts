import type { Query } from '../protocol/learning-curves.ts';
import { restoredRange } from '../shared/restored.ts';
import type { Interval } from '../shared/series.ts';
import { METRICS } from './metrics.ts';

/** What the view is looking at: all that it keeps over a reload. */
export interface State {
  /** Directories of the runs shown, each with its place in the palette. */
  readonly runs: readonly { readonly id: string; readonly slot: number }[];
  /** Seeds switched off, as "<run>#<seed>". */
  readonly hidden: readonly string[];
  readonly metrics: readonly string[];
  readonly axis: Query['axis'];
  readonly smoothing: number;
  readonly eachSeed: boolean;
  readonly ignoreOutliers: boolean;
  readonly range: Interval | null;
  readonly maximized: string | null;
  /** Metrics shown as tables. */
  readonly tables: readonly string[];
}

export const INITIAL: State = {
  runs: [],
  hidden: [],
  metrics: METRICS.filter(({ usual }) => usual).map(({ id }) => id),
  axis: 'step',
  smoothing: 0.9,
  eachSeed: false,
  ignoreOutliers: true,
  range: null,
  maximized: null,
  tables: [],
};

/** What was kept, part by part, where it is of the shape of today. */
export function restore(kept: Partial<Record<keyof State, unknown>>): State {
  const known = (id: unknown): id is string => METRICS.some((metric) => metric.id === id);
  const texts = (value: unknown, fallback: readonly string[]) =>
    Array.isArray(value) ? value.filter((item) => typeof item === 'string') : fallback;
  const flag = (value: unknown, fallback: boolean) => (typeof value === 'boolean' ? value : fallback);
  const { smoothing } = kept;
  return {
    runs: Array.isArray(kept.runs) ? kept.runs.filter(isSlot) : INITIAL.runs,
    hidden: texts(kept.hidden, INITIAL.hidden),
    metrics: knownMetrics(kept.metrics),
    axis: kept.axis === 'time' ? 'time' : 'step',
    smoothing: typeof smoothing === 'number' && smoothing >= 0 && smoothing < 1 ? smoothing : INITIAL.smoothing,
    eachSeed: flag(kept.eachSeed, INITIAL.eachSeed),
    ignoreOutliers: flag(kept.ignoreOutliers, INITIAL.ignoreOutliers),
    range: restoredRange(kept.range),
    maximized: known(kept.maximized) ? kept.maximized : null,
    tables: texts(kept.tables, INITIAL.tables).filter(known),
  };
}

/** The metrics that were chosen; the usual ones where none of them is known any more. */
function knownMetrics(kept: unknown): readonly string[] {
  if (!Array.isArray(kept)) return INITIAL.metrics;
  const known = kept.filter((id): id is string => METRICS.some((metric) => metric.id === id));
  return known.length === 0 && kept.length > 0 ? INITIAL.metrics : known;
}

function isSlot(value: unknown): value is State['runs'][number] {
  const { id, slot } = (value ?? {}) as Partial<State['runs'][number]>;
  return typeof id === 'string' && Number.isInteger(slot) && (slot as number) >= 0;
}

/** The runs, new ones with the first free places of the palette. */
export function withRuns(state: State, ids: readonly string[]): State {
  const runs: { id: string; slot: number }[] = [];
  const kept = state.runs.filter(({ id }) => ids.includes(id));
  for (const id of ids) {
    const old = kept.find((run) => run.id === id);
    const taken = [...kept, ...runs].map(({ slot }) => slot);
    let slot = 0;
    while (taken.includes(slot)) slot++;
    runs.push(old ?? { id, slot });
  }
  return { ...state, runs };
}
