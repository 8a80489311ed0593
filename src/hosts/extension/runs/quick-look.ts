/** The small sizes of jobs that a quick look takes, instead of the sizes that results are judged by. */
import type { GivenOptions, JobKind } from '../../../jobs/options/job-table.ts';

export interface JobSize<K extends JobKind = JobKind> {
  readonly options: GivenOptions[K];
  readonly seeds: readonly number[];
}

/** A few minutes on two cores. Enough to see how everything works, too little to judge policies by. */
export const QUICK_LOOK: { readonly [K in 'run' | 'train' | 'evaluate' | 'analyze']: JobSize<K> } = {
  run: { options: { steps: 1_000_000, hours: 6, episodes: 2, tuning: 12, planned: 0 }, seeds: [1] },
  train: { options: { steps: 300_000 }, seeds: [1] },
  evaluate: { options: { episodes: 4, tuning: 24, tuningEpisodes: 4, planned: 0 }, seeds: [] },
  analyze: { options: { episodes: 4 }, seeds: [] },
};

export function hasQuickLook(kind: JobKind): kind is keyof typeof QUICK_LOOK {
  return Object.hasOwn(QUICK_LOOK, kind);
}
