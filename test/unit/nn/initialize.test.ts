import assert from 'node:assert/strict';
import { parameterCount, type NetworkShape } from '../../../src/nn/backend.ts';
import { initialState } from '../../../src/nn/initialize.ts';
import { TestRandom } from '../../conformance/backend/batches.ts';

const stateOf = (shape: NetworkShape, seed: number, outputGain = 0.01): Float32Array => {
  const random = new TestRandom(seed);
  return initialState(shape, { outputGain, uniform: () => random.uniform() }).weights;
};

/** Inner products of the vectors along the shorter side of a row-major matrix. */
function gram(matrix: Float32Array, rows: number, columns: number): number[][] {
  const count = Math.min(rows, columns);
  const at = (vector: number, i: number): number =>
    rows >= columns ? matrix[i * columns + vector] : matrix[vector * columns + i];
  return Array.from({ length: count }, (_, a) =>
    Array.from({ length: count }, (_, b) => {
      let sum = 0;
      for (let i = 0; i < Math.max(rows, columns); i++) sum += at(a, i) * at(b, i);
      return sum;
    }),
  );
}

describe('nn: initial weights', () => {
  for (const [activation, gain] of [
    ['tanh', 5 / 3],
    ['relu', Math.SQRT2],
  ] as const) {
    it(`Initial weights are orthogonal with the gain of ${activation}, in tall and wide layers`, () => {
      const shape: NetworkShape = { inputs: 20, hidden: [8, 30], outputs: 5, activation };
      const weights = stateOf(shape, 1);
      const sizes = [20, 8, 30, 5];
      let at = 0;
      for (let i = 0; i < 3; i++) {
        const [rows, columns] = [sizes[i], sizes[i + 1]];
        const expected = (i === 2 ? 0.01 : gain) ** 2;
        gram(weights.subarray(at, at + rows * columns), rows, columns).forEach((row, a) =>
          row.forEach((value, b) => {
            assert.ok(Math.abs(value - (a === b ? expected : 0)) < 1e-5 * expected, `layer ${i}, ${a}, ${b}: ${value}`);
          }),
        );
        at += rows * columns;
        assert.ok(weights.subarray(at, at + columns).every((bias) => bias === 0));
        at += columns;
      }
      assert.equal(at, parameterCount(shape));
    });
  }

  it('Initial weights depend on the uniforms alone', () => {
    const shape: NetworkShape = { inputs: 6, hidden: [6], outputs: 1, activation: 'tanh' };
    assert.deepEqual(stateOf(shape, 2), stateOf(shape, 2));
    assert.notDeepEqual(stateOf(shape, 2), stateOf(shape, 3));
  });

  it('The moments of a fresh network are 0', () => {
    const shape: NetworkShape = { inputs: 2, hidden: [], outputs: 2, activation: 'relu' };
    const random = new TestRandom(4);
    const { firstMoment, secondMoment, steps } = initialState(shape, {
      outputGain: 1,
      uniform: () => random.uniform(),
    });
    assert.deepEqual([firstMoment, secondMoment, steps], [new Float32Array(6), new Float32Array(6), 0]);
  });

  it('Initial weights cannot be made from uniforms that never change', () => {
    const shape: NetworkShape = { inputs: 2, hidden: [], outputs: 2, activation: 'relu' };
    assert.throws(() => initialState(shape, { outputGain: 1, uniform: () => 0.3 }), /repeats itself/);
  });
});
