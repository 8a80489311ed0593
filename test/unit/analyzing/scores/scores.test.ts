import assert from 'node:assert/strict';
import {
  functionalFit,
  organizationalFit,
  structuralFit,
} from '../../../../src/analyzing/scores/organizational-fit.ts';
import { goalSatisfaction } from '../../../../src/analyzing/scores/goal-satisfaction.ts';
import { alignmentOfAgents, meanAlignment } from '../../../../src/analyzing/scores/guide-alignment.ts';
import type { Trajectories } from '../../../../src/analyzing/trajectories/trajectories.ts';

// Two agents, options hold, x -1, x +1; four steps.
const trajectories: Trajectories = {
  services: ['x'],
  agents: ['one', 'two'].map((name) => ({
    name,
    roles: name === 'one' ? ['riser'] : [],
    options: [
      { service: -1, move: 0 },
      { service: 0, move: -1 },
      { service: 0, move: 1 },
    ],
  })),
  stateFields: ['x.pending'],
  goals: ['calm', 'never'],
  rules: [[], []],
  expectedMeaning: '',
  interval: 30,
  episodes: [
    {
      scenario: 'ddos',
      load: 'l',
      seed: 1,
      steps: 4,
      objective: Float32Array.of(1, 1, 1, 1),
      states: Float32Array.of(0, 0, 10, 30),
      actions: Int32Array.of(2, 0, 2, 0, /* two: */ 1, 1, 1, 0),
      freeActions: Int32Array.of(2, 1, 1, 0, /* two: */ 1, 2, 0, 0),
      allowed: [
        // up, up, up, nothing
        Uint8Array.of(1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0),
        new Uint8Array(12).fill(1),
      ],
      active: Uint8Array.of(1, 1, 1, 0, /* two: */ 0, 0, 0, 0),
      probabilities: [],
      expected: new Float32Array(),
      rule: new Int16Array(),
      satisfied: Uint8Array.of(1, 1, 0, 0, /* never: */ 0, 0, 0, 0),
    },
  ],
};

describe('scores', () => {
  it('The alignment of agents is that by hand', () => {
    const [one, two] = alignmentOfAgents([trajectories]);
    assert.deepEqual(one, {
      agent: 'one',
      roles: ['riser'],
      steps: 4,
      activeSteps: 3,
      alignment: 1,
      freeAlignment: 1 / 3,
      freeMoveAlignment: 1 / 3,
      compliance: 1,
      freeCompliance: 2 / 4,
      moving: 2 / 4,
    });
    assert.equal(two.activeSteps, 0);
    assert.equal(two.alignment, undefined);
    assert.equal(two.freeMoveAlignment, 1);
    assert.equal(meanAlignment([one, two], 'alignment'), 1);
    assert.equal(meanAlignment([one, two], 'freeAlignment'), 1 / 3);
    assert.equal(meanAlignment([two], 'alignment'), undefined);
    assert.deepEqual(alignmentOfAgents([]), []);
  });

  it('The satisfaction of goals counts steps, overall and by scenario', () => {
    const other = {
      ...trajectories.episodes[0],
      scenario: 'failures',
      satisfied: Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 1),
    };
    const both = { ...trajectories, episodes: [...trajectories.episodes, other] };
    assert.deepEqual(goalSatisfaction([both]), [
      {
        goal: 'calm',
        overall: 6 / 8,
        scenarios: [
          { scenario: 'ddos', share: 0.5 },
          { scenario: 'failures', share: 1 },
        ],
      },
      {
        goal: 'never',
        overall: 1 / 8,
        scenarios: [
          { scenario: 'ddos', share: 0 },
          { scenario: 'failures', share: 0.25 },
        ],
      },
    ]);
  });

  it('The organizational fit is that by hand, whatever the unit', () => {
    // Distances (0,1) 1, (0,2) 4, (0,3) 4, (1,2) 4, (1,3) 4, (2,3) 3; roles a a b b: within 2, between 4.
    const distances = { count: 4, values: Float64Array.of(1, 4, 4, 4, 4, 3) };
    assert.equal(structuralFit(distances, ['a', 'a', 'b', 'b']), 0.5);
    const scaled = { count: 4, values: distances.values.map((value) => 1000 * value) };
    assert.equal(structuralFit(scaled, ['a', 'a', 'b', 'b']), 0.5);
    assert.equal(structuralFit(distances, ['a', 'b', 'b', 'a']), 0);
    assert.equal(structuralFit(distances, ['a', 'a', 'a', 'a']), undefined);

    // States 0 0 10 30, mean 10: mean distance (10 + 10 + 0 + 20) / 4. 'calm' holds 0 and 0: no spread. 'never': no states.
    assert.equal(functionalFit([trajectories]), 1);
    const wide = { ...trajectories.episodes[0], satisfied: Uint8Array.of(1, 1, 1, 0, 0, 0, 0, 0) };
    // 0 0 10 around 10/3: (10/3 + 10/3 + 20/3) / 3 = 40/9, of 10.
    const fit = functionalFit([{ ...trajectories, episodes: [wide] }])!;
    assert.ok(Math.abs(fit - (1 - 40 / 9 / 10)) < 1e-6);
    assert.deepEqual(organizationalFit(distances, ['a', 'a', 'b', 'b'], [{ ...trajectories, goals: [] }]), {
      structural: 0.5,
      functional: undefined,
      overall: 0.5,
    });
    assert.equal(organizationalFit(distances, ['a', 'a', 'a', 'a'], []).overall, undefined);
  });
});
