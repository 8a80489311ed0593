/** Plays systems through matches: the same episodes, luck and start for all. */
import { runEpisodes } from '../cluster/simulation/run-controller.ts';
import type { Simulation, System } from '../cluster/simulation/simulation.ts';
import type { Cluster } from '../spec/model.ts';
import { Account, type MetricValues } from './episode-metrics.ts';
import type { Match } from './shared-episodes.ts';
import type { Control } from './baselines/candidate-search.ts';

/**
 * The world in which systems are judged or tuned. `simulate` makes so many environments of it: the emulator, or a twin.
 */
export interface World {
  readonly cluster: Cluster;
  readonly simulate: (environments: number) => Simulation;
}

/** What the system gets in each match. Rejects with the signal's reason when aborted. */
export async function play(
  world: World,
  system: System,
  matches: readonly Match[],
  control: Control = {},
): Promise<MetricValues[]> {
  const accounts = matches.map((match) => new Account(match.episode));
  await run(world, system, matches, control, accounts);
  return accounts.map((account) => account.values());
}

/** The system's mean J over the matches. */
export async function meanObjective(
  world: World,
  system: System,
  matches: readonly Match[],
  control: Control = {},
): Promise<number> {
  const results = await run(world, system, matches, control);
  return results.reduce((sum, { objective }) => sum + objective, 0) / results.length;
}

function run(
  { cluster, simulate }: World,
  system: System,
  matches: readonly Match[],
  { signal = new AbortController().signal, onProgress }: Control,
  accounts?: readonly Account[],
): ReturnType<typeof runEpisodes> {
  if (matches.length === 0) throw new RangeError('There is no episode to play.');
  return runEpisodes(
    simulate,
    system,
    cluster,
    matches.map((match) => match.episode),
    {
      signal,
      luck: matches.map((match) => match.seed),
      onInterval: (episode, outcome, environment) => accounts?.[episode].add(outcome, environment),
      ...(onProgress && { onProgress }),
    },
  );
}
