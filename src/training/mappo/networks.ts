/** The networks of MAPPO: one actor per agent, and one critic with an output per agent. */
import { Random } from '../../cluster/random.ts';
import type { Backend, Network, NetworkShape, NetworkState } from '../../nn/backend.ts';
import { initialState } from '../../nn/initialize.ts';
import { networkWith } from '../../nn/network-with.ts';
import type { TypedArray } from '../../runs/checkpoints.ts';
import type { AgentLayout } from '../../deciding/agents.ts';
import type { MappoConfig } from './config.ts';
import type { MappoVariants } from './variants.ts';

/** Start biases of the logits. Without them early policies move pods all the time. */
const HOLD_BIAS = 2;
const BIAS_PER_POD = -0.5;
/** Streams of the seed: the actors take 1, 2, ..., and the critic one far from them. */
const CRITIC_STREAM = 1000;

export function makeActor(
  backend: Backend,
  config: MappoConfig & Pick<MappoVariants, 'startBias'>,
  layout: AgentLayout,
  inputs: number,
  seed: number,
  index: number,
): Network {
  const { hidden, activation, startBias } = config;
  const shape: NetworkShape = { inputs, hidden, outputs: layout.options.length, activation };
  const random = new Random(seed, 1 + index);
  const { weights } = initialState(shape, { outputGain: 0.01, uniform: () => random.uniform() });
  if (startBias) {
    const biases = weights.subarray(weights.length - shape.outputs);
    layout.options.forEach(({ move }, o) => {
      biases[o] += move === 0 ? HOLD_BIAS : BIAS_PER_POD * (Math.abs(move) - 1);
    });
  }
  return networkWith(backend, shape, weights);
}

export function makeCritic(
  backend: Backend,
  config: MappoConfig,
  inputs: number,
  outputs: number,
  seed: number,
): Network {
  const shape: NetworkShape = { inputs, hidden: config.critic, outputs, activation: config.activation };
  const random = new Random(seed, CRITIC_STREAM);
  const { weights } = initialState(shape, { outputGain: 1, uniform: () => random.uniform() });
  return networkWith(backend, shape, weights);
}

/** What a checkpoint keeps of the networks: weights and the state of Adam, by the name of the network. */
export function saveNetworks(networks: Readonly<Record<string, Network>>): Record<string, TypedArray> {
  const arrays: Record<string, TypedArray> = {};
  for (const [name, network] of Object.entries(networks)) {
    const state = network.save();
    arrays[`${name}.weights`] = state.weights;
    arrays[`${name}.first`] = state.firstMoment;
    arrays[`${name}.second`] = state.secondMoment;
    arrays[`${name}.steps`] = Int32Array.of(state.steps);
  }
  return arrays;
}

export function restoreNetworks(
  networks: Readonly<Record<string, Network>>,
  arrays: Readonly<Record<string, TypedArray>>,
): void {
  for (const [name, network] of Object.entries(networks))
    network.load({
      weights: arrays[`${name}.weights`],
      firstMoment: arrays[`${name}.first`],
      secondMoment: arrays[`${name}.second`],
      steps: (arrays[`${name}.steps`] as Int32Array)[0],
    } as NetworkState);
}
