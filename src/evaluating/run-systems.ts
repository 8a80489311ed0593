/** Runs systems through shared episodes: the same load, events, luck and start for all. */
import { runEpisodes } from '../cluster/simulation/run-controller.ts';
import type { Simulation, System } from '../cluster/simulation/simulation.ts';
import type { Cluster } from '../spec/model.ts';
import type { Control } from './control.ts';
import { EpisodeMetrics } from './episode-metrics.ts';
import type { MetricValues } from './metrics.ts';
import type { SharedEpisode } from './shared-episodes.ts';

/**
 * The world in which systems are judged or tuned, the emulator or a twin. `simulate` makes a number of environments of it.
 */
export interface World {
  readonly cluster: Cluster;
  readonly simulate: (environments: number) => Simulation;
}

/** The metrics of the system in each episode. Rejects with the signal's reason when aborted. */
export async function runSystem(
  world: World,
  system: System,
  episodes: readonly SharedEpisode[],
  control: Control = {},
): Promise<MetricValues[]> {
  const metrics = episodes.map(({ episode }) => new EpisodeMetrics(episode));
  await run(world, system, episodes, control, metrics);
  return metrics.map((one) => one.values());
}

/** The system's mean J over the episodes. */
export async function meanObjective(
  world: World,
  system: System,
  episodes: readonly SharedEpisode[],
  control: Control = {},
): Promise<number> {
  const results = await run(world, system, episodes, control);
  return results.reduce((sum, { objective }) => sum + objective, 0) / results.length;
}

function run(
  { cluster, simulate }: World,
  system: System,
  episodes: readonly SharedEpisode[],
  { signal = new AbortController().signal, onProgress }: Control,
  metrics?: readonly EpisodeMetrics[],
): ReturnType<typeof runEpisodes> {
  if (episodes.length === 0) throw new RangeError('There is no episode to run.');
  return runEpisodes(
    simulate,
    system,
    cluster,
    episodes.map(({ episode }) => episode),
    {
      signal,
      luck: episodes.map(({ seed }) => seed),
      onInterval: (episode, outcome, environment) => metrics?.[episode].add(outcome, environment),
      ...(onProgress && { onProgress }),
    },
  );
}
