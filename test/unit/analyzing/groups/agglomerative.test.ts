import assert from 'node:assert/strict';
import fc from 'fast-check';
import { agglomerate, type LinkageMethod } from '../../../../src/analyzing/groups/agglomerative.ts';
import {
  cutByCount,
  cutByHeight,
  cutBySilhouette,
  cutBySplits,
  subset,
} from '../../../../src/analyzing/groups/dendrogram-cuts.ts';
import { condensedIndex, type CondensedDistances } from '../../../../src/analyzing/groups/condensed-distances.ts';
import { silhouette } from '../../../../src/analyzing/groups/silhouette.ts';

const distancesOf = (points: readonly (readonly number[])[]): CondensedDistances => ({
  count: points.length,
  values: Float64Array.from(
    points.flatMap((a, i) => points.slice(i + 1).map((b) => Math.hypot(...a.map((value, d) => value - b[d])))),
  ),
});

// Twelve points; the values below are of scipy.cluster.hierarchy.linkage (1.15) on the same points.
const POINTS = Array.from({ length: 12 }, (_, i) => [10 * Math.sin(i * i), 10 * Math.cos(3 * i)]);
/** Those of pairs of items; Ward's is held against SciPy itself in peers.test.ts. */
type PairLinkage = Exclude<LinkageMethod, 'ward'>;
const SCIPY: Record<PairLinkage, number[][]> = {
  single: [
    [0, 4, 3.2752084811544306, 2],
    [2, 6, 3.8095414076438447, 2],
    [7, 9, 4.125709586346333, 2],
    [1, 3, 4.3653501686354685, 2],
    [8, 11, 4.44494401664702, 2],
    [10, 14, 4.63165234795793, 3],
    [12, 13, 4.831106786982149, 4],
    [5, 15, 5.65139471501639, 3],
    [17, 19, 6.827477418765397, 6],
    [18, 20, 7.012332225609507, 10],
    [16, 21, 9.893082759769436, 12],
  ],
  complete: [
    [0, 4, 3.2752084811544306, 2],
    [2, 6, 3.8095414076438447, 2],
    [7, 9, 4.125709586346333, 2],
    [1, 3, 4.3653501686354685, 2],
    [8, 11, 4.44494401664702, 2],
    [10, 14, 8.324254054039923, 3],
    [5, 17, 9.87507746525176, 4],
    [12, 13, 10.483367936093241, 4],
    [15, 16, 14.28643036877334, 4],
    [18, 19, 18.297133544936763, 8],
    [20, 21, 25.21430744323171, 12],
  ],
  average: [
    [0, 4, 3.2752084811544306, 2],
    [2, 6, 3.8095414076438447, 2],
    [7, 9, 4.125709586346333, 2],
    [1, 3, 4.3653501686354685, 2],
    [8, 11, 4.44494401664702, 2],
    [10, 14, 6.477953200998926, 3],
    [12, 13, 7.541770732525617, 4],
    [5, 15, 7.829123484452513, 3],
    [17, 18, 11.87148117534484, 7],
    [16, 19, 13.076801344376136, 5],
    [20, 21, 17.06046861892656, 12],
  ],
};
const METHODS = Object.keys(SCIPY) as PairLinkage[];

describe('agglomerative grouping', () => {
  it('Average linkage joins 0 and 1, then 5 and 7, then both at the mean of the four distances', () => {
    const linkage = agglomerate(distancesOf([[0], [1], [5], [7]]), 'average');
    assert.deepEqual(linkage, [
      [0, 1, 1, 2],
      [2, 3, 2, 2],
      [4, 5, (5 + 7 + 4 + 6) / 4, 4],
    ]);
  });

  for (const method of METHODS)
    it(`The linkage matrix equals that of SciPy for the method ${method}`, () => {
      const linkage = agglomerate(distancesOf(POINTS), method);
      assert.equal(linkage.length, SCIPY[method].length);
      for (const [row, expected] of SCIPY[method].entries())
        for (const column of [0, 1, 2, 3])
          assert.ok(Math.abs(linkage[row][column] - expected[column]) < 1e-12, `row ${row}, column ${column}`);
    });

  it('Agglomeration agrees with joining the nearest two again and again', () => {
    const point = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(point, { minLength: 2, maxLength: 9 }), fc.constantFrom(...METHODS), (points, method) => {
        const distances = distancesOf(points);
        const heights = agglomerate(distances, method).map((merge) => merge[2]);
        for (const [i, height] of naiveHeights(distances, method).entries())
          assert.ok(Math.abs(heights[i] - height) < 1e-9);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('Agglomeration joins nothing where there is one item or none, and refuses a distance that is not a number', () => {
    assert.deepEqual(agglomerate({ count: 1, values: new Float64Array() }, 'single'), []);
    assert.deepEqual(agglomerate({ count: 0, values: new Float64Array() }, 'single'), []);
    assert.throws(() => agglomerate({ count: 2, values: Float64Array.of(NaN) }, 'single'), /not a number/);
    assert.equal(agglomerate({ count: 2, values: Float64Array.of(Infinity) }, 'average')[0][2], Infinity);
  });

  it('Cuts by count and by height are those of SciPy', () => {
    const linkage = agglomerate(distancesOf(POINTS), 'average');
    const sameGroups = (labels: ArrayLike<number>, expected: number[]) =>
      assert.deepEqual(
        Array.from(labels),
        expected.map((label) => [...new Set(expected)].indexOf(label)),
      );
    sameGroups(cutByCount(linkage, 2), [1, 2, 1, 2, 1, 2, 1, 1, 2, 1, 1, 2]);
    sameGroups(cutByCount(linkage, 4), [2, 4, 2, 4, 2, 4, 2, 1, 3, 1, 1, 3]);
    sameGroups(cutByHeight(linkage, 6), [3, 6, 4, 6, 3, 7, 4, 1, 5, 1, 2, 5]);
    assert.deepEqual(new Set(cutByCount(linkage, 99)).size, 12);
    assert.deepEqual(new Set(cutByCount(linkage, 0)).size, 1);
    assert.deepEqual(cutByCount([], 3), Int32Array.of(0));
  });

  it('Silhouettes are those of scikit-learn, and the best cut is found by them', () => {
    const distances = distancesOf(POINTS);
    const linkage = agglomerate(distances, 'average');
    const expected = { 2: 0.41315248178849845, 3: 0.4289228901511965, 4: 0.4631800092644136 };
    for (const [groups, value] of Object.entries(expected))
      assert.ok(Math.abs(silhouette(distances, cutByCount(linkage, Number(groups))) - value) < 1e-12);
    const best = cutBySilhouette(linkage, distances, { maximum: 4, minimum: 0.25 });
    assert.equal(best.groups, 4);
    assert.equal(best.silhouette, silhouette(distances, best.labels));
  });

  it('Splits from the top down find groups of different tightness, put outliers to the nearest, and stop where none stand out', () => {
    const around = (x: number, spread: number) => [0, 1, 2, 3, 4, 5].map((i) => [x + spread * i, spread * (i % 2)]);
    // Two groups 3 apart, one 100 away, and a lone item near the second.
    const distances = distancesOf([...around(0, 0.1), ...around(3, 0.1), ...around(100, 2), [8, 0]]);
    const linkage = agglomerate(distances, 'average');
    const settings = { maximum: 10, minimum: 0.25, smallest: 2 };
    assert.equal(cutBySilhouette(linkage, distances, settings).groups, 2, 'the wide gap hides the narrow one');
    const cut = cutBySplits(linkage, distances, { ...settings, minimum: 0.6 });
    assert.equal(cut.groups, 3);
    assert.deepEqual(Array.from(cut.labels), [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 1]);
    assert.equal(cutBySplits(linkage, distances, { ...settings, maximum: 2 }).groups, 2);
    assert.equal(cutBySplits(linkage, distances, { ...settings, minimum: 0.99 }).groups, 1);
    assert.equal(cutBySplits([], { count: 1, values: new Float64Array() }, settings).groups, 1);
  });

  it('The distances of some items are taken out of those of all', () => {
    const distances = distancesOf([[0], [1], [3], [7]]);
    assert.deepEqual(subset(distances, [3, 0, 2]), { count: 3, values: Float64Array.of(7, 4, 3) });
  });

  it('The cut by silhouette gives one group where none stand out', () => {
    const even = distancesOf(Array.from({ length: 30 }, (_, i) => [Math.cos(i), Math.sin(i * 1.7), Math.cos(i * 2.3)]));
    const cut = cutBySilhouette(agglomerate(even, 'average'), even, { maximum: 8, minimum: 0.5 });
    assert.deepEqual({ groups: cut.groups, silhouette: cut.silhouette }, { groups: 1, silhouette: 0 });
    assert.equal(silhouette(distancesOf([[1], [1], [1]]), [0, 0, 1]), 0);
  });
});

function naiveHeights(distances: CondensedDistances, method: PairLinkage): number[] {
  const groups = Array.from({ length: distances.count }, (_, i) => [i]);
  const heights: number[] = [];
  while (groups.length > 1) {
    let best = { distance: Infinity, i: 0, j: 1 };
    for (let i = 0; i < groups.length; i++)
      for (let j = i + 1; j < groups.length; j++) {
        const pairs = groups[i].flatMap((x) =>
          groups[j].map((y) => distances.values[condensedIndex(distances.count, x, y)]),
        );
        const distance = {
          single: Math.min(...pairs),
          complete: Math.max(...pairs),
          average: pairs.reduce((sum, value) => sum + value, 0) / pairs.length,
        }[method];
        if (distance < best.distance) best = { distance, i, j };
      }
    heights.push(best.distance);
    groups[best.i].push(...groups[best.j]);
    groups.splice(best.j, 1);
  }
  return heights;
}
