import type { System } from '../cluster/simulation/simulation.ts';
import { assertSplit, type Match } from './shared-episodes.ts';
import { play, type World } from './run-systems.ts';
import type { Control } from './baselines/candidate-search.ts';
import { pairedDifference, type PairedEstimate } from './statistics.ts';

export interface Selection {
  /** Index of the candidate that is to be kept. */
  readonly best: number;
  readonly candidates: readonly {
    readonly name: string;
    /** Mean J on the days for choosing. */
    readonly objective: number;
    /** Minus the first candidate, paired by episode. */
    readonly gain: PairedEstimate;
  }[];
}

/**
 * Chooses between candidates (checkpoints of a training, a policy with and without refinement) by J on days that are
 * neither for training nor for judging. The first candidate is what one has: another one is kept only if it is better
 * on these days. Throws a RangeError where a match is not of the 'choose' split.
 */
export async function select(
  candidates: readonly System[],
  world: World,
  matches: readonly Match[],
  { signal, onProgress }: Control = {},
): Promise<Selection> {
  assertSplit(matches, 'choose');
  if (candidates.length === 0) throw new RangeError('There is no candidate to choose from.');
  const objectives: number[][] = [];
  for (const [i, candidate] of candidates.entries()) {
    const results = await play(world, candidate, matches, {
      signal,
      onProgress: (done, total) => onProgress?.(i * total + done, candidates.length * total),
    });
    objectives.push(results.map(({ objective }) => objective!));
  }
  const judged = objectives.map((values, i) => {
    const gain = pairedDifference(values, objectives[0]);
    return { name: candidates[i].name, objective: values.reduce((sum, value) => sum + value, 0) / values.length, gain };
  });
  const best = judged.reduce((leader, { gain }, i) => (gain.mean > judged[leader].gain.mean ? i : leader), 0);
  return { best, candidates: judged };
}
