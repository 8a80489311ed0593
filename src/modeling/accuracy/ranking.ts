/**
 * Does a twin put known policies in the order in which the cluster puts them? Low one-step errors are not evidence of
 * that, and it is what training in a twin relies on.
 */
import type { Cluster } from '../../spec/model.ts';
import { runEpisodes } from '../../cluster/simulation/run-controller.ts';
import type { Episode, Simulation, System } from '../../cluster/simulation/simulation.ts';

/** A system's J in the twin and on the cluster. */
export interface RankedSystem {
  readonly name: string;
  readonly twin: number;
  readonly cluster: number;
}

export interface Ranking {
  /** In the cluster's order, best first. */
  readonly systems: readonly RankedSystem[];
  /** Spearman's rho and Kendall's tau-b between the two orders; 0 where one of them has no order. */
  readonly spearman: number;
  readonly kendall: number;
  /** Share of the pairs that the cluster tells apart clearly which the twin orders alike; 1 where there is none. */
  readonly agreeing: number;
  /** The published "accuracy": mean performance on the cluster over mean performance in the twin. */
  readonly ratio: number;
}

export interface ScoringOptions {
  readonly cluster: Cluster;
  readonly episodes: readonly Episode[];
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Mean J of every system over the episodes, all from the same start and with the same luck. */
export async function scoreSystems(
  simulate: (environments: number) => Simulation,
  systems: readonly System[],
  { cluster, episodes, seed, signal, onProgress }: ScoringOptions,
): Promise<number[]> {
  const scores: number[] = [];
  for (const [index, system] of systems.entries()) {
    const results = await runEpisodes(simulate, system, cluster, episodes, { signal, seed });
    scores.push(mean(results.map(({ objective }) => objective)));
    onProgress?.(index + 1, systems.length);
  }
  return scores;
}

/** @param clear difference of J on the cluster from which on two systems count as different */
export function rank(systems: readonly RankedSystem[], clear: number): Ranking {
  const twin = systems.map((system) => system.twin);
  const cluster = systems.map((system) => system.cluster);
  let pairs = 0;
  let alike = 0;
  for (let i = 0; i < systems.length; i++)
    for (let j = 0; j < i; j++) {
      const difference = cluster[i] - cluster[j];
      if (Math.abs(difference) < clear) continue;
      pairs++;
      if ((twin[i] - twin[j]) * difference > 0) alike++;
    }
  return {
    systems: [...systems].sort((a, b) => b.cluster - a.cluster),
    spearman: correlation(ranksOf(twin), ranksOf(cluster)),
    kendall: kendallTau(twin, cluster),
    agreeing: pairs === 0 ? 1 : alike / pairs,
    ratio: mean(cluster) / mean(twin),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** 1, 2, ... ascending; ties share the mean of their ranks. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return below + (same + 1) / 2;
  });
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const meanA = mean(a);
  const meanB = mean(b);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  a.forEach((x, i) => {
    ab += (x - meanA) * (b[i] - meanB);
    aa += (x - meanA) ** 2;
    bb += (b[i] - meanB) ** 2;
  });
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/** Kendall's tau-b: pairs in the same order minus pairs in the opposite one, corrected for ties. */
function kendallTau(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  let untiedA = 0;
  let untiedB = 0;
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < i; j++) {
      const x = Math.sign(a[i] - a[j]);
      const y = Math.sign(b[i] - b[j]);
      sum += x * y;
      untiedA += x * x;
      untiedB += y * y;
    }
  return untiedA > 0 && untiedB > 0 ? sum / Math.sqrt(untiedA * untiedB) : 0;
}
