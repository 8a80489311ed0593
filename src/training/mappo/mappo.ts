/**
 * MAPPO for one seed: decentralized actors guided by their roles and one central critic (Yu et al. 2022, "The Surprising
 * Effectiveness of PPO in Cooperative Multi-Agent Games"; karma.md section 2). It reads from top to bottom: `iterate` collects
 * horizon x environments steps, estimates advantages, and updates the actors and the critic.
 *
 * What other implementations of PPO have and this one leaves out:
 * - Clipping of the value loss: Andrychowicz et al. 2021 ("What Matters for On-Policy Deep Actor-Critic Methods?") find that it
 *   hurts or does nothing. The limit on the critic's gradient keeps a rare large error from ruining the critic.
 * - Stopping the epochs at a `target_kl`: losses/approx_kl stays near 0.001, far below the usual 0.01 to 0.03, so it would never stop.
 */
import { Random } from '../../cluster/random.ts';
import { criticInputs, REWARD_BASE, REWARD_SCALE, type CriticInputs } from '../../deciding/critic.ts';
import { makeGoalGuide, type GoalGuide } from '../../deciding/goal-guide.ts';
import { applyActions, combineMasks, complies, makePerception, type Perception } from '../../deciding/perception.ts';
import type { Policies } from '../../deciding/policy.ts';
import type { RoleGuide } from '../../deciding/role-guide.ts';
import type { ActBatch, Network } from '../../nn/backend.ts';
import type { Content, TypedArray } from '../../runs/checkpoints.ts';
import type { AlgorithmOptions, TrainingAlgorithm, TrainingMetrics } from '../algorithm.ts';
import { Convergence } from '../convergence.ts';
import { TrainingEnvironments } from '../environments.ts';
import { gatherRows, makeBuffer, rowsWithChoice, type AgentBuffer, type RolloutBuffer } from './buffer.ts';
import type { MappoConfig } from './config.ts';
import { Tally } from '../tally.ts';
import { makeActor, makeCritic, restoreNetworks, saveNetworks } from './networks.ts';
import { explainedVariance, normalize } from './statistics.ts';
import type { MappoVariants } from './variants.ts';

/** A minibatch of a policy below this size tells more about luck than about the policy; its rows are left out. */
const SMALLEST_MINIBATCH = 8;

export class Mappo implements TrainingAlgorithm {
  steps = 0;
  iteration = 0;
  convergedAt = 0;
  readonly #options: AlgorithmOptions;
  readonly #config: MappoConfig;
  readonly #variants: MappoVariants;
  readonly #random: Random;
  readonly #environments: TrainingEnvironments;
  readonly #perception: Perception;
  readonly #goals: readonly GoalGuide[];
  readonly #actors: readonly Network[];
  readonly #critic: Network;
  readonly #criticInputs: CriticInputs;
  readonly #buffer: RolloutBuffer;
  readonly #convergence: Convergence;

  constructor(options: AlgorithmOptions) {
    const { model, organization, cluster, training, layouts, backend, seed } = options;
    const { environments, horizon, episode } = training.budget;
    this.#options = options;
    this.#config = this.#variants = training.algorithm;
    this.#random = new Random(seed);
    this.#environments = new TrainingEnvironments({
      cluster,
      makeSimulation: options.makeSimulation,
      episodeAt: options.episodeAt,
      episodes: options.episodes,
      environments,
      episodeSeconds: episode,
      algorithm: this.#variants,
      random: this.#random,
    });
    this.#perception = makePerception(cluster, layouts, this.#variants.observation, environments);
    this.#goals = layouts.map((layout) => makeGoalGuide(model, organization, layout, cluster, environments));
    const privileged = this.#variants.wideCritic ? this.#environments.simulation.privilegedSize : 0;
    this.#criticInputs = criticInputs(cluster, this.#variants.observation, privileged);
    this.#buffer = makeBuffer(horizon, environments, this.#perception.agents, this.#criticInputs.size);
    this.#actors = this.#perception.agents.map(({ layout, features }, a) =>
      makeActor(backend, training.algorithm, layout, features.size, seed, a),
    );
    this.#critic = makeCritic(backend, this.#config, this.#criticInputs.size, layouts.length, seed);
    this.#convergence = new Convergence(training.convergence, environments);
    this.#environments.start();
  }

  get stepsPerIteration(): number {
    return this.#buffer.horizon * this.#buffer.environments;
  }

  iterate(): TrainingMetrics {
    const collected = this.#collect();
    this.#estimateAdvantages();
    const updated = this.#update();
    this.steps += this.stepsPerIteration;
    this.iteration++;
    if (this.convergedAt === 0 && this.#convergence.converged) this.convergedAt = this.steps;
    return { ...collected, ...updated, 'charts/converged': Number(this.convergedAt > 0) };
  }

  // ---- Rollout: horizon steps of all environments under the current policies ----

  #collect(): TrainingMetrics {
    const { cluster, layouts } = this.#options;
    const environments = this.#environments;
    const buffer = this.#buffer;
    const n = buffer.environments;
    const tally = new Tally();
    const width = this.#criticInputs.size;
    const finals: { row: number; inputs: Float32Array }[] = [];
    const criticInputs = new Float32Array(n * width);

    this.#writeCriticInputs(criticInputs);
    for (let t = 0; t < buffer.horizon; t++) {
      const row = t * n;
      buffer.criticInputs.set(criticInputs, row * width);
      this.#perception.update(environments.history, environments.desired);
      const free = this.#maskAgents(row);
      const actions = this.#act(row);
      applyActions(cluster, layouts, actions, environments.desired, n);
      environments.step();
      this.#reward(row, free, tally);
      buffer.truncated.set(environments.ended, row);
      if (environments.ended.includes(1)) {
        // The value of the state before the reset stands for the rest of the episode that was cut.
        this.#writeCriticInputs(criticInputs);
        for (let e = 0; e < n; e++) {
          if (!environments.ended[e]) continue;
          finals.push({ row: row + e, inputs: criticInputs.slice(e * width, (e + 1) * width) });
          tally.episode(this.#convergence.endEpisode(e));
        }
        environments.resetEnded();
      }
      this.#writeCriticInputs(criticInputs);
    }
    this.#valueStates(criticInputs, finals);
    return tally.metrics(buffer.horizon * n, cluster.decisionInterval);
  }

  /**
   * Stores the inputs and the mask of every agent. With probability `hardness` the guide masks the step, else it leaves the choice free
   * (karma.md section 2). Returns per agent [environment] 1 = left free.
   */
  #maskAgents(row: number): Uint8Array[] {
    const n = this.#buffer.environments;
    return this.#perception.agents.map((view, a) => {
      const buffer = this.#buffer.agents[a];
      const { hardness } = view.guide;
      const width = view.layout.options.length;
      const mask = buffer.masks.subarray(row * width, (row + n) * width);
      const free = new Uint8Array(n);
      buffer.inputs.set(view.inputs, row * view.features.size);
      combineMasks(view, mask);
      if (hardness >= 1) return free;
      for (let e = 0; e < n; e++) {
        if (hardness > 0 && this.#random.uniform() < hardness) continue;
        free[e] = 1;
        mask.set(view.possible.subarray(e * width, (e + 1) * width), e * width);
      }
      return free;
    });
  }

  /** Samples a_t ~ pi(. | o_t) under the mask, for all agents in one call, and stores log pi(a_t | o_t). Returns the actions by agent. */
  #act(row: number): Int32Array[] {
    const n = this.#buffer.environments;
    const batches = this.#perception.agents.map(({ layout, inputs }, a): ActBatch => {
      const { masks, actions, logProbabilities } = this.#buffer.agents[a];
      const { heads, options } = layout;
      const uniforms = new Float32Array(n * heads);
      for (let i = 0; i < uniforms.length; i++) uniforms[i] = this.#random.uniform();
      return {
        rows: n,
        inputs,
        heads,
        masks: masks.subarray(row * options.length, (row + n) * options.length),
        uniforms,
        actions: actions.subarray(row * heads, (row + n) * heads),
        logProbabilities: logProbabilities.subarray(row, row + n),
      };
    });
    this.#options.backend.act(this.#actors, batches);
    return batches.map(({ actions }) => actions);
  }

  /** R_i = scale * (J - base + (1 - hardness) * bonus * (+-1 for compliance) + goals_i); base = J of the paired HPA, or a constant. */
  #reward(row: number, free: readonly Uint8Array[], tally: Tally): void {
    const environments = this.#environments;
    const { outcome, hpaObjective } = environments;
    const buffer = this.#buffer;
    const n = buffer.environments;
    const extra = new Float64Array(n);
    for (const [a, view] of this.#perception.agents.entries()) {
      const { actions, rewards } = buffer.agents[a];
      extra.fill(0);
      if (this.#goals[a].rewarding) this.#goals[a].addRewards(environments.history, environments.elapsed, extra);
      for (let e = 0; e < n; e++) {
        const complied = complies(view, actions, row, e);
        if (view.active[e]) tally.compliance(complied);
        if (free[a][e]) extra[e] += (1 - view.guide.hardness) * view.guide.bonus * (complied ? 1 : -1);
        const base = hpaObjective ? hpaObjective[e] : REWARD_BASE;
        rewards[row + e] = REWARD_SCALE * (outcome.objective[e] - base + extra[e]);
      }
    }
    this.#convergence.addStep(outcome.objective);
    tally.outcome(outcome, hpaObjective);
  }

  #writeCriticInputs(into: Float32Array): void {
    const { history, simulation } = this.#environments;
    this.#criticInputs.write(history.at(0), simulation, into);
  }

  /**
   * Writes V(s_t) and V(s_t+1) of every row. `after`: the critic's inputs once the rollout is over; `finals`: those of the last states of
   * episodes that were cut, which the next row no longer shows.
   */
  #valueStates(after: Float32Array, finals: readonly { row: number; inputs: Float32Array }[]): void {
    const buffer = this.#buffer;
    const n = buffer.environments;
    const rows = buffer.truncated.length;
    const width = this.#critic.shape.inputs;
    const agents = buffer.agents.length;
    const extra = new Float32Array((n + finals.length) * width);
    extra.set(after);
    finals.forEach((final, i) => extra.set(final.inputs, (n + i) * width));
    const values = new Float32Array(rows * agents);
    const later = new Float32Array((n + finals.length) * agents);
    this.#critic.forward(buffer.criticInputs, rows, values);
    this.#critic.forward(extra, n + finals.length, later);
    for (let a = 0; a < agents; a++) {
      const agent = buffer.agents[a];
      for (let row = 0; row < rows; row++) agent.values[row] = values[row * agents + a];
      agent.nextValues.set(agent.values.subarray(n));
      for (let e = 0; e < n; e++) agent.nextValues[rows - n + e] = later[e * agents + a];
      finals.forEach(({ row }, i) => (agent.nextValues[row] = later[(n + i) * agents + a]));
    }
  }

  // ---- Advantages ----

  #estimateAdvantages(): void {
    const { gamma, lambda } = this.#config;
    const { horizon, environments, truncated } = this.#buffer;
    for (const agent of this.#buffer.agents)
      estimateAdvantages({ ...agent, steps: horizon, environments, truncated, gamma, lambda }, agent.advantages);
  }

  // ---- Update: epochs x minibatches of each actor, then of the critic ----

  #update(): TrainingMetrics {
    const progress = Math.min(1, this.steps / this.#options.training.budget.steps);
    const anneal = ([from, to]: readonly [number, number]) => from + (to - from) * progress;
    const learningRate = anneal(this.#config.learningRate);
    const entropy = anneal(this.#config.entropy);
    const actors = this.#actors
      .map((_, a) => this.#updateActor(a, learningRate, entropy))
      .filter((sums) => sums.count > 0);
    const mean = (key: keyof PolicySums) =>
      actors.reduce((sum, sums) => sum + sums[key] / sums.count, 0) / Math.max(1, actors.length);
    return {
      'losses/policy_loss': mean('loss'),
      ...this.#updateCritic(),
      'losses/entropy': mean('entropy'),
      'losses/approx_kl': mean('kl'),
      'losses/clipfrac': mean('clipFraction'),
      'losses/gradient_norm': mean('gradientNorm'),
      'charts/learning_rate': learningRate,
      'charts/entropy_weight': entropy,
    };
  }

  /** Sums over the minibatches of what the kernel reports. */
  #updateActor(agent: number, learningRate: number, entropy: number): PolicySums {
    const { epochs, minibatches, clip, maxGradient } = this.#config;
    const { heads } = this.#options.layouts[agent];
    const network = this.#actors[agent];
    const { inputs, masks, actions, logProbabilities, advantages } = this.#buffer.agents[agent];
    const { inputs: width, outputs } = network.shape;
    const rows = rowsWithChoice(masks, logProbabilities.length, heads);
    const size = Math.ceil(rows.length / minibatches);
    const sums = { loss: 0, entropy: 0, kl: 0, clipFraction: 0, gradientNorm: 0, count: 0 };
    const batch = {
      inputs: new Float32Array(size * width),
      masks: new Uint8Array(size * outputs),
      actions: new Int32Array(size * heads),
      logProbabilities: new Float32Array(size),
      advantages: new Float32Array(size),
    };
    for (let epoch = 0; epoch < epochs; epoch++) {
      if (size < SMALLEST_MINIBATCH) break;
      this.#random.shuffle(rows);
      for (let start = 0; start < rows.length; start += size) {
        const chosen = rows.subarray(start, Math.min(start + size, rows.length));
        if (chosen.length < SMALLEST_MINIBATCH) continue;
        // Computed by nn/wasm/kernels/losses.ts policyLoss:
        // r_t = pi(a_t | o_t) / pi_old(a_t | o_t), both under the mask of the step; A_t is normalized in the minibatch
        // L = -mean_t min(r_t A_t, clip(r_t, 1 - clip, 1 + clip) A_t) - entropy * mean_t H(pi(. | o_t))
        // approx_kl = mean_t((r_t - 1) - log r_t);  clipfrac = mean_t(|r_t - 1| > clip)
        const report = network.trainPolicy(
          {
            rows: chosen.length,
            inputs: gatherRows(inputs, width, chosen, batch.inputs),
            heads,
            masks: gatherRows(masks, outputs, chosen, batch.masks),
            actions: gatherRows(actions, heads, chosen, batch.actions),
            logProbabilities: gatherRows(logProbabilities, 1, chosen, batch.logProbabilities),
            advantages: normalize(gatherRows(advantages, 1, chosen, batch.advantages)),
            clip,
            entropy,
          },
          { learningRate, maxGradient: maxGradient.actor },
        );
        sums.loss += report.loss;
        sums.entropy += report.entropy;
        sums.kl += report.kl;
        sums.clipFraction += report.clipFraction;
        sums.gradientNorm += report.gradientNorm;
        sums.count++;
      }
    }
    return sums;
  }

  #updateCritic(): TrainingMetrics {
    const { epochs, minibatches, criticLearningRate, maxGradient } = this.#config;
    const { agents, criticInputs, truncated } = this.#buffer;
    const network = this.#critic;
    const { inputs: width, outputs } = network.shape;
    const total = truncated.length;
    const size = Math.ceil(total / minibatches);
    const { values, targets } = criticTargets(agents);
    const inputs = new Float32Array(size * width);
    const target = new Float32Array(size * outputs);
    const rows = Int32Array.from({ length: total }, (_, i) => i);
    let loss = 0;
    let count = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      this.#random.shuffle(rows);
      for (let start = 0; start < total; start += size) {
        const chosen = rows.subarray(start, Math.min(start + size, total));
        // Computed by nn/wasm/kernels/losses.ts regressionLoss:
        // L_V = mean over t and agents i of (V_i(s_t) - (A_t,i + V_old,i(s_t)))^2
        const report = network.trainRegression(
          {
            rows: chosen.length,
            inputs: gatherRows(criticInputs, width, chosen, inputs),
            targets: gatherRows(targets, outputs, chosen, target),
          },
          { learningRate: criticLearningRate, maxGradient: maxGradient.critic },
        );
        loss += report.loss;
        count++;
      }
    }
    return {
      'losses/value_loss': loss / count,
      'losses/explained_variance': explainedVariance(values, targets),
    };
  }

  // ---- What is kept ----

  policies(): Policies {
    const { cluster, organization, training, layouts, seed } = this.#options;
    const { observation, wideCritic, pairedReward } = this.#variants;
    const isExtra =
      this.#goals.some(({ rewarding }) => rewarding) || this.#perception.agents.some(({ guide }) => isAdvised(guide));
    return {
      cluster,
      organization: organization.name,
      training: training.name,
      seed,
      steps: this.steps,
      observation,
      agents: layouts.map((layout, a) => ({
        layout,
        shape: this.#actors[a].shape,
        weights: this.#actors[a].save().weights,
      })),
      critic: {
        shape: this.#critic.shape,
        weights: this.#critic.save().weights,
        wide: wideCritic,
        gamma: this.#config.gamma,
        paired: pairedReward,
        extras: isExtra,
      },
    };
  }

  save(): Content {
    const arrays: Record<string, TypedArray> = {
      random: this.#random.state.slice(),
      ...saveNetworks(this.#networks()),
      ...this.#convergence.save(),
    };
    for (const [name, array] of Object.entries(this.#environments.save())) arrays[`${ENVIRONMENTS}${name}`] = array;
    const { steps, iteration, convergedAt } = this;
    return { json: { steps, iteration, convergedAt }, arrays };
  }

  restore({ json, arrays }: Content): void {
    const header = json as { steps: number; iteration: number; convergedAt: number };
    this.steps = header.steps;
    this.iteration = header.iteration;
    this.convergedAt = header.convergedAt;
    this.#random.state.set(arrays.random as Uint32Array);
    restoreNetworks(this.#networks(), arrays);
    const saved = Object.entries(arrays).filter(([name]) => name.startsWith(ENVIRONMENTS));
    this.#environments.restore(
      Object.fromEntries(saved.map(([name, array]) => [name.slice(ENVIRONMENTS.length), array])),
    );
    this.#convergence.restore(arrays);
  }

  #networks(): Record<string, Network> {
    return { ...Object.fromEntries(this.#actors.map((actor, a) => [`actor${a}`, actor])), critic: this.#critic };
  }

  dispose(): void {
    for (const network of Object.values(this.#networks())) network.dispose();
  }
}

/** Begins the names of the arrays of the environments in a checkpoint. */
const ENVIRONMENTS = 'environments.';

interface PolicySums {
  readonly loss: number;
  readonly entropy: number;
  readonly kl: number;
  readonly clipFraction: number;
  readonly gradientNorm: number;
  /** Minibatches. */
  readonly count: number;
}

export interface AdvantageInput {
  readonly steps: number;
  readonly environments: number;
  /** [step x environment] */
  readonly rewards: Float32Array;
  /** [step x environment] value of the state in which the step was taken. */
  readonly values: Float32Array;
  /** [step x environment] value of the state that followed, before any reset. */
  readonly nextValues: Float32Array;
  /** [step x environment] 1 = the episode was cut after this step. */
  readonly truncated: Uint8Array;
  readonly gamma: number;
  readonly lambda: number;
}

/**
 * Generalized advantage estimation (Schulman et al. 2016, eq. 16). Writes advantages [step x environment]; the targets of the critic are
 * advantages + values. Truncation is kept apart from termination: at a cut the value of the state that followed stands for the rest of
 * the episode, and the sum over later steps stops. Episodes here never terminate, they are only cut.
 */
export function estimateAdvantages(input: AdvantageInput, advantages: Float32Array): void {
  const { steps, environments, rewards, values, nextValues, truncated, gamma, lambda } = input;
  for (let e = 0; e < environments; e++) {
    let later = 0;
    for (let t = steps - 1; t >= 0; t--) {
      const i = t * environments + e;
      if (truncated[i]) later = 0;
      // delta_t = r_t + gamma V(s_t+1) - V(s_t);  A_t = delta_t + gamma lambda A_t+1
      later = rewards[i] + gamma * nextValues[i] - values[i] + gamma * lambda * later;
      advantages[i] = later;
    }
  }
}

/** Values and targets (advantages + values) of all agents, [row x agent]: an output of the critic each. */
export function criticTargets(agents: readonly Pick<AgentBuffer, 'values' | 'advantages'>[]): {
  values: Float32Array;
  targets: Float32Array;
} {
  const rows = agents[0].values.length;
  const values = new Float32Array(rows * agents.length);
  const targets = new Float32Array(rows * agents.length);
  for (const [a, agent] of agents.entries())
    for (let row = 0; row < rows; row++) {
      const i = row * agents.length + a;
      values[i] = agent.values[row];
      targets[i] = agent.values[row] + agent.advantages[row];
    }
  return { values, targets };
}

/** Compliance with a guide that does not mask every step is rewarded. */
const isAdvised = ({ hardness, bonus }: RoleGuide): boolean => hardness < 1 && bonus > 0;
