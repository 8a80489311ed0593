import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { packTrajectories, type Trajectories } from '../../../../../src/analyzing/trajectories/trajectories.ts';
import { placeOf } from '../../../../../src/hosts/extension/webviews/episode-arguments.ts';
import {
  episodeList,
  episodeMessage,
  recordedSeeds,
  TrajectoryFiles,
} from '../../../../../src/hosts/extension/webviews/episode-data.ts';
import { artifactPath } from '../../../../../src/runs/run-directory.ts';
import { pack, unpack } from '../../../../../src/runs/typed-arrays.ts';
import { episodeView } from '../../../../../webview/protocol/episode.ts';
import { fourAgents, makeTrajectories } from '../../../analyzing/synthetic.ts';
import { useFolder } from '../../../runs/helpers.ts';

describe('Data of the Episode view', () => {
  const folder = useFolder();
  const write = (seed: number, bytes: Uint8Array): string => {
    const path = artifactPath(folder(), `trajectories/${seed}.bin`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    return path;
  };
  const made = makeTrajectories({ agents: fourAgents(), episodes: 3, steps: 5, noise: 0.5, seed: 4 });
  /** Trajectories with everything that format 2 may have. */
  const full: Trajectories = {
    ...made,
    entryPoints: ['a'],
    rules: made.agents.map(({ name }) => [`${name}: pending > 40`]),
    expectedMeaning: 'Return.',
    episodes: made.episodes.map((episode) => ({
      ...episode,
      events: [{ type: 'attack', service: '', from: 30, to: 60, size: 90 }],
      probabilities: made.agents.map(({ options }) => new Float32Array(5 * options.length).fill(1 / options.length)),
      expected: episode.expected.map((_, i) => (i === 0 ? NaN : i / 8)),
    })),
  };
  const place = (episode: number, seed = 1) => ({ directory: folder(), seed, episode });
  const read = async (trajectories: Trajectories, episode: number) => {
    write(1, packTrajectories(trajectories));
    return episodeMessage(place(episode), await new TrajectoryFiles().get(folder(), 1));
  };

  it('The Episode view gets what was recorded of the requested episode', async () => {
    const message = await read(full, 2);
    const { states, actions, allowed, satisfied } = full.episodes[2];
    const { stateFields } = full;
    assert.equal(episodeView.toView.episode.problem(message, 'episode'), undefined);
    const pending = message.fields.find(({ name }) => name === 'b.pending')!.values;
    const column = stateFields.indexOf('b.pending');
    for (let step = 0; step < 5; step++) {
      const exact = states[step * stateFields.length + column];
      assert.ok(Math.abs(pending[step]! - exact) <= 1e-3 * Math.abs(exact), `${pending[step]} for ${exact}`);
    }
    const [, , medic] = message.agents;
    assert.deepEqual(medic.actions, [...actions.subarray(10, 15)]);
    assert.equal(medic.allowed, allowed[2].join(''));
    assert.deepEqual(medic.rules, ['medic: pending > 40']);
    assert.deepEqual(message.agents[0].expected, [null, 0.125, 0.25, 0.375, 0.5]);
    assert.deepEqual(new Set(medic.probabilities), new Set([40]));
    assert.equal(message.goals[0].satisfied, satisfied.join(''));
    assert.deepEqual(message.events, full.episodes[2].events);
    assert.deepEqual(message.entryPoints, ['a']);
  });

  it('An episode message is small', async () => {
    const message = await read(full, 0);
    assert.ok(JSON.stringify(message).length < 20_000, String(JSON.stringify(message).length));
  });

  it('An episode message leaves out what format 1 did not record, and shares that are not known', async () => {
    const { json, arrays } = unpack(packTrajectories(full));
    const { rules, expectedMeaning, entryPoints, ...older } = json as Record<string, unknown>;
    assert.ok(rules && expectedMeaning !== undefined && entryPoints);
    const kept = Object.entries(arrays).filter(([name]) => !/\.(probabilities|expected|rule)/.test(name));
    const episodes = (older.episodes as Record<string, unknown>[]).map(({ events, ...rest }) => (void events, rest));
    write(1, pack({ json: { ...older, episodes, format: 1 }, arrays: Object.fromEntries(kept) }));
    const message = episodeMessage(place(0), await new TrajectoryFiles().get(folder(), 1));
    const { rules: told, rule, probabilities, expected } = message.agents[1];
    assert.deepEqual(
      [told, rule, probabilities, expected, message.events, message.entryPoints, message.expectedMeaning],
      [null, null, null, null, null, null, ''],
    );
    const blank = full.episodes.map((episode) => ({
      ...episode,
      probabilities: episode.probabilities.map((shares) => shares.map(() => NaN)),
    }));
    const unknown = await read({ ...full, episodes: blank }, 0);
    assert.deepEqual(new Set(unknown.agents[0].probabilities), new Set([-1]));
  });

  it('An episode message has gaps where a number is not finite', async () => {
    const states = full.episodes[0].states.slice();
    states[0] = NaN;
    const objective = full.episodes[0].objective.map(() => Infinity);
    const message = await read({ ...full, episodes: [{ ...full.episodes[0], states, objective }] }, 0);
    assert.equal(message.fields[0].values[0], null);
    assert.deepEqual(message.objective, [null, null, null, null, null]);
  });

  it('An episode without steps becomes a message without steps', async () => {
    const empty = makeTrajectories({ agents: fourAgents(), episodes: 1, steps: 0, noise: 0, seed: 1 });
    const message = await read(empty, 0);
    assert.equal(message.steps, 0);
    assert.deepEqual(message.agents[0].actions, []);
  });

  it('The Episode view lists the episodes of a seed and the seeds of a run', async () => {
    write(1, packTrajectories(full));
    write(12, packTrajectories(full));
    writeFileSync(artifactPath(folder(), 'trajectories/1.parquet'), '');
    assert.deepEqual(await recordedSeeds(folder()), [1, 12]);
    const list = episodeList(folder(), 12, await new TrajectoryFiles().get(folder(), 12));
    assert.deepEqual(list.steps, [5, 5, 5]);
    assert.equal(list.scenarios[list.scenario[1]], full.episodes[1].scenario);
    const [first] = full.episodes;
    const mean = first.objective.reduce((sum, value) => sum + value, 0) / 5;
    assert.ok(Math.abs(list.objective[0]! - mean) < 1e-3);
    assert.equal(episodeView.toView.episodes.problem(list, 'list'), undefined);
  });

  it('The Episode view lists no seed of a run without trajectories', async () =>
    assert.deepEqual(await recordedSeeds(`${folder()}/nothing`), []));

  it('The Episode view says in a sentence why an episode cannot be shown', async () => {
    const files = new TrajectoryFiles();
    await assert.rejects(files.get(folder(), 3), /3\.bin does not exist/);
    await assert.rejects(read(full, 3), /has no episode 3: it has 3, counted from 0/);
    const cut = { ...full, episodes: [{ ...full.episodes[0], actions: new Int32Array(3) }] };
    await assert.rejects(
      read(cut, 0),
      /Episode 0 of seed 1 does not have the format of this version .*: run Analyze again/,
    );
    const wrong = { ...full, episodes: [{ ...full.episodes[0], allowed: [new Uint8Array(1)] }] };
    await assert.rejects(read(wrong, 0), /run Analyze again/);
    write(1, packTrajectories(full).subarray(0, 200));
    await assert.rejects(new TrajectoryFiles().get(folder(), 1), /run Analyze again/);
  });

  it('A file of trajectories is read once as long as it does not change', async () => {
    const files = new TrajectoryFiles();
    const path = write(1, packTrajectories(full));
    const before = await files.get(folder(), 1);
    assert.equal(await files.get(folder(), 1), before);
    writeFileSync(path, packTrajectories({ ...full, episodes: full.episodes.slice(0, 1) }));
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
    assert.equal((await files.get(folder(), 1)).episodes.length, 1);
  });
});

describe('Arguments that open an episode', () => {
  const seeds = () => Promise.resolve([1, 4]);
  const first = (seed: number, episode: number) => ({ directory: '/r', seed, episode });

  it('An episode is opened by seed, episode, agent and step, one by one or as an object', async () => {
    const all = { first: first(4, 2), second: null, agent: 'relief', step: 7 };
    assert.deepEqual(await placeOf('/r', [4, 2, 'relief', 7], seeds), all);
    assert.deepEqual(await placeOf('/r', [{ seed: 4, episode: 2, agent: 'relief', step: 7 }], seeds), all);
  });

  it('The first episode of the first seed is opened if the arguments name no other', async () => {
    const plain = { first: first(1, 0), second: null };
    for (const args of [[], [undefined, undefined], [null], [[{}, {}]], [3, -1], ['4', '2'], [{ seed: 9 }]])
      assert.deepEqual(await placeOf('/r', args, seeds), plain, JSON.stringify(args));
    assert.deepEqual((await placeOf('/r', [], () => Promise.resolve([]))).first, first(0, 0));
  });
});
