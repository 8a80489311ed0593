import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  adjustedRandIndex,
  bestAssignment,
  contingency,
  purity,
  stability,
} from '../../../../src/analyzing/groups/partitions.ts';

describe('agreement of divisions', () => {
  it('The contingency table and the purity are those by hand', () => {
    const labels = [0, 0, 0, 1, 1, 1, 1];
    const classes = [0, 0, 1, 1, 1, 1, 2];
    assert.deepEqual(contingency(labels, classes), [
      [2, 1, 0],
      [0, 3, 1],
    ]);
    assert.equal(purity(labels, classes), (2 + 3) / 7);
    assert.equal(purity([], []), 1);
    assert.throws(() => purity([0], []), RangeError);
  });

  it('The adjusted Rand index is that of scikit-learn', () => {
    assert.ok(Math.abs(adjustedRandIndex([0, 0, 1, 1], [0, 0, 1, 2]) - 0.5714285714285714) < 1e-12);
    const value = adjustedRandIndex([0, 0, 0, 1, 1, 1, 2, 2, 2], [0, 0, 1, 1, 1, 2, 2, 2, 0]);
    assert.ok(Math.abs(value - 0.1111111111111111) < 1e-12);
    assert.equal(adjustedRandIndex([0, 0, 1, 1], [1, 1, 0, 0]), 1);
    assert.equal(adjustedRandIndex([0, 0, 1, 1], [0, 1, 0, 1]), -0.5);
    assert.equal(adjustedRandIndex([0, 0, 0], [0, 0, 0]), 1);
    assert.equal(adjustedRandIndex([], []), 1);
  });

  it('Stability is the mean adjusted Rand index over pairs of seeds', () => {
    assert.equal(stability([[0, 0, 1, 1]]), undefined);
    assert.equal(
      stability([
        [0, 0, 1, 1],
        [1, 1, 0, 0],
        [0, 1, 0, 1],
      ]),
      (1 - 0.5 - 0.5) / 3,
    );
  });

  it('The best assignment of columns to rows is that of trying all', () => {
    assert.deepEqual(
      bestAssignment([
        [4, 3],
        [4, 1],
      ]),
      [1, 0],
    );
    assert.deepEqual(bestAssignment([[5], [9], [2]]), [-1, 0, -1]);
    assert.deepEqual(bestAssignment([]), []);
    const weights = fc.integer({ min: 1, max: 3 }).chain((columns) =>
      fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: columns, maxLength: columns }), {
        minLength: 1,
        maxLength: 4,
      }),
    );
    fc.assert(
      fc.property(weights, (table) => {
        const chosen = bestAssignment(table);
        const used = chosen.filter((column) => column >= 0);
        assert.equal(new Set(used).size, used.length);
        assert.equal(used.length, Math.min(table.length, table[0].length));
        const total = chosen.reduce((sum, column, row) => sum + (column < 0 ? 0 : table[row][column]), 0);
        assert.equal(total, bestOf(table, 0, new Set()));
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});

function bestOf(table: number[][], row: number, used: Set<number>): number {
  if (row === table.length) return 0;
  let best = bestOf(table, row + 1, used);
  for (const [column, weight] of table[row].entries())
    if (!used.has(column)) best = Math.max(best, weight + bestOf(table, row + 1, new Set([...used, column])));
  return best;
}
