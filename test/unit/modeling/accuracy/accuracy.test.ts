import assert from 'node:assert/strict';
import fc from 'fast-check';
import { specParameters, truthParameters } from '../../../../src/cluster/emulator/parameters.ts';
import { measureAccuracy, type Accuracy } from '../../../../src/modeling/accuracy/accuracy.ts';
import { ErrorSum } from '../../../../src/modeling/accuracy/errors.ts';
import { queueingOpenLoop } from '../../../../src/modeling/accuracy/open-loop.ts';
import { rank } from '../../../../src/modeling/accuracy/ranking.ts';
import { verdictOf } from '../../../../src/modeling/accuracy/verdict.ts';
import { loadTraces, splitTraces } from '../../../../src/modeling/traces/trace.ts';
import { SHOP } from '../clusters.ts';
import { never, record, withStore } from '../recorded.ts';

describe('errors', () => {
  it('The errors of a prediction are those of their definitions', () => {
    const sum = new ErrorSum();
    // predicted, recorded, at the origin
    for (const [p, r, o] of [
      [1, 2, 2],
      [4, 2, 3],
      [6, 5, 1],
    ])
      sum.add(p, r, o);
    const { count, mae, rmse, bias, r2, persistence } = sum.result();
    assert.equal(count, 3);
    assert.ok(Math.abs(mae - 4 / 3) < 1e-12);
    assert.ok(Math.abs(rmse - Math.sqrt(6 / 3)) < 1e-12);
    assert.ok(Math.abs(bias - 2 / 3) < 1e-12);
    assert.ok(Math.abs(persistence - 5 / 3) < 1e-12);
    // Squared error 6 against 6 around the mean 3.
    assert.ok(Math.abs(r2!) < 1e-12);
  });

  it('There is no R2 where the record does not vary', () => {
    const sum = new ErrorSum();
    for (let i = 0; i < 5; i++) sum.add(1, 0.1, 0.1);
    assert.equal('r2' in sum.result(), false);
  });
});

describe('accuracy of the queueing model', () => {
  const measure = (parameters = truthParameters(SHOP), seconds = 4 * 3600): Promise<Accuracy> =>
    withStore(async (store) => {
      await record(store, SHOP, { seconds, capacity: 200, parameters: truthParameters(SHOP), crashes: true });
      const { heldOut } = splitTraces(loadTraces(store, SHOP).segments, 0.25);
      return (await measureAccuracy(queueingOpenLoop(SHOP, parameters, 1, 4), SHOP, heldOut, never))!;
    });

  it('The queueing model predicts better with the true numbers than with those of the spec, and far better than no change', async () => {
    const [truth, spec] = [await measure(), await measure(specParameters(SHOP))];
    assert.deepEqual(
      truth.horizons.map(({ intervals, seconds }) => [intervals, seconds]),
      [
        [1, 15],
        [10, 150],
        [30, 450],
      ],
    );
    assert.equal(truth.heldOut, 240);
    // Crashes are in the record, and nobody foresees them.
    assert.ok(truth.ratio > 0.9 && truth.ratio < 1, `${truth.ratio}`);
    assert.ok(truth.ratio > spec.ratio, `${truth.ratio} against ${spec.ratio}`);
    for (const [i, { metrics }] of truth.horizons.entries())
      assert.ok(metrics.objective.mae < spec.horizons[i].metrics.objective.mae, `horizon ${i}`);
    const { mae, persistence } = truth.horizons[1].metrics.objective;
    assert.ok(mae < 0.5 * persistence, `${mae} against ${persistence}`);
    assert.equal(Object.keys(truth.horizons[0].metrics).length, 15 + 34);
    // The action is known.
    assert.equal(truth.horizons[2].metrics['front.desired'].mae, 0);
  });

  it('The fan of a prediction holds it between its ends, as long as the record', async () => {
    const { fan } = await measure();
    for (const { recorded, low, middle, high } of Object.values(fan!.metrics)) {
      assert.equal(recorded.length, 40);
      middle.forEach((value, i) => assert.ok(low[i] <= value + 1e-9 && value <= high[i] + 1e-9));
    }
    assert.deepEqual(Object.keys(fan!.metrics).slice(4, 7), ['pending', 'front.ready', 'front.pending']);
    assert.equal(Object.keys(fan!.metrics).length, 5 + 2 * 4);
    assert.ok(fan!.metrics['front.ready'].recorded.every((pods) => Number.isInteger(pods) && pods >= 0));
    assert.ok(fan!.metrics.pending.high.some((value, i) => value > fan!.metrics.pending.low[i]));
  });

  it('Accuracy needs a stretch as long as its horizon', async () => {
    assert.equal(await measure(truthParameters(SHOP), 2000), undefined);
  });
});

describe('rank of known policies', () => {
  const systems = (twin: number[], cluster: number[]) =>
    twin.map((value, i) => ({ name: `s${i}`, twin: value, cluster: cluster[i] }));

  it('The rank correlation is 1 for the same order, -1 for the reverse, and by hand in between', () => {
    const same = rank(systems([0.1, 0.2, 0.3], [0.5, 0.6, 0.7]), 0.01);
    assert.deepEqual([same.spearman, same.kendall, same.agreeing], [1, 1, 1]);
    assert.deepEqual(
      same.systems.map(({ name }) => name),
      ['s2', 's1', 's0'],
    );
    assert.ok(Math.abs(same.ratio - 1.8 / 0.6) < 1e-12);
    const reverse = rank(systems([3, 2, 1], [1, 2, 3]), 0.01);
    assert.deepEqual([reverse.spearman, reverse.kendall, reverse.agreeing], [-1, -1, 0]);
    // One neighboring pair of four swapped: rho = 1 - 6 * 2 / (4 * 15), tau = (5 - 1) / 6.
    const swapped = rank(systems([1, 2, 4, 3], [1, 2, 3, 4]), 0.01);
    assert.ok(Math.abs(swapped.spearman - 0.8) < 1e-12);
    assert.ok(Math.abs(swapped.kendall - 4 / 6) < 1e-12);
    assert.ok(Math.abs(swapped.agreeing - 5 / 6) < 1e-12);
  });

  it('Ties are counted by tau-b, and differences that the cluster does not show do not count', () => {
    // Pairs: (1,1) tied in the twin, the two others in order: 2 / sqrt(2 * 3).
    assert.ok(Math.abs(rank(systems([1, 1, 2], [1, 2, 3]), 0.01).kendall - 2 / Math.sqrt(6)) < 1e-12);
    const none = rank(systems([1, 1, 1], [1, 2, 3]), 0.01);
    assert.deepEqual([none.spearman, none.kendall, none.agreeing], [0, 0, 0]);
    assert.equal(rank(systems([2, 1, 3], [1.001, 1.002, 2]), 0.01).agreeing, 1);
    assert.equal(rank(systems([2, 1], [1, 1.001]), 0.01).agreeing, 1);
  });

  it('A ranking does not depend on the order in which systems are listed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })), {
          minLength: 2,
          maxLength: 8,
        }),
        (pairs) => {
          const of = (list: typeof pairs) =>
            rank(
              systems(
                list.map(([a]) => a),
                list.map(([, b]) => b),
              ),
              0.5,
            );
          const [a, b] = [of(pairs), of([...pairs].reverse())];
          assert.ok(Math.abs(a.spearman - b.spearman) < 1e-9 && Math.abs(a.kendall - b.kendall) < 1e-9);
          assert.ok(a.spearman >= -1 - 1e-9 && a.spearman <= 1 + 1e-9);
        },
      ),
      { seed: 1 },
    );
  });
});

describe('verdict', () => {
  const accuracy = (mae: number, bias: number, persistence: number): Accuracy => ({
    heldOut: 100,
    origins: 50,
    ratio: 0.99,
    horizons: [
      { intervals: 30, seconds: 450, metrics: { objective: { count: 50, mae, rmse: mae, bias, persistence } } },
    ],
  });
  const ranking = (twin: number[], cluster: number[]) =>
    rank(
      twin.map((value, i) => ({ name: `s${i}`, twin: value, cluster: cluster[i] })),
      0.002,
    );

  it('The verdict on a twin goes by the ranking where there is one', () => {
    const good = verdictOf(accuracy(1, 1, 0), ranking([0.8, 0.85, 0.9], [0.8, 0.84, 0.88]));
    assert.equal(good.accepted, true);
    assert.match(good.reason, /100 % .* \(s2 > s1 > s0\), Kendall's tau 1\.00; the cluster's J is 0\.99/);
    const wrong = verdictOf(accuracy(0, 0, 1), ranking([0.9, 0.85, 0.8], [0.8, 0.84, 0.88]));
    assert.equal(wrong.accepted, false);
    assert.match(wrong.reason, /only 0 % .*80 % are asked for/);
    const biased = verdictOf(undefined, ranking([0.6, 0.65, 0.7], [0.8, 0.84, 0.88]));
    assert.equal(biased.accepted, false);
    assert.match(biased.reason, /biased: the cluster's J is 1\.29 of the twin's.*too many pods/);
    assert.match(verdictOf(undefined, ranking([0.9, 0.95, 1], [0.7, 0.74, 0.78])).reason, /too few pods/);
  });

  it('Without a ranking the verdict goes by the errors, and says so where nothing was tested', () => {
    assert.match(
      verdictOf(accuracy(0.02, 0.01, 0.1), undefined).reason,
      /0\.020 \(no change: 0\.100\), bias 0\.010; the cluster's J is 0\.99 of the twin's\. No known policies/,
    );
    assert.equal(verdictOf(accuracy(0.02, 0.01, 0.1), ranking([0.8], [0.8])).accepted, true);
    assert.match(verdictOf(accuracy(0.2, 0.01, 0.1), undefined).reason, /larger than that of assuming no change/);
    const low = verdictOf(accuracy(0.06, -0.06, 0.1), undefined);
    assert.equal(low.accepted, false);
    assert.match(low.reason, /off by -0\.060 on average, and policies would answer with too many pods/);
    assert.match(verdictOf(accuracy(0.06, 0.06, 0.1), undefined).reason, /too few pods/);
    assert.deepEqual(verdictOf(undefined, undefined).accepted, true);
    assert.match(verdictOf(undefined, undefined).reason, /Not tested/);
  });
});
