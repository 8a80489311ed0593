/** What the command that opens an episode is called with; plain code. */
import type { Place } from '../../../../webview/protocol/episode.ts';

/** What to show. A step (from 0) and an agent to point at, once. */
export interface Asked {
  first: Place | null;
  readonly second: Place | null;
  step?: number;
  agent?: string;
}

/**
 * From the arguments after the run: (seed, episode, agent, step), or one object with any of them, such as the label of a
 * sequence in an analysis. A seed that is missing or has no trajectories is the first; so is an episode.
 */
export async function placeOf(
  directory: string,
  args: readonly unknown[],
  seedsOf: (directory: string) => Promise<readonly number[]>,
): Promise<Asked> {
  const [first] = args;
  const named = typeof first === 'object' && first !== null && !Array.isArray(first);
  const { seed, episode, agent, step } = (
    named ? first : { seed: first, episode: args[1], agent: args[2], step: args[3] }
  ) as Readonly<Record<'seed' | 'episode' | 'agent' | 'step', unknown>>;
  const seeds = await seedsOf(directory);
  return {
    first: {
      directory,
      seed: isCount(seed) && seeds.includes(seed) ? seed : (seeds[0] ?? 0),
      episode: isCount(episode) ? episode : 0,
    },
    second: null,
    ...(isCount(step) ? { step } : {}),
    ...(typeof agent === 'string' ? { agent } : {}),
  };
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
