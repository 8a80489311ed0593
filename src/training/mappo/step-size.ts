import { parameterCount } from '../../nn/backend.ts';
import { makeFeatures } from '../../deciding/features.ts';
import type { AlgorithmEntry } from '../algorithm.ts';

/** The few inputs of the critic that only a simulator can tell are not counted. */
export const largestStep: AlgorithmEntry['largestStep'] = ({ cluster, training, layouts }) => {
  const { hidden, critic, activation, observation, minibatches } = training.algorithm;
  const { environments, horizon } = training.budget;
  const inputs = (services: readonly number[]) => makeFeatures(cluster, services, observation).size;
  const all = cluster.services.map((_, index) => index);
  const parameters = [
    parameterCount({ inputs: inputs(all), hidden: critic, outputs: layouts.length, activation }),
    ...layouts.map(({ observes, options }) =>
      parameterCount({ inputs: inputs(observes), hidden, outputs: options.length, activation }),
    ),
  ];
  return Math.max(...parameters) * Math.ceil((environments * horizon) / minibatches);
};
