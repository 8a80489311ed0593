import assert from 'node:assert/strict';
import { sampleSequences, moveAlphabet } from '../../../src/analyzing/groups/action-sequences.ts';
import { analyze, type AnalyzeOptions } from '../../../src/analyzing/analyze.ts';
import { goalsAsYaml, rolesAsYaml } from '../../../src/analyzing/proposals/inferred-yaml.ts';
import { matchGroups } from '../../../src/analyzing/groups/role-groups.ts';
import { loadSpecs } from '../../../src/spec/load.ts';
import { CLUSTER, fourAgents, ORGANIZATION, seedsOf, type Plan } from './synthetic.ts';

const plan: Plan = { agents: fourAgents(), episodes: 8, steps: 60, noise: 0.1, seed: 1 };
const options: AnalyzeOptions = { cluster: CLUSTER, permutations: 39, windows: 2 };

describe('analysis', () => {
  it('The analysis recovers four planted behaviors under 10 % noise, over several seeds', async () => {
    for (const seed of [1, 2, 3]) {
      const analysis = await analyze(
        seedsOf({ ...plan, agents: fourAgents(10), episodes: 1 }, [seed]),
        ORGANIZATION,
        options,
      );
      assert.equal(analysis.sequences.length, 40);
      assert.ok(analysis.purity >= 0.95, `seed ${seed}: purity ${analysis.purity}, ${analysis.groups.length} groups`);
      assert.ok(analysis.fit.structural! > 0.2);
    }
  });

  it('The analysis says that no groups stand out where there are none, whatever the seed and the noise', async () => {
    const random = fourAgents(5).map((agent) => ({ ...agent, behavior: () => ({ service: -1, move: 0 }) }));
    for (const noise of [0.1, 0.5, 1])
      for (const seed of [1, 2, 3, 4]) {
        const seeds = seedsOf({ ...plan, agents: random, noise, episodes: 4 }, [seed]);
        const analysis = await analyze(seeds, ORGANIZATION, { ...options, permutations: 9, windows: 1 });
        assert.equal(analysis.groups.length, 1, `noise ${noise}, seed ${seed}`);
        assert.equal(analysis.silhouette, 0);
        assert.equal(analysis.stability, undefined);
      }
  });

  it('The analysis is stable over seeds, deterministic, and survives JSON', async () => {
    const seeds = seedsOf(plan, [1, 2, 3]);
    const progress: number[] = [];
    const first = await analyze(seeds, ORGANIZATION, { ...options, onProgress: (done) => progress.push(done) });
    const second = await analyze(seeds, ORGANIZATION, options);
    assert.equal(JSON.stringify(first), JSON.stringify(second));
    assert.deepEqual(JSON.parse(JSON.stringify(first)), JSON.parse(JSON.stringify(second)));
    assert.ok(first.stability! > 0.8, `${first.stability}`);
    assert.ok(progress.every((done, i) => i === 0 || done >= progress[i - 1]));
    assert.equal(progress.at(-1), 1000);
    assert.equal(first.linkage.length, first.sequences.length - 1);
    assert.deepEqual(first.seeds, [1, 2, 3]);
    assert.deepEqual(first.declaredLinks, [{ kind: 'authority', from: 'medic', to: 'shrinker' }]);
    assert.equal(first.relations.length, 2);
    assert.ok(first.goals.length >= 1);
    const [satisfaction] = first.goalSatisfaction;
    assert.deepEqual(
      satisfaction.scenarios.map(({ scenario }) => scenario),
      ['bottleneck', 'failures'],
    );
  });

  it('The analysis infers the roles that the agents were given, as valid YAML', async () => {
    // Ten agents of each kind: what they do in one episode, with the last quarter of it held out.
    const many = { agents: fourAgents(10), episodes: 1, steps: 120, noise: 0.02, seed: 1 };
    const analysis = await analyze(seedsOf(many, [1]), ORGANIZATION, options);
    assert.equal(analysis.purity, 1);
    const roleOf = (name: string) => analysis.roles.find((role) => role.matches === name)!;
    const [medic] = roleOf('medic').rules.filter(({ direction }) => direction === 'up');
    assert.match(medic.when, /service\.failed > 0/);
    assert.deepEqual(medic.scale, [1]);
    assert.ok(medic.heldOut.recall! > 0.85);
    const [relief] = roleOf('relief').rules.filter(({ direction }) => direction === 'up');
    assert.match(relief.when, /pending > |demand > |utilization > /);
    const [shield] = roleOf('shield').rules.filter(({ direction }) => direction === 'up');
    assert.match(shield.when, /change\(e\.received, '30s'\) > 0\.2/);
    assert.deepEqual(shield.services, ['b']);
    assert.ok(shield.fitted.recall! > 0.85 && shield.fitted.precision! > 0.6);
    assert.ok(roleOf('medic').allowsTaken! > 0.8 && roleOf('medic').allowsAll! < 0.2);

    const yaml = rolesAsYaml(analysis.roles);
    const withRules = analysis.roles.filter(({ rules }) => rules.length > 0);
    assert.ok(withRules.length >= 4);
    assert.match(yaml, /# scale up: precision [\d.]+ %, recall [\d.]+ % on \d+ held-out cases/);
    const { model, problems } = loadSpecs([{ path: 'inferred.karma.yaml', text: yaml + goalsAsYaml(analysis.goals) }]);
    assert.deepEqual(
      problems.filter(({ severity }) => severity === 'error'),
      [],
    );
    assert.deepEqual(
      model.roles.map(({ name, rules, otherwise }) => ({
        name,
        otherwise,
        rules: rules.map(({ when, scale, services }) => ({ when, scale, services })),
      })),
      withRules.map(({ name, rules }) => ({
        name,
        otherwise: 'hold',
        rules: rules.map(({ when, scale, services }) => ({ when, scale, services })),
      })),
    );
  });

  it('The analysis proposes a role for agents that have none', async () => {
    const agents = fourAgents(10).map((agent) => (agent.name.startsWith('medic') ? { ...agent, roles: [] } : agent));
    const many = { agents, episodes: 1, steps: 120, noise: 0.02, seed: 1 };
    const analysis = await analyze(seedsOf(many, [1]), ORGANIZATION, options);
    const proposed = analysis.roles.filter((role) => role.matches === undefined);
    assert.equal(proposed.length, 1);
    assert.ok(proposed[0].allowsTaken! >= 0.85, `${proposed[0].allowsTaken}`);
    assert.ok(proposed[0].allowsAll! <= 1 / 3, `${proposed[0].allowsAll}`);
    assert.match(rolesAsYaml(proposed), /matches no declared role/);
  });

  it('The analysis handles one agent in one episode, and agents that never move', async () => {
    const [still] = fourAgents().map((agent) => ({ ...agent, behavior: () => ({ service: -1, move: 0 }) }));
    const one = seedsOf({ agents: [still], episodes: 1, steps: 10, noise: 0, seed: 1 }, [1]);
    const analysis = await analyze(one, ORGANIZATION, options);
    assert.deepEqual(analysis.linkage, []);
    assert.equal(analysis.groups.length, 1);
    assert.equal(rolesAsYaml(analysis.roles), '');
    assert.equal(analysis.roles[0].allowsTaken, undefined);
  });

  it('The analysis cuts the dendrogram in the way that its settings ask for', async () => {
    const cutInto = async (cut: AnalyzeOptions['cut']) =>
      (await analyze(seedsOf(plan, [1]), ORGANIZATION, { ...options, cut: cut! })).groups.length;
    assert.equal(await cutInto({ by: 'count', groups: 5 }), 5);
    assert.equal(await cutInto({ by: 'height', height: 0 }), 4 * 8);
    assert.equal(await cutInto({ by: 'height', height: 1e9 }), 1);
    const bySilhouette = await cutInto({ by: 'silhouette', maximum: 6, minimum: 0.25 });
    assert.ok(bySilhouette >= 2 && bySilhouette <= 6);
  });

  it('The analysis refuses what it cannot analyze in a sentence, and stops on the signal', async () => {
    await assert.rejects(analyze([], ORGANIZATION, options), /no trajectories/);
    const mixed = [...seedsOf(plan, [1]), ...seedsOf({ ...plan, agents: fourAgents(2) }, [2])];
    await assert.rejects(analyze(mixed, ORGANIZATION, options), /cannot be analyzed together/);
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(analyze(seedsOf(plan, [1]), ORGANIZATION, { ...options, signal }), /enough/);
  });
});

describe('groups against roles', () => {
  it('Groups match declared roles by majority, mark variants, and propose the rest', () => {
    const labels = [0, 0, 0, 1, 1, 2, 2, 2, 3];
    const classes = ['r', 'r', 's', 'r', 'r', 's', 't', 'u', 'no role'];
    const groups = matchGroups(labels, classes);
    assert.deepEqual(
      groups.map(({ role, variant, sequences }) => ({ role, variant, sequences })),
      [
        { role: 'r', variant: true, sequences: 3 },
        { role: 'r', variant: false, sequences: 2 },
        { role: undefined, variant: false, sequences: 3 },
        { role: undefined, variant: false, sequences: 1 },
      ],
    );
    assert.deepEqual(groups[0].roles, [
      { role: 'r', sequences: 2 },
      { role: 's', sequences: 1 },
    ]);
  });
});

describe('sampled sequences', () => {
  it('The sample of sequences takes every agent in the same episodes of every seed', () => {
    const seeds = seedsOf(plan, [1, 2]);
    const alphabet = moveAlphabet(seeds[0].trajectories.agents);
    assert.equal(alphabet.moves.length, 1 + 4 * 6);
    const sequences = sampleSequences(seeds, alphabet, 24);
    assert.equal(sequences.length, 24);
    assert.deepEqual([...new Set(sequences.map(({ episode }) => episode))], [1, 4, 6]);
    assert.equal(sampleSequences(seeds, alphabet, 1).length, 8);
  });
});
