/**
 * Trajectories: what agents saw, were allowed, would have chosen and did, decision by decision. The recorder writes them,
 * everything in this folder reads them.
 */
import type { Option } from '../../deciding/actions.ts';
import { TRAJECTORIES_FORMAT } from '../../runs/artifacts.ts';
import { pack, unpack, type TypedArray } from '../../runs/typed-arrays.ts';
import type { EpisodeEvent } from './episode-events.ts';

export interface Trajectories {
  readonly services: readonly string[];
  /** Those that get requests from outside; left out where it was not recorded. */
  readonly entryPoints?: readonly string[];
  /** A policy with several heads is recorded as one agent per head. */
  readonly agents: readonly TrajectoryAgent[];
  /** Columns of the states: '<service>.<field>' or 'cluster.<field>', as in spec/observation.ts. */
  readonly stateFields: readonly string[];
  readonly goals: readonly string[];
  /** Per agent: its guide's rules in order, as 'role: condition'. */
  readonly rules: readonly (readonly string[])[];
  /** What the numbers of `expected` mean, in a sentence; '' where no critic was kept. */
  readonly expectedMeaning: string;
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
  /** What the scenario did to the cluster; left out where it was not recorded. */
  readonly events?: readonly EpisodeEvent[];
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
  /**
   * Per agent [steps x options]: probability of each option under the mask of the decision. NaN where it is not known.
   */
  readonly probabilities: readonly Float32Array[];
  /** [agents x steps] what the critic expected before the decision (see `expectedMeaning`); NaN where no critic was kept. */
  readonly expected: Float32Array;
  /**
   * [agents x steps] index into the agent's `rules`: the first that matched the service moved, or, where the agent held, any
   * of its services. -1 = none.
   */
  readonly rule: Int16Array;
  /** [goals x steps] 1 = the goal is satisfied. */
  readonly satisfied: Uint8Array;
}

/** Trajectories of one training seed. */
export interface SeedTrajectories {
  readonly seed: number;
  readonly trajectories: Trajectories;
}

const SHARED = ['objective', 'states', 'actions', 'freeActions', 'active', 'expected', 'rule', 'satisfied'] as const;
const PER_AGENT = ['allowed', 'probabilities'] as const;
type EpisodeArrays = Pick<TrajectoryEpisode, (typeof SHARED)[number] | (typeof PER_AGENT)[number]>;

/** One self-contained file, in the container of runs/. Same trajectories, same bytes. */
export function packTrajectories(trajectories: Trajectories): Uint8Array {
  const { episodes, ...shape } = trajectories;
  const arrays: Record<string, TypedArray> = {};
  const headers = episodes.map((episode, e) => {
    for (const name of SHARED) arrays[`${e}.${name}`] = episode[name];
    for (const name of PER_AGENT) for (const [a, array] of episode[name].entries()) arrays[`${e}.${name}.${a}`] = array;
    const { scenario, load, seed, steps, events } = episode;
    return { scenario, load, seed, steps, ...(events ? { events } : {}) };
  });
  return pack({ json: { format: TRAJECTORIES_FORMAT, kind: 'trajectories', ...shape, episodes: headers }, arrays });
}

/** Reads what `packTrajectories` wrote. Throws an Error with a sentence where the bytes are something else. */
export function unpackTrajectories(bytes: Uint8Array): Trajectories {
  const { json, arrays } = unpack(bytes);
  const { format, kind, episodes, ...shape } = json as Omit<Trajectories, 'episodes'> & {
    format: number;
    kind: string;
    episodes: Pick<TrajectoryEpisode, 'scenario' | 'load' | 'seed' | 'steps' | 'events'>[];
  };
  if (kind !== 'trajectories' || format !== TRAJECTORIES_FORMAT)
    throw new Error(
      `These are not trajectories of format ${TRAJECTORIES_FORMAT}; record them again with this version.`,
    );
  const read = episodes.map((header, e): TrajectoryEpisode => {
    const columns: Partial<Record<keyof EpisodeArrays, TypedArray | readonly TypedArray[]>> = {};
    for (const name of SHARED) columns[name] = arrays[`${e}.${name}`];
    for (const name of PER_AGENT) columns[name] = shape.agents.map((_, a) => arrays[`${e}.${name}.${a}`]);
    return { ...header, ...(columns as EpisodeArrays) };
  });
  return { ...shape, episodes: read };
}

/** How an option reads: 'hold', 'b +2'. */
export function optionText(services: readonly string[], { service, move }: Option): string {
  return service < 0 ? 'hold' : `${services[service]} ${move > 0 ? '+' : ''}${move}`;
}

/** Columns of each agent, named '<column>.<agent>', in the files for other tools. */
const CHOICE_COLUMNS = [
  'action',
  'free',
  'active',
  'allowed',
  'probability',
  'probabilities',
  'expected',
  'rule',
] as const;

/** What one agent did in one decision, in words. */
export interface Choice {
  readonly action: string;
  /** What the same policy chooses without a mask. */
  readonly free: string;
  readonly active: number;
  readonly allowed: readonly string[];
  /** Of the action. */
  readonly probability: number;
  /** Of every option that has any. */
  readonly probabilities: Readonly<Record<string, number>>;
  readonly expected: number;
  /** 'role: condition' of the rule that matched; '' = none. */
  readonly rule: string;
}

export function choiceAt(
  { services, agents, rules, episodes }: Trajectories,
  e: number,
  step: number,
  a: number,
): Choice {
  const { options } = agents[a];
  const { steps, actions, freeActions, active, expected, rule, ...perAgent } = episodes[e];
  const [at, from, to] = [a * steps + step, step * options.length, (step + 1) * options.length];
  const text = (action: number) => optionText(services, options[action]);
  const allowed = perAgent.allowed[a].subarray(from, to);
  const probabilities = perAgent.probabilities[a].subarray(from, to);
  const likely = options.flatMap((_, o): [string, number][] =>
    probabilities[o] > 0 ? [[text(o), probabilities[o]]] : [],
  );
  return {
    action: text(actions[at]),
    free: text(freeActions[at]),
    active: active[at],
    allowed: options.map((_, o) => text(o)).filter((_, o) => allowed[o] === 1),
    probability: probabilities[actions[at]],
    probabilities: Object.fromEntries(likely),
    expected: expected[at],
    rule: rule[at] < 0 ? '' : rules[a][rule[at]],
  };
}

/** 'hold 0.7|b +1 0.3' */
export function inWords(probabilities: Choice['probabilities']): string {
  return Object.entries(probabilities)
    .map(([option, probability]) => `${option} ${Number(probability.toPrecision(4))}`)
    .join('|');
}

/** One row per decision, for spreadsheets and data frames. */
export function* csvLines(trajectories: Trajectories): Generator<string> {
  const { agents, goals, stateFields } = trajectories;
  const perAgent = agents.flatMap(({ name }) => CHOICE_COLUMNS.map((column) => `${column}.${name}`));
  const fixed = ['episode', 'scenario', 'load', 'seed', 'step', 'seconds', 'objective'];
  yield [...fixed, ...stateFields, ...perAgent, ...goals.map((goal) => `satisfied.${goal}`)].map(quote).join(',');
  for (const row of rows(trajectories)) {
    const choices = row.agents.flatMap((choice) => [
      choice.action,
      choice.free,
      choice.active,
      choice.allowed.join('|'),
      choice.probability,
      inWords(choice.probabilities),
      choice.expected,
      choice.rule,
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

function* rows(trajectories: Trajectories) {
  const { agents, goals, stateFields, interval, episodes } = trajectories;
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
        agents: agents.map((_, a) => choiceAt(trajectories, e, step, a)),
        satisfied: goals.map((_, g) => data.satisfied[g * steps + step]),
      };
}

function quote(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
