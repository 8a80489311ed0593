import assert from 'node:assert/strict';
import {
  csvLines,
  jsonLines,
  packTrajectories,
  unpackTrajectories,
} from '../../../../src/analyzing/trajectories/trajectories.ts';
import { pack } from '../../../../src/runs/typed-arrays.ts';
import { fourAgents, makeTrajectories, STATE_FIELDS } from '../synthetic.ts';

const small = makeTrajectories({ agents: fourAgents(), episodes: 3, steps: 5, noise: 0.5, seed: 4 });

describe('trajectories', () => {
  it('Packed trajectories come back as they were', () => {
    const bytes = packTrajectories(small);
    assert.deepEqual(unpackTrajectories(bytes), small);
    assert.deepEqual(packTrajectories(unpackTrajectories(bytes)), bytes);
    const none = { ...small, episodes: [] };
    assert.deepEqual(unpackTrajectories(packTrajectories(none)), none);
  });

  it('A file that holds no trajectories is refused', () => {
    assert.throws(
      () => unpackTrajectories(pack({ json: { format: 1, kind: 'policies' }, arrays: {} })),
      /record them again/,
    );
    assert.throws(() => unpackTrajectories(packTrajectories(small).subarray(0, 100)), /checksum|cut short/);
  });

  it('Trajectories are written as CSV, one row per decision', () => {
    const odd = {
      ...small,
      episodes: [{ ...small.episodes[0], load: 'twitter, "day 3"' }],
    };
    const lines = [...csvLines(odd)];
    assert.equal(lines.length, 1 + 5);
    const header = lines[0].split(',');
    assert.deepEqual(header.slice(0, 8), [
      'episode',
      'scenario',
      'load',
      'seed',
      'step',
      'seconds',
      'objective',
      'a.pending',
    ]);
    assert.equal(header.length, 7 + STATE_FIELDS.length + 4 * 8 + 1);
    assert.match(lines[2], /^0,bottleneck,"twitter, ""day 3""",0,1,30,/);
  });

  it('Trajectories are written as JSON lines, with actions in words', () => {
    const rows = [...jsonLines(small)].map((line) => JSON.parse(line));
    assert.equal(rows.length, 15);
    const episode = small.episodes[1];
    const { options } = small.agents[2];
    const { service, move } = options[episode.actions[2 * 5 + 3]];
    const expected = move === 0 ? 'hold' : `${small.services[service]} ${move > 0 ? '+' : ''}${move}`;
    assert.equal(rows[5 + 3].agents.medic.action, expected);
    assert.equal(rows[5 + 3].agents.medic.allowed.length, options.length);
    assert.equal(
      rows[5 + 3].state['b.pending'],
      episode.states[3 * STATE_FIELDS.length + STATE_FIELDS.indexOf('b.pending')],
    );
    const { medic } = rows[5 + 3].agents;
    assert.equal(medic.rule, move === 0 ? '' : 'medic: true');
    assert.equal(medic.probability, episode.probabilities[2][3 * options.length + episode.actions[2 * 5 + 3]]);
    assert.equal(medic.expected, episode.expected[2 * 5 + 3]);
    const sum = Object.values(medic.probabilities as Record<string, number>).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-6);
    assert.equal(rows[5 + 3].satisfied['short-queues'], episode.satisfied[3] === 1);
  });
});
