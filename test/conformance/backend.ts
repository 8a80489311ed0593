/**
 * What every network backend must fulfill (src/nn/backend.ts), against a reference in float64 (backend/reference.ts). A new backend calls
 * `describeBackend` in its own test file, as test/unit/nn/wasm.test.ts does.
 */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type {
  ActBatch,
  Backend,
  Network,
  NetworkShape,
  PolicyBatch,
  RegressionBatch,
  StepSettings,
} from '../../src/nn/backend.ts';
import { assertClose, assertNear, assertSame, rms } from './backend/asserts.ts';
import { actBatch, normals, policyBatch, randomState, regressionBatch, TestRandom } from './backend/batches.ts';
import {
  normOf,
  referenceAct,
  referenceForward,
  referenceNetwork,
  referencePolicy,
  referenceRegression,
  referenceStep,
  type ReferenceNetwork,
  type ReferencePolicy,
} from './backend/reference.ts';

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

const OUTPUT = 1e-5;
const GRADIENT = 1e-5;

const expectations = new Map<string, unknown>();
/** The reference is slow and the same for all backends, so it computes each case once. */
function expected<T>(key: string, compute: () => T): T {
  if (!expectations.has(key)) expectations.set(key, compute());
  return expectations.get(key) as T;
}

export function describeBackend(name: string, create: () => Promise<Backend>): void {
  describe(`${name} as a network backend`, () => {
    let backend: Backend;
    before(async () => {
      backend = await create();
    });
    after(() => backend?.dispose());

    function withNetwork(
      shape: NetworkShape,
      seed: number,
      use: (network: Network, weights: Float32Array) => void,
    ): void {
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
      const title = `${describeShape(shape)}, ${heads === 1 ? '1 head' : `${heads} heads`}, ${allRows.join(', ')} rows`;

      it(`A network computes its outputs: ${title}`, () => {
        withNetwork(shape, 1, (network, weights) => {
          for (const rows of allRows) {
            const inputs = normals(new TestRandom(2), rows * shape.inputs);
            const outputs = new Float32Array(rows * shape.outputs);
            network.forward(inputs, rows, outputs);
            const reference = expected(`forward ${title} ${rows}`, () =>
              referenceForward(referenceNetwork(shape, weights), inputs, rows),
            );
            assertNear(outputs, reference, OUTPUT, `outputs of ${rows} rows`);
          }
        });
      });

      it(`A network computes gradients of the regression loss: ${title}`, () => {
        withNetwork(shape, 3, (network, weights) => {
          for (const rows of allRows) {
            const batch = regressionBatch(shape, rows, 4, rows % 2 === 1);
            const reference = expected(`regression ${title} ${rows}`, () =>
              referenceRegression(referenceNetwork(shape, weights), batch),
            );
            assertNear(network.regressionGradient(batch), reference.gradient, GRADIENT, `gradient of ${rows} rows`);
            assertSame(network.save().weights, weights, 'weights');
          }
        });
      });

      it(`A network computes gradients of the policy loss: ${title}`, () => {
        withNetwork(shape, 5, (network, weights) => {
          for (const rows of allRows) {
            const batch = expected(`batch ${title} ${rows}`, () => policyBatch(shape, weights, rows, heads, 6));
            const reference = expected(`policy ${title} ${rows}`, () =>
              referencePolicy(referenceNetwork(shape, weights), batch),
            );
            assertNear(network.policyGradient(batch), reference.gradient, GRADIENT, `gradient of ${rows} rows`);
          }
        });
      });

      for (const sampled of [true, false]) {
        it(`A policy ${sampled ? 'samples an option' : 'takes the most probable option'}: ${title}`, () => {
          withNetwork(shape, 10, (network, weights) => {
            for (const rows of allRows) {
              const batch = actBatch(shape, rows, heads, 11, sampled);
              backend.act([network], [batch]);
              const reference = expected(`act ${sampled} ${title} ${rows}`, () =>
                referenceAct(referenceNetwork(shape, weights), batch),
              );
              reference.forEach((choices, row) => {
                // Nearer than rounding to the border between two options, either of them is right.
                if (choices.some((choice) => choice.margin < 1e-5)) return;
                const actions = choices.map((choice) => choice.action);
                assert.deepEqual(
                  Array.from(batch.actions.subarray(row * heads, (row + 1) * heads)),
                  actions,
                  `row ${row}`,
                );
                const log = choices.reduce((sum, choice) => sum + choice.log, 0);
                assertClose(batch.logProbabilities[row], log, OUTPUT, `log-probability of row ${row}`);
              });
            }
          });
        });
      }
    }

    for (const { shape, heads } of [cases[4], cases[6]]) {
      it(`A network trains 20 steps as the reference does: ${describeShape(shape)}`, () => {
        const settings = { learningRate: 1e-3, maxGradient: 0.5 };
        withNetwork(shape, 12, (network, weights) => {
          const reference = expected(`training ${describeShape(shape)}`, () =>
            trainReference(shape, heads, weights, settings),
          );
          for (const step of reference.steps) {
            const regression = network.trainRegression(step.regression, settings);
            assertClose(regression.loss, step.regressionLoss, 1e-4, 'loss');
            assertClose(regression.gradientNorm, step.regressionNorm, 1e-4, 'gradient norm');
            const policy = network.trainPolicy(step.policy, settings);
            for (const key of ['loss', 'entropy', 'kl', 'clipFraction'] as const) {
              assertClose(policy[key], step.report[key], 1e-4, key);
            }
            assertClose(policy.gradientNorm, step.policyNorm, 1e-3, 'gradient norm of the policy');
          }
          const { weights: trained, firstMoment, secondMoment, steps } = network.save();
          assert.equal(steps, 2 * reference.steps.length);
          const moved = reference.network.weights.map((w, i) => w - weights[i]);
          const error = trained.map((w, i) => w - reference.network.weights[i]);
          // Where the gradient is all rounding, Adam makes a step of its sign: the error is judged as a whole.
          assert.ok(rms(error) < 1e-3 * rms(moved), `weights differ by ${rms(error)}, having moved by ${rms(moved)}`);
          assertNear(firstMoment, reference.network.firstMoment, 1e-2, 'first moment');
          assertNear(secondMoment, reference.network.secondMoment, 1e-2, 'second moment');
        });
      });
    }

    const { shape, heads } = cases[5];
    const settings = { learningRate: 1e-3, maxGradient: 0.5 };

    it('A network that was saved and loaded trains on bit for bit', () => {
      withNetwork(shape, 13, (network, weights) => {
        const regression = regressionBatch(shape, 130, 14, false);
        const policy = policyBatch(shape, weights, 130, heads, 15);
        const train = (target: Network): void => {
          for (let i = 0; i < 3; i++) {
            target.trainRegression(regression, settings);
            target.trainPolicy(policy, settings);
          }
        };
        train(network);
        const saved = network.save();
        train(network);
        const copy = backend.network(shape);
        copy.load(saved);
        train(copy);
        assertSame(copy.save(), network.save(), 'states');
        assert.ok(!isDeepStrictEqual(copy.save().weights, saved.weights));
        copy.dispose();
      });
    });

    it('A gradient is scaled down only if it is longer than the limit', () => {
      const batch = regressionBatch(shape, 33, 16, false);
      const movement = (maxGradient: number): number => {
        let moment = 0;
        withNetwork(shape, 17, (network) => {
          const { gradientNorm } = network.trainRegression(batch, { learningRate: 1e-3, maxGradient });
          moment = Math.sqrt(network.save().firstMoment.reduce((sum, m) => sum + m * m, 0)) / gradientNorm;
        });
        return moment;
      };
      // The first moment after one step is a tenth of the gradient taken.
      assertClose(movement(0), 0.1, 1e-6, 'without a limit');
      assertClose(movement(1e6), 0.1, 1e-6, 'below the limit');
      let norm = 0;
      withNetwork(shape, 17, (network) => {
        norm = network.trainRegression(batch, { learningRate: 0, maxGradient: 0 }).gradientNorm;
      });
      assertClose(movement(norm / 4), 0.025, 1e-6, 'at four times the limit');
    });

    it('One call acts for several policies as for each alone', () => {
      const chosen = [cases[1], cases[4], cases[5]];
      const networks = chosen.map((each, i) => {
        const network = backend.network(each.shape);
        network.load(randomState(each.shape, 20 + i));
        return network;
      });
      const batches = (): ActBatch[] =>
        chosen.map((each, i) => actBatch(each.shape, 70 + i, each.heads, 30 + i, i < 2));
      const together = batches();
      backend.act(networks, together);
      const alone = batches();
      networks.forEach((network, i) => backend.act([network], [alone[i]]));
      assertSame(together, alone, 'actions');
      networks.forEach((network) => network.dispose());
    });

    it('A policy takes the later option on the border of two, and the first of equally probable ones', () => {
      const even: NetworkShape = { inputs: 1, hidden: [], outputs: 4, activation: 'relu' };
      const network = backend.network(even);
      const uniforms = Float32Array.of(0, 0.24, 0.25, 0.5, 0.74, 0.75, 0.99);
      const batch = actBatch(even, uniforms.length, 1, 39, true);
      batch.masks.fill(1);
      backend.act([network], [{ ...batch, uniforms }]);
      assert.deepEqual([...batch.actions], [0, 0, 1, 2, 2, 3, 3]);
      const best: ActBatch = { ...actBatch(even, uniforms.length, 1, 39, false), masks: batch.masks };
      for (let row = 0; row < best.rows; row++) best.masks[row * 4] = 0;
      backend.act([network], [best]);
      assert.ok(best.actions.every((action) => action === 1));
      network.dispose();
    });

    it('The only option that is allowed has probability 1 and no gradient', () => {
      withNetwork(shape, 40, (network) => {
        const rows = 9;
        const masks = new Uint8Array(rows * shape.outputs);
        const actions = Int32Array.from({ length: rows }, (_, row) => (row * 7) % shape.outputs);
        actions.forEach((action, row) => (masks[row * shape.outputs + action] = 1));
        const inputs = normals(new TestRandom(41), rows * shape.inputs, 3);
        const logProbabilities = new Float32Array(rows);
        const advantages = normals(new TestRandom(42), rows);
        const batch = {
          rows,
          inputs,
          heads: 1,
          masks,
          actions,
          logProbabilities,
          advantages,
          clip: 0.2,
          entropy: 0.01,
        };
        assert.ok(network.policyGradient(batch).every((g) => g === 0));
        const { entropy, kl, clipFraction, gradientNorm } = network.trainPolicy(batch, settings);
        assert.deepEqual([entropy, kl, clipFraction, gradientNorm].map(Math.abs), [0, 0, 0, 0]);
        for (const sampled of [true, false]) {
          const act: ActBatch = { ...actBatch(shape, rows, 1, 43, sampled), inputs, masks };
          act.logProbabilities.fill(-1);
          backend.act([network], [act]);
          assert.deepEqual(act.actions, actions);
          assert.ok(act.logProbabilities.every((log) => log === 0));
        }
      });
    });

    it('Logits of thousands give finite results', () => {
      withNetwork(shape, 44, (network, weights) => {
        const state = network.save();
        network.load({ ...state, weights: weights.map((w) => w * 300) });
        const batch = actBatch(shape, 50, 1, 45, true);
        backend.act([network], [batch]);
        assert.ok(batch.logProbabilities.every((log) => Number.isFinite(log) && log <= 0));
        const policy = { ...batch, advantages: normals(new TestRandom(46), 50), clip: 0.2, entropy: 0.01 };
        const report = network.trainPolicy(policy, settings);
        assert.ok(Object.values(report).every(Number.isFinite), JSON.stringify(report));
        assert.ok(network.save().weights.every(Number.isFinite));
      });
    });

    it('A network reads only as many rows of longer arrays as the batch has', () => {
      withNetwork(shape, 47, (network) => {
        const long = regressionBatch(shape, 40, 48, true);
        const short = {
          rows: 7,
          inputs: long.inputs.slice(0, 7 * shape.inputs),
          targets: long.targets.slice(0, 7 * shape.outputs),
          weights: long.weights!.slice(0, 7),
        };
        assertSame(network.regressionGradient({ ...long, rows: 7 }), network.regressionGradient(short), 'gradients');
        const outputs = new Float32Array(40 * shape.outputs).fill(5);
        network.forward(long.inputs, 7, outputs);
        assert.ok(outputs.subarray(7 * shape.outputs).every((value) => value === 5));
      });
    });

    it('A network refuses what it cannot compute and keeps its weights', () => {
      withNetwork(shape, 49, (network, weights) => {
        const regression = regressionBatch(shape, 10, 50, true);
        const policy = policyBatch(shape, weights, 10, heads, 51);
        const act = actBatch(shape, 10, heads, 52, true);
        const none = act.masks.slice();
        none.fill(0, 3 * shape.outputs, 4 * shape.outputs);
        const forbidden = policy.masks.slice();
        forbidden[4 * shape.outputs + policy.actions[4]] = 0;
        const outOfRange = policy.actions.slice();
        outOfRange[5] = shape.outputs;
        const infinite = regression.targets.slice();
        infinite[11] = Infinity;
        const short = new Float32Array(3);
        const train = { ...settings };
        const cases: [RegExp, () => void][] = [
          [/at least one row/, () => network.forward(regression.inputs, 0, new Float32Array(250))],
          [/inputs holds 3 numbers; 600 are needed/, () => network.forward(short, 10, new Float32Array(250))],
          [/outputs holds 3 numbers/, () => network.forward(regression.inputs, 10, short)],
          [/targets holds 3 numbers/, () => network.trainRegression({ ...regression, targets: short }, train)],
          [/weights holds 3 numbers/, () => network.regressionGradient({ ...regression, weights: short })],
          [/advantages holds 3 numbers/, () => network.trainPolicy({ ...policy, advantages: short }, train)],
          [/25 outputs cannot be split into 2 heads/, () => network.trainPolicy({ ...policy, heads: 2 }, train)],
          [/uniforms holds 3 numbers/, () => backend.act([network], [{ ...act, uniforms: short }])],
          [/1 of the batch's rows/, () => backend.act([network], [{ ...act, masks: none }])],
          [/1 of the batch's rows/, () => network.trainPolicy({ ...policy, masks: forbidden }, train)],
          [/1 of the batch's rows/, () => network.trainPolicy({ ...policy, actions: outOfRange }, train)],
          [/not finite/, () => network.trainRegression({ ...regression, targets: infinite }, train)],
          [/saved weights holds 3 numbers/, () => network.load({ ...network.save(), weights: short })],
          [/1 policies need as many batches/, () => backend.act([network], [])],
          [/another backend/, () => backend.act([{ ...network } as unknown as Network], [act])],
          [/whole number of units, not 0/, () => void backend.network({ ...shape, hidden: [0] })],
        ];
        for (const [message, call] of cases) assert.throws(call, message);
        const state = network.save();
        assertSame(state.weights, weights, 'weights');
        assert.equal(state.steps, 0);
      });
    });

    it('A disposed network does not compute', () => {
      const network = backend.network(shape);
      network.dispose();
      network.dispose();
      const batch = regressionBatch(shape, 2, 53, false);
      assert.throws(() => network.forward(batch.inputs, 2, new Float32Array(50)), /disposed/);
    });
  });
}

interface TrainingStep {
  readonly regression: RegressionBatch;
  readonly regressionLoss: number;
  readonly regressionNorm: number;
  readonly policy: PolicyBatch;
  readonly report: ReferencePolicy;
  readonly policyNorm: number;
}

/** 10 regression and 10 policy steps in turn, each on a batch of its own. */
function trainReference(
  shape: NetworkShape,
  heads: number,
  weights: Float32Array,
  settings: StepSettings,
): { network: ReferenceNetwork; steps: TrainingStep[] } {
  const network = referenceNetwork(shape, weights);
  const steps = Array.from({ length: 10 }, (_, i): TrainingStep => {
    const regression = regressionBatch(shape, 70, 100 + i, true);
    const { objective, gradient } = referenceRegression(network, regression);
    referenceStep(network, gradient, settings);
    const policy = policyBatch(shape, Float32Array.from(network.weights), 70, heads, 200 + i);
    const report = referencePolicy(network, policy);
    referenceStep(network, report.gradient, settings);
    return {
      regression,
      regressionLoss: objective,
      regressionNorm: normOf(gradient),
      policy,
      report,
      policyNorm: normOf(report.gradient),
    };
  });
  return { network, steps };
}
