/**
 * Relations between agents, per time window, as a directed graph. The KARMA paper gives prose only; these
 * measures are ours.
 *
 * - Acquaintance (undirected): how far two agents concern themselves with the same services. In each episode
 *   sum over services of min(p_i(s), p_j(s)), p = the agent's pods moved by service as shares; mean over the episodes in
 *   which both moved. 0 = apart, 1 = the same services alike. Chance: which services an agent moved is shuffled.
 * - Authority i -> j: what j does depends on what i did just before, beyond j's own last choice and the situation. The
 *   conditional mutual information I(i at t; j at t+1 | j at t, situation), of the directions down, hold, up, minus its mean
 *   under chance, over what is unknown about j, H(j at t+1 | j at t, situation). 0 = none, 1 = i decides it all.
 * - Communication (undirected): two agents move in the same steps. (Share of steps at which both move - expected) /
 *   (smaller share at which one moves - expected): 0 = as by chance, 1 = never one without the other.
 *
 * Chance for the last two: each agent's choices are shifted in time, within the window and around its end, by a random
 * number of steps, independently per agent and episode. That keeps every agent's own rhythm and breaks the timing between
 * agents. A common cause that the situation does not capture still shows as a relation.
 *
 * p-values are adjusted for all pairs, kinds and windows at once by the largest standardized measure of each permutation
 * (Westfall and Young 1993): with no relation at all, any p below alpha turns up with probability alpha.
 */
import { breathe } from '../../cluster/breathe.ts';
import type { Random } from '../../cluster/random.ts';
import { acquaintance, authority, communication } from './relation-measures.ts';
import { shuffledWindow, windowsOf, type RelationWindow } from './relation-windows.ts';
import type { Trajectories } from '../trajectories/trajectories.ts';

export const RELATION_KINDS = ['acquaintance', 'authority', 'communication'] as const;
export type RelationKind = (typeof RELATION_KINDS)[number];

export interface Relation {
  readonly kind: RelationKind;
  readonly from: string;
  readonly to: string;
  /** 0..1 */
  readonly strength: number;
  /** Adjusted for everything that was looked at. */
  readonly p: number;
  /** p at most alpha, and strong enough to matter. */
  readonly significant: boolean;
}

export interface WindowRelations {
  /** Seconds since the start of the episode. */
  readonly from: number;
  readonly to: number;
  /** Every pair of agents and every kind, significant or not. */
  readonly relations: readonly Relation[];
}

export interface RelationOptions {
  readonly random: Random;
  /** Windows of equal length that an episode is cut into. */
  readonly windows: number;
  readonly permutations: number;
  readonly alpha: number;
  /** A weaker relation does not count, however sure: with enough steps the least influence is significant. */
  readonly minimumStrength: number;
  /** Situation at [trajectories][episode][step], a small whole number: steps with one number are alike. */
  readonly situations: readonly (readonly Uint8Array[])[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What is measured: a kind for a pair in a window. */
interface Measurement {
  readonly window: number;
  readonly kind: RelationKind;
  readonly from: number;
  readonly to: number;
}

/** Needs two agents; fewer give windows without relations. */
export async function inferRelations(
  seeds: readonly Trajectories[],
  options: RelationOptions,
): Promise<WindowRelations[]> {
  const { random, permutations, alpha, minimumStrength, signal, onProgress } = options;
  const agents = seeds[0]?.agents ?? [];
  const windows = windowsOf(seeds, options.situations, options.windows);
  const measurements = windows.flatMap((_, window) => measurementsOf(agents.length, window));
  const measureAll = (of: readonly RelationWindow[]) =>
    Float64Array.from(measurements, ({ window, kind, from, to }) => measure(of[window], kind, from, to));

  const observed = measureAll(windows);
  const chance: Float64Array[] = [];
  for (let k = 0; k < permutations; k++) {
    chance.push(measureAll(windows.map((window) => shuffledWindow(window, random))));
    onProgress?.(k + 1, permutations);
    await breathe();
    signal?.throwIfAborted();
  }
  const { mean, p } = adjustedPValues(observed, chance);

  return windows.map((window, index) => ({
    from: window.fromStep * (seeds[0]?.interval ?? 0),
    to: window.toStep * (seeds[0]?.interval ?? 0),
    relations: measurements.flatMap((measurement, m): Relation[] => {
      if (measurement.window !== index) return [];
      const { kind, from, to } = measurement;
      const strength = strengthOf(window, measurement, observed[m], mean[m]);
      const significant = p[m] <= alpha && strength >= minimumStrength;
      return [{ kind, from: agents[from].name, to: agents[to].name, strength, p: p[m], significant }];
    }),
  }));
}

function measurementsOf(agents: number, window: number): Measurement[] {
  const pairs = Array.from({ length: agents }, (_, from) =>
    Array.from({ length: agents }, (_, to) => ({ from, to })).filter(({ to }) => to !== from),
  ).flat();
  return RELATION_KINDS.flatMap((kind) =>
    pairs
      .filter(({ from, to }) => kind === 'authority' || from < to)
      .map(({ from, to }) => ({ window, kind, from, to })),
  );
}

function measure(window: RelationWindow, kind: RelationKind, from: number, to: number): number {
  switch (kind) {
    case 'acquaintance':
      return acquaintance(window, from, to);
    case 'authority':
      return authority(window, from, to).information;
    case 'communication':
      return communication(window, from, to).together;
  }
}

function strengthOf(
  window: RelationWindow,
  { kind, from, to }: Measurement,
  observed: number,
  expected: number,
): number {
  const clip = (value: number) => (Number.isFinite(value) ? Math.max(0, Math.min(1, value)) : 0);
  switch (kind) {
    case 'acquaintance':
      return clip(observed);
    case 'authority':
      return clip((observed - expected) / authority(window, from, to).entropy);
    case 'communication':
      return clip((observed - expected) / (communication(window, from, to).most - expected));
  }
}

/**
 * One-sided p-values by single-step max-T: the share of permutations (the observation itself counted as one) whose largest
 * standardized value reaches the observed one. A measure that no permutation changes gets p = 1.
 */
export function adjustedPValues(
  observed: Float64Array,
  chance: readonly Float64Array[],
): { mean: Float64Array; p: Float64Array } {
  const all = [observed, ...chance];
  const mean = observed.map((_, m) => chance.reduce((sum, values) => sum + values[m], 0) / Math.max(1, chance.length));
  const deviation = observed.map((_, m) =>
    Math.sqrt(all.reduce((sum, values) => sum + (values[m] - mean[m]) ** 2, 0) / all.length),
  );
  const standardized = (values: Float64Array, m: number) =>
    deviation[m] > 1e-12 ? (values[m] - mean[m]) / deviation[m] : -Infinity;
  const largest = chance.map((values) =>
    values.reduce((most, _, m) => Math.max(most, standardized(values, m)), -Infinity),
  );
  const p = observed.map((_, m) => {
    const own = standardized(observed, m);
    if (own === -Infinity) return 1;
    return (1 + largest.filter((value) => value >= own).length) / (1 + chance.length);
  });
  return { mean, p };
}
