import assert from 'node:assert/strict';
import type { Model } from '../../../src/spec/model.ts';
import { emptyObservation, type Observation, type ObservationHistory } from '../../../src/spec/observation.ts';
import { normalizeGoal } from '../../../src/spec/goal-value.ts';
import { goalChecks, makeGoalGuide } from '../../../src/deciding/goal-guide.ts';
import { applyActions, combineMasks, makePerception } from '../../../src/deciding/perception.ts';
import { maskedSoftmax } from '../../../src/deciding/policy.ts';
import { resolveTraining } from '../../../src/training/setup.ts';
import { sampleModel } from '../training/sample.ts';

/** One environment of a, b, c, d. */
function observe(fields: Partial<Record<keyof Observation['service'], number[]>>): ObservationHistory {
  const observation = emptyObservation(1, 4);
  for (const [field, values] of Object.entries(fields))
    observation.service[field as keyof Observation['service']].set(values);
  return { interval: 15, at: () => observation };
}

describe('role guides', () => {
  let model: Model;
  before(async () => {
    model = await sampleModel();
  });
  const allowedBy = (agent: string, history: ObservationHistory, desired = [2, 2, 2, 2]): string[] => {
    const { cluster, layouts } = resolveTraining(model, 'default');
    const layout = layouts.find(({ name }) => name === agent)!;
    const perception = makePerception(cluster, [layout], 'normalised', 1);
    perception.update(history, Int32Array.from(desired));
    const [view] = perception.agents;
    const mask = new Uint8Array(layout.options.length);
    combineMasks(view, mask);
    return layout.options.flatMap(({ service, move }, o) =>
      mask[o] ? [service < 0 ? 'hold' : `${'abcd'[service]}${move > 0 ? '+' : ''}${move}`] : [],
    );
  };
  const calm = {
    ready: [2, 2, 2, 2],
    desired: [2, 2, 2, 2],
    received: [100, 100, 100, 200],
    utilization: [0.5, 0.6, 0.3, 0.3],
  };

  it('The bottleneck manager may only grow services that are short of capacity', () => {
    // b: demand 150 > .7 x 160; a: 150 > .7 x 200; c: 150 < .7 x 300; d: 300 < .7 x 600.
    const busy = observe({ ...calm, received: [150, 150, 150, 300] });
    assert.deepEqual(allowedBy('relief', busy), ['hold', 'a+1', 'a+2', 'b+1', 'b+2']);
    assert.deepEqual(allowedBy('relief', observe({ ...calm, received: [50, 50, 50, 100] })), ['hold']);
  });

  it('The resource manager may shrink idle services, but not below their minimum', () => {
    const idle = observe({ ...calm, received: [50, 50, 50, 100] });
    assert.deepEqual(allowedBy('steward', idle), ['hold', 'a-1', 'b-1', 'c-1', 'd-1']);
    const desired = [1, 2, 2, 2];
    assert.deepEqual(allowedBy('steward', observe({ ...calm, received: [10, 10, 10, 20], desired }), desired), [
      'hold',
      'b-1',
      'c-1',
      'd-1',
    ]);
  });

  it('The failure manager may replace the pods of a failing service', () =>
    assert.deepEqual(allowedBy('medic', observe({ ...calm, failed: [0, 0, 1, 0] })), ['hold', 'c-1', 'c+1', 'c+2']));

  it('No role offers moves beyond the maximum of a service', () =>
    assert.deepEqual(
      allowedBy('relief', observe({ ...calm, received: [0, 0, 0, 0], pending: [0, 9, 0, 0] }), [2, 3, 2, 2]),
      ['hold'],
    ));
});

describe('joint actions', () => {
  it('Moves of several agents add up and are capped at the largest move and at the bounds of the service', async () => {
    const { cluster, layouts } = resolveTraining(await sampleModel(), 'default');
    const option = (service: number, move: number) =>
      layouts[0].options.findIndex((candidate) => candidate.service === service && candidate.move === move);
    const actions = [option(3, 2), option(3, 3), option(1, 3), option(0, -3)].map((index) => Int32Array.of(index));
    const desired = Int32Array.of(2, 2, 2, 1);
    applyActions(cluster, layouts, actions, desired, 1);
    assert.deepEqual([...desired], [1, 3, 2, 4]);
  });
});

describe('goal guides', () => {
  it('The value of a goal is normalized by its range and limited to it', () => {
    assert.equal(normalizeGoal(-100, [-400, 0]), -0.25);
    assert.equal(normalizeGoal(-900, [-400, 0]), -1);
    assert.equal(normalizeGoal(5, [0, 10]), 0.5);
    assert.equal(normalizeGoal(NaN, [0, 10]), 0);
  });

  it('A mission rewards the agents whose role is obliged to it, by weight and within the time constraint', async () => {
    const sample = await sampleModel();
    const goal = {
      name: 'short',
      reward: '-services.map(s, s.pending).sum()',
      range: [-400, 0] as const,
      weight: 0.2,
      satisfiedWhen: '',
    };
    const [mission] = sample.missions;
    const model = { ...sample, missions: [{ ...mission, goals: [goal] }] };
    const { cluster, layouts, organization } = resolveTraining(model, 'default');
    const timed = {
      ...organization,
      obligations: [{ role: layouts[0].roles[0].name, mission: mission.name, timeConstraint: { from: 0, to: 60 } }],
      permissions: [{ role: layouts[1].roles[0].name, mission: mission.name, timeConstraint: 'any' as const }],
    };
    const history = observe({ pending: [100, 0, 0, 100] });
    const rewardOf = (agent: number, elapsed: number): number => {
      const rewards = Float64Array.of(1);
      makeGoalGuide(model, timed, layouts[agent], cluster, 1).addRewards(history, Float64Array.of(elapsed), rewards);
      return rewards[0] - 1;
    };
    assert.ok(Math.abs(rewardOf(0, 30) - -0.1) < 1e-12);
    assert.equal(rewardOf(0, 60), 0);
    assert.ok(Math.abs(rewardOf(1, 90) - -0.05) < 1e-12);
    assert.equal(rewardOf(2, 30), 0);
  });

  it('A goal check says when the goal is satisfied', async () => {
    const { model, organization, cluster } = resolveTraining(await sampleModel(), 'default');
    const checks = goalChecks(model, organization, cluster);
    assert.ok(checks.length > 0);
    const met = (pending: number): number => {
      const into = new Float64Array(1);
      checks[0].evaluate(observe({ pending: [0, 0, pending, 0] }), into);
      return into[0];
    };
    assert.deepEqual([met(0), met(50)], [1, 0]);
  });
});

describe('masked softmax', () => {
  it('Options that are not allowed have probability 0 in every head', () => {
    const logits = Float32Array.of(0, 5, 0, 1, 1, 1);
    const probabilities = maskedSoftmax(logits, Uint8Array.of(1, 0, 1, 1, 1, 1), 2, 6);
    assert.deepEqual(
      [...probabilities].map((value) => Math.round(value * 1000) / 1000),
      [0.5, 0, 0.5, 0.333, 0.333, 0.333],
    );
  });
});
