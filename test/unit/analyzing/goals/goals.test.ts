import assert from 'node:assert/strict';
import { inferGoals, type GoalOptions } from '../../../../src/analyzing/goals/goals.ts';
import { goalsAsYaml } from '../../../../src/analyzing/proposals/inferred-yaml.ts';
import { describeBounds, satisfiedWhen, stateBounds } from '../../../../src/analyzing/goals/state-bounds.ts';
import {
  fitScaler,
  sampleStates,
  standardize,
  unitOf,
} from '../../../../src/analyzing/trajectories/recorded-states.ts';
import type { Trajectories } from '../../../../src/analyzing/trajectories/trajectories.ts';
import { Random } from '../../../../src/cluster/random.ts';
import { checkExpression } from '../../../../src/spec/cel/check.ts';

const options = (seed = 1): GoalOptions => ({
  random: new Random(seed),
  epsilon: 0.1,
  successful: 0.5,
  maximum: 5,
});

/** Good episodes dwell in two regions (few pods and no queue; many pods), bad ones have long queues. */
function dwelling(seed: number): Trajectories {
  const random = new Random(seed);
  const steps = 50;
  return {
    services: ['b'],
    agents: [],
    stateFields: ['b.pending', 'b.desired', 'b.received', 'cluster.latency'],
    goals: [],
    rules: [],
    expectedMeaning: '',
    interval: 30,
    episodes: Array.from({ length: 8 }, (_, e) => {
      const good = e % 2 === 0;
      const rows = Array.from({ length: steps }, (_, t) => {
        const many = t % 5 < 2;
        const pending = good ? random.between(0, 10) : random.between(100, 300);
        return [pending, many && good ? 5 : 1, random.between(50, 100), good ? 0.1 : 0.9];
      });
      return {
        scenario: 'ddos',
        load: 'l',
        seed: e,
        steps,
        objective: new Float32Array(steps).fill(good ? 0.9 : 0.5),
        states: Float32Array.from(rows.flat()),
        actions: new Int32Array(),
        freeActions: new Int32Array(),
        allowed: [],
        active: new Uint8Array(),
        probabilities: [],
        expected: new Float32Array(),
        rule: new Int16Array(),
        satisfied: new Uint8Array(),
      };
    }),
  };
}

describe('inferred goals', () => {
  it('Inferred goals are the regions in which successful episodes dwell, whatever the seed', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const goals = inferGoals([dwelling(seed)], options(seed));
      assert.equal(goals.length, 2);
      assert.ok(Math.abs(goals[0].probability - 0.6) < 0.05);
      assert.ok(Math.abs(goals[1].probability - 0.4) < 0.05);
      assert.match(goals[1].description, /b at 5 replicas or more/);
      assert.ok(goals.every(({ inside, outside }) => inside > 0.85 && outside < 0.5));
      assert.ok(
        goals.every(({ description }) => !description.includes('received')),
        'load is no goal',
      );
    }
  });

  it('Inferred goals leave out regions that are visited too seldom', () => {
    const goals = inferGoals([dwelling(1)], { ...options(), epsilon: 0.5 });
    assert.equal(goals.length, 1);
    assert.deepEqual(inferGoals([{ ...dwelling(1), episodes: [] }], options()), []);
    assert.deepEqual(inferGoals([{ ...dwelling(1), stateFields: ['b.x', 'b.y', 'b.z', 'b.w'] }], options()), []);
  });

  it('Inferred goals are written as a mission whose expressions are right', () => {
    const goals = inferGoals([dwelling(1)], options());
    for (const { satisfiedWhen: text } of goals)
      assert.deepEqual(checkExpression(text, { result: 'bool', settings: [], service: false }).problems, []);
    const yaml = goalsAsYaml(goals);
    assert.match(yaml, /kind: Mission/);
    assert.match(yaml, /# .*of the states of successful episodes/);
    assert.equal(goalsAsYaml([]), '');
  });
});

describe('bounds of a region', () => {
  it('The bounds of a region tell it from the rest, in the units of the state', () => {
    const inside = Array.from({ length: 100 }, (_, i) => [i / 10, 3 + (i % 2), 7, 0.5]);
    const outside = Array.from({ length: 100 }, (_, i) => [200 + i, i % 3, 7, i < 50 ? 0.1 : 0.9]);
    const bounds = stateBounds(['b.pending', 'd.desired', 'c.ready', 'cluster.latency'], inside, outside);
    assert.equal(
      describeBounds(bounds),
      ['d at 3 replicas or more', 'latency of the cluster at 0.5 s', 'pending of b at most 9.5 requests'].join('; '),
    );
    assert.equal(
      satisfiedWhen(bounds),
      "services.exists(s, s.name == 'd' && s.desired >= 3) && cluster.latency >= 0.5 && cluster.latency <= 0.5 && " +
        "services.exists(s, s.name == 'b' && s.pending <= 9.5)",
    );
    assert.equal(describeBounds([]), 'no bounds set it apart from other states');
    assert.equal(satisfiedWhen([]), '');
  });

  it('The bounds of a region read well in every form', () => {
    const bound = { unit: 'requests', inside: 1, outside: 0, visited: [0, 100] as const };
    const say = (field: string, atLeast?: number, atMost?: number, unit = 'requests') =>
      describeBounds([
        {
          ...bound,
          field,
          unit,
          ...(atLeast === undefined ? {} : { atLeast }),
          ...(atMost === undefined ? {} : { atMost }),
        },
      ]);
    assert.equal(say('a.desired', undefined, 1), 'a at 1 replica or fewer');
    assert.equal(say('a.desired', 2, 2), 'a at 2 replicas');
    assert.equal(say('a.desired', 2, 4), 'a at 2 to 4 replicas');
    assert.equal(say('a.pending', 5), 'pending of a at least 5 requests');
    assert.equal(say('a.pending', 5, 9), 'pending of a between 5 and 9 requests');
    assert.equal(say('cluster.successRate', 0.9, undefined, 'share'), 'successRate of the cluster at least 0.9');
  });
});

describe('states', () => {
  it('States are standardized as by hand, and a constant field stays 0', () => {
    const scaler = fitScaler(
      [
        [1, 5],
        [3, 5],
      ],
      2,
    );
    assert.deepEqual(Array.from(scaler.mean), [2, 5]);
    assert.deepEqual(Array.from(scaler.deviation), [1, 1]);
    assert.deepEqual(Array.from(standardize([[3, 5]], scaler).values), [1, 0]);
  });

  it('States are sampled evenly, without those that are not finite', () => {
    const trajectories = dwelling(1);
    trajectories.episodes[0].states[4] = NaN;
    const all = Array.from({ length: 50 }, (_, step) => ({ trajectories, episode: 0, step }));
    const sample = sampleStates(all, 10);
    assert.equal(sample.length, 10);
    assert.ok(sample.every(({ step }) => step !== 1));
    assert.equal(sampleStates(all, 1000).length, 49);
  });

  it('Fields of a state have their units', () => {
    assert.equal(unitOf('my.service.pending'), 'requests');
    assert.equal(unitOf('cluster.latency'), 's');
    assert.equal(unitOf('b.nonsense'), '');
  });
});
