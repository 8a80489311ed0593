/** How thorough a job is: what results are judged by, or a quick look. */
import type { GivenOptions, JobKind } from '../../../jobs/options/job-table.ts';

export interface Effort<K extends JobKind = JobKind> {
  readonly options: GivenOptions[K];
  readonly seeds: readonly number[];
}

/** A few minutes on two cores. Enough to see how everything works, too little to judge policies by. */
export const QUICK: { readonly [K in 'run' | 'train' | 'evaluate' | 'analyze']: Effort<K> } = {
  run: { options: { steps: 1_000_000, hours: 6, episodes: 2, tuning: 12, planned: 0 }, seeds: [1] },
  train: { options: { steps: 300_000 }, seeds: [1] },
  evaluate: { options: { episodes: 4, tuning: 24, tuningEpisodes: 4, planned: 0 }, seeds: [] },
  analyze: { options: { episodes: 4 }, seeds: [] },
};

export function hasQuickLook(kind: JobKind): kind is keyof typeof QUICK {
  return Object.hasOwn(QUICK, kind);
}
