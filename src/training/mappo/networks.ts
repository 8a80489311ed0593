/** The networks of MAPPO: one actor per agent, one critic with an output per agent. */
import { Random } from '../../cluster/random.ts';
import type { Backend, Network, NetworkShape } from '../../nn/backend.ts';
import { initialState } from '../../nn/initialise.ts';
import { networkWith } from '../../nn/network-with.ts';
import type { Algorithm } from '../../spec/model.ts';
import type { AgentLayout } from '../../deciding/agents.ts';

/** Start bias of the logits: without it early policies churn through moves. */
const HOLD_BIAS = 2;
const BIAS_PER_POD = -0.5;
/** Streams of the seed: actors take 1, 2, ...; the critic one far from them. */
const CRITIC_STREAM = 1000;

export function makeActor(
  backend: Backend,
  algorithm: Algorithm,
  layout: AgentLayout,
  inputs: number,
  seed: number,
  index: number,
): Network {
  const { hidden, activation, startBias } = algorithm;
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
  algorithm: Algorithm,
  inputs: number,
  outputs: number,
  seed: number,
): Network {
  const shape: NetworkShape = { inputs, hidden: algorithm.critic, outputs, activation: algorithm.activation };
  const random = new Random(seed, CRITIC_STREAM);
  const { weights } = initialState(shape, { outputGain: 1, uniform: () => random.uniform() });
  return networkWith(backend, shape, weights);
}
