import assert from 'node:assert/strict';
import { eventsOf } from '../../../../src/analyzing/trajectories/episode-events.ts';

describe('the events of an episode', () => {
  const seconds = 6;
  const calm = {
    seconds,
    attack: new Float32Array(seconds),
    crash: new Float32Array(2 * seconds),
    factor: new Float32Array(2 * seconds).fill(1),
    kills: [],
  };

  it('An episode in which nothing happens has no events', () => assert.deepEqual(eventsOf(calm, ['a', 'b']), []));

  it('Events are stretches with their worst value, in the order of their beginnings', () => {
    // Seconds 1-3 and 5 of an attack; b crashes from 2 on; a is slowed down at 0 and 1.
    const attack = Float32Array.of(0, 30, 90, 60, 0, 15);
    const crash = Float32Array.of(0, 0, 0, 0, 0, 0.25, 0, 0.5, 0, 0.25, 0, 0.25);
    const factor = Float32Array.of(0.5, 1, 0.25, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    const kills = [{ second: 4, service: 1, pods: 2 }];
    assert.deepEqual(eventsOf({ ...calm, attack, crash, factor, kills }, ['a', 'b']), [
      { type: 'contention', service: 'a', from: 0, to: 2, size: 0.25 },
      { type: 'attack', service: '', from: 1, to: 4, size: 90 },
      { type: 'crashes', service: 'b', from: 2, to: 6, size: 0.5 },
      { type: 'crash', service: 'b', from: 4, to: 4, size: 2 },
      { type: 'attack', service: '', from: 5, to: 6, size: 15 },
    ]);
  });
});
