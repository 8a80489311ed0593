/** Runs trained policies through episodes and writes down what every agent saw, was allowed, would have chosen and did. */
import type { Option } from '../../deciding/actions.ts';
import { runEpisodes } from '../../cluster/simulation/run-controller.ts';
import {
  ACCOUNTING_INTERVAL,
  type Controller,
  type Episode,
  type Simulation,
} from '../../cluster/simulation/simulation.ts';
import { stateNames, stateOf } from '../../modeling/traces/layout.ts';
import type { Backend } from '../../nn/backend.ts';
import type { Model, Organization } from '../../spec/model.ts';
import type { Observation, ObservationHistory } from '../../spec/observation.ts';
import { makeKeptCritic, meaningOf, type Critic } from '../../deciding/critic.ts';
import { goalChecks } from '../../deciding/goal-guide.ts';
import type { AgentView } from '../../deciding/perception.ts';
import { PolicyController, type Policies } from '../../deciding/policy.ts';
import { eventsOf } from './episode-events.ts';
import type { Trajectories, TrajectoryAgent, TrajectoryEpisode } from './trajectories.ts';

export interface RecordOptions {
  readonly model: Pick<Model, 'missions'>;
  readonly organization: Organization;
  readonly backend: Backend;
  /** The world in which the policies act. */
  readonly simulate: (environments: number) => Simulation;
  readonly episodes: readonly Episode[];
  /** Luck of each episode. */
  readonly luck: readonly number[];
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Same policies, episodes and luck, same trajectories. Rejects with the signal's reason when aborted. */
export async function recordTrajectories(policies: Policies, options: RecordOptions): Promise<Trajectories> {
  const { luck, signal, onProgress } = options;
  const recorder = new Recorder(policies, options);
  await runEpisodes(
    (environments) => recorder.simulate(environments),
    { name: 'recorded', make: (_, environments) => recorder.control(environments) },
    policies.cluster,
    options.episodes,
    {
      signal,
      luck,
      onInterval: (e, outcome, environment) => recorder.addObjective(e, outcome.objective[environment]),
      ...(onProgress ? { onProgress } : {}),
    },
  );
  return recorder.trajectories;
}

/** Writes down what the policies do in episodes that are run in batches, one simulation and one controller each, in their order. */
class Recorder {
  readonly #policies: Policies;
  readonly #options: RecordOptions;
  readonly #services: readonly string[];
  readonly #agents: readonly TrajectoryAgent[];
  readonly #goals: ReturnType<typeof goalChecks>;
  readonly #episodes: readonly TrajectoryEpisode[];
  /** Episodes whose batch has begun. */
  #begun = 0;
  /** [episode] accounting intervals that were counted. */
  readonly #intervals: Int32Array;
  #simulation: Simulation | undefined;
  #rules: string[][] = [];
  #expectedMeaning = '';

  constructor(policies: Policies, options: RecordOptions) {
    const { cluster } = policies;
    this.#policies = policies;
    this.#options = options;
    this.#services = cluster.services.map((service) => service.name);
    this.#agents = policies.agents.flatMap(({ layout }) => agentsOf(layout, this.#services));
    this.#goals = goalChecks(options.model, options.organization, cluster);
    const size = {
      services: this.#services,
      agents: this.#agents,
      fields: stateNames(this.#services).length,
      goals: this.#goals.length,
    };
    this.#episodes = options.episodes.map((episode, e) =>
      emptyEpisode(episode, options.luck[e], Math.ceil(episode.seconds / cluster.decisionInterval), size),
    );
    this.#intervals = new Int32Array(this.#episodes.length);
  }

  get trajectories(): Trajectories {
    const { services, decisionInterval } = this.#policies.cluster;
    return {
      services: this.#services,
      entryPoints: services.filter(({ entryPoint }) => entryPoint).map(({ name }) => name),
      agents: this.#agents,
      stateFields: stateNames(this.#services),
      goals: this.#goals.map(({ mission, goal }) => `${mission}/${goal}`),
      rules: this.#rules,
      expectedMeaning: this.#expectedMeaning,
      interval: decisionInterval,
      episodes: this.#episodes,
    };
  }

  /** The simulation of the next batch. */
  simulate(environments: number): Simulation {
    this.#simulation = this.#options.simulate(environments);
    return this.#simulation;
  }

  /** The controller of the next batch, in the simulation that was made last. */
  control(environments: number): Controller {
    const policies = this.#policies;
    const { backend } = this.#options;
    const { cluster } = policies;
    const world = this.#simulation;
    if (!world) throw new Error('A controller was asked for before its simulation.');
    const batch = this.#episodes.slice(this.#begun, this.#begun + environments);
    this.#begun += environments;
    const acting = new PolicyController('recorded', policies, { backend, environments });
    const free = new PolicyController('free', policies, { backend, environments, masked: false });
    const wanted = new Int32Array(environments * cluster.services.length);
    const critic = makeKeptCritic(policies.critic, cluster, policies.observation, world, backend);
    if (critic && policies.critic) this.#expectedMeaning = meaningOf(policies.critic);
    this.#rules = acting.choices.flatMap(({ view }) =>
      Array.from({ length: view.layout.heads }, () => [...view.guide.rules]),
    );
    let step = 0;
    const decide = (history: ObservationHistory, desired: Int32Array): void => {
      wanted.set(desired);
      free.decide(history, wanted);
      acting.decide(history, desired);
      const probabilities = policies.agents.map((_, index) => acting.probabilities(index));
      const expected = expectations(critic, history.at(0), world, policies.agents.length);
      for (const [e, episode] of batch.entries()) {
        if (step >= episode.steps) continue;
        const fields = episode.states.length / episode.steps;
        episode.states.set(stateOf(history.at(0), e), step * fields);
        writeChoices(episode, step, e, { acting, free, probabilities, expected });
      }
      this.#writeGoals(batch, step, history);
      step++;
    };
    return { name: 'recorded', interval: cluster.decisionInterval, reset: () => undefined, decide };
  }

  /** J of the next accounting interval of an episode; a step has the mean of its intervals. */
  addObjective(e: number, value: number): void {
    const perStep = this.#policies.cluster.decisionInterval / ACCOUNTING_INTERVAL;
    const { objective, steps } = this.#episodes[e];
    const step = Math.floor(this.#intervals[e]++ / perStep);
    const all = Math.ceil(this.#options.episodes[e].seconds / ACCOUNTING_INTERVAL);
    if (step < steps) objective[step] += value / Math.min(perStep, all - step * perStep);
  }

  #writeGoals(batch: readonly TrajectoryEpisode[], step: number, history: ObservationHistory): void {
    const satisfied = new Float64Array(history.at(0).environments);
    for (const [g, goal] of this.#goals.entries()) {
      goal.evaluate(history, satisfied);
      for (const [e, episode] of batch.entries())
        if (step < episode.steps) episode.satisfied[g * episode.steps + step] = satisfied[e];
    }
  }
}

/** One agent, or one per head where there are several: `single/a` moves service a. */
function agentsOf(layout: AgentView['layout'], services: readonly string[]): TrajectoryAgent[] {
  const size = layout.options.length / layout.heads;
  const roles = layout.roles.map((role) => role.name);
  return Array.from({ length: layout.heads }, (_, head) => {
    const options = layout.options.slice(head * size, (head + 1) * size);
    const service = options.find((option) => option.service >= 0)?.service ?? -1;
    const name = layout.heads === 1 ? layout.name : `${layout.name}/${services[service]}`;
    return { name, roles, options };
  });
}

interface EpisodeSize {
  readonly services: readonly string[];
  readonly agents: readonly TrajectoryAgent[];
  /** Fields of a state, and goals. */
  readonly fields: number;
  readonly goals: number;
}

function emptyEpisode(
  episode: Episode,
  seed: number,
  steps: number,
  { services, agents, fields, goals }: EpisodeSize,
): TrajectoryEpisode {
  const { scenario, load } = episode;
  return {
    scenario,
    load,
    seed,
    steps,
    events: eventsOf(episode, services),
    objective: new Float32Array(steps),
    states: new Float32Array(steps * fields),
    actions: new Int32Array(agents.length * steps),
    freeActions: new Int32Array(agents.length * steps),
    allowed: agents.map(({ options }) => new Uint8Array(steps * options.length)),
    active: new Uint8Array(agents.length * steps),
    probabilities: agents.map(({ options }) => new Float32Array(steps * options.length)),
    expected: new Float32Array(agents.length * steps),
    rule: new Int16Array(agents.length * steps),
    satisfied: new Uint8Array(goals * steps),
  };
}

/** What is known of one decision, of all agents in all environments. */
interface Decision {
  readonly acting: PolicyController;
  readonly free: PolicyController;
  /** Per policy [environment x options]. */
  readonly probabilities: readonly Float32Array[];
  /** [environment x policies] */
  readonly expected: Float32Array;
}

/** What the critic expects, [environment x policies]; NaN without one. */
function expectations(critic: Critic | undefined, now: Observation, world: Simulation, policies: number): Float32Array {
  const expected = new Float32Array(now.environments * policies).fill(NaN);
  critic?.expect(now, world, expected);
  return expected;
}

function writeChoices(episode: TrajectoryEpisode, step: number, environment: number, decision: Decision): void {
  const { acting, free, probabilities, expected } = decision;
  const policies = acting.choices.length;
  let agent = 0;
  for (const [index, { view, actions }] of acting.choices.entries()) {
    const { heads, options } = view.layout;
    const size = options.length / heads;
    for (let head = 0; head < heads; head++, agent++) {
      const at = agent * episode.steps + step;
      const action = actions[environment * heads + head];
      episode.actions[at] = action;
      episode.freeActions[at] = free.choices[index].actions[environment * heads + head];
      episode.active[at] = view.active[environment];
      episode.expected[at] = expected[environment * policies + index];
      const own = options.slice(head * size, (head + 1) * size);
      episode.rule[at] = view.guide.firstMatch(environment, servicesOf(own, action));
      const from = environment * options.length + head * size;
      episode.allowed[agent].set(view.allowed.subarray(from, from + size), step * size);
      episode.probabilities[agent].set(probabilities[index].subarray(from, from + size), step * size);
    }
  }
}

/** The service that an action moves; where it holds, all that it could have moved. */
function servicesOf(options: readonly Option[], action: number): number[] {
  const { service } = options[action];
  return service >= 0 ? [service] : [...new Set(options.map((option) => option.service))].filter((s) => s >= 0);
}
