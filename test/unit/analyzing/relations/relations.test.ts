import assert from 'node:assert/strict';
import {
  inferRelations,
  adjustedPValues,
  type RelationOptions,
} from '../../../../src/analyzing/relations/relations.ts';
import { acquaintance, authority, communication } from '../../../../src/analyzing/relations/relation-measures.ts';
import type { RelationWindow } from '../../../../src/analyzing/relations/relation-windows.ts';
import type { Trajectories } from '../../../../src/analyzing/trajectories/trajectories.ts';
import type { Option } from '../../../../src/deciding/actions.ts';
import { Random } from '../../../../src/cluster/random.ts';
import { makeTrajectories, type AgentPlan } from '../synthetic.ts';

const HOLD: Option = { service: -1, move: 0 };
const now = (random: Random, rate: number): Option =>
  random.uniform() < rate ? { service: random.integer(0, 3), move: random.uniform() < 0.5 ? -1 : 1 } : HOLD;
const independent = (name: string, rate = 0.3): AgentPlan => ({
  name,
  roles: [name],
  behavior: ({ random }) => now(random, rate),
});

/** `follower` repeats what `leader` did a step before, four times out of five. */
function leaderAndFollower(): AgentPlan[] {
  let before = HOLD;
  let current = HOLD;
  return [
    independent('bystander'),
    {
      name: 'leader',
      roles: ['leader'],
      behavior: ({ random }) => {
        before = current;
        current = now(random, 0.3);
        return current;
      },
    },
    { name: 'follower', roles: ['follower'], behavior: ({ random }) => (random.uniform() < 0.8 ? before : HOLD) },
  ];
}

const optionsFor = (
  trajectories: Trajectories,
  seed: number,
  more: Partial<RelationOptions> = {},
): RelationOptions => ({
  random: new Random(seed),
  windows: 1,
  permutations: 99,
  alpha: 0.01,
  minimumStrength: 0.05,
  situations: [trajectories.episodes.map(({ steps }) => new Uint8Array(steps))],
  ...more,
});
const significantOf = async (trajectories: Trajectories, options: RelationOptions) =>
  (await inferRelations([trajectories], options)).flatMap(({ relations }) =>
    relations.filter(({ significant }) => significant).map(({ kind, from, to }) => `${kind} ${from}>${to}`),
  );

const windowOf = (directions: number[][], moved: number[][], situation?: number[]): RelationWindow => ({
  fromStep: 0,
  toStep: directions[0].length,
  agents: directions.length,
  services: moved[0].length,
  segments: [
    {
      steps: directions[0].length,
      directions: directions.map((values) => Uint8Array.from(values)),
      moved: moved.map((values) => Float64Array.from(values)),
      scopes: moved.map((values) => [...values.keys()]),
      situation: Uint8Array.from(situation ?? directions[0].map(() => 0)),
    },
  ],
});

describe('relations', () => {
  it('The measures of relations are those by hand', () => {
    const window = windowOf(
      [
        [2, 1, 2, 1, 1],
        [2, 2, 1, 2, 1],
      ],
      [
        [3, 1, 0],
        [1, 0, 1],
      ],
    );
    assert.equal(acquaintance(window, 0, 1), Math.min(0.75, 0.5));
    assert.deepEqual(communication(window, 0, 1), { together: 1 / 5, most: 2 / 5 });
    // j: 2 2 1 2 1. (i, j before -> j): (2,2->2), (1,2->1), (2,1->2), (1,2->1). Given j before = up: down to i alone, one of
    // three says up; given hold: one case. H = (1/4) * (ln 3 + 2 ln (3/2)), and i explains all of it.
    const { information, entropy } = authority(window, 0, 1);
    const expected = (Math.log(3) + 2 * Math.log(1.5)) / 4;
    assert.ok(Math.abs(entropy - expected) < 1e-12);
    assert.ok(Math.abs(information - expected) < 1e-12);
    // Where the situation tells it already, nothing is left to explain.
    const known = windowOf(
      [
        [2, 1, 2, 1, 1],
        [2, 2, 1, 2, 1],
      ],
      [[1], [1]],
      [0, 1, 0, 1, 0],
    );
    assert.ok(Math.abs(authority(known, 0, 1).entropy) < 1e-12);
  });

  it('The p-values of relations are adjusted by the largest measure of each permutation', () => {
    const chance = [Float64Array.of(0, 5, 1), Float64Array.of(1, 5, 0), Float64Array.of(0, 5, 1)];
    const { mean, p } = adjustedPValues(Float64Array.of(10, 5, 0.5), chance);
    assert.deepEqual(
      Array.from(mean).map((value) => value.toFixed(3)),
      ['0.333', '5.000', '0.667'],
    );
    assert.equal(p[0], 1 / 4);
    assert.equal(p[1], 1, 'what no permutation changes says nothing');
    assert.ok(p[2] > 0.5);
  });

  it('Relations find a leader and its follower in the right direction, whatever the seed', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const trajectories = makeTrajectories({ agents: leaderAndFollower(), episodes: 6, steps: 60, noise: 0.1, seed });
      const found = await significantOf(trajectories, optionsFor(trajectories, seed));
      assert.ok(found.includes('authority leader>follower'), `seed ${seed}: ${found.join()}`);
      assert.ok(!found.some((relation) => relation.includes('bystander')), `seed ${seed}: ${found.join()}`);
      assert.ok(!found.includes('authority follower>leader'), `seed ${seed}: ${found.join()}`);
    }
  });

  it('Relations find two agents that act together', async () => {
    let both = HOLD;
    const agents: AgentPlan[] = [
      {
        name: 'first',
        roles: [],
        behavior: ({ random }) => {
          both = now(random, 0.3);
          return both;
        },
      },
      { name: 'second', roles: [], behavior: () => (both.move === 0 ? HOLD : { service: 3, move: 1 }) },
      independent('third'),
    ];
    const trajectories = makeTrajectories({ agents, episodes: 6, steps: 60, noise: 0.1, seed: 1 });
    const options = optionsFor(trajectories, 1, { windows: 2 });
    const windows = await inferRelations([trajectories], options);
    assert.deepEqual(
      windows.map(({ from, to }) => [from, to]),
      [
        [0, 900],
        [900, 1800],
      ],
    );
    for (const { relations } of windows) {
      const communications = relations.filter(({ kind }) => kind === 'communication');
      assert.deepEqual(
        communications.filter(({ significant }) => significant).map(({ from, to }) => [from, to]),
        [['first', 'second']],
      );
      assert.ok(communications[0].strength > 0.7);
    }
  });

  it('Relations find acquaintance where two agents keep to the same service of many', async () => {
    const keeper = (name: string, service: number): AgentPlan => ({
      name,
      roles: [],
      behavior: ({ random }) => (random.uniform() < 0.3 ? { service, move: 1 } : HOLD),
    });
    const trajectories = makeTrajectories({
      agents: [keeper('first', 1), keeper('second', 1), keeper('third', 2)],
      episodes: 16,
      steps: 40,
      noise: 0.05,
      seed: 1,
    });
    const found = await significantOf(trajectories, optionsFor(trajectories, 1));
    assert.deepEqual(found, ['acquaintance first>second']);
  });

  it('Relations find nothing between independent agents in at least 95 of 100 seeds', async () => {
    let quiet = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const agents = ['x', 'y', 'z'].map((name) => independent(name));
      const trajectories = makeTrajectories({ agents, episodes: 3, steps: 40, noise: 0, seed });
      const found = await significantOf(trajectories, optionsFor(trajectories, seed));
      if (found.length === 0) quiet++;
    }
    assert.ok(quiet >= 95, `${quiet} of 100`);
  });

  it('Relations are empty for one agent, and for episodes of one step', async () => {
    const alone = makeTrajectories({ agents: [independent('x')], episodes: 1, steps: 10, noise: 0, seed: 1 });
    assert.deepEqual(await inferRelations([alone], optionsFor(alone, 1)), [{ from: 0, to: 300, relations: [] }]);
    const short = makeTrajectories({ agents: leaderAndFollower(), episodes: 1, steps: 1, noise: 0, seed: 1 });
    const [window] = await inferRelations([short], optionsFor(short, 1, { windows: 4 }));
    assert.ok(window.relations.every(({ significant, strength }) => !significant && strength === 0));
  });

  it('The search for relations stops on the signal', async () => {
    const { signal } = { signal: AbortSignal.abort(new Error('enough')) };
    const trajectories = makeTrajectories({ agents: leaderAndFollower(), episodes: 1, steps: 9, noise: 0, seed: 1 });
    await assert.rejects(inferRelations([trajectories], optionsFor(trajectories, 1, { signal })), /enough/);
  });
});
