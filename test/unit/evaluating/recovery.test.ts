import assert from 'node:assert/strict';
import type { Episode } from '../../../src/cluster/simulation/simulation.ts';
import { disturbances, recoveryTime } from '../../../src/evaluating/recovery.ts';

/** Twenty quiet minutes of one service. */
const quiet = (changes: Partial<Episode> = {}): Episode => ({
  scenario: 'none',
  load: 'constant',
  split: 'test',
  seconds: 1200,
  rate: new Float32Array(1200).fill(100),
  attack: new Float32Array(1200),
  crash: new Float32Array(1200),
  factor: new Float32Array(1200).fill(1),
  kills: [],
  ...changes,
});
const good = (...bad: [from: number, to: number][]): Uint8Array => {
  const intervals = new Uint8Array(80).fill(1);
  for (const [from, to] of bad) intervals.fill(0, from, to);
  return intervals;
};

describe('recovery time', () => {
  it('A quiet episode has no disturbance, and so no recovery time', () => {
    assert.deepEqual(disturbances(quiet()), []);
    assert.equal(recoveryTime([], good()), null);
  });

  it('Disturbances begin with attacks, crashes, contention, kills and load surges', () => {
    assert.deepEqual(disturbances(quiet({ attack: new Float32Array(1200).fill(60, 300, 600) })), [20]);
    assert.deepEqual(disturbances(quiet({ crash: new Float32Array(1200).fill(0.2, 450, 600) })), [30]);
    assert.deepEqual(disturbances(quiet({ factor: new Float32Array(1200).fill(1).fill(0.5, 607, 900) })), [40]);
    assert.deepEqual(disturbances(quiet({ kills: [{ second: 751, service: 0, pods: 1 }] })), [50]);
    assert.deepEqual(disturbances(quiet({ rate: new Float32Array(1200).fill(100).fill(125, 900) })), [60]);
    assert.deepEqual(disturbances(quiet({ rate: new Float32Array(1200).fill(100).fill(115, 900) })), []);
  });

  it('Onsets within two minutes are one disturbance', () => {
    const attack = new Float32Array(1200).fill(60, 300, 600);
    const kills = [{ second: 420, service: 0, pods: 1 }];
    assert.deepEqual(disturbances(quiet({ attack, kills })), [20]);
    assert.deepEqual(disturbances(quiet({ attack, kills: [{ ...kills[0], second: 435 }] })), [20, 29]);
  });

  it('Disturbances are looked for in every service', () => {
    const crash = new Float32Array(2400);
    for (let second = 300; second < 400; second++) crash[second * 2 + 1] = 0.1;
    const rate = new Float32Array(2400).fill(50);
    assert.deepEqual(disturbances(quiet({ crash, rate, factor: new Float32Array(2400).fill(1) })), [20]);
  });

  it('The recovery time is zero where service stays good, or trouble comes much later', () => {
    assert.equal(recoveryTime([20], good()), 0);
    assert.equal(recoveryTime([20], good([50, 55])), 0);
    assert.equal(recoveryTime([20], good([10, 15])), 0);
  });

  it('The recovery time lasts from the onset until service is good for a minute', () => {
    assert.equal(recoveryTime([20], good([22, 26])), (26 - 20) * 15);
    // Three good intervals between are no recovery; four are.
    assert.equal(recoveryTime([20], good([22, 26], [29, 31])), (31 - 20) * 15);
    assert.equal(recoveryTime([20], good([22, 26], [30, 31])), (26 - 20) * 15);
  });

  it('The recovery time is cut at the next disturbance and at the end of the episode', () => {
    assert.equal(recoveryTime([20, 30], good([22, 33])), (150 + 45) / 2);
    assert.equal(recoveryTime([70], good([72, 80])), 150);
  });
});
