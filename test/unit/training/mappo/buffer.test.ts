import assert from 'node:assert/strict';
import { gatherRows, rowsWithChoice } from '../../../../src/training/mappo/buffer.ts';

describe('rollout buffer', () => {
  it('leaves out rows at which only hold was allowed', () => {
    // Four rows of three options, one head.
    const masks = Uint8Array.of(1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1);
    assert.deepEqual([...rowsWithChoice(masks, 4, 1)], [1, 3]);
  });

  it('keeps a row of several heads when one of them has a choice', () => {
    const masks = Uint8Array.of(1, 0, 1, 0, 1, 0, 1, 1);
    assert.deepEqual([...rowsWithChoice(masks, 2, 2)], [1]);
  });

  it('gathers rows of a matrix in the given order', () => {
    const from = Float32Array.of(0, 1, 10, 11, 20, 21);
    assert.deepEqual([...gatherRows(from, 2, Int32Array.of(2, 0), new Float32Array(6))], [20, 21, 0, 1]);
  });
});
