import type { Random } from '../../cluster/random.ts';
import { kMeans } from '../groups/k-means.ts';
import { fitScaler, sampleStates, standardize, stateOf, statesOfEpisode } from '../trajectories/recorded-states.ts';
import type { Trajectories } from '../trajectories/trajectories.ts';

const SAMPLE = 2000;

/**
 * A small number for the situation at [trajectories][episode][step]: the nearest of a few centers of the standardized
 * states. Steps with one number are alike enough to be compared. States that are not finite count as situation 0.
 */
export function situationsOf(seeds: readonly Trajectories[], count: number, random: Random): Uint8Array[][] {
  const dimension = seeds[0]?.stateFields.length ?? 0;
  const sample = sampleStates(
    seeds.flatMap((trajectories) =>
      trajectories.episodes.flatMap((_, episode) => statesOfEpisode(trajectories, episode)),
    ),
    SAMPLE,
  ).map(stateOf);
  const scaler = fitScaler(sample, dimension);
  const { centers, groups } = kMeans(standardize(sample, scaler), count, { random });
  return seeds.map((trajectories) =>
    trajectories.episodes.map((_, episode) => {
      const { values } = standardize(statesOfEpisode(trajectories, episode).map(stateOf), scaler);
      return Uint8Array.from({ length: trajectories.episodes[episode].steps }, (_, step) => {
        let nearest = 0;
        let least = Infinity;
        for (let g = 0; g < groups; g++) {
          let sum = 0;
          for (let d = 0; d < dimension; d++) sum += (values[step * dimension + d] - centers[g * dimension + d]) ** 2;
          if (sum < least) {
            least = sum;
            nearest = g;
          }
        }
        return nearest;
      });
    }),
  );
}
