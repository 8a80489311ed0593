/** How often the declared goals were satisfied. */
import type { Trajectories } from '../trajectories/trajectories.ts';
import { share } from './share.ts';

export interface GoalSatisfaction {
  readonly goal: string;
  /** Share of the steps at which the goal is satisfied. */
  readonly overall: number | undefined;
  readonly scenarios: readonly { readonly scenario: string; readonly share: number | undefined }[];
}

export function goalSatisfaction(seeds: readonly Trajectories[]): GoalSatisfaction[] {
  const episodes = seeds.flatMap((trajectories) => trajectories.episodes);
  const scenarios = [...new Set(episodes.map((episode) => episode.scenario))];
  return (seeds[0]?.goals ?? []).map((goal, g) => {
    const shareIn = (chosen: typeof episodes) => {
      const satisfied = chosen.flatMap(({ steps, satisfied }) =>
        Array.from(satisfied.subarray(g * steps, (g + 1) * steps)),
      );
      return share(
        satisfied.reduce((sum, value) => sum + value, 0),
        satisfied.length,
      );
    };
    const of = (scenario: string) => shareIn(episodes.filter((episode) => episode.scenario === scenario));
    return {
      goal,
      overall: shareIn(episodes),
      scenarios: scenarios.map((scenario) => ({ scenario, share: of(scenario) })),
    };
  });
}
