/** What is recorded of each decision, held against the policies, roles and critic that made it. */
import assert from 'node:assert/strict';
import {
  packTrajectories,
  unpackTrajectories,
  type Trajectories,
} from '../../../../src/analyzing/trajectories/trajectories.ts';
import { guideFit } from '../../../../src/analyzing/roles/guide-fit.ts';
import type { Backend } from '../../../../src/nn/backend.ts';
import { createWasmBackend } from '../../../../src/nn/wasm/backend.ts';
import { packPolicies, unpackPolicies, type Policies } from '../../../../src/deciding/policy.ts';
import { record, trainSample, type Trained } from '../trained.ts';

describe('recorded trajectories', () => {
  let backend: Backend;
  let trained: Trained;
  let trajectories: Trajectories;
  before(async () => {
    backend = await createWasmBackend({ threads: 1 });
    // Without the bias to hold still, so that there are moves after a short training.
    trained = await trainSample(backend, 7, { algorithm: { hidden: [16], critic: [16], startBias: false } });
    trajectories = await record(trained, backend, 1);
  });
  after(() => backend.dispose());

  it('Recorded trajectories hold the probabilities under the mask, of which the action has the greatest', () => {
    let moves = 0;
    for (const [e, { steps, actions, allowed, probabilities }] of trajectories.episodes.entries())
      for (const [a, { name, options }] of trajectories.agents.entries())
        for (let t = 0; t < steps; t++) {
          const own = probabilities[a].subarray(t * options.length, (t + 1) * options.length);
          const where = `episode ${e}, ${name}, step ${t}`;
          const action = actions[a * steps + t];
          assert.ok(Math.abs(own.reduce((sum, value) => sum + value, 0) - 1) < 1e-5, where);
          assert.ok(
            own.every((value, o) => value === 0 || allowed[a][t * options.length + o] === 1),
            where,
          );
          assert.ok(own[action] >= Math.max(...own) - 1e-6, where);
          moves += Number(options[action].move !== 0);
        }
    assert.ok(moves > 20, `${moves} moves`);
  });

  it('Recorded trajectories name the rule that let an agent move', () => {
    const layouts = trained.policies.agents.map(({ layout }) => layout);
    assert.deepEqual(
      trajectories.rules,
      layouts.map(({ roles }) => roles.flatMap(({ name, rules }) => rules.map(({ when }) => `${name}: ${when}`))),
    );
    const services = trajectories.services;
    for (const { steps, actions, rule, active } of trajectories.episodes)
      for (const [a, { options }] of trajectories.agents.entries())
        for (let t = 0; t < steps; t++) {
          const index = rule[a * steps + t];
          if (index >= 0) assert.equal(active[a * steps + t], 1);
          const { service, move } = options[actions[a * steps + t]];
          if (move === 0) continue;
          assert.ok(index >= 0, 'hard roles allow no move without a rule');
          const rules = layouts[a].roles.flatMap((role) => role.rules);
          const about = rules[index].services;
          assert.ok(about.length === 0 || about.includes(services[service]));
        }
  });

  it('Recorded trajectories hold what the critic expected of J against the HPA', async () => {
    const { critic } = trained.policies;
    assert.ok(critic?.wide && critic.paired);
    assert.match(
      trajectories.expectedMeaning,
      /^J above that of the default HPA .* each weighing 0\.95 times the one before\.$/,
    );
    assert.ok(trajectories.episodes.every(({ expected }) => expected.every(Number.isFinite)));
    // A critic of zeros but for one bias per agent expects (1 - gamma) * bias / 20 wherever it is.
    const weights = new Float32Array(critic.weights.length);
    weights.set([10, 20, 30, 40], weights.length - 4);
    const told = (policies: Policies) => record({ ...trained, policies }, backend, 1);
    const constant = await told({ ...trained.policies, critic: { ...critic, weights } });
    for (const { steps, expected } of constant.episodes)
      for (const [a, bias] of [10, 20, 30, 40].entries())
        for (let t = 0; t < steps; t++) assert.ok(Math.abs(expected[a * steps + t] - (0.05 * bias) / 20) < 1e-6);
    const plain = await told({ ...trained.policies, critic: { ...critic, weights, paired: false } });
    assert.ok(Math.abs(plain.episodes[0].expected[0] - 0.825) < 1e-6, 'plain J begins at .8');
    assert.match(plain.expectedMeaning, /^J: the mean over the decisions ahead/);
  });

  it('Recorded trajectories have no expectation where no critic was kept, or where it saw another simulator', async () => {
    const { critic, ...without } = trained.policies;
    const narrower = { ...critic!, shape: { ...critic!.shape, inputs: critic!.shape.inputs - 1 } };
    for (const policies of [without, { ...without, critic: narrower }]) {
      const { episodes, expectedMeaning } = await record({ ...trained, policies }, backend, 1);
      assert.equal(expectedMeaning, '');
      assert.ok(episodes.every(({ expected }) => expected.every(Number.isNaN)));
      assert.deepEqual(episodes[0].actions, trajectories.episodes[0].actions);
    }
  });

  it('Recorded trajectories come back from their file', () => {
    assert.deepEqual(unpackTrajectories(packTrajectories(trajectories)), trajectories);
  });

  it('Recorded trajectories say that a hard guide allowed all that was done', () => {
    const { cluster, model } = trained.setup;
    for (const [agent, { roles }] of trajectories.agents.entries()) {
      const members = trajectories.episodes.map((_, episode) => ({
        agent,
        source: 0,
        episode,
        symbols: new Uint16Array(),
      }));
      const own = model.roles.filter(({ name }) => roles.includes(name));
      const { moves, taken, all } = guideFit([{ seed: 7, trajectories }], cluster, own, members);
      if (moves > 0) assert.equal(taken, 1);
      assert.ok(all < 0.9);
      assert.equal(guideFit([{ seed: 7, trajectories }], cluster, [], members).all, 1, 'no role, no rule');
    }
  });
});

describe('the critic kept with policies', () => {
  it('The critic kept with policies comes back from the file, and files without one are read', async () => {
    const backend = await createWasmBackend({ threads: 1 });
    const { policies } = await trainSample(backend, 3);
    const { critic, ...without } = policies;
    assert.ok(critic);
    assert.deepEqual(unpackPolicies(packPolicies(policies)), policies);
    assert.deepEqual(unpackPolicies(packPolicies(without)), without);
    backend.dispose();
  });
});
