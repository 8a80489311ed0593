/** What is proposed, and what is not because the specifications say it already. */
import assert from 'node:assert/strict';
import type { Analysis } from '../../../../src/analyzing/analysis.ts';
import { analyze } from '../../../../src/analyzing/analyze.ts';
import type { SeedTrajectories } from '../../../../src/analyzing/trajectories/trajectories.ts';
import type { Proposal } from '../../../../src/analyzing/proposals/proposal.ts';
import type { Goal, Mission, Model, Organization, Role } from '../../../../src/spec/model.ts';
import { loadSpecs } from '../../../../src/spec/load.ts';
import type { Random } from '../../../../src/cluster/random.ts';
import { CLUSTER, fourAgents, ORGANIZATION, seedsOf, STATE_FIELDS, type AgentPlan, type Plan } from '../synthetic.ts';

const origin = { file: 'test', line: 1 };
const role = (name: string, when: string, scale: number[]): Role => ({
  kind: 'Role',
  name,
  origin,
  description: '',
  hardness: 1,
  bonus: 0,
  settings: {},
  rules: [{ when, scale, services: [] }],
  otherwise: 'hold',
});
/** What the synthetic agents do, as roles. */
const ROLES = [
  role('relief', 'service.pending > 40', [2]),
  role('shrinker', 'service.utilization < 0.4 && service.desired > 1', [-1]),
  role('medic', 'service.failed > 0', [1]),
  role('shield', "services.exists(e, e.entryPoint && change(e.received, '30s') > 0.2)", [3]),
];
const PLAN: Plan = { agents: fourAgents(), episodes: 12, steps: 60, noise: 0.02, seed: 1 };
type Links = Organization['groups'][number]['links'];

function teamOf(
  agents: readonly { name: string; roles: readonly string[] }[],
  links: Links = [],
  missions: string[] = [],
): Organization {
  const names = [...new Set(agents.flatMap(({ roles }) => roles))];
  const roles = names.map((name) => ({ role: name, min: 1, max: 9 }));
  return {
    ...ORGANIZATION,
    groups: [{ name: 'all', roles, links, compatibilities: [] }],
    missions,
    agents: agents.map(({ name, roles }) => ({ name, roles, observes: [], scope: [] })),
  };
}

async function proposalsFor(
  organization: Organization,
  model: Pick<Model, 'roles' | 'missions'>,
  plan: Plan = PLAN,
  options: object = {},
  seeds: readonly SeedTrajectories[] = seedsOf(plan, [1]),
): Promise<{ proposals: readonly Proposal[]; analysis: Analysis }> {
  const analysis = await analyze(seeds, organization, {
    cluster: CLUSTER,
    model,
    permutations: 9,
    windows: 1,
    ...options,
  });
  return { proposals: analysis.proposals, analysis };
}
const ofKind = (proposals: readonly Proposal[], kind: Proposal['kind']) =>
  proposals.filter((each) => each.kind === kind);

describe('proposals of roles', () => {
  it('No role is proposed where the declared roles say what the agents do', async () => {
    const { proposals } = await proposalsFor(teamOf(PLAN.agents), { roles: ROLES, missions: [] });
    assert.deepEqual(ofKind(proposals, 'role'), []);
  });

  it('A role is proposed for an agent without one, and says what the agent does', async () => {
    const agents = PLAN.agents.map((agent) => (agent.name === 'medic' ? { ...agent, roles: [] } : agent));
    const { proposals } = await proposalsFor(teamOf(agents), { roles: ROLES, missions: [] });
    const [proposal, ...others] = ofKind(proposals, 'role');
    assert.deepEqual(others, []);
    assert.deepEqual(proposal.agents, ['medic']);
    assert.equal(proposal.replaces, undefined);
    assert.match(
      proposal.why,
      /^Agent medic has no role\. On held-out steps this one allows \d\d[\d.]* % of its moves and [\d.]+ % of all moves\.$/,
    );
    const { model, problems } = loadSpecs([{ path: 'role.karma.yaml', text: proposal.yaml }]);
    assert.deepEqual(problems, []);
    assert.match(model.roles[0].rules[0].when, /service\.failed > 0/);

    // Accepted, nothing is left to propose.
    const accepted = { ...model.roles[0], name: 'inferred-medic' };
    const after = agents.map((agent) => (agent.name === 'medic' ? { ...agent, roles: [accepted.name] } : agent));
    const again = await proposalsFor(teamOf(after), { roles: [...ROLES, accepted], missions: [] });
    assert.deepEqual(ofKind(again.proposals, 'role'), []);
  });

  it('A role is proposed in place of one that allows far more than the agent does', async () => {
    const wide = { ...role('shrinker', 'true', [-3, -2, -1, 1, 2, 3]) };
    const { proposals } = await proposalsFor(teamOf(PLAN.agents), {
      roles: [...ROLES.filter(({ name }) => name !== 'shrinker'), wide],
      missions: [],
    });
    const [proposal, ...others] = ofKind(proposals, 'role');
    assert.deepEqual(others, []);
    assert.deepEqual([proposal.agents, proposal.replaces], [['shrinker'], 'shrinker']);
    assert.match(
      proposal.why,
      /^Agent shrinker has role shrinker, which allows 100 % of its moves and 100 % of all moves\. On held-out steps this one allows /,
    );
  });

  it('One role is proposed for several agents that do the same', async () => {
    const agents: AgentPlan[] = fourAgents(2).map((agent) =>
      agent.name.startsWith('medic') ? { ...agent, roles: [] } : agent,
    );
    const plan = { ...PLAN, agents };
    const { proposals } = await proposalsFor(teamOf(agents), { roles: ROLES, missions: [] }, plan);
    const [proposal, ...others] = ofKind(proposals, 'role');
    assert.deepEqual(others, []);
    assert.deepEqual(proposal.agents, ['medic-1', 'medic-2']);
    assert.match(proposal.why, /^Agents medic-1, medic-2 have no role/);
  });

  it('No role is proposed for agents that the organization does not have, nor against roles that it does not declare', async () => {
    const { proposals } = await proposalsFor(ORGANIZATION, { roles: [], missions: [] });
    assert.deepEqual(ofKind(proposals, 'role'), []);
    const unknown = await proposalsFor(teamOf(PLAN.agents), { roles: [], missions: [] });
    assert.deepEqual(ofKind(unknown.proposals, 'role'), []);
  });
});

describe('proposals of goals', () => {
  const missionOf = (goals: readonly Pick<Goal, 'name' | 'satisfiedWhen'>[]): Mission => ({
    kind: 'Mission',
    name: 'wanted',
    origin,
    description: '',
    goals: goals.map((goal) => ({ reward: '0.0', range: [0, 1], weight: 0, ...goal })),
  });

  /** Good episodes keep the queue of b short, bad ones do not. */
  const dwelling = seedsOf(PLAN, [1]).map(({ seed, trajectories }) => ({
    seed,
    trajectories: {
      ...trajectories,
      episodes: trajectories.episodes.map((episode, e) => {
        const good = e % 4 < 2;
        const states = episode.states.slice();
        for (let t = 0; t < episode.steps; t++)
          states[t * STATE_FIELDS.length + STATE_FIELDS.indexOf('b.pending')] = (good ? 2 : 150) + (t % 5);
        return { ...episode, states, objective: episode.objective.map(() => (good ? 0.9 : 0.4)) };
      }),
    },
  }));
  const goalsFor = (organization: Organization, missions: readonly Mission[]) =>
    proposalsFor(organization, { roles: ROLES, missions }, PLAN, {}, dwelling);

  it('Goals that no declared goal says are proposed once', async () => {
    const team = teamOf(PLAN.agents);
    const { proposals } = await goalsFor(team, []);
    const goals = ofKind(proposals, 'goal');
    assert.ok(goals.length >= 1);
    for (const { yaml, mission, why } of goals) {
      assert.match(why, /no declared goal says so\.$/);
      const alone = loadSpecs([{ path: 'mission.karma.yaml', text: mission! }]);
      assert.deepEqual(alone.problems, []);
      assert.equal(alone.model.missions[0].goals.length, 1);
      // As an item of a list of goals it means the same.
      const item = `  - ${yaml
        .replace(/^#.*\n/, '')
        .trimEnd()
        .replaceAll('\n', '\n    ')}`;
      const head = mission!.slice(0, mission!.indexOf('goals:'));
      const listed = loadSpecs([
        { path: 'mission.karma.yaml', text: `${head}goals:\n  ${item.replaceAll('\n', '\n  ')}\n` },
      ]);
      assert.deepEqual(listed.problems, []);
      assert.deepEqual(listed.model.missions[0].goals, alone.model.missions[0].goals);
    }
    const declared = missionOf(
      goals.map(({ mission }, i) => ({
        ...loadSpecs([{ path: 'm.karma.yaml', text: mission! }]).model.missions[0].goals[0],
        name: `goal-${i}`,
      })),
    );
    const again = await goalsFor({ ...team, missions: ['wanted'] }, [declared]);
    assert.deepEqual(ofKind(again.proposals, 'goal'), []);
  });

  it('No goal is proposed where a declared one is satisfied in nearly the same states', async () => {
    const team = teamOf(PLAN.agents);
    const { proposals, analysis } = await goalsFor(team, []);
    const [first] = ofKind(proposals, 'goal');
    const { satisfiedWhen } = analysis.goals.find(({ name }) => name === first.name)!;
    const other = missionOf([{ name: 'same', satisfiedWhen: `!(!(${satisfiedWhen}))` }]);
    const again = await goalsFor({ ...team, missions: ['wanted'] }, [other]);
    assert.ok(ofKind(again.proposals, 'goal').every(({ id }) => id !== first.id));
  });
});

describe('proposals of relations', () => {
  const HOLD = { service: -1, move: 0 };
  const any = (random: Random) => (random.uniform() < 0.3 ? { service: random.integer(0, 3), move: 1 } : HOLD);
  function pair(): AgentPlan[] {
    let [before, now] = [HOLD, HOLD];
    return [
      { name: 'boss', roles: ['leader'], behavior: ({ random }) => ([before, now] = [now, any(random)])[1] },
      { name: 'hand', roles: ['follower'], behavior: ({ random }) => (random.uniform() < 0.9 ? before : HOLD) },
    ];
  }
  const roles = [role('leader', 'true', [1, 2, 3]), role('follower', 'true', [1, 2, 3])];
  const found = async (organization: Organization) => {
    const plan = { ...PLAN, agents: pair(), noise: 0.05 };
    const { proposals } = await proposalsFor(organization, { roles, missions: [] }, plan, { permutations: 199 });
    return ofKind(proposals, 'relation').filter(({ link }) => link!.type === 'authority');
  };
  const team = (links: Links = []) => teamOf(pair(), links);

  it('A link between the roles of two agents is proposed in the direction that was found', async () => {
    const [proposal, ...others] = await found(team());
    assert.deepEqual(others, []);
    assert.equal(proposal.name, 'authority leader -> follower');
    assert.equal(proposal.yaml, '{ type: authority, from: leader, to: follower }\n');
    assert.deepEqual(proposal.link, { type: 'authority', from: 'leader', to: 'follower', group: 'all' });
    assert.match(
      proposal.why,
      /^What agent hand does follows what agent boss did just before \(strength 0\.\d+, p = 0\.0\d+, 0 to 1800 s/,
    );
  });

  it('No link is proposed where it is declared, would close a circle, or no group holds both roles', async () => {
    assert.deepEqual(await found(team([{ type: 'authority', from: 'leader', to: 'follower' }])), []);
    assert.deepEqual(await found(team([{ type: 'authority', from: 'follower', to: 'leader' }])), []);
    assert.deepEqual(await found({ ...team(), groups: [] }), []);
    assert.equal((await found(team([{ type: 'communication', from: 'leader', to: 'follower' }]))).length, 1);
  });
});
