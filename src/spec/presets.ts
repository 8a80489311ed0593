/** What a Training has where its text says nothing. */
import type { Algorithm, Training } from './model.ts';

export interface Preset {
  readonly twin: Training['twin']['kind'];
  readonly algorithm: Algorithm;
  readonly budget: Training['budget'];
}

/** What was found to work (docs/results.md); the discount belongs to the decision interval. */
const recipe = (decisionInterval: number): Preset => ({
  twin: 'calibrated',
  algorithm: {
    name: 'mappo',
    agentMode: 'multi',
    organization: true,
    clip: 0.2,
    entropy: [0.01, 0.001],
    lambda: 0.9,
    gamma: decisionInterval <= 15 ? 0.95 : 0.9,
    learningRate: [5e-4, 5e-5],
    criticLearningRate: 1e-3,
    epochs: 4,
    minibatches: 4,
    maxGradient: { actor: 0.5, critic: 5 },
    hidden: [64, 64],
    critic: [128, 128],
    activation: 'tanh',
    observation: 'normalised',
    wideCritic: true,
    pairedReward: true,
    startBias: true,
    starts: 'random',
  },
  budget: { steps: 1_000_000, episode: 900, environments: 64, horizon: 32 },
});

/** The settings of the paper; epochs, minibatches, the gradient limit, activation and the batch are ours. */
const published: Preset = {
  twin: 'recorded-then-mlp',
  algorithm: {
    name: 'mappo',
    agentMode: 'multi',
    organization: true,
    clip: 0.2,
    entropy: [0.01, 0.01],
    lambda: 0.95,
    gamma: 0.99,
    learningRate: [3e-4, 3e-4],
    criticLearningRate: 3e-4,
    epochs: 4,
    minibatches: 4,
    maxGradient: { actor: 0.5, critic: 0.5 },
    hidden: [128, 128],
    critic: [128, 128],
    activation: 'tanh',
    observation: 'paper',
    wideCritic: false,
    pairedReward: false,
    startBias: false,
    starts: 'warm',
  },
  budget: { steps: 1_000_000, episode: 3600, environments: 64, horizon: 32 },
};

/** `decisionInterval` of the cluster, seconds. */
export const presetOf = (name: Training['preset'], decisionInterval: number): Preset =>
  name === 'recipe' ? recipe(decisionInterval) : published;
