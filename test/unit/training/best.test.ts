import assert from 'node:assert/strict';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import type { Policies } from '../../../src/deciding/policy.ts';
import { episodePool } from '../../../src/training/setup.ts';
import { ALGORITHMS } from '../../../src/training/algorithms.ts';
import { Best } from '../../../src/training/train.ts';
import { sampleSetup } from './sample.ts';

describe('the best policies of a training', () => {
  let policies: Policies;
  before(async () => {
    const backend = await createWasmBackend();
    const setup = await sampleSetup(backend);
    const algorithm = ALGORITHMS.mappo.make({
      ...setup,
      seed: 1,
      episodes: 4,
      episodeAt: episodePool(setup, 'train', 1),
    });
    policies = algorithm.policies();
    algorithm.dispose();
    backend.dispose();
  });
  const after = (steps: number): Policies => ({ ...policies, steps });

  it('Policies whose objective is not a number never replace the best', () => {
    const bestOf = (...objectives: number[]): Best => {
      const best = new Best();
      objectives.forEach((objective, i) => best.offer(objective, after(i)));
      return best;
    };
    assert.equal(bestOf(NaN).policies, undefined);
    const best = bestOf(NaN, 0.8, NaN, 0.7);
    assert.deepEqual([best.objective, best.policies?.steps], [0.8, 1]);
  });

  it('The first of equally good policies are kept', () => {
    const best = new Best();
    best.offer(0.8, after(1));
    best.offer(0.8, after(2));
    assert.equal(best.policies?.steps, 1);
  });

  it('A checkpoint keeps the best policies beside what the algorithm saves', () => {
    const best = new Best();
    best.hpaObjective = 0.75;
    const content = { json: { steps: 5 }, arrays: { random: Uint32Array.of(1) } };
    assert.equal(Best.restore(best.addTo(content)).policies, undefined);
    best.offer(0.8, after(2));
    const saved = best.addTo(content);
    assert.deepEqual([(saved.json as { steps: number }).steps, saved.arrays.random], [5, content.arrays.random]);
    assert.deepEqual(Best.restore(saved), best);
  });
});
