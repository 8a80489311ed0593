/** Lets trained policies play episodes and writes down what every agent saw, was allowed, would have chosen and did. */
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
  const { model, organization, backend, simulate, luck, signal, onProgress } = options;
  const { cluster } = policies;
  const services = cluster.services.map((service) => service.name);
  const interval = cluster.decisionInterval;
  const agents = policies.agents.flatMap(({ layout }) => agentsOf(layout, services));
  const goals = goalChecks(model, organization, cluster);
  const episodes = options.episodes.map((episode, e) =>
    emptyEpisode(
      episode,
      services,
      luck[e],
      Math.ceil(episode.seconds / interval),
      agents,
      stateNames(services).length,
      goals.length,
    ),
  );

  // Episodes are played in batches, one simulation and one controller each, in their order.
  let simulation: Simulation | undefined;
  const simulateBatch = (environments: number) => (simulation = simulate(environments));
  let made = 0;
  let rules: string[][] = [];
  let expectedMeaning = '';
  const make = (_: unknown, environments: number): Controller => {
    const batch = episodes.slice(made, made + environments);
    made += environments;
    const acting = new PolicyController('recorded', policies, { backend, environments });
    const free = new PolicyController('free', policies, { backend, environments, masked: false });
    const wanted = new Int32Array(environments * services.length);
    const satisfied = new Float64Array(environments);
    const world = simulation!;
    const critic = makeKeptCritic(policies.critic, cluster, policies.observation, world, backend);
    if (critic) expectedMeaning = meaningOf(policies.critic!);
    rules = acting.choices.flatMap(({ view }) =>
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
      for (const [g, goal] of goals.entries()) {
        goal.evaluate(history, satisfied);
        for (const [e, episode] of batch.entries())
          if (step < episode.steps) episode.satisfied[g * episode.steps + step] = satisfied[e];
      }
      step++;
    };
    return { name: 'recorded', interval, reset: () => undefined, decide };
  };
  const intervals = new Int32Array(episodes.length);
  const perStep = interval / ACCOUNTING_INTERVAL;
  await runEpisodes(simulateBatch, { name: 'recorded', make }, cluster, options.episodes, {
    signal,
    luck,
    onInterval: (e, outcome, environment) => {
      const { objective, steps } = episodes[e];
      const step = Math.floor(intervals[e]++ / perStep);
      const counted = Math.min(perStep, Math.ceil(options.episodes[e].seconds / ACCOUNTING_INTERVAL) - step * perStep);
      if (step < steps) objective[step] += outcome.objective[environment] / counted;
    },
    ...(onProgress ? { onProgress } : {}),
  });
  return {
    services,
    entryPoints: cluster.services.filter(({ entryPoint }) => entryPoint).map(({ name }) => name),
    agents,
    stateFields: stateNames(services),
    goals: goals.map(({ mission, goal }) => `${mission}/${goal}`),
    rules,
    expectedMeaning,
    interval,
    episodes,
  };
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

function emptyEpisode(
  episode: Episode,
  services: readonly string[],
  seed: number,
  steps: number,
  agents: readonly TrajectoryAgent[],
  fields: number,
  goals: number,
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
