/** The reference against hand-computed numbers and finite differences: an error in it would be an error in every backend. */
import assert from 'node:assert/strict';
import type { NetworkShape } from '../../../src/nn/backend.ts';
import { policyBatch, randomState, regressionBatch } from '../../conformance/backend/batches.ts';
import {
  referenceAct,
  referenceForward,
  referenceNetwork,
  referencePolicy,
  referenceRegression,
  referenceStep,
  type ReferenceNetwork,
} from '../../conformance/backend/reference.ts';

function assertGradient(network: ReferenceNetwork, objective: () => number, gradient: Float64Array): void {
  const step = 1e-6;
  for (let i = 0; i < gradient.length; i++) {
    const weight = network.weights[i];
    network.weights[i] = weight + step;
    const above = objective();
    network.weights[i] = weight - step;
    const below = objective();
    network.weights[i] = weight;
    const expected = (above - below) / (2 * step);
    assert.ok(Math.abs(gradient[i] - expected) < 1e-7, `${i}: ${gradient[i]} instead of ${expected}`);
  }
}

describe('nn: the float64 reference', () => {
  const shapes: NetworkShape[] = [
    { inputs: 3, hidden: [5, 4], outputs: 6, activation: 'tanh' },
    { inputs: 4, hidden: [6], outputs: 6, activation: 'relu' },
    { inputs: 2, hidden: [], outputs: 6, activation: 'tanh' },
  ];
  for (const shape of shapes) {
    const network = referenceNetwork(shape, randomState(shape, 1).weights);
    const name = [shape.inputs, ...shape.hidden, shape.outputs].join('-');

    it(`The reference has the gradient of its regression loss: ${name}`, () => {
      const batch = regressionBatch(shape, 7, 2, true);
      const { gradient } = referenceRegression(network, batch);
      assertGradient(network, () => referenceRegression(network, batch).objective, gradient);
    });

    for (const heads of [1, 2]) {
      it(`The reference has the gradient of its policy loss: ${name}, ${heads} heads`, () => {
        const batch = { ...policyBatch(shape, Float32Array.from(network.weights), 20, heads, 3), entropy: 0.3 };
        const { gradient, clipFraction } = referencePolicy(network, batch);
        assert.ok(clipFraction > 0 && clipFraction < 1);
        assertGradient(network, () => referencePolicy(network, batch).objective, gradient);
      });
    }
  }

  // One linear layer of 1 input and 2 outputs: y = (2x + 0.5, -x).
  const linear = referenceNetwork({ inputs: 1, hidden: [], outputs: 2, activation: 'relu' }, [2, -1, 0.5, 0]);

  it('The reference computes the outputs that were computed by hand', () => {
    assert.deepEqual([...referenceForward(linear, Float32Array.of(3, -1), 2)], [6.5, -3, -1.5, 1]);
  });

  it('The reference has the regression loss that was computed by hand', () => {
    const batch = {
      rows: 2,
      inputs: Float32Array.of(1, 2),
      targets: Float32Array.of(2, -1, 4.5, 0),
      weights: Float32Array.of(1, 3),
    };
    // Errors (0.5, 0) and (0, -2): (0.25 + 3 * 4) / 4.
    assert.equal(referenceRegression(linear, batch).objective, 3.0625);
  });

  it('The reference has the policy loss that was computed by hand', () => {
    // Logits (ln 3 apart): probabilities 3/4 and 1/4.
    const even = referenceNetwork({ inputs: 1, hidden: [], outputs: 2, activation: 'relu' }, [0, 0, Math.log(3), 0]);
    const { loss, entropy, kl, clipFraction } = referencePolicy(even, {
      rows: 1,
      inputs: Float32Array.of(0),
      heads: 1,
      masks: Uint8Array.of(1, 1),
      actions: Int32Array.of(0),
      logProbabilities: Float32Array.of(Math.log(0.5)),
      advantages: Float32Array.of(2),
      clip: 0.25,
      entropy: 0,
    });
    // Ratio 1.5 is clipped at 1.25.
    assert.ok(Math.abs(loss + 2.5) < 1e-6);
    assert.ok(Math.abs(entropy - (Math.log(4) - 0.75 * Math.log(3))) < 1e-12);
    assert.ok(Math.abs(kl - (0.5 - Math.log(1.5))) < 1e-6);
    assert.equal(clipFraction, 1);
  });

  it('The first step of Adam has the size of the learning rate and goes against the gradient', () => {
    const network = referenceNetwork(linear.shape, linear.weights);
    referenceStep(network, Float64Array.of(4, -0.5, 0, 1e-3), { learningRate: 0.1, maxGradient: 0 });
    const expected = [1.9, -0.9, 0.5, -0.1];
    network.weights.forEach((w, i) => assert.ok(Math.abs(w - expected[i]) < 1e-5, `${i}: ${w}`));
  });

  it('The reference samples by the inverse of the cumulative distribution', () => {
    const network = referenceNetwork({ inputs: 1, hidden: [], outputs: 4, activation: 'relu' }, [
      0,
      0,
      0,
      0,
      0,
      9,
      0,
      Math.log(2),
    ]);
    // Without option 1: 1/4, 1/4, 1/2 for options 0, 2, 3.
    const masks = Uint8Array.of(1, 0, 1, 1);
    const act = (uniform: number): number =>
      referenceAct(network, {
        rows: 1,
        inputs: new Float32Array(1),
        heads: 1,
        masks,
        uniforms: Float32Array.of(uniform),
      })[0][0].action;
    assert.deepEqual([0, 0.2, 0.3, 0.45, 0.55, 0.99].map(act), [0, 0, 2, 2, 3, 3]);
    const [[best]] = referenceAct(network, { rows: 1, inputs: new Float32Array(1), heads: 1, masks });
    assert.equal(best.action, 3);
  });
});
