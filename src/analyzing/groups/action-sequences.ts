/** What each agent did in an episode, as a sequence of moves: the vector of replica changes per service, step by step. */
import { pairwiseSymbolWarping } from '../warping/dynamic-time-warping.ts';
import type { CondensedDistances } from './condensed-distances.ts';
import type { MatrixOptions } from '../warping/all-pairs.ts';
import type { SeedTrajectories, Trajectories } from '../trajectories/trajectories.ts';

export interface ActionSequence {
  /** Index into the agents. */
  readonly agent: number;
  /** Index into the seeds' trajectories, and of the episode in them. */
  readonly source: number;
  readonly episode: number;
  /** [steps] index into `MoveAlphabet.moves`. */
  readonly symbols: Uint16Array;
}

/** Every move of any agent, once, hold first: agents with different options become comparable. */
export interface MoveAlphabet {
  readonly moves: readonly { readonly service: number; readonly move: number }[];
  /** [moves x moves] Euclidean distance of the vectors of replica changes. */
  readonly distances: Float64Array;
}

export function moveAlphabet(agents: Trajectories['agents']): MoveAlphabet {
  const moves = [{ service: -1, move: 0 }];
  for (const { options } of agents)
    for (const { service, move } of options)
      if (move !== 0 && !moves.some((known) => known.service === service && known.move === move))
        moves.push({ service, move });
  const distance = (a: (typeof moves)[number], b: (typeof moves)[number]) =>
    a.service === b.service ? Math.abs(a.move - b.move) : Math.hypot(a.move, b.move);
  return { moves, distances: Float64Array.from(moves.flatMap((a) => moves.map((b) => distance(a, b)))) };
}

/** Episodes in which every seed has steps: what can be compared over seeds. */
export function commonEpisodes(seeds: readonly SeedTrajectories[]): number[] {
  const count = Math.min(...seeds.map(({ trajectories }) => trajectories.episodes.length));
  return Array.from({ length: count }, (_, episode) => episode).filter((episode) =>
    seeds.every(({ trajectories }) => trajectories.episodes[episode].steps > 0),
  );
}

/**
 * At most `limit` sequences (at least one episode): of every agent, in the same episodes of every seed, spread evenly over
 * the episodes, so that no agent and no seed weighs more.
 */
export function sampleSequences(
  seeds: readonly SeedTrajectories[],
  alphabet: MoveAlphabet,
  limit: number,
): ActionSequence[] {
  const agents = seeds[0].trajectories.agents;
  const common = commonEpisodes(seeds);
  const wanted = Math.min(common.length, Math.max(1, Math.floor(limit / (agents.length * seeds.length))));
  const chosen = Array.from({ length: wanted }, (_, i) => common[Math.floor(((i + 0.5) * common.length) / wanted)]);
  return seeds.flatMap(({ trajectories }, source) =>
    chosen.flatMap((episode) =>
      agents.map((_, agent): ActionSequence => ({
        agent,
        source,
        episode,
        symbols: symbolsOf(trajectories, alphabet, agent, episode),
      })),
    ),
  );
}

function symbolsOf({ agents, episodes }: Trajectories, { moves }: MoveAlphabet, agent: number, episode: number) {
  const symbolOf = agents[agent].options.map(({ service, move }) =>
    move === 0 ? 0 : moves.findIndex((known) => known.service === service && known.move === move),
  );
  const { actions, steps } = episodes[episode];
  return Uint16Array.from(actions.subarray(agent * steps, (agent + 1) * steps), (action) => symbolOf[action]);
}

/** Dynamic time warping of every pair. */
export function sequenceDistances(
  sequences: readonly ActionSequence[],
  alphabet: MoveAlphabet,
  options: MatrixOptions,
): Promise<CondensedDistances> {
  return pairwiseSymbolWarping(
    sequences.map((sequence) => sequence.symbols),
    alphabet.distances,
    options,
  );
}
