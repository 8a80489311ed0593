import assert from 'node:assert/strict';
import { gatherRows, rowsWithChoice } from '../../../../src/training/mappo/buffer.ts';

describe('rollout buffer', () => {
  it('Rows at which only hold was allowed are not trained on', () => {
    // Four rows of three options, one head.
    const masks = Uint8Array.of(1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1);
    assert.deepEqual([...rowsWithChoice(masks, 4, 1)], [1, 3]);
  });

  it('A row of several heads is trained on if one of the heads had a choice', () => {
    const masks = Uint8Array.of(1, 0, 1, 0, 1, 0, 1, 1);
    assert.deepEqual([...rowsWithChoice(masks, 2, 2)], [1]);
  });

  it('The rows of a minibatch are gathered in the given order', () => {
    const from = Float32Array.of(0, 1, 10, 11, 20, 21);
    assert.deepEqual([...gatherRows(from, 2, Int32Array.of(2, 0), new Float32Array(6))], [20, 21, 0, 1]);
  });
});
