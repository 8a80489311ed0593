import assert from 'node:assert/strict';
import { poisson } from '../../../../src/cluster/emulator/poisson.ts';
import { Random } from '../../../../src/cluster/random.ts';

const DRAWS = 200_000;

function moments(rate: number): { mean: number; variance: number; skewness: number } {
  const random = new Random(7, Math.round(rate * 10));
  const values = Float64Array.from({ length: DRAWS }, () => poisson(rate, random.uniform()));
  const mean = values.reduce((sum, x) => sum + x, 0) / DRAWS;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / DRAWS;
  const third = values.reduce((sum, x) => sum + (x - mean) ** 3, 0) / DRAWS;
  return { mean, variance, skewness: third / variance ** 1.5 };
}

describe('Poisson counts', () => {
  for (const rate of [0.3, 3, 15.9, 16, 40, 200, 1000]) {
    it(`Counts at rate ${rate} have mean, variance and skewness of a Poisson distribution`, () => {
      const { mean, variance, skewness } = moments(rate);
      const error = 4 * Math.sqrt(rate / DRAWS);
      assert.ok(Math.abs(mean - rate) < error + 0.001 * rate, `mean ${mean}`);
      assert.ok(Math.abs(variance / rate - 1) < 0.02, `variance ${variance}`);
      assert.ok(Math.abs(skewness - 1 / Math.sqrt(rate)) < 0.03, `skewness ${skewness}`);
    });
  }

  for (const rate of [2.5, 16, 60]) {
    it(`Counts at rate ${rate} come with the exact probabilities`, () => {
      const steps = 100_000;
      const counts = new Map<number, number>();
      for (let i = 0; i < steps; i++) {
        const count = poisson(rate, (i + 0.5) / steps);
        counts.set(count, (counts.get(count) ?? 0) + 1 / steps);
      }
      let probability = Math.exp(-rate);
      for (let k = 0; k < rate + 5 * Math.sqrt(rate); k++) {
        const difference = Math.abs((counts.get(k) ?? 0) - probability);
        assert.ok(difference < 0.003, `P(${k}) is off by ${difference}`);
        probability *= rate / (k + 1);
      }
    });
  }

  it('Poisson counts are whole, never negative, and zero at rate zero', () => {
    for (const rate of [0, 0.01, 5, 17, 300])
      for (let i = 0; i < 1000; i++) {
        const count = poisson(rate, i / 1000);
        assert.ok(Number.isInteger(count) && count >= 0);
        if (rate === 0) assert.equal(count, 0);
      }
  });

  it('Poisson counts grow with the uniform number, so that luck is comparable between rates', () => {
    for (const rate of [4, 100])
      for (let i = 1; i < 1000; i++) assert.ok(poisson(rate, i / 1000) >= poisson(rate, (i - 1) / 1000));
  });
});
