import assert from 'node:assert/strict';
import { estimateAdvantages } from '../../../../src/training/mappo/mappo.ts';
import { explainedVariance, normalize } from '../../../../src/training/mappo/statistics.ts';

const close = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-5, `${actual} is not ${expected}`);

describe('generalized advantage estimation', () => {
  const base = {
    steps: 3,
    environments: 1,
    rewards: Float32Array.of(1, 2, 3),
    values: Float32Array.of(0.5, 1, 1.5),
    nextValues: Float32Array.of(1, 1.5, 2),
    gamma: 0.9,
    lambda: 0.8,
  };

  it('The advantage of a step is the discounted sum of the temporal differences from it on', () => {
    const advantages = new Float32Array(3);
    estimateAdvantages({ ...base, truncated: Uint8Array.of(0, 0, 0) }, advantages);
    // deltas: 1 + .9 - .5 = 1.4; 2 + 1.35 - 1 = 2.35; 3 + 1.8 - 1.5 = 3.3
    close(advantages[2], 3.3);
    close(advantages[1], 2.35 + 0.72 * 3.3);
    close(advantages[0], 1.4 + 0.72 * (2.35 + 0.72 * 3.3));
  });

  it('The advantage of an episode that was cut ends in a bootstrapped value and ignores the next episode', () => {
    const advantages = new Float32Array(3);
    const nextValues = Float32Array.of(1, 10, 2);
    estimateAdvantages({ ...base, nextValues, truncated: Uint8Array.of(0, 1, 0) }, advantages);
    close(advantages[1], 2 + 0.9 * 10 - 1);
    close(advantages[0], 1.4 + 0.72 * 10);
  });

  it('The advantages of one environment do not depend on another', () => {
    const advantages = new Float32Array(4);
    estimateAdvantages(
      {
        steps: 2,
        environments: 2,
        rewards: Float32Array.of(1, 10, 1, 10),
        values: new Float32Array(4),
        nextValues: new Float32Array(4),
        truncated: Uint8Array.of(0, 0, 1, 0),
        gamma: 0.5,
        lambda: 1,
      },
      advantages,
    );
    assert.deepEqual([...advantages], [1.5, 15, 1, 10]);
  });
});

describe('statistics of an update', () => {
  it('Normalized values have mean 0 and standard deviation 1', () => {
    const values = Float32Array.of(1, 2, 3, 4);
    normalize(values);
    close(
      values.reduce((a, b) => a + b),
      0,
    );
    close(values.reduce((a, b) => a + b * b, 0) / 4, 1);
  });

  it('A perfect critic explains all of the variance, and a constant one none', () => {
    const targets = Float32Array.of(1, 2, 3, 4);
    close(explainedVariance(targets, targets), 1);
    close(explainedVariance(new Float32Array(4).fill(2.5), targets), 0);
    close(explainedVariance(targets, new Float32Array(4).fill(1)), 0);
  });
});
