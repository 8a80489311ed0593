/**
 * MAPPO for one seed: decentralised actors guided by roles, one central critic (Yu et al. 2022; karma.md section 2).
 * `iterate` collects horizon x environments steps and updates; `save`/`restore` hold everything that the next iteration
 * depends on, so that a resumed training equals a straight one bit for bit.
 */
import { Random } from '../../cluster/random.ts';
import type { Episode, Simulation } from '../../cluster/simulation/simulation.ts';
import type { Backend, Network, NetworkState } from '../../nn/backend.ts';
import type { Content, TypedArray } from '../../runs/checkpoints.ts';
import type { Algorithm, Cluster, Model, Organization, Training } from '../../spec/model.ts';
import { makeActor, makeCritic } from './networks.ts';
import { estimateAdvantages, explainedVariance } from './advantage.ts';
import type { AgentLayout } from '../../deciding/agents.ts';
import { Convergence } from '../convergence.ts';
import { criticInputs, REWARD_BASE, REWARD_SCALE, type CriticInputs } from '../../deciding/critic.ts';
import { makeGoalGuide, type GoalGuide } from '../../deciding/goal-guide.ts';
import { Tally, type TrainingMetrics } from './metrics.ts';
import { applyActions, combineMasks, makePerception, type Perception } from '../../deciding/perception.ts';
import type { Policies } from '../../deciding/policy.ts';
import type { RoleGuide } from '../../deciding/role-guide.ts';
import { makeBuffer, type RolloutBuffer } from './buffer.ts';
import { TrainingEnvironments } from '../environments.ts';
import { updateCritic, updatePolicy } from './update.ts';

export interface TrainerOptions {
  readonly model: Model;
  readonly cluster: Cluster;
  readonly organization: Organization;
  readonly training: Training;
  readonly layouts: readonly AgentLayout[];
  readonly seed: number;
  readonly backend: Backend;
  readonly makeSimulation: (environments: number) => Simulation;
  /** The training episodes, made on demand. */
  readonly episodeAt: (index: number) => Episode;
  readonly episodes: number;
}

export class Trainer {
  /** Environment steps taken. */
  steps = 0;
  iteration = 0;
  /** First step at which the convergence rule held; 0 = not yet. */
  convergedAt = 0;
  readonly #options: TrainerOptions;
  readonly #algorithm: Algorithm;
  readonly #random: Random;
  readonly #environments: TrainingEnvironments;
  readonly #perception: Perception;
  readonly #goals: readonly GoalGuide[];
  readonly #actors: readonly Network[];
  readonly #critic: Network;
  readonly #criticInputs: CriticInputs;
  readonly #buffer: RolloutBuffer;
  readonly #convergence: Convergence;
  /** [environment] sum of J and steps of the current episode. */
  readonly #episodeSum: Float64Array;
  readonly #episodeSteps: Float64Array;

  constructor(options: TrainerOptions) {
    const { cluster, training, layouts, backend, seed } = options;
    const { environments, horizon, episode } = training.budget;
    this.#options = options;
    this.#algorithm = training.algorithm;
    this.#random = new Random(seed);
    this.#environments = new TrainingEnvironments({
      cluster,
      makeSimulation: options.makeSimulation,
      episodeAt: options.episodeAt,
      episodes: options.episodes,
      environments,
      episodeSeconds: episode,
      algorithm: training.algorithm,
      random: this.#random,
    });
    this.#perception = makePerception(cluster, layouts, training.algorithm.observation, environments);
    this.#goals = layouts.map((layout) =>
      makeGoalGuide(options.model, options.organization, layout, cluster, environments),
    );
    const privileged = training.algorithm.wideCritic ? this.#environments.simulation.privilegedSize : 0;
    this.#criticInputs = criticInputs(cluster, training.algorithm.observation, privileged);
    this.#buffer = makeBuffer(horizon, environments, this.#perception.agents, this.#criticInputs.size);
    this.#actors = this.#perception.agents.map((view, a) =>
      makeActor(backend, this.#algorithm, view.layout, view.features.size, seed, a),
    );
    this.#critic = makeCritic(backend, this.#algorithm, this.#criticInputs.size, layouts.length, seed);
    this.#convergence = new Convergence(training.convergence);
    this.#episodeSum = new Float64Array(environments);
    this.#episodeSteps = new Float64Array(environments);
    this.#environments.start();
  }

  get stepsPerIteration(): number {
    return this.#buffer.horizon * this.#buffer.environments;
  }

  get finished(): boolean {
    return this.steps >= this.#options.training.budget.steps;
  }

  /** One iteration: collect, estimate advantages, update. */
  iterate(): TrainingMetrics {
    const collected = this.#collect();
    this.#estimate();
    const updated = this.#update();
    this.steps += this.stepsPerIteration;
    this.iteration++;
    if (this.convergedAt === 0 && this.#convergence.converged) this.convergedAt = this.steps;
    return { ...collected, ...updated, converged: Number(this.convergedAt > 0) };
  }

  policies(): Policies {
    const { cluster, organization, training, layouts, seed } = this.#options;
    return {
      cluster,
      organization: organization.name,
      training: training.name,
      seed,
      steps: this.steps,
      observation: training.algorithm.observation,
      agents: layouts.map((layout, a) => ({
        layout,
        shape: this.#actors[a].shape,
        weights: this.#actors[a].save().weights,
      })),
      critic: {
        shape: this.#critic.shape,
        weights: this.#critic.save().weights,
        wide: training.algorithm.wideCritic,
        gamma: training.algorithm.gamma,
        paired: training.algorithm.pairedReward,
        extras:
          this.#goals.some((goals) => goals.rewarding) || this.#perception.agents.some(({ guide }) => isAdvised(guide)),
      },
    };
  }

  /** Horizon x environments steps under the current policies. */
  #collect(): TrainingMetrics {
    const { cluster, layouts } = this.#options;
    const environments = this.#environments;
    const buffer = this.#buffer;
    const n = buffer.environments;
    const tally = new Tally();
    const criticWidth = this.#critic.shape.inputs;
    const finals: { row: number; inputs: Float32Array }[] = [];
    const nextInputs = new Float32Array(n * criticWidth);

    this.#writeCriticInputs(nextInputs);
    for (let t = 0; t < buffer.horizon; t++) {
      const row = t * n;
      buffer.criticInputs.set(nextInputs, row * criticWidth);
      this.#perception.update(environments.history, environments.desired);
      const soft = this.#act(row);
      applyActions(
        cluster,
        layouts,
        buffer.agents.map((agent, a) => agent.actions.subarray(row * layouts[a].heads, (row + n) * layouts[a].heads)),
        environments.desired,
        n,
      );
      environments.step();
      this.#reward(row, soft, tally);
      buffer.truncated.set(environments.ended, row);
      if (environments.ended.includes(1)) {
        // The state before the reset is what the cut episode is bootstrapped from.
        this.#writeCriticInputs(nextInputs);
        for (let e = 0; e < n; e++) {
          if (!environments.ended[e]) continue;
          finals.push({ row: row + e, inputs: nextInputs.slice(e * criticWidth, (e + 1) * criticWidth) });
          this.#convergence.add(this.#episodeSum[e] / this.#episodeSteps[e]);
          tally.episode(this.#episodeSum[e] / this.#episodeSteps[e]);
          this.#episodeSum[e] = this.#episodeSteps[e] = 0;
        }
        environments.resetEnded();
      }
      this.#writeCriticInputs(nextInputs);
    }
    this.#valueStates(nextInputs, finals);
    return tally.metrics(buffer.horizon * n, cluster.decisionInterval);
  }

  /** Chooses for all agents; returns per agent which environments were left free by a soft guide. */
  #act(row: number): Uint8Array[] {
    const buffer = this.#buffer;
    const n = buffer.environments;
    const soft = this.#perception.agents.map((view, a) => {
      const width = view.layout.options.length;
      buffer.agents[a].inputs.set(view.inputs, row * view.features.size);
      return this.#maskSteps(a, buffer.agents[a].masks.subarray(row * width, (row + n) * width));
    });
    const batches = this.#perception.agents.map((view, a) => {
      const { options, heads } = view.layout;
      const uniforms = new Float32Array(n * heads);
      for (let i = 0; i < uniforms.length; i++) uniforms[i] = this.#random.uniform();
      return {
        rows: n,
        inputs: view.inputs,
        heads,
        masks: buffer.agents[a].masks.subarray(row * options.length, (row + n) * options.length),
        uniforms,
        actions: buffer.agents[a].actions.subarray(row * heads, (row + n) * heads),
        logProbabilities: buffer.agents[a].logProbabilities.subarray(row, row + n),
      };
    });
    this.#options.backend.act(this.#actors, batches);
    return soft;
  }

  /** With probability `hardness` the guide masks the step, else it leaves the choice free ([M], karma.md section 2). */
  #maskSteps(agent: number, mask: Uint8Array): Uint8Array {
    const view = this.#perception.agents[agent];
    const { hardness } = view.guide;
    const width = view.layout.options.length;
    const free = new Uint8Array(this.#buffer.environments);
    combineMasks(view, mask);
    if (hardness >= 1) return free;
    for (let e = 0; e < free.length; e++) {
      if (hardness > 0 && this.#random.uniform() < hardness) continue;
      free[e] = 1;
      mask.set(view.possible.subarray(e * width, (e + 1) * width), e * width);
    }
    return free;
  }

  /** R_i = J (minus the HPA's) + (1 - ch) * bonus * compliance_i + goals_i, scaled. */
  #reward(row: number, soft: readonly Uint8Array[], tally: Tally): void {
    const environments = this.#environments;
    const { outcome, hpaObjective } = environments;
    const buffer = this.#buffer;
    const n = buffer.environments;
    const extra = new Float64Array(n);
    for (const [a, view] of this.#perception.agents.entries()) {
      extra.fill(0);
      if (this.#goals[a].rewarding) this.#goals[a].addRewards(environments.history, environments.elapsed, extra);
      for (let e = 0; e < n; e++) {
        const complied = isAllowed(view.allowed, view.layout, buffer.agents[a].actions, row, e);
        if (view.active[e]) tally.compliance(complied);
        if (soft[a][e]) extra[e] += (1 - view.guide.hardness) * view.guide.bonus * (complied ? 1 : -1);
        const base = hpaObjective ? hpaObjective[e] : REWARD_BASE;
        buffer.agents[a].rewards[row + e] = REWARD_SCALE * (outcome.objective[e] - base + extra[e]);
      }
    }
    for (let e = 0; e < n; e++) {
      this.#episodeSum[e] += outcome.objective[e];
      this.#episodeSteps[e]++;
    }
    tally.outcome(outcome, hpaObjective);
  }

  #writeCriticInputs(into: Float32Array): void {
    const { history, simulation } = this.#environments;
    this.#criticInputs.write(history.at(0), simulation, into);
  }

  /** Values of all states of the iteration, of the one after it, and of the last states of cut episodes. */
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

  #estimate(): void {
    const { gamma, lambda } = this.#algorithm;
    const { horizon, environments, truncated } = this.#buffer;
    for (const agent of this.#buffer.agents)
      estimateAdvantages({ ...agent, steps: horizon, environments, truncated, gamma, lambda }, agent.advantages);
  }

  #update(): TrainingMetrics {
    const progress = Math.min(1, this.steps / this.#options.training.budget.steps);
    const anneal = ([from, to]: readonly [number, number]) => from + (to - from) * progress;
    const schedule = {
      learningRate: anneal(this.#algorithm.learningRate),
      entropy: anneal(this.#algorithm.entropy),
    };
    const first = this.#buffer.agents[0];
    const targets = Float32Array.from(first.values, (value, i) => value + first.advantages[i]);
    const explained = explainedVariance(first.values, targets);
    const updates = this.#actors.map((actor, a) =>
      updatePolicy(
        actor,
        this.#buffer.agents[a],
        this.#options.layouts[a].heads,
        this.#algorithm,
        schedule,
        this.#random,
      ),
    );
    const valueLoss = updateCritic(this.#critic, this.#buffer, this.#algorithm, this.#random);
    const choosing = updates.filter((update) => update.rows > 0);
    const mean = (key: keyof (typeof updates)[number]) =>
      choosing.reduce((sum, update) => sum + update[key], 0) / Math.max(1, choosing.length);
    return {
      policyLoss: mean('loss'),
      valueLoss,
      entropy: mean('entropy'),
      kl: mean('kl'),
      clipFraction: mean('clipFraction'),
      gradientNorm: mean('gradientNorm'),
      explainedVariance: explained,
      learningRate: schedule.learningRate,
      entropyWeight: schedule.entropy,
    };
  }

  save(): Content {
    const arrays: Record<string, TypedArray> = { random: this.#random.state.slice() };
    for (const [name, network] of this.#networks()) {
      const state = network.save();
      arrays[`${name}.weights`] = state.weights;
      arrays[`${name}.first`] = state.firstMoment;
      arrays[`${name}.second`] = state.secondMoment;
      arrays[`${name}.steps`] = Int32Array.of(state.steps);
    }
    for (const [name, array] of Object.entries(this.#environments.save())) arrays[`environments.${name}`] = array;
    arrays.episodeSum = this.#episodeSum.slice();
    arrays.episodeSteps = this.#episodeSteps.slice();
    const { steps, iteration, convergedAt } = this;
    return { json: { steps, iteration, convergedAt, returns: this.#convergence.returns }, arrays };
  }

  restore({ json, arrays }: Content): void {
    const header = json as { steps: number; iteration: number; convergedAt: number; returns: number[] };
    this.steps = header.steps;
    this.iteration = header.iteration;
    this.convergedAt = header.convergedAt;
    this.#convergence.returns.splice(0, Infinity, ...header.returns);
    this.#random.state.set(arrays.random as Uint32Array);
    for (const [name, network] of this.#networks())
      network.load({
        weights: arrays[`${name}.weights`],
        firstMoment: arrays[`${name}.first`],
        secondMoment: arrays[`${name}.second`],
        steps: (arrays[`${name}.steps`] as Int32Array)[0],
      } as NetworkState);
    const prefix = 'environments.';
    const saved = Object.entries(arrays).filter(([name]) => name.startsWith(prefix));
    this.#environments.restore(Object.fromEntries(saved.map(([name, array]) => [name.slice(prefix.length), array])));
    this.#episodeSum.set(arrays.episodeSum as Float64Array);
    this.#episodeSteps.set(arrays.episodeSteps as Float64Array);
  }

  #networks(): [string, Network][] {
    return [...this.#actors.map((actor, a): [string, Network] => [`actor${a}`, actor]), ['critic', this.#critic]];
  }

  dispose(): void {
    for (const [, network] of this.#networks()) network.dispose();
  }
}

/** Compliance with a guide that does not mask every step is rewarded. */
const isAdvised = ({ hardness, bonus }: RoleGuide): boolean => hardness < 1 && bonus > 0;

function isAllowed(
  allowed: Uint8Array,
  layout: AgentLayout,
  actions: Int32Array,
  row: number,
  environment: number,
): boolean {
  const { heads, options } = layout;
  const perHead = options.length / heads;
  for (let h = 0; h < heads; h++) {
    const action = actions[(row + environment) * heads + h];
    if (!allowed[environment * options.length + h * perHead + action]) return false;
  }
  return true;
}
