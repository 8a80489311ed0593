/** States of trajectories as points, standardized so that fields of different units weigh the same. */
import { CLUSTER_FIELDS, SERVICE_FIELDS } from '../../spec/observation.ts';
import type { Points } from '../groups/k-means.ts';
import type { Trajectories } from './trajectories.ts';

export interface Scaler {
  readonly mean: Float64Array;
  /** Standard deviation; 1 where a field never changes. */
  readonly deviation: Float64Array;
}

export interface StateReference {
  readonly trajectories: Trajectories;
  readonly episode: number;
  readonly step: number;
}

/** At most `limit` of the given states, evenly spread. Those with a value that is not finite are left out. */
export function sampleStates(references: readonly StateReference[], limit: number): StateReference[] {
  const chosen =
    references.length <= limit
      ? references
      : Array.from({ length: limit }, (_, i) => references[Math.floor(((i + 0.5) * references.length) / limit)]);
  return chosen.filter((reference) => stateOf(reference).every(Number.isFinite));
}

export function stateOf({ trajectories, episode, step }: StateReference): Float32Array {
  const fields = trajectories.stateFields.length;
  return trajectories.episodes[episode].states.subarray(step * fields, (step + 1) * fields);
}

/** All states of an episode. */
export function statesOfEpisode(trajectories: Trajectories, episode: number): StateReference[] {
  return Array.from({ length: trajectories.episodes[episode].steps }, (_, step) => ({ trajectories, episode, step }));
}

export function fitScaler(states: readonly ArrayLike<number>[], dimension: number): Scaler {
  const mean = new Float64Array(dimension);
  const deviation = new Float64Array(dimension);
  for (const state of states) for (let d = 0; d < dimension; d++) mean[d] += state[d] / states.length;
  for (const state of states)
    for (let d = 0; d < dimension; d++) deviation[d] += (state[d] - mean[d]) ** 2 / states.length;
  // A field that is constant but for rounding carries no information; divided by its deviation it would be noise.
  for (let d = 0; d < dimension; d++)
    deviation[d] = Math.sqrt(deviation[d]) > 1e-9 * (1 + Math.abs(mean[d])) ? Math.sqrt(deviation[d]) : 1;
  return { mean, deviation };
}

export function standardize(states: readonly ArrayLike<number>[], { mean, deviation }: Scaler): Points {
  const dimension = mean.length;
  const values = new Float64Array(states.length * dimension);
  for (const [i, state] of states.entries())
    for (let d = 0; d < dimension; d++) values[i * dimension + d] = (state[d] - mean[d]) / deviation[d];
  return { count: states.length, dimension, values };
}

/** Unit of a column such as 'b.pending' or 'cluster.latency'; '' where it is not known. */
export function unitOf(stateField: string): string {
  const { owner, field } = splitField(stateField);
  const words: Readonly<Record<string, { readonly unit: string }>> =
    owner === 'cluster' ? CLUSTER_FIELDS : SERVICE_FIELDS;
  return words[field]?.unit ?? '';
}

/** 'b.pending' -> service b, field pending. Names of services may contain dots, names of fields do not. */
export function splitField(stateField: string): { owner: string; field: string } {
  const dot = stateField.lastIndexOf('.');
  return { owner: stateField.slice(0, dot), field: stateField.slice(dot + 1) };
}
