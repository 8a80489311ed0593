/** Trajectories of agents that follow known rules, with noise: what the analysis must find again. */
import { optionsOf, type Option } from '../../../src/deciding/actions.ts';
import { Random } from '../../../src/cluster/random.ts';
import type { Cluster, Organization, Service } from '../../../src/spec/model.ts';
import type {
  SeedTrajectories,
  Trajectories,
  TrajectoryEpisode,
} from '../../../src/analyzing/trajectories/trajectories.ts';

const service = (name: string, throughput: number, max: number, calls: number[]): Service => ({
  name,
  entryPoint: name === 'a',
  priority: 'normal',
  replicas: { min: 1, max },
  cpu: 500,
  memory: 512,
  emulator: { throughput, startup: 30, queue: 500, requestSize: 4096 },
  calls,
});

export const CLUSTER: Cluster = {
  kind: 'Cluster',
  name: 'chained-services',
  origin: { file: 'test', line: 1 },
  namespace: 'test',
  decisionInterval: 30,
  nodes: { cpu: 6500, memory: 12288 },
  metrics: { source: 'emulator' },
  services: [
    service('a', 100, 5, [1, 2]),
    service('b', 80, 3, [3]),
    service('c', 150, 4, [3]),
    service('d', 300, 6, []),
  ],
  objectives: {
    maxLatency: 0.5,
    weights: { success: 0.2, pods: 0.2, latency: 0.2, entryPoints: 0.2, traffic: 0.2 },
    cost: 0.1,
  },
  maxMove: 3,
};

export const ORGANIZATION: Organization = {
  kind: 'Organization',
  name: 'team',
  origin: { file: 'test', line: 1 },
  cluster: 'chained-services',
  groups: [
    {
      name: 'all',
      roles: [],
      links: [{ type: 'authority', from: 'medic', to: 'shrinker' }],
      compatibilities: [],
    },
  ],
  missions: [],
  obligations: [],
  permissions: [],
  agents: [],
};

const SERVICE_FIELDS = ['pending', 'received', 'ready', 'desired', 'failed', 'utilization'] as const;
export const SERVICES = CLUSTER.services.map(({ name }) => name);
export const STATE_FIELDS = [
  ...SERVICES.flatMap((name) => SERVICE_FIELDS.map((field) => `${name}.${field}`)),
  'cluster.cpuAllocated',
  'cluster.latency',
];

/** What a rule sees: the state, and the load of the step before. */
export interface View {
  at(service: number, field: (typeof SERVICE_FIELDS)[number]): number;
  readonly rise: number;
  readonly random: Random;
}
export type Behavior = (view: View) => Option;
const HOLD: Option = { service: -1, move: 0 };
const firstOf = (test: (service: number) => boolean, move: number): Option => {
  const found = [0, 1, 2, 3].find(test);
  return found === undefined ? HOLD : { service: found, move };
};

/** Four behaviors that differ. */
export const BEHAVIORS: Record<string, Behavior> = {
  relief: (view) => firstOf((s) => view.at(s, 'pending') > 40, 2),
  shrinker: (view) => firstOf((s) => view.at(s, 'utilization') < 0.4 && view.at(s, 'desired') > 1, -1),
  medic: (view) => firstOf((s) => view.at(s, 'failed') > 0, 1),
  shield: (view) => (view.rise > 0.2 ? { service: 1, move: 3 } : HOLD),
};

export interface AgentPlan {
  readonly name: string;
  readonly roles: readonly string[];
  readonly behavior: Behavior;
}

export interface Plan {
  readonly agents: readonly AgentPlan[];
  readonly episodes: number;
  readonly steps: number;
  /** Share of the steps at which an agent does anything at random. */
  readonly noise: number;
  readonly seed: number;
}

export const fourAgents = (copies = 1): AgentPlan[] =>
  Object.entries(BEHAVIORS).flatMap(([role, behavior]) =>
    Array.from({ length: copies }, (_, i) => ({
      name: copies === 1 ? role : `${role}-${i + 1}`,
      roles: [role],
      behavior,
    })),
  );

export function makeTrajectories(plan: Plan): Trajectories {
  const options = optionsOf([0, 1, 2, 3], 3);
  const luck = new Random(plan.seed, 7);
  return {
    services: SERVICES,
    agents: plan.agents.map(({ name, roles }) => ({ name, roles, options })),
    stateFields: STATE_FIELDS,
    goals: ['short-queues'],
    rules: plan.agents.map(({ name }) => [`${name}: true`]),
    expectedMeaning: 'J of the step before.',
    interval: 30,
    episodes: Array.from({ length: plan.episodes }, (_, e) => makeEpisode(plan, options, e, luck)),
  };
}

export const seedsOf = (plan: Plan, seeds: readonly number[]): SeedTrajectories[] =>
  seeds.map((seed) => ({ seed, trajectories: makeTrajectories({ ...plan, seed }) }));

function makeEpisode(plan: Plan, options: readonly Option[], episode: number, luck: Random): TrajectoryEpisode {
  const { agents, steps, noise } = plan;
  const fields = STATE_FIELDS.length;
  // States depend on the episode alone: all seeds meet the same load.
  const states = makeStates(new Random(1000 + episode), steps);
  const actions = new Int32Array(agents.length * steps);
  const objective = new Float32Array(steps);
  const satisfied = new Uint8Array(steps);
  const probabilities = agents.map(() => new Float32Array(steps * options.length).fill(noise / options.length));
  for (let t = 0; t < steps; t++) {
    const at: View['at'] = (s, field) => states[t * fields + s * SERVICE_FIELDS.length + SERVICE_FIELDS.indexOf(field)];
    const received = (step: number) => states[step * fields + SERVICE_FIELDS.indexOf('received')];
    const rise = t === 0 ? 0 : (received(t) - received(t - 1)) / received(t - 1);
    for (const [a, agent] of agents.entries()) {
      const choice = agent.behavior({ at, rise, random: luck });
      const found = options.findIndex(({ service, move }) => service === choice.service && move === choice.move);
      probabilities[a][t * options.length + found] += 1 - noise;
      actions[a * steps + t] = luck.uniform() < noise ? luck.integer(0, options.length - 1) : found;
    }
    const pending = [0, 1, 2, 3].reduce((sum, s) => sum + at(s, 'pending'), 0);
    objective[t] = 1 - pending / 1000;
    satisfied[t] = Number(pending < 40);
  }
  return {
    scenario: episode % 2 === 0 ? 'bottleneck' : 'failures',
    load: 'synthetic',
    seed: episode,
    steps,
    objective,
    states,
    actions,
    freeActions: actions.slice(),
    allowed: agents.map(() => new Uint8Array(steps * options.length).fill(1)),
    active: new Uint8Array(agents.length * steps).fill(1),
    probabilities,
    expected: Float32Array.from(actions, (_, at) => (at % steps === 0 ? 0 : objective[(at % steps) - 1])),
    rule: Int16Array.from(actions, (action) => (options[action].move === 0 ? -1 : 0)),
    satisfied,
  };
}

function makeStates(random: Random, steps: number): Float32Array {
  const states = new Float32Array(steps * STATE_FIELDS.length);
  let load = 150;
  for (let t = 0; t < steps; t++) {
    if (random.uniform() < 0.15) load = random.between(60, 240);
    const row = [];
    for (const { replicas, emulator } of CLUSTER.services) {
      const desired = random.integer(replicas.min, replicas.max);
      const failed = random.uniform() < 0.1 ? 1 : 0;
      const utilization = Math.min(1, load / (desired * emulator.throughput));
      const pending = utilization >= 1 ? random.between(20, 300) : random.between(0, 15);
      row.push(pending, load, desired - failed, desired, failed, utilization);
    }
    states.set([...row, 0.8, 0.2], t * STATE_FIELDS.length);
  }
  return states;
}
