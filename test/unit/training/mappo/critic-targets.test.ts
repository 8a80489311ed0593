import assert from 'node:assert/strict';
import { criticTargets } from '../../../../src/training/mappo/mappo.ts';
import { explainedVariance } from '../../../../src/training/mappo/statistics.ts';

describe("the critic's targets", () => {
  const values = Float32Array.of(1, 2, 3);
  const perfect = { values, advantages: new Float32Array(3) };
  const wrong = { values, advantages: Float32Array.of(4, -4, 4) };

  it("The critic's targets hold the value plus the advantage of every agent, row by row", () => {
    const all = criticTargets([perfect, wrong]);
    assert.deepEqual([...all.values], [1, 1, 2, 2, 3, 3]);
    assert.deepEqual([...all.targets], [1, 5, 2, -2, 3, 7]);
  });

  it('The explained variance of a training counts every agent, not only the first', () => {
    const explained = (agents: (typeof perfect)[]) => {
      const all = criticTargets(agents);
      return explainedVariance(all.values, all.targets);
    };
    assert.equal(explained([perfect, perfect]), 1);
    assert.ok(explained([perfect, wrong]) < 0.5);
    assert.equal(explained([perfect, wrong]), explained([wrong, perfect]));
  });
});
