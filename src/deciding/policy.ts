/** Trained policies: what is saved of them, and the controller that acts by them. */
import type { Controller, System } from '../cluster/simulation/simulation.ts';
import type { Random } from '../cluster/random.ts';
import type { ActBatch, Backend, Network, NetworkShape } from '../nn/backend.ts';
import { pack, unpack } from '../runs/checkpoints.ts';
import type { Algorithm, Cluster } from '../spec/model.ts';
import type { ObservationHistory } from '../spec/observation.ts';
import { networkWith } from '../nn/network-with.ts';
import type { AgentLayout } from './agents.ts';
import type { KeptCritic } from './critic.ts';
import { applyActions, combineMasks, makePerception, type AgentView, type Perception } from './perception.ts';

export interface Policies {
  readonly cluster: Cluster;
  readonly organization: string;
  readonly training: string;
  readonly seed: number;
  /** Environment steps of training behind these weights. */
  readonly steps: number;
  readonly observation: Algorithm['observation'];
  readonly agents: readonly PolicyOfAgent[];
  /** For the analysis; acting needs none. Files of earlier versions have none. */
  readonly critic?: KeptCritic;
}

export interface PolicyOfAgent {
  readonly layout: AgentLayout;
  readonly shape: NetworkShape;
  /** In the order of nn/backend.ts parameterCount. */
  readonly weights: Float32Array;
}

const FORMAT = 1;

/** One self-contained file: networks, options, roles and the cluster they are for. */
export function packPolicies(policies: Policies): Uint8Array {
  const { agents, critic, ...rest } = policies;
  const { weights: criticWeights, ...aboutCritic } = critic ?? {};
  return pack({
    json: {
      format: FORMAT,
      ...rest,
      agents: agents.map(({ layout, shape }) => ({ layout, shape })),
      ...(critic ? { critic: aboutCritic } : {}),
    },
    arrays: {
      ...Object.fromEntries(agents.map((agent, i) => [`agent${i}`, agent.weights])),
      ...(criticWeights ? { critic: criticWeights } : {}),
    },
  });
}

/** Reads what `packPolicies` wrote. Throws an Error with a sentence if the bytes are not policies. */
export function unpackPolicies(bytes: Uint8Array): Policies {
  const { json, arrays } = unpack(bytes);
  const header = json as Omit<Policies, 'agents' | 'critic'> & {
    format: number;
    agents: Omit<PolicyOfAgent, 'weights'>[];
    critic?: Omit<KeptCritic, 'weights'>;
  };
  if (header.format !== FORMAT || !Array.isArray(header.agents))
    throw new Error(`These are not policies of format ${FORMAT}; train again with this version.`);
  const { cluster, organization, training, seed, steps, observation } = header;
  const agents = header.agents.map((agent, i) => ({ ...agent, weights: arrays[`agent${i}`] as Float32Array }));
  const critic = header.critic && { ...header.critic, weights: arrays.critic as Float32Array };
  return { cluster, organization, training, seed, steps, observation, agents, ...(critic ? { critic } : {}) };
}

export interface PolicyControllerOptions {
  readonly backend: Backend;
  readonly environments: number;
  /** false = choose as if there were no roles, as the alignment of roles needs it. Default: true. */
  readonly masked?: boolean;
  /** Sample from the policy; default: the most probable allowed option. */
  readonly sample?: Random;
}

/** What one agent did in the last decision, for all environments. */
export interface AgentChoice {
  readonly view: AgentView;
  /** [environment x options] */
  readonly mask: Uint8Array;
  /** [environment x heads] */
  readonly actions: Int32Array;
  readonly logProbabilities: Float32Array;
}

/**
 * Acts by trained policies. Guides of any hardness above 0 mask at run time; the published soft guides (hardness 0) only
 * advise. Needs about 1 microsecond per agent and environment.
 */
export class PolicyController implements Controller {
  readonly name: string;
  readonly interval: number;
  readonly choices: readonly AgentChoice[];
  readonly #cluster: Cluster;
  readonly #perception: Perception;
  readonly #networks: readonly Network[];
  readonly #batches: readonly ActBatch[];
  /** Of each batch; empty where nothing is sampled. */
  readonly #uniforms: readonly Float32Array[];
  readonly #options: PolicyControllerOptions;

  constructor(name: string, policies: Policies, options: PolicyControllerOptions) {
    const { backend, environments } = options;
    this.name = name;
    this.interval = policies.cluster.decisionInterval;
    this.#cluster = policies.cluster;
    this.#options = options;
    const layouts = policies.agents.map((agent) => agent.layout);
    this.#perception = makePerception(policies.cluster, layouts, policies.observation, environments);
    this.#networks = policies.agents.map(({ shape, weights }) => networkWith(backend, shape, weights));
    this.choices = this.#perception.agents.map((view) => ({
      view,
      mask: new Uint8Array(view.allowed.length),
      actions: new Int32Array(environments * view.layout.heads),
      logProbabilities: new Float32Array(environments),
    }));
    this.#uniforms = options.sample ? this.choices.map(({ actions }) => new Float32Array(actions.length)) : [];
    this.#batches = this.choices.map(({ view, mask, actions, logProbabilities }, agent) => ({
      rows: environments,
      inputs: view.inputs,
      heads: view.layout.heads,
      masks: mask,
      actions,
      logProbabilities,
      ...(options.sample ? { uniforms: this.#uniforms[agent] } : {}),
    }));
  }

  reset(): void {}

  decide(observations: ObservationHistory, desired: Int32Array): void {
    this.#perception.update(observations, desired);
    for (const { view, mask } of this.choices) {
      if (view.guide.hardness > 0 && this.#options.masked !== false) combineMasks(view, mask);
      else mask.set(view.possible);
    }
    const { sample } = this.#options;
    if (sample)
      for (const uniforms of this.#uniforms) for (let i = 0; i < uniforms.length; i++) uniforms[i] = sample.uniform();
    this.#options.backend.act(this.#networks, this.#batches);
    applyActions(
      this.#cluster,
      this.choices.map((choice) => choice.view.layout),
      this.choices.map((choice) => choice.actions),
      desired,
      this.#options.environments,
    );
  }

  /** Probability of each option of one agent under the mask of the last decision, [environment x options]. */
  probabilities(agent: number): Float32Array {
    const { view, mask } = this.choices[agent];
    const logits = new Float32Array(this.#options.environments * view.layout.options.length);
    this.#networks[agent].forward(view.inputs, this.#options.environments, logits);
    return maskedSoftmax(logits, mask, view.layout.heads, view.layout.options.length);
  }

  dispose(): void {
    for (const network of this.#networks) network.dispose();
  }
}

/** Softmax over the allowed options of each head of each row, [row x options]. */
export function maskedSoftmax(logits: Float32Array, mask: Uint8Array, heads: number, options: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  const size = options / heads;
  for (let start = 0; start < logits.length; start += size) {
    let highest = -Infinity;
    for (let o = start; o < start + size; o++) if (mask[o] && logits[o] > highest) highest = logits[o];
    let sum = 0;
    for (let o = start; o < start + size; o++) if (mask[o]) sum += probabilities[o] = Math.exp(logits[o] - highest);
    for (let o = start; o < start + size; o++) probabilities[o] /= sum;
  }
  return probabilities;
}

/** Trained policies as a system that can be compared with others. Its controllers share the backend. */
export function policySystem(name: string, policies: Policies, backend: Backend): System {
  return { name, make: (_cluster, environments) => new PolicyController(name, policies, { backend, environments }) };
}
