/**
 * The hyper-parameters of MAPPO: what each one means, its unit, its range and why its default is what it is. The defaults themselves
 * stand in spec/presets.ts; switches that are no numbers to tune stand in variants.ts. schemas/training.schema.json and docs/spec.md
 * say the same, which test/unit/training/mappo/config.test.ts holds.
 */
import type { Algorithm } from '../../spec/model.ts';
import type { MappoVariants } from './variants.ts';

/** The range of a number, in the words of JSON Schema. */
interface NumberRange {
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
}

interface Hyperparameter {
  /** A whole sentence. */
  readonly meaning: string;
  /** '' where the meaning says it. */
  readonly unit: string;
  /** Of each number where there are several. */
  readonly range: NumberRange;
  /** Why the default is what it is: whole sentences. */
  readonly reason: string;
}

/** All of `Algorithm` but its name and the switches. */
export type MappoConfig = Omit<Algorithm, 'name' | keyof MappoVariants>;

type Named<T> = {
  readonly [K in keyof T]: T[K] extends Readonly<Record<string, number>> ? Named<T[K]> : Hyperparameter;
};

export const HYPERPARAMETERS: Named<MappoConfig> = {
  clip: {
    meaning: 'Clip range of the PPO ratio: beyond it the loss no longer rewards a change of a probability.',
    unit: 'share',
    range: { exclusiveMinimum: 0, exclusiveMaximum: 1 },
    reason: 'The value of the paper and of Schulman et al. 2017.',
  },
  entropy: {
    meaning: 'Weight of the entropy bonus: a number, or the values of the first and the last step, linear between.',
    unit: 'loss per nat',
    range: { minimum: 0 },
    reason:
      'The value of the paper, falling so that the last policies are sure of their choices; its exact size matters little.',
  },
  lambda: {
    meaning: 'Decay of the generalized advantage estimate.',
    unit: 'share per decision',
    range: { minimum: 0, maximum: 1 },
    reason: 'The effect of a decision shows within minutes; what comes later is mostly the noise of the load.',
  },
  gamma: {
    meaning: 'Discount of the reward.',
    unit: 'share per decision',
    range: { minimum: 0, exclusiveMaximum: 1 },
    reason: '0.95 at 15s and 0.9 at 30s both look about 5 minutes ahead, which is long enough for a pod to start.',
  },
  learningRate: {
    meaning: 'Learning rate of the actors: a number, or the values of the first and the last step, linear between.',
    unit: 'step size of Adam',
    range: { exclusiveMinimum: 0, maximum: 1 },
    reason:
      'Falls to a tenth so that the last policies settle; a smaller one learns too slowly for the default budget.',
  },
  criticLearningRate: {
    meaning: 'Learning rate of the critic.',
    unit: 'step size of Adam',
    range: { exclusiveMinimum: 0, maximum: 1 },
    reason: 'Above that of the actors, since advantages are only as good as the values behind them.',
  },
  epochs: {
    meaning: 'Passes over the steps of one rollout.',
    unit: 'passes',
    range: { minimum: 1, maximum: 100 },
    reason: 'Few, as Yu et al. 2022 advise: every pass moves the policies further from those that acted.',
  },
  minibatches: {
    meaning: 'Parts into which each pass is cut, one step of Adam for each.',
    unit: 'parts',
    range: { minimum: 1, maximum: 1000 },
    reason: 'Parts of 512 decisions with the default budget; larger batches leave too few updates.',
  },
  maxGradient: {
    actor: {
      meaning: 'Largest norm of the gradient of each actor.',
      unit: 'norm',
      range: { exclusiveMinimum: 0 },
      reason: 'The usual value of PPO, per network so that the critic cannot scale the actors down.',
    },
    critic: {
      meaning: 'Largest norm of the gradient of the critic.',
      unit: 'norm',
      range: { exclusiveMinimum: 0 },
      reason: 'Wide, since its targets are not normalized: a tight limit would cut every step.',
    },
  },
  hidden: {
    meaning: 'Units of each hidden layer of an actor.',
    unit: 'units',
    range: { minimum: 1, maximum: 4096 },
    reason: 'Wider layers cost more and do no better.',
  },
  critic: {
    meaning: 'Units of each hidden layer of the critic.',
    unit: 'units',
    range: { minimum: 1, maximum: 4096 },
    reason: 'Wider than an actor, since it sees all services and values the state for every agent.',
  },
  activation: {
    meaning: 'Activation of the hidden layers.',
    unit: '',
    range: {},
    reason: 'A little better than relu.',
  },
};
