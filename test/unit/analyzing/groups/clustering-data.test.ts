import assert from 'node:assert/strict';
import type { MoveAlphabet } from '../../../../src/analyzing/groups/action-sequences.ts';
import { analyze } from '../../../../src/analyzing/analyze.ts';
import { condensedIndex, type CondensedDistances } from '../../../../src/analyzing/groups/condensed-distances.ts';
import { principalCoordinates } from '../../../../src/analyzing/groups/principal-coordinates.ts';
import { silhouette, silhouettes } from '../../../../src/analyzing/groups/silhouette.ts';
import type { ClusteringData } from '../../../../src/analyzing/groups/clustering-data.ts';
import { warpedOnto } from '../../../../src/analyzing/groups/warped-sequences.ts';
import { Random } from '../../../../src/cluster/random.ts';
import { CLUSTER, fourAgents, ORGANIZATION, seedsOf, type Plan } from '../synthetic.ts';

function distancesOf(points: readonly (readonly number[])[]): CondensedDistances {
  const count = points.length;
  const values = new Float64Array((count * (count - 1)) / 2);
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++)
      values[condensedIndex(count, i, j)] = Math.hypot(...points[i].map((value, d) => value - points[j][d]));
  return { count, values };
}

describe('principal coordinates', () => {
  it('Principal coordinates give points of the plane back, up to rotation and reflection', () => {
    const random = new Random(3);
    const points = Array.from({ length: 40 }, () => [random.between(-9, 9), random.between(-2, 2)]);
    const distances = distancesOf(points);
    const { x, y, explained } = principalCoordinates(distances);
    const again = distancesOf(Array.from(x, (value, i) => [value, y[i]]));
    for (const [i, value] of distances.values.entries()) assert.ok(Math.abs(again.values[i] - value) < 1e-6);
    assert.ok(explained[0] > explained[1] && Math.abs(explained[0] + explained[1] - 1) < 1e-9);
    // The same, to the bit.
    assert.deepEqual(principalCoordinates(distances), { x, y, explained });
  });

  it('Principal coordinates find the axes of a cross of four points', () => {
    const { x, y, explained } = principalCoordinates(
      distancesOf([
        [3, 0],
        [-3, 0],
        [0, 1],
        [0, -1],
      ]),
    );
    const near = (value: number, expected: number) => assert.ok(Math.abs(value - expected) < 1e-9, `${value}`);
    near(Math.abs(x[0]), 3);
    near(x[0] + x[1], 0);
    near(x[2], 0);
    near(Math.abs(y[2]), 1);
    near(y[0], 0);
    // Eigenvalues 18 and 2.
    near(explained[0], 18 ** 2 / (18 ** 2 + 2 ** 2));
  });

  it('Principal coordinates put equal points, one point, and no point at the origin', () => {
    assert.deepEqual(principalCoordinates(distancesOf([[1], [1], [1]])), {
      x: new Float64Array(3),
      y: new Float64Array(3),
      explained: [0, 0],
    });
    assert.deepEqual(principalCoordinates(distancesOf([[1]])).x, new Float64Array(1));
    assert.deepEqual(principalCoordinates(distancesOf([])).x, new Float64Array(0));
  });

  it('Principal coordinates show distances that fit no plane, and say how well', () => {
    // The way over the first is shorter than the direct one.
    const distances = { count: 3, values: Float64Array.of(1, 1, 3) };
    const { x, explained } = principalCoordinates(distances);
    assert.ok(Math.abs(Math.abs(x[1] - x[2]) - 3) < 0.2);
    assert.ok(explained[0] > 0 && explained[0] + explained[1] <= 1);
  });
});

describe('warped sequences', () => {
  // hold, a +1, a +2
  const alphabet: MoveAlphabet = {
    moves: [
      { service: -1, move: 0 },
      { service: 0, move: 1 },
      { service: 0, move: 2 },
    ],
    distances: Float64Array.of(0, 1, 2, 1, 0, 1, 2, 1, 0),
  };
  const warped = (sequence: number[], onto: number[], band?: number) =>
    Array.from(warpedOnto(Uint16Array.from(sequence), Uint16Array.from(onto), alphabet, band));

  it('Warped sequences stand below the moves that they were aligned with', () => {
    // Starts and ends are aligned with each other, whatever stands there.
    assert.deepEqual(warped([2, 0, 0, 0], [0, 0, 0, 2]), [2, 0, 0, 0]);
    assert.deepEqual(warped([0, 2, 0, 0, 0], [0, 0, 0, 2, 0]), [0, 0, 0, 2, 0]);
    assert.deepEqual(warped([0, 0, 1, 0], [0, 0, 1, 0]), [0, 0, 1, 0]);
  });

  it('Warped sequences keep the larger of two moves at one step, whatever the lengths', () => {
    assert.deepEqual(warped([0, 2, 1], [0, 2]), [0, 2]);
    assert.deepEqual(warped([0, 1, 2], [0, 2]), [1, 2]);
    assert.deepEqual(warped([0, 2, 0], [0, 0, 2, 2, 0]), [0, 0, 2, 2, 0]);
    assert.deepEqual(warped([], [0, 1]), [0, 0]);
    assert.deepEqual(warped([1], []), []);
  });

  it('Warped sequences go no further than the band', () => {
    assert.deepEqual(warped([0, 2, 0, 0, 0], [0, 0, 0, 2, 0], 1), [0, 2, 0, 0, 0]);
  });
});

describe('data for views of the groups', () => {
  const plan: Plan = { agents: fourAgents(), episodes: 8, steps: 40, noise: 0.1, seed: 1 };

  async function dataOf(changed: Partial<Plan> = {}, options: object = {}) {
    let data: ClusteringData | undefined;
    const analysis = await analyze(seedsOf({ ...plan, ...changed }, [1]), ORGANIZATION, {
      cluster: CLUSTER,
      permutations: 9,
      windows: 1,
      ...options,
      onClustering: (given) => (data = given),
    });
    return { analysis, data: data! };
  }

  it('The data for views of the groups agrees with the analysis', async () => {
    const { analysis, data } = await dataOf();
    const count = analysis.sequences.length;
    assert.equal(count, 32);
    assert.equal(data.available, 32);
    assert.equal(data.sequences.length, count);
    assert.equal(data.moves[0], 'hold');
    assert.equal(data.moves[1], 'a -3');
    assert.deepEqual(data.moveOf[1], { service: 0, move: -3 });
    assert.deepEqual(data.services, ['a', 'b', 'c', 'd']);
    const onto = data.sequences[data.medoid];
    assert.ok(data.aligned.every(({ length }) => length === onto.length));
    assert.deepEqual(data.aligned[data.medoid], onto);
    assert.equal(data.map.x.length, count);
    assert.deepEqual(
      data.cuts.map(({ groups }) => groups),
      Array.from({ length: 29 }, (_, i) => i + 2),
    );
    for (const [i, { silhouette: mean, height, groups }] of data.cuts.entries()) {
      const items = data.itemSilhouettes[i];
      assert.equal(items.length, count);
      assert.ok(Math.abs(items.reduce((sum, value) => sum + value, 0) / count / 100 - mean) < 0.006);
      assert.equal(analysis.linkage.filter((merge) => merge[2] > height).length, groups - 1);
    }
    assert.equal(data.suggested.groups, analysis.groups.length);
    assert.match(data.suggested.reason, /^\d groups, with a mean silhouette of 0\.\d\d; /);
    assert.ok(JSON.stringify(data).length < 200_000);
  });

  it('Every sequence of the analysis names its episode', async () => {
    const { analysis } = await dataOf({ episodes: 3 }, {});
    const { trajectories } = seedsOf({ ...plan, episodes: 3 }, [1])[0];
    for (const { source, episode, episodeSeed, objective } of analysis.sequences) {
      assert.equal(source, 0);
      assert.equal(trajectories.episodes[episode].seed, episodeSeed);
      const { objective: values } = trajectories.episodes[episode];
      assert.ok(Math.abs(objective - values.reduce((sum, value) => sum + value, 0) / values.length) < 1e-6);
    }
  });

  it('The data for views says that no groups stand out', async () => {
    const still = fourAgents().map((agent) => ({ ...agent, behavior: () => ({ service: -1, move: 0 }) }));
    const { data } = await dataOf({ agents: still, noise: 0.5 });
    assert.equal(data.suggested.groups, 1);
    assert.match(data.suggested.reason, /^No groups stand out: .* 0\.25 or more\.$/);
  });

  it('The data for views is complete for one sequence and for two', async () => {
    const [one] = fourAgents();
    const alone = await dataOf({ agents: [one], episodes: 1 });
    assert.deepEqual(alone.data.cuts, []);
    assert.equal(alone.data.suggested.reason, 'There is one action sequence: nothing to compare it with.');
    const two = await dataOf({ agents: [one], episodes: 2 });
    assert.deepEqual(two.data.cuts, []);
  });
});

describe('silhouettes', () => {
  it('Silhouettes of a small example are those by hand, with their mean', () => {
    const distances = distancesOf([[0], [1], [10], [12]]);
    const labels = [0, 0, 1, 1];
    const expected = [1 - 1 / 11, 1 - 1 / 10, 1 - 2 / 9.5, 1 - 2 / 11.5];
    const found = silhouettes(distances, labels);
    for (const [i, value] of expected.entries()) assert.ok(Math.abs(found[i] - value) < 1e-12);
    assert.ok(Math.abs(silhouette(distances, labels) - expected.reduce((a, b) => a + b) / 4) < 1e-12);
  });
});
