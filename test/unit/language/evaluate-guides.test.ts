import assert from 'node:assert/strict';
import { sampleStates } from '../../../src/language-server/sampling/sample-states.ts';
import { evaluateGuides } from '../../../src/language/evaluate-guides.ts';
import { readSpecFolder } from '../../../src/spec/folder.ts';
import type { Model } from '../../../src/spec/model.ts';
import { layoutAgents } from '../../../src/deciding/agents.ts';
import { goalChecks, makeGoalGuide } from '../../../src/deciding/goal-guide.ts';
import { makeRoleGuide } from '../../../src/deciding/role-guide.ts';

/** The sample with weights and duties, so that goals count. */
async function modelOf(folder: string): Promise<Model> {
  const { model } = await readSpecFolder(folder);
  return {
    ...model,
    missions: model.missions.map((mission) => ({
      ...mission,
      goals: mission.goals.map((goal) => ({ ...goal, weight: 0.5 })),
    })),
    organizations: model.organizations.map((organization) => ({
      ...organization,
      permissions: organization.obligations.slice(0, 1).map((duty) => ({
        ...duty,
        role: organization.agents.at(-1)!.roles[0],
        timeConstraint: { from: 60, to: 120 },
      })),
      agents: [...organization.agents, { name: 'free', roles: [], observes: [], scope: [] }],
    })),
  };
}

describe('the guides in one state', () => {
  for (const [folder, name] of [
    ['examples/chained-services', 'resilience-team'],
    ['examples/chained-services', 'published-team'],
    ['test/data/five-services', 'pair'],
  ] as const)
    it(`The guides of ${name} give the masks and rewards of training in sampled states`, async () => {
      const model = await modelOf(folder);
      const organization = model.organizations.find((each) => each.name === name)!;
      const cluster = model.clusters.find((each) => each.name === organization.cluster)!;
      const { moments } = sampleStates(cluster, 1200, 5);
      const layouts = layoutAgents(model, organization, cluster, { agentMode: 'multi', organization: true });
      let matched = 0;
      for (const moment of moments) {
        // Training sees all environments at once; the playground sees one state, here the first.
        const elapsed = new Float64Array(moment.at(0).environments).fill(90);
        const evaluation = evaluateGuides(model, name, { history: moment, elapsed: 90 })!;
        layouts.forEach((layout, index) => {
          const { environments } = moment.at(0);
          const allowed = new Uint8Array(environments * layout.options.length);
          const active = new Uint8Array(environments);
          makeRoleGuide(layout, cluster, environments).evaluate(moment, allowed, active);
          const expected = layout.options.flatMap(({ service, move }, option) =>
            service >= 0 && allowed[option] === 1 ? [`${cluster.services[service].name} ${move}`] : [],
          );
          const agent = evaluation.agents[index];
          const found = agent.services.flatMap(({ service, allowed: moves }) =>
            moves.map((move) => `${service} ${move}`),
          );
          assert.deepEqual(found, expected, agent.agent);
          const any = agent.services.some(({ rules }) => rules.some(({ matches }) => matches));
          assert.equal(any, active[0] === 1);
          if (any) matched++;
          const rewards = new Float64Array(environments);
          makeGoalGuide(model, organization, layout, cluster, environments).addRewards(moment, elapsed, rewards);
          const counts = agent.goals.reduce((sum, goal) => sum + goal.counts, 0);
          assert.ok(Math.abs(counts - rewards[0]) < 1e-12, `${counts} ${rewards[0]}`);
        });
        for (const check of goalChecks(model, organization, cluster)) {
          const into = new Float64Array(moment.at(0).environments);
          check.evaluate(moment, into);
          for (const { goals } of evaluation.agents)
            for (const goal of goals)
              if (goal.mission === check.mission && goal.goal === check.goal)
                assert.equal(goal.satisfied, into[0] === 1);
        }
      }
      assert.ok(matched > 5, `only ${matched} matched`);
    });

  it('Evaluated guides say why a rule matches and which duties hold at the time', async () => {
    const model = await modelOf('examples/chained-services');
    const cluster = model.clusters[0];
    const [moment] = sampleStates(cluster, 100, 5).moments;
    const early = evaluateGuides(model, 'resilience-team', { history: moment, elapsed: 0 })!;
    const [relief, , , steward] = early.agents;
    assert.match(
      relief.services[0].rules[0].why[0],
      /^service\.demand \d+.* > settings\.load \* service\.capacity .* -> (true|false)$/,
    );
    assert.deepEqual(
      relief.goals.map(({ duty, holds }) => [duty, holds]),
      [['obligation', true]],
    );
    assert.deepEqual(
      steward.goals.map(({ duty, holds, counts }) => [duty, holds, counts]),
      [['permission', false, 0]],
    );
    const free = early.agents.at(-1)!;
    assert.deepEqual(free.services[0].allowed, [-3, -2, -1, 1, 2, 3]);
  });

  it('Guides are not evaluated in a state of another cluster', async () => {
    const model = await modelOf('examples/chained-services');
    const other = (await modelOf('test/data/five-services')).clusters[0];
    const [moment] = sampleStates(other, 100, 1).moments;
    assert.equal(evaluateGuides(model, 'resilience-team', { history: moment, elapsed: 0 }), undefined);
  });
});
