/**
 * Trajectories: what agents saw, were allowed, would have chosen and did, decision by decision. The recorder writes them,
 * everything in this folder reads them.
 */
import type { Option } from '../cluster/actions.ts';
import { pack, unpack, type TypedArray } from '../runs/typed-arrays.ts';

export interface Trajectories {
  readonly services: readonly string[];
  /** A policy with several heads is recorded as one agent per head. */
  readonly agents: readonly TrajectoryAgent[];
  /** Columns of the states: '<service>.<field>' or 'cluster.<field>', as in spec/observation.ts. */
  readonly stateFields: readonly string[];
  readonly goals: readonly string[];
  /** Seconds between two decisions. */
  readonly interval: number;
  readonly episodes: readonly TrajectoryEpisode[];
}

export interface TrajectoryAgent {
  readonly name: string;
  readonly roles: readonly string[];
  readonly options: readonly Option[];
}

/** Arrays are row by row: entry [row x column] stands at row * columns + column. */
export interface TrajectoryEpisode {
  readonly scenario: string;
  readonly load: string;
  /** Seed of the episode's luck. */
  readonly seed: number;
  readonly steps: number;
  /** [steps] J over the interval after the decision. */
  readonly objective: Float32Array;
  /** [steps x fields] what the decision was based on. */
  readonly states: Float32Array;
  /** [agents x steps] index into the agent's options. */
  readonly actions: Int32Array;
  /** [agents x steps] what the same policy chooses without a mask. */
  readonly freeActions: Int32Array;
  /** Per agent [steps x options]: 1 = allowed by its role guide; all ones where no rule matches and the role is free. */
  readonly allowed: readonly Uint8Array[];
  /** [agents x steps] 1 = a rule of the agent's guide matched. */
  readonly active: Uint8Array;
  /** [goals x steps] 1 = the goal is satisfied. */
  readonly satisfied: Uint8Array;
}

/** Trajectories of one training seed. */
export interface SeedTrajectories {
  readonly seed: number;
  readonly trajectories: Trajectories;
}

const FORMAT = 1;
const SHARED = ['objective', 'states', 'actions', 'freeActions', 'active', 'satisfied'] as const;

/** One self-contained file, in the container of runs/. Same trajectories, same bytes. */
export function packTrajectories(trajectories: Trajectories): Uint8Array {
  const { episodes, ...shape } = trajectories;
  const arrays: Record<string, TypedArray> = {};
  const headers = episodes.map((episode, e) => {
    for (const name of SHARED) arrays[`${e}.${name}`] = episode[name];
    for (const [a, allowed] of episode.allowed.entries()) arrays[`${e}.allowed.${a}`] = allowed;
    return { scenario: episode.scenario, load: episode.load, seed: episode.seed, steps: episode.steps };
  });
  return pack({ json: { format: FORMAT, kind: 'trajectories', ...shape, episodes: headers }, arrays });
}

/** Reads what `packTrajectories` wrote. Throws an Error with a sentence where the bytes are something else. */
export function unpackTrajectories(bytes: Uint8Array): Trajectories {
  const { json, arrays } = unpack(bytes);
  const { format, kind, episodes, ...shape } = json as Omit<Trajectories, 'episodes'> & {
    format: number;
    kind: string;
    episodes: Pick<TrajectoryEpisode, 'scenario' | 'load' | 'seed' | 'steps'>[];
  };
  if (kind !== 'trajectories' || format !== FORMAT)
    throw new Error(`These are not trajectories of format ${FORMAT}; record them again with this version.`);
  const read = episodes.map((header, e): TrajectoryEpisode => {
    const shared = Object.fromEntries(SHARED.map((name) => [name, arrays[`${e}.${name}`]]));
    const allowed = shape.agents.map((_, a) => arrays[`${e}.allowed.${a}`] as Uint8Array);
    return { ...header, ...(shared as unknown as Pick<TrajectoryEpisode, (typeof SHARED)[number]>), allowed };
  });
  return { ...shape, episodes: read };
}

/** How an option reads: 'hold', 'b +2'. */
export function optionText(services: readonly string[], { service, move }: Option): string {
  return service < 0 ? 'hold' : `${services[service]} ${move > 0 ? '+' : ''}${move}`;
}

/** One row per decision, for spreadsheets and data frames. */
export function* csvLines(trajectories: Trajectories): Generator<string> {
  const { agents, goals, stateFields } = trajectories;
  const perAgent = agents.flatMap(({ name }) => [
    `action.${name}`,
    `free.${name}`,
    `active.${name}`,
    `allowed.${name}`,
  ]);
  const fixed = ['episode', 'scenario', 'load', 'seed', 'step', 'seconds', 'objective'];
  yield [...fixed, ...stateFields, ...perAgent, ...goals.map((goal) => `satisfied.${goal}`)].map(quote).join(',');
  for (const row of rows(trajectories)) {
    const choices = row.agents.flatMap(({ action, free, active, allowed }) => [
      action,
      free,
      active,
      allowed.join('|'),
    ]);
    const { episode, scenario, load, seed, step, seconds, objective } = row;
    const fields = [
      episode,
      scenario,
      load,
      seed,
      step,
      seconds,
      objective,
      ...row.state,
      ...choices,
      ...row.satisfied,
    ];
    yield fields.map(quote).join(',');
  }
}

/** One JSON object per decision. */
export function* jsonLines(trajectories: Trajectories): Generator<string> {
  const { agents, goals, stateFields } = trajectories;
  for (const { state, satisfied, agents: choices, ...rest } of rows(trajectories))
    yield JSON.stringify({
      ...rest,
      state: Object.fromEntries(stateFields.map((field, f) => [field, state[f]])),
      agents: Object.fromEntries(choices.map((choice, a) => [agents[a].name, choice])),
      satisfied: Object.fromEntries(goals.map((goal, g) => [goal, satisfied[g] === 1])),
    });
}

function* rows({ services, agents, goals, stateFields, interval, episodes }: Trajectories) {
  for (const [e, { scenario, load, seed, steps, ...data }] of episodes.entries())
    for (let step = 0; step < steps; step++)
      yield {
        episode: e,
        scenario,
        load,
        seed,
        step,
        seconds: step * interval,
        objective: data.objective[step],
        state: Array.from(data.states.subarray(step * stateFields.length, (step + 1) * stateFields.length)),
        agents: agents.map(({ options }, a) => {
          const text = (action: number) => optionText(services, options[action]);
          const allowed = data.allowed[a].subarray(step * options.length, (step + 1) * options.length);
          return {
            action: text(data.actions[a * steps + step]),
            free: text(data.freeActions[a * steps + step]),
            active: data.active[a * steps + step],
            allowed: options.map((_, o) => text(o)).filter((_, o) => allowed[o] === 1),
          };
        }),
        satisfied: goals.map((_, g) => data.satisfied[g * steps + step]),
      };
}

function quote(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
