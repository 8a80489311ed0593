/**
 * The central critic: what it sees and what its values mean. Training values states with it. The analysis asks the critic that was
 * saved with the policies, on the same inputs.
 */
import type { Simulation } from '../cluster/simulation/simulation.ts';
import type { Backend, Network, NetworkShape } from '../nn/backend.ts';
import type { Algorithm, Cluster } from '../spec/model.ts';
import type { Observation } from '../spec/observation.ts';
import { networkWith } from '../nn/network-with.ts';
import { makeFeatures } from './features.ts';

/** The reward is 20 * (J - .8), or 20 * (J - J of the HPA): about 1 in size. */
export const REWARD_SCALE = 20;
export const REWARD_BASE = 0.8;

/** A critic as it is saved with the policies that were trained with it. */
export interface KeptCritic {
  readonly shape: NetworkShape;
  /** In the order of nn/backend.ts parameterCount. */
  readonly weights: Float32Array;
  /** The critic also saw what only a simulator knows. */
  readonly wide: boolean;
  readonly gamma: number;
  /** The reward was J minus that of the default HPA on a second copy of the episode; else J minus REWARD_BASE. */
  readonly paired: boolean;
  /** Missions or compliance added to the reward of some agent. */
  readonly extras: boolean;
}

export interface CriticInputs {
  /** Numbers per environment. */
  readonly size: number;
  /** Writes [environment x size]: features of all services, then simulator-only state. */
  write(observation: Observation, simulation: Simulation, into: Float32Array): void;
}

/** `privileged`: how many numbers of simulator-only state the critic sees. */
export function criticInputs(cluster: Cluster, kind: Algorithm['observation'], privileged: number): CriticInputs {
  const features = makeFeatures(
    cluster,
    cluster.services.map((_, index) => index),
    kind,
  );
  const own = features.size;
  const size = own + privileged;
  const write = (observation: Observation, simulation: Simulation, into: Float32Array): void => {
    const { environments } = observation;
    const seen = new Float32Array(environments * own);
    features.write(observation, seen);
    const hidden = new Float32Array(environments * privileged);
    if (privileged > 0) simulation.privileged(hidden);
    for (let e = 0; e < environments; e++) {
      into.set(seen.subarray(e * own, (e + 1) * own), e * size);
      into.set(hidden.subarray(e * privileged, (e + 1) * privileged), e * size + own);
    }
  };
  return { size, write };
}

/** Values the states of a simulation with a saved critic. */
export class Critic {
  readonly #critic: KeptCritic;
  readonly #inputs: CriticInputs;
  readonly #network: Network;

  constructor(critic: KeptCritic, inputs: CriticInputs, backend: Backend) {
    this.#critic = critic;
    this.#inputs = inputs;
    this.#network = networkWith(backend, critic.shape, critic.weights);
  }

  /** Writes [environment x agents] what `meaningOf` says. */
  expect(observation: Observation, simulation: Simulation, into: Float32Array): void {
    const inputs = new Float32Array(observation.environments * this.#inputs.size);
    this.#inputs.write(observation, simulation, inputs);
    this.#network.forward(inputs, observation.environments, into);
    // V = sum_k gamma^k r_k; its mean over the steps ahead, each weighing gamma times the one before, is (1 - gamma) V.
    const { gamma, paired } = this.#critic;
    const base = paired ? 0 : REWARD_BASE;
    for (let i = 0; i < into.length; i++) into[i] = base + ((1 - gamma) * into[i]) / REWARD_SCALE;
  }

  dispose(): void {
    this.#network.dispose();
  }
}

/** A sentence that says what the numbers of a critic mean. */
export function meaningOf({ gamma, paired, extras }: KeptCritic): string {
  const reward = paired ? 'J above that of the default HPA in the same episode' : 'J';
  const more = extras ? ', with what missions and compliance add' : '';
  return `${reward}${more}: the mean over the decisions ahead, each weighing ${gamma} times the one before.`;
}

/** The saved critic for a simulation; undefined if none was saved, or if it saw state that this simulation does not have. */
export function makeKeptCritic(
  critic: KeptCritic | undefined,
  cluster: Cluster,
  kind: Algorithm['observation'],
  simulation: Simulation,
  backend: Backend,
): Critic | undefined {
  if (!critic) return undefined;
  const inputs = criticInputs(cluster, kind, critic.wide ? simulation.privilegedSize : 0);
  return inputs.size === critic.shape.inputs ? new Critic(critic, inputs, backend) : undefined;
}
