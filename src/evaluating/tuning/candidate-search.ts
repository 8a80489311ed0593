/** Random search with local refinement, over settings of any kind; the best candidates come first. */
import { Random } from '../../cluster/random.ts';
import type { Control } from '../control.ts';

export interface SearchSpace<Candidate> {
  draw(random: Random): Candidate;
  /** Something close to the given candidate. */
  neighbor(of: Candidate, random: Random): Candidate;
}

/** How many candidates are tried: `random` drawn from the whole space, then `rounds` times `perRound` near the best. */
export interface SearchEffort {
  readonly random: number;
  readonly rounds: number;
  readonly perRound: number;
}

export interface Ranked<Candidate> {
  readonly candidate: Candidate;
  readonly score: number;
}

export interface CandidateSearch<Candidate> {
  readonly space: SearchSpace<Candidate>;
  /** Tried before anything is drawn, so that the result is never worse than what was known. */
  readonly known: readonly Candidate[];
  readonly score: (candidate: Candidate) => Promise<number>;
  readonly effort: SearchEffort;
  readonly seed: number;
}

/** Neighbors are drawn around this many of the best so far. */
const PARENTS = 4;

/** Highest score first; of equal scores the one tried first. Rejects with the signal's reason when aborted. */
export async function searchCandidates<Candidate>(
  { space, known, score, effort, seed }: CandidateSearch<Candidate>,
  { signal, onProgress }: Control = {},
): Promise<Ranked<Candidate>[]> {
  const random = new Random(seed);
  const total = known.length + effort.random + effort.rounds * effort.perRound;
  const ranked: Ranked<Candidate>[] = [];
  let done = 0;
  const attempt = async (candidate: Candidate): Promise<void> => {
    signal?.throwIfAborted();
    ranked.push({ candidate, score: await score(candidate) });
    onProgress?.(++done, total);
  };
  // Stable, so that the order of equal scores does not depend on when it was sorted.
  const sort = (): unknown => ranked.sort((a, b) => b.score - a.score);

  for (const candidate of known) await attempt(candidate);
  for (let i = 0; i < effort.random; i++) await attempt(space.draw(random));
  for (let round = 0; round < effort.rounds; round++) {
    sort();
    const parents = ranked.slice(0, PARENTS).map(({ candidate }) => candidate);
    for (let i = 0; i < effort.perRound; i++) await attempt(space.neighbor(random.pick(parents), random));
  }
  sort();
  return ranked;
}
