/** Lets trained policies play episodes and writes down what every agent saw, was allowed, would have chosen and did. */
import { runEpisodes } from '../cluster/run-controller.ts';
import { ACCOUNTING_INTERVAL, type Controller, type Episode, type Simulation } from '../cluster/simulation.ts';
import { stateNames, stateOf } from '../modeling/traces/layout.ts';
import type { Backend } from '../nn/backend.ts';
import type { Model, Organization } from '../spec/model.ts';
import type { ObservationHistory } from '../spec/observation.ts';
import { goalChecks } from '../training/goal-guide.ts';
import type { AgentView } from '../training/perception.ts';
import { PolicyController, type Policies } from '../training/policy.ts';
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
      luck[e],
      Math.ceil(episode.seconds / interval),
      agents,
      stateNames(services).length,
      goals.length,
    ),
  );

  // Episodes are played in batches, one controller each, in their order.
  let made = 0;
  const make = (_: unknown, environments: number): Controller => {
    const batch = episodes.slice(made, made + environments);
    made += environments;
    const acting = new PolicyController('recorded', policies, { backend, environments });
    const free = new PolicyController('free', policies, { backend, environments, masked: false });
    const wanted = new Int32Array(environments * services.length);
    const satisfied = new Float64Array(environments);
    let step = 0;
    const decide = (history: ObservationHistory, desired: Int32Array): void => {
      wanted.set(desired);
      free.decide(history, wanted);
      acting.decide(history, desired);
      for (const [e, episode] of batch.entries()) {
        if (step >= episode.steps) continue;
        const fields = episode.states.length / episode.steps;
        episode.states.set(stateOf(history.at(0), e), step * fields);
        writeChoices(episode, step, e, acting, free);
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
  await runEpisodes(simulate, { name: 'recorded', make }, cluster, options.episodes, {
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
    agents,
    stateFields: stateNames(services),
    goals: goals.map(({ mission, goal }) => `${mission}/${goal}`),
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
  { scenario, load }: Episode,
  seed: number,
  steps: number,
  agents: readonly TrajectoryAgent[],
  fields: number,
  goals: number,
): TrajectoryEpisode {
  return {
    scenario,
    load,
    seed,
    steps,
    objective: new Float32Array(steps),
    states: new Float32Array(steps * fields),
    actions: new Int32Array(agents.length * steps),
    freeActions: new Int32Array(agents.length * steps),
    allowed: agents.map(({ options }) => new Uint8Array(steps * options.length)),
    active: new Uint8Array(agents.length * steps),
    satisfied: new Uint8Array(goals * steps),
  };
}

function writeChoices(
  episode: TrajectoryEpisode,
  step: number,
  environment: number,
  acting: PolicyController,
  free: PolicyController,
): void {
  let agent = 0;
  for (const [index, { view, actions }] of acting.choices.entries()) {
    const { heads, options } = view.layout;
    const size = options.length / heads;
    for (let head = 0; head < heads; head++, agent++) {
      const at = agent * episode.steps + step;
      episode.actions[at] = actions[environment * heads + head];
      episode.freeActions[at] = free.choices[index].actions[environment * heads + head];
      episode.active[at] = view.active[environment];
      const from = environment * options.length + head * size;
      episode.allowed[agent].set(view.allowed.subarray(from, from + size), step * size);
    }
  }
}
