import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Cluster } from '../../../src/spec/model.ts';
import { limitDecision } from '../../../src/transferring/limits.ts';
import { sampleModel } from '../training/sample.ts';

describe('The limits of a decision', () => {
  let cluster: Cluster;
  before(async () => {
    cluster = (await sampleModel()).clusters[0];
  });
  const limits = { move: 3, podsPerDecision: 4 };

  it('The limits leave a modest proposal alone', () => {
    const { replicas, caps } = limitDecision(cluster, limits, [2, 2, 2, 2], [3, 2, 1, 3]);
    assert.deepEqual([...replicas], [3, 2, 1, 3]);
    assert.deepEqual(caps, []);
  });

  it('The limits cut a proposal to the bounds of its service and say so', () => {
    const { replicas, caps } = limitDecision(cluster, limits, [2, 2, 2, 2], [2, 9, 2, 0]);
    assert.deepEqual([...replicas], [2, 3, 2, 1]);
    assert.match(caps.join('\n'), /b: 9 replicas cut to its bounds, 3/);
    assert.match(caps.join('\n'), /d: 0 replicas cut to its bounds, 1/);
  });

  it('The limits cut moves, and keep growth before shrinking when the budget is short', () => {
    const { replicas, caps } = limitDecision(cluster, limits, [1, 3, 1, 6], [5, 1, 1, 5]);
    assert.deepEqual([...replicas], [4, 3, 1, 5]);
    assert.match(caps.join('\n'), /a: a move of 4 cut to 3/);
    assert.match(caps.join('\n'), /b: a move of -2 cut to 0 \(limits.podsPerDecision 4\)/);
  });

  it('A limited proposal never exceeds a limit, whatever is proposed', () => {
    const replicas = fc.tuple(...cluster.services.map(({ replicas: { min, max } }) => fc.integer({ min, max })));
    const anything = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(replicas, anything, (current, proposed) => {
        const limited = limitDecision(cluster, limits, current, proposed).replicas;
        const moves = [...limited].map((count, s) => Math.abs(count - current[s]));
        assert.ok(moves.every((move) => move <= limits.move));
        assert.ok(moves.reduce((sum, move) => sum + move) <= limits.podsPerDecision);
        for (const [s, { replicas: bounds }] of cluster.services.entries())
          assert.ok(limited[s] >= bounds.min && limited[s] <= bounds.max);
      }),
      { seed: 1 },
    );
  });
});
