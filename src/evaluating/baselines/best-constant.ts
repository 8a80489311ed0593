import type { Cluster } from '../../spec/model.ts';
import type { Control } from '../control.ts';
import { meanObjective, type World } from '../run-systems.ts';
import { assertSplit, type SharedEpisode } from '../shared-episodes.ts';
import type { Ranked } from '../tuning/candidate-search.ts';
import { tunedBaseline } from './baseline.ts';
import { constant } from './constant.ts';

/** Up to this many allocations, all are tried; beyond that, one service after the other is moved. */
const EXHAUSTIVE = 2000;

/**
 * The allocation with the highest mean J on training episodes, among those that the nodes have room for. Throws a
 * RangeError where the nodes have no room for the minimum replicas, or where an episode is not of the training split.
 */
export async function bestConstant(
  world: World,
  episodes: readonly SharedEpisode[],
  { signal, onProgress }: Control = {},
): Promise<Ranked<readonly number[]>> {
  assertSplit(episodes, 'train');
  const { cluster } = world;
  const least = cluster.services.map(({ replicas }) => replicas.min);
  if (!fits(cluster, least))
    throw new RangeError(`The nodes of ${cluster.name} have no room for the minimum replicas.`);
  const scores = new Map<string, number>();
  const score = async (replicas: readonly number[]): Promise<number> => {
    const key = replicas.join();
    const known = scores.get(key);
    if (known !== undefined) return known;
    const value = await meanObjective(world, constant('constant', replicas), episodes, { signal });
    scores.set(key, value);
    return value;
  };
  const count = cluster.services.reduce((product, { replicas: r }) => product * (r.max - r.min + 1), 1);
  return count <= EXHAUSTIVE ? tryAll(cluster, score, onProgress) : climb(cluster, least, score, onProgress);
}

/** The best allocation is part of its name in tables. */
export const bestConstantBaseline = tunedBaseline(
  'constant',
  async (world, { train }, control) => (await bestConstant(world, train, control)).candidate,
  (replicas) => ({
    name: `best constant (${replicas.join(', ')})`,
    system: constant('best constant', replicas),
  }),
);

type Score = (replicas: readonly number[]) => Promise<number>;

async function tryAll(cluster: Cluster, score: Score, onProgress: Control['onProgress']): Promise<Ranked<number[]>> {
  // There is at least one: the minimum replicas fit.
  const candidates = allocations(cluster).filter((replicas) => fits(cluster, replicas));
  let best: Ranked<number[]> = { candidate: candidates[0], score: -Infinity };
  for (const [i, candidate] of candidates.entries()) {
    const value = await score(candidate);
    if (value > best.score) best = { candidate, score: value };
    onProgress?.(i + 1, candidates.length);
  }
  return best;
}

/**
 * Coordinate search from the widest allocation in which services grow in turn while there is room: every replica count
 * of one service, then every exchange of a pod between two, until nothing is better.
 */
async function climb(
  cluster: Cluster,
  least: readonly number[],
  score: Score,
  onProgress: Control['onProgress'],
): Promise<Ranked<number[]>> {
  let candidate = filled(cluster, least);
  let best: Ranked<number[]> = { candidate, score: await score(candidate) };
  for (let tried = 1, better = true; better;) {
    better = false;
    const near = neighbors(cluster, best.candidate);
    for (candidate of near) {
      const value = await score(candidate);
      onProgress?.(++tried, tried + near.length);
      if (value > best.score) {
        best = { candidate, score: value };
        better = true;
      }
    }
  }
  return best;
}

function fits(cluster: Cluster, replicas: readonly number[]): boolean {
  const cpu = cluster.services.reduce((sum, service, i) => sum + service.cpu * replicas[i], 0);
  const memory = cluster.services.reduce((sum, service, i) => sum + service.memory * replicas[i], 0);
  return cpu <= cluster.nodes.cpu && memory <= cluster.nodes.memory;
}

function allocations(cluster: Cluster): number[][] {
  return cluster.services.reduce<number[][]>(
    (all, { replicas: { min, max } }) =>
      all.flatMap((replicas) => Array.from({ length: max - min + 1 }, (_, i) => [...replicas, min + i])),
    [[]],
  );
}

function filled(cluster: Cluster, least: readonly number[]): number[] {
  const replicas = [...least];
  for (let grown = true; grown;) {
    grown = false;
    for (const [i, service] of cluster.services.entries()) {
      const more = replicas.with(i, replicas[i] + 1);
      if (more[i] > service.replicas.max || !fits(cluster, more)) continue;
      replicas[i]++;
      grown = true;
    }
  }
  return replicas;
}

function neighbors(cluster: Cluster, replicas: readonly number[]): number[][] {
  const single = cluster.services.flatMap(({ replicas: { min, max } }, i) =>
    Array.from({ length: max - min + 1 }, (_, n) => replicas.with(i, min + n)),
  );
  const exchanges = cluster.services.flatMap((_, i) =>
    cluster.services.flatMap((_, j) => (i === j ? [] : [replicas.with(i, replicas[i] - 1).with(j, replicas[j] + 1)])),
  );
  const inBounds = (candidate: readonly number[]): boolean =>
    cluster.services.every(({ replicas: { min, max } }, i) => candidate[i] >= min && candidate[i] <= max);
  return [...single, ...exchanges].filter((candidate) => inBounds(candidate) && fits(cluster, candidate));
}
