import assert from 'node:assert/strict';
import fc from 'fast-check';
import { agglomerate, type Linkage as Merges } from '../../../../src/analyzing/groups/agglomerative.ts';
import {
  cutByCount as engineCut,
  cutByHeight as engineCutByHeight,
} from '../../../../src/analyzing/groups/dendrogram-cuts.ts';
import {
  countAtHeight,
  cutByCount,
  groupsOfNodes,
  heightOfCut,
  layoutOf,
  type Linkage,
} from '../../../../webview/clustering/dendrogram.ts';

const columns = (merges: Merges): Linkage => ({
  left: merges.map(([left]) => left),
  right: merges.map(([, right]) => right),
  height: merges.map(([, , height]) => height),
});

/** Any distances of up to 12 items, joined. */
const merges = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), {
      minLength: (count * (count - 1)) / 2,
      maxLength: (count * (count - 1)) / 2,
    })
    .map((values) => agglomerate({ count, values: Float64Array.from(values) }, 'average')),
);

describe('Dendrogram of the Clustering view', () => {
  it('The view cuts the dendrogram by count as the engine does', () =>
    fc.assert(
      fc.property(merges, fc.integer({ min: 1, max: 14 }), (linkage, groups) => {
        assert.deepEqual([...cutByCount(columns(linkage), groups)], [...engineCut(linkage, groups)]);
      }),
    ));

  it('The dendrogram has as many groups below a height as the engine finds', () =>
    fc.assert(
      fc.property(merges, fc.double({ min: 0, max: 12, noNaN: true }), (linkage, height) => {
        assert.equal(countAtHeight(columns(linkage), height), new Set(engineCutByHeight(linkage, height)).size);
      }),
    ));

  it('The dendrogram has a height for every number of groups that ties do not forbid', () =>
    fc.assert(
      fc.property(merges, fc.integer({ min: 1, max: 12 }), (linkage, groups) => {
        const tree = columns(linkage);
        const wanted = Math.min(groups, linkage.length + 1);
        const merged = linkage.length + 1 - wanted;
        const isTied = merged > 0 && merged < linkage.length && tree.height[merged - 1] === tree.height[merged];
        const isFlat = merged === 0 && tree.height[0] === 0;
        if (!isTied && !isFlat) assert.equal(countAtHeight(tree, heightOfCut(tree, wanted)), wanted);
      }),
    ));

  it('The dendrogram puts every item in a row of its own, and the items of a branch side by side', () =>
    fc.assert(
      fc.property(merges, (linkage) => {
        const count = linkage.length + 1;
        const { order, rowOf, first, size, middle } = layoutOf(columns(linkage));
        assert.deepEqual(
          [...order].sort((a, b) => a - b),
          Array.from({ length: count }, (_, i) => i),
        );
        order.forEach((item, row) => assert.equal(rowOf[item], row));
        linkage.forEach(([left, right, , items], merge) => {
          const node = count + merge;
          assert.equal(size[node], items);
          assert.equal(first[left], first[node]);
          assert.equal(first[right], first[node] + size[left]);
          assert.ok(middle[left] < middle[node] && middle[node] < middle[right]);
        });
      }),
    ));

  it('A branch of the dendrogram has the group that all its items share, and -1 where there are several', () => {
    // (0 1) (2 3), then both.
    const tree = { left: [0, 2, 4], right: [1, 3, 5], height: [1, 2, 5] };
    assert.deepEqual([...groupsOfNodes(tree, [0, 0, 1, 1])], [0, 0, 1, 1, 0, 1, -1]);
    assert.deepEqual([...groupsOfNodes(tree, [0, 0, 0, 1])], [0, 0, 0, 1, 0, -1, -1]);
  });

  it('The cut is drawn between the merges around it', () => {
    const tree = { left: [0, 2, 4], right: [1, 3, 5], height: [1, 2, 5] };
    assert.deepEqual(
      [1, 2, 3, 4].map((groups) => heightOfCut(tree, groups)),
      [5.2, 3.5, 1.5, 0.5],
    );
  });
});
