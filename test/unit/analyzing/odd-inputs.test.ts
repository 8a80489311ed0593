/** Inputs that are empty, tiny, constant, broken or enormous: each gets a result that says so, or a sentence. */
import assert from 'node:assert/strict';
import type { Analysis } from '../../../src/analyzing/analysis.ts';
import { analyze, MOST_SEQUENCES, type AnalyzeOptions } from '../../../src/analyzing/analyze.ts';
import { rolesAsYaml } from '../../../src/analyzing/proposals/inferred-yaml.ts';
import type { SeedTrajectories, TrajectoryEpisode } from '../../../src/analyzing/trajectories/trajectories.ts';
import type { ClusteringData } from '../../../src/analyzing/groups/clustering-data.ts';
import { CLUSTER, fourAgents, ORGANIZATION, seedsOf, STATE_FIELDS, type Plan } from './synthetic.ts';

const plan: Plan = { agents: fourAgents(), episodes: 8, steps: 60, noise: 0.1, seed: 1 };
const HOLDING = fourAgents().map((agent) => ({ ...agent, behavior: () => ({ service: -1, move: 0 }) }));

async function run(seeds: readonly SeedTrajectories[], options: Partial<AnalyzeOptions> = {}) {
  let data: ClusteringData | undefined;
  const analysis = await analyze(seeds, ORGANIZATION, {
    cluster: CLUSTER,
    permutations: 9,
    windows: 1,
    onClustering: (given) => (data = given),
    ...options,
  });
  assertNumbers(analysis);
  return { analysis, data: data! };
}

/** Nothing is NaN but a mean J that nobody knows. */
function assertNumbers(value: unknown, path = 'analysis'): void {
  if (typeof value === 'number') assert.ok(!Number.isNaN(value) || path.endsWith('.objective'), `${path} is NaN`);
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) assertNumbers(item, `${path}.${key}`);
}

const changed = (seeds: SeedTrajectories[], change: (episode: TrajectoryEpisode, index: number) => TrajectoryEpisode) =>
  seeds.map(({ seed, trajectories }) => ({
    seed,
    trajectories: { ...trajectories, episodes: trajectories.episodes.map(change) },
  }));

const emptied = (episode: TrajectoryEpisode): TrajectoryEpisode => ({
  ...episode,
  steps: 0,
  objective: new Float32Array(),
  states: new Float32Array(),
  actions: new Int32Array(),
  freeActions: new Int32Array(),
  allowed: episode.allowed.map(() => new Uint8Array()),
  probabilities: episode.probabilities.map(() => new Float32Array()),
  active: new Uint8Array(),
  expected: new Float32Array(),
  rule: new Int16Array(),
  satisfied: new Uint8Array(),
});

describe('odd inputs of the analysis', () => {
  it('The analysis refuses no trajectories, no agents, and no decisions with a sentence', async () => {
    const [seed] = seedsOf(plan, [1]);
    const none = { ...seed, trajectories: { ...seed.trajectories, agents: [] } };
    await assert.rejects(run([]), /There are no trajectories to analyze; record some first\./);
    await assert.rejects(run([none]), /have no agents/);
    await assert.rejects(run(changed([seed], emptied)), /No episode has a decision/);
  });

  it('The analysis leaves out an episode without a decision', async () => {
    const seeds = changed(seedsOf(plan, [1, 2]), (episode, e) => (e === 3 ? emptied(episode) : episode));
    const { analysis, data } = await run(seeds);
    assert.equal(analysis.sequences.length, 7 * 4 * 2);
    assert.ok(analysis.sequences.every(({ episode }) => episode !== 3));
    assert.deepEqual(analysis.notes, ['2 episodes without a decision were left out.']);
    assert.equal(data.available, 7 * 4 * 2);
  });

  it('The analysis works with one agent, and with one episode', async () => {
    const one = await run(seedsOf({ ...plan, agents: fourAgents().slice(0, 1) }, [1]));
    assert.deepEqual(one.analysis.notes, ['There is one agent: relations need two.']);
    assert.ok(one.analysis.relations.every(({ relations }) => relations.length === 0));
    const { analysis } = await run(seedsOf({ ...plan, episodes: 1 }, [1]));
    assert.equal(analysis.notes.length, 1);
    assert.match(analysis.notes[0], /There is one episode/);
    const both = await run(seedsOf({ ...plan, agents: fourAgents().slice(0, 1), episodes: 1, steps: 1 }, [1]));
    assert.equal(both.analysis.sequences.length, 1);
    assert.equal(both.data.suggested.groups, 1);
  });

  it('The analysis finds no roles for agents that never move', async () => {
    const { analysis, data } = await run(seedsOf({ ...plan, agents: HOLDING, noise: 0 }, [1]));
    assert.ok(analysis.notes.includes('No agent ever moved: there are no roles to infer.'));
    assert.equal(analysis.groups.length, 1);
    assert.equal(rolesAsYaml(analysis.roles), '');
    assert.deepEqual(
      analysis.proposals.filter(({ kind }) => kind === 'role'),
      [],
    );
    assert.ok(data.map.x.every((value) => value === 0));
  });

  it('States that never change tell no goal, and no rule but which services are moved', async () => {
    const constant = changed(seedsOf(plan, [1]), (episode) => ({ ...episode, states: episode.states.map(() => 2) }));
    const { analysis } = await run(constant);
    // The same numbers are more for a service of less throughput.
    const conditions = analysis.roles.flatMap(({ rules }) => rules.map(({ when }) => when));
    assert.ok(
      conditions.every((when) => /^!?\(?service\.demand/.test(when)),
      conditions.join('\n'),
    );
    assert.ok(analysis.goals.every(({ satisfiedWhen }) => satisfiedWhen === ''));
    assert.deepEqual(analysis.proposals, []);
  });

  it('States and scores that are not numbers are left out, and the rest is as it was', async () => {
    const many: Plan = { agents: fourAgents(10), episodes: 1, steps: 120, noise: 0.02, seed: 1 };
    const broken = changed(seedsOf(many, [1]), (episode) => {
      const states = episode.states.slice();
      for (let step = 0; step < episode.steps; step += 10) states[step * STATE_FIELDS.length + (step % 7)] = NaN;
      const objective = episode.objective.slice();
      objective[3] = NaN;
      return { ...episode, states, objective };
    });
    const { analysis } = await run(broken);
    assert.ok(analysis.notes.some((note) => note.startsWith('At 12 steps a field of the state was not a number')));
    assert.ok(analysis.notes.some((note) => note.startsWith('Where J was not a number')));
    assert.ok(analysis.sequences.every(({ objective }) => Number.isFinite(objective)));
    const medic = analysis.roles.find(({ matches }) => matches === 'medic');
    assert.match(medic!.rules[0].when, /service\.failed > 0/);

    const nothing = changed(seedsOf(many, [1]), (episode) => ({
      ...episode,
      states: episode.states.map(() => NaN),
      objective: episode.objective.map(() => NaN),
    }));
    const { analysis: without } = await run(nothing);
    assert.equal(without.purity, 1, 'what they did is known all the same');
    assert.ok(without.roles.every(({ rules }) => rules.length === 0));
    assert.deepEqual(without.goals, []);
    const back = JSON.parse(JSON.stringify(without)) as Analysis;
    assert.equal(back.sequences[0].objective, null);
  });

  it('The analysis of 5 000 trajectories takes a sample, in bounded time, and says so', async () => {
    const seeds = seedsOf({ ...plan, agents: fourAgents(), episodes: 1250, steps: 30 }, [1]);
    const before = process.memoryUsage().rss;
    const { analysis, data } = await run(seeds);
    assert.equal(data.available, 5000);
    assert.equal(analysis.sequences.length, 160);
    assert.match(analysis.notes[0], /^Of 5000 action sequences 160 were compared, spread evenly over the episodes/);
    assert.ok(analysis.groups.length >= 2);
    assert.ok(process.memoryUsage().rss - before < 1 << 29);
  });

  it('The analysis compares 1 000 trajectories each with each when asked, and keeps to its maximum', async () => {
    const seeds = seedsOf({ ...plan, episodes: 250, steps: 20 }, [1]);
    const { analysis, data } = await run(seeds, { maxSequences: 1_000_000 });
    assert.equal(analysis.settings.maxSequences, MOST_SEQUENCES);
    assert.equal(analysis.sequences.length, 1000);
    assert.deepEqual(analysis.notes, []);
    assert.equal(data.cuts.length, 29);
  });
});
