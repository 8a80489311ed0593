import assert from 'node:assert/strict';
import { kMeans, type Points } from '../../../../src/analyzing/groups/k-means.ts';
import { adjustedRandIndex } from '../../../../src/analyzing/groups/partitions.ts';
import { Random } from '../../../../src/cluster/random.ts';

const pointsOf = (rows: readonly (readonly number[])[]): Points => ({
  count: rows.length,
  dimension: rows[0]?.length ?? 0,
  values: Float64Array.from(rows.flat()),
});

describe('k-means', () => {
  it('K-means puts centers on the means, and sums the squared distances to them', () => {
    const { centers, labels, inertia } = kMeans(pointsOf([[0], [2], [10], [14]]), 2, { random: new Random(1) });
    assert.deepEqual(
      [...centers].sort((a, b) => a - b),
      [1, 12],
    );
    assert.equal(labels[0], labels[1]);
    assert.equal(labels[2], labels[3]);
    assert.notEqual(labels[0], labels[2]);
    assert.equal(inertia, 1 + 1 + 4 + 4);
  });

  it('K-means finds planted groups with every seed, the same with the same seed', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed, 3);
      const truth = Array.from({ length: 120 }, (_, i) => i % 4);
      const points = pointsOf(
        truth.map((group) => [10 * (group % 2) + random.normal(), 10 * Math.floor(group / 2) + random.normal()]),
      );
      const found = kMeans(points, 4, { random: new Random(seed) });
      assert.ok(adjustedRandIndex(found.labels, truth) > 0.99);
      assert.deepEqual(kMeans(points, 4, { random: new Random(seed) }), found);
    }
  });

  it('K-means makes no more groups than there are distinct points', () => {
    const found = kMeans(pointsOf([[1], [1], [5], [1]]), 3, { random: new Random(1) });
    assert.equal(found.groups, 2);
    assert.equal(found.inertia, 0);
    assert.equal(kMeans(pointsOf([]), 3, { random: new Random(1) }).groups, 0);
  });

  it('K-means moves a group that lost its points to the farthest one', () => {
    // With this seed one of the four groups runs empty on the way; it must not stay so.
    const points = pointsOf([
      [17, 16],
      [19, 12],
      [13, 6],
      [18, 9],
      [15, 14],
      [0, 1],
      [15, 4],
      [14, 9],
      [13, 15],
    ]);
    const found = kMeans(points, 4, { random: new Random(6208), restarts: 1 });
    assert.equal(new Set(found.labels).size, 4);
    for (let g = 0; g < 4; g++)
      for (const d of [0, 1]) {
        const own = Array.from(found.labels.keys()).filter((i) => found.labels[i] === g);
        const mean = own.reduce((sum, i) => sum + points.values[2 * i + d], 0) / own.length;
        assert.ok(Math.abs(found.centers[2 * g + d] - mean) < 1e-12);
      }
  });
});
