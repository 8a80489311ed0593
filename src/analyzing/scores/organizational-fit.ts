/**
 * Organizational fit in a scale-free form. The paper of MOISE+MARL measures how tightly transitions group by role (structural) and observations
 * by goal (functional), in units of the data; here both are compared with the spread of all, so that 0 means "no tighter than
 * by chance" and 1 "all alike". The form is ours.
 */
import { condensedIndex, type CondensedDistances } from '../groups/condensed-distances.ts';
import {
  fitScaler,
  sampleStates,
  standardize,
  stateOf,
  statesOfEpisode,
  type StateReference,
} from '../trajectories/recorded-states.ts';
import type { Trajectories } from '../trajectories/trajectories.ts';

export interface OrganizationalFit {
  /** undefined where there are no two roles, or no two sequences of one. */
  readonly structural: number | undefined;
  /** undefined where no goal says when it is satisfied. */
  readonly functional: number | undefined;
  /** Mean of those that are known. */
  readonly overall: number | undefined;
}

const SAMPLE = 2000;

export function organizationalFit(
  distances: CondensedDistances,
  roles: readonly string[],
  seeds: readonly Trajectories[],
): OrganizationalFit {
  const [structural, functional] = [structuralFit(distances, roles), functionalFit(seeds)];
  const known = [structural, functional].filter((value) => value !== undefined);
  const overall = known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
  return { structural, functional, overall };
}

/** 1 - mean distance of two action sequences of one role / mean distance of two of different roles; not below 0. */
export function structuralFit({ count, values }: CondensedDistances, roles: readonly string[]): number | undefined {
  const sums = { within: 0, between: 0 };
  const pairs = { within: 0, between: 0 };
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      const where = roles[i] === roles[j] ? 'within' : 'between';
      sums[where] += values[condensedIndex(count, i, j)];
      pairs[where]++;
    }
  if (pairs.within === 0 || pairs.between === 0) return undefined;
  const between = sums.between / pairs.between;
  return between === 0 ? 0 : Math.max(0, 1 - sums.within / pairs.within / between);
}

/**
 * Per goal 1 - mean distance of the standardized states that satisfy it to their center / mean distance of all states to
 * theirs, not below 0; mean over the goals that are satisfied anywhere.
 */
export function functionalFit(seeds: readonly Trajectories[]): number | undefined {
  const references = sampleStates(
    seeds.flatMap((trajectories) =>
      trajectories.episodes.flatMap((_, episode) => statesOfEpisode(trajectories, episode)),
    ),
    SAMPLE,
  );
  const dimension = seeds[0]?.stateFields.length ?? 0;
  const goals = seeds[0]?.goals ?? [];
  const scaler = fitScaler(references.map(stateOf), dimension);
  const spreadOf = (chosen: readonly StateReference[]) =>
    spread(standardize(chosen.map(stateOf), scaler).values, dimension);
  const overall = spreadOf(references);
  const fits = goals.flatMap((_, goal) => {
    const satisfied = references.filter(({ trajectories, episode, step }) => {
      const { steps, satisfied } = trajectories.episodes[episode];
      return satisfied[goal * steps + step] === 1;
    });
    if (satisfied.length === 0) return [];
    return overall === 0 ? [0] : [Math.max(0, 1 - spreadOf(satisfied) / overall)];
  });
  return fits.length === 0 ? undefined : fits.reduce((sum, fit) => sum + fit, 0) / fits.length;
}

/** Mean distance of points to their center. */
function spread(values: Float64Array, dimension: number): number {
  const count = dimension === 0 ? 0 : values.length / dimension;
  if (count === 0) return 0;
  const center = new Float64Array(dimension);
  for (let i = 0; i < values.length; i++) center[i % dimension] += values[i] / count;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    let squares = 0;
    for (let d = 0; d < dimension; d++) squares += (values[i * dimension + d] - center[d]) ** 2;
    sum += Math.sqrt(squares);
  }
  return sum / count;
}
