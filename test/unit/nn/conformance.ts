/** What every backend must fulfil, against the float64 reference. */
import assert from 'node:assert/strict';
import type { ActBatch, Backend, Network, NetworkShape } from '../../../src/nn/backend.ts';
import { normals, policyBatch, TestRandom, randomMasks, randomState, regressionBatch } from './batches.ts';
import {
  normOf,
  referenceAct,
  referenceForward,
  referenceNetwork,
  referencePolicy,
  referenceRegression,
  referenceStep,
} from './reference.ts';

interface Case {
  readonly shape: NetworkShape;
  readonly heads: number;
  readonly rows: readonly number[];
}

/** Odd and even sizes, none to three hidden layers, batches around the kernels' tiles (4) and chunks (64). */
const cases: readonly Case[] = [
  { shape: { inputs: 1, hidden: [], outputs: 1, activation: 'tanh' }, heads: 1, rows: [1, 6] },
  { shape: { inputs: 3, hidden: [7], outputs: 4, activation: 'relu' }, heads: 4, rows: [1, 3, 67] },
  { shape: { inputs: 7, hidden: [], outputs: 25, activation: 'relu' }, heads: 1, rows: [5, 64] },
  { shape: { inputs: 36, hidden: [64, 1], outputs: 36, activation: 'tanh' }, heads: 4, rows: [2, 63] },
  { shape: { inputs: 36, hidden: [64, 64], outputs: 6, activation: 'tanh' }, heads: 1, rows: [1, 65, 512] },
  { shape: { inputs: 60, hidden: [64, 64], outputs: 25, activation: 'tanh' }, heads: 1, rows: [4, 130] },
  { shape: { inputs: 60, hidden: [128, 128, 128], outputs: 36, activation: 'relu' }, heads: 4, rows: [7, 1000] },
  { shape: { inputs: 61, hidden: [65], outputs: 20, activation: 'relu' }, heads: 4, rows: [129] },
];

const describeShape = ({ inputs, hidden, outputs, activation }: NetworkShape): string =>
  `${[inputs, ...hidden, outputs].join('-')} ${activation}`;

const rms = (values: ArrayLike<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0) / values.length);

/** No difference above `tolerance` times the root mean square of what is expected (plus the value itself: float32 rounds relatively). */
function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  const scale = rms(expected) || 1;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]) / (scale + Math.abs(expected[i]));
    assert.ok(error <= tolerance, `${what}[${i}]: ${actual[i]} instead of ${expected[i]} (${error} of the RMS)`);
  }
}

/** Differences of loss and entropy, which are of the order of 1. */
function assertClose(actual: number, expected: number, tolerance: number, what: string): void {
  const limit = tolerance * Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= limit, `${what}: ${actual} instead of ${expected}`);
}

const OUTPUT = 1e-5;
const GRADIENT = 1e-5;

export function describeConformance(name: string, create: () => Promise<Backend>): void {
  describe(`nn conformance: ${name}`, () => {
    let backend: Backend;
    before(async function () {
      this.timeout(600_000);
      backend = await create();
    });
    after(() => backend?.dispose());

    function withNetwork(shape: NetworkShape, seed: number, use: (network: Network, weights: Float32Array) => void): void {
      const network = backend.network(shape);
      const state = randomState(shape, seed);
      network.load(state);
      try {
        use(network, state.weights);
      } finally {
        network.dispose();
      }
    }

    for (const { shape, heads, rows: allRows } of cases) {
      const title = `${describeShape(shape)}, ${heads} heads, ${allRows.join(', ')} rows`;

      it(`goes forward: ${title}`, () => {
        withNetwork(shape, 1, (network, weights) => {
          for (const rows of allRows) {
            const inputs = normals(new TestRandom(2), rows * shape.inputs);
            const outputs = new Float32Array(rows * shape.outputs);
            network.forward(inputs, rows, outputs);
            const expected = referenceForward(referenceNetwork(shape, weights), inputs, rows);
            assertNear(outputs, expected, OUTPUT, `outputs of ${rows} rows`);
          }
        });
      });

      it(`computes regression gradients: ${title}`, () => {
        withNetwork(shape, 3, (network, weights) => {
          for (const rows of allRows) {
            const batch = regressionBatch(shape, rows, 4, rows % 2 === 1);
            const expected = referenceRegression(referenceNetwork(shape, weights), batch);
            assertNear(network.regressionGradient(batch), expected.gradient, GRADIENT, `gradient of ${rows} rows`);
            assertNear(network.save().weights, weights, 0, 'weights');
          }
        });
      });

      it(`computes policy gradients: ${title}`, () => {
        withNetwork(shape, 5, (network, weights) => {
          for (const rows of allRows) {
            const batch = policyBatch(shape, weights, rows, heads, 6);
            const expected = referencePolicy(referenceNetwork(shape, weights), batch);
            assertNear(network.policyGradient(batch), expected.gradient, GRADIENT, `gradient of ${rows} rows`);
          }
        });
      });

      it(`reports and steps: ${title}`, () => {
        const settings = { learningRate: 1e-3, maxGradient: 0.05 };
        withNetwork(shape, 7, (network, weights) => {
          const rows = allRows.at(-1)!;
          const reference = referenceNetwork(shape, weights);
          const regression = regressionBatch(shape, rows, 8, true);
          const expected = referenceRegression(reference, regression);
          const report = network.trainRegression(regression, settings);
          assertClose(report.loss, expected.objective, OUTPUT, 'loss');
          assertClose(report.gradientNorm, normOf(expected.gradient), GRADIENT, 'gradient norm');
          referenceStep(reference, expected.gradient, settings);

          const policy = policyBatch(shape, Float32Array.from(reference.weights), rows, heads, 9);
          const expectedPolicy = referencePolicy(reference, policy);
          const policyReport = network.trainPolicy(policy, settings);
          for (const key of ['loss', 'entropy', 'kl', 'clipFraction'] as const) {
            assertClose(policyReport[key], expectedPolicy[key], OUTPUT, key);
          }
          assertClose(policyReport.gradientNorm, normOf(expectedPolicy.gradient), 2e-5, 'gradient norm of the policy');
        });
      });

      for (const sampled of [true, false]) {
        it(`${sampled ? 'samples' : 'takes the most probable option'}: ${title}`, () => {
          withNetwork(shape, 10, (network, weights) => {
            for (const rows of allRows) {
              const random = new TestRandom(11);
              const batch: ActBatch = {
                rows,
                inputs: normals(random, rows * shape.inputs),
                heads,
                masks: randomMasks(random, rows, shape.outputs, heads),
                ...(sampled && { uniforms: Float32Array.from({ length: rows * heads }, () => random.uniform()) }),
                actions: new Int32Array(rows * heads),
                logProbabilities: new Float32Array(rows),
              };
              backend.act([network], [batch]);
              const expected = referenceAct(referenceNetwork(shape, weights), batch);
              expected.forEach((choices, row) => {
                // Nearer than rounding to the border between two options, either of them is right.
                if (choices.some((choice) => choice.margin < 1e-5)) return;
                const actions = choices.map((choice) => choice.action);
                assert.deepEqual(Array.from(batch.actions.subarray(row * heads, (row + 1) * heads)), actions, `row ${row}`);
                const log = choices.reduce((sum, choice) => sum + choice.log, 0);
                assertClose(batch.logProbabilities[row], log, OUTPUT, `log-probability of row ${row}`);
              });
            }
          });
        });
      }
    }
  });
}
