import assert from 'node:assert/strict';
import { join } from 'node:path';
import { GPU_PAYS_FROM } from '../../../../src/nn/select-backend.ts';
import { readSpecFolder } from '../../../../src/spec/folder.ts';
import { resolveTraining } from '../../../../src/training/setup.ts';
import { largestStep } from '../../../../src/training/mappo/step-size.ts';

describe('size of the largest training step', () => {
  it('The largest training step of the sample is as computed by hand, and too small for a GPU to pay', async () => {
    const { model } = await readSpecFolder(join(import.meta.dirname, '../../../../examples/chained-services'));
    const resolved = resolveTraining(model, 'default');
    const { algorithm, budget } = resolved.training;
    const inputs = resolved.cluster.services.length * 11 + 3;
    const [first, second] = algorithm.critic;
    assert.equal(algorithm.critic.length, 2);
    const critic = (inputs + 1) * first + (first + 1) * second + (second + 1) * resolved.layouts.length;
    const rows = (budget.environments * budget.horizon) / algorithm.minibatches;
    assert.equal(largestStep(resolved), critic * rows);
    assert.ok(largestStep(resolved) < GPU_PAYS_FROM);
  });

  it('Wide networks and large batches make a training step large enough for a GPU to pay', async () => {
    const { model } = await readSpecFolder(join(import.meta.dirname, '../../../../examples/chained-services'));
    const resolved = resolveTraining(model, 'default');
    const training = {
      ...resolved.training,
      algorithm: { ...resolved.training.algorithm, hidden: [512, 512] },
      budget: { ...resolved.training.budget, environments: 64, horizon: 64 },
    };
    assert.ok(largestStep({ ...resolved, training }) >= GPU_PAYS_FROM);
  });
});
