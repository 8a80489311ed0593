import assert from 'node:assert/strict';
import fc from 'fast-check';
import { meanOverSeeds } from '../../../../../../src/hosts/extension/webviews/learning-curves/mean.ts';
import { SentCurves } from '../../../../../../src/hosts/extension/webviews/learning-curves/sent-curves.ts';
import { smooth } from '../../../../../../src/hosts/extension/webviews/learning-curves/smooth.ts';
import { thinOut, type Points } from '../../../../../../src/hosts/extension/webviews/learning-curves/thin-out.ts';
import { CurveStore } from '../../../../../../webview/learning-curves/curve-store.ts';

const close = (actual: readonly number[], expected: readonly number[], tolerance = 1e-9) => {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) =>
    assert.ok(
      Object.is(value, expected[i]) || Math.abs(value - expected[i]) <= tolerance,
      `${i}: ${value}, not ${expected[i]}`,
    ),
  );
};
const seed = (step: number[], value: number[], x = step) => ({ step, x, value });
const value = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: -1e3, max: 1e3, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);

describe('smoothing', () => {
  it('Smoothing is an exponential average without the pull toward 0', () => {
    // .5: 1; (.25*1 + .5*2)/.75; (.125*1 + .25*2 + .5*4)/.875
    close(smooth([1, 2, 4], 0.5), [1, 1.25 / 0.75, 2.625 / 0.875]);
    assert.deepEqual(smooth([1, 2, 4], 0), [1, 2, 4]);
  });

  it('Smoothing leaves gaps and skips them in the average', () => {
    close(smooth([1, NaN, 2], 0.5), [1, NaN, 1.25 / 0.75]);
  });

  it('Smoothed values stay between the least and the greatest value (property)', () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 50 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (values, weight) => {
          const known = values.filter(Number.isFinite);
          for (const smoothed of smooth(values, weight))
            assert.ok(
              Number.isNaN(smoothed) ||
                (smoothed >= Math.min(...known) - 1e-9 && smoothed <= Math.max(...known) + 1e-9),
            );
        },
      ),
    );
  });
});

describe('mean over seeds', () => {
  it('The mean over seeds has the 95 % interval of Student t', () => {
    // Of 1, 2, 3: mean 2, standard error 1/sqrt 3, t(2) = 4.302653.
    const { y, low, high } = meanOverSeeds([seed([10], [1]), seed([10], [2]), seed([10], [3])]);
    close(y, [2]);
    close(low, [2 - 4.302652729911275 / Math.sqrt(3)], 1e-6);
    close(high, [2 + 4.302652729911275 / Math.sqrt(3)], 1e-6);
    // Of 1, 2, 3, 4, 10: mean 4, deviation sqrt 12.5, t(4) = 2.776445.
    const five = meanOverSeeds([1, 2, 3, 4, 10].map((v) => seed([0], [v])));
    close(five.high, [4 + (2.7764451051977987 * Math.sqrt(12.5)) / Math.sqrt(5)], 1e-6);
  });

  it('The mean over two seeds has no interval, and a gap has no mean', () => {
    const { y, low } = meanOverSeeds([seed([1, 2], [1, NaN]), seed([1, 2], [3, NaN])]);
    close(y, [2, NaN]);
    close(low, [NaN, NaN]);
  });

  it('The mean over seeds ends with the shortest seed and leaves out a seed that has not begun', () => {
    const { x, y } = meanOverSeeds([seed([1, 2, 3], [1, 1, 1]), seed([1, 2], [3, 3]), seed([], [])]);
    assert.deepEqual(x, [1, 2]);
    close(y, [2, 2]);
    assert.deepEqual(meanOverSeeds([]).x, []);
    assert.deepEqual(meanOverSeeds([seed([], [])]).x, []);
  });

  it('The mean over seeds takes at every step the seeds that have a value there, at their mean time', () => {
    const { x, y } = meanOverSeeds([seed([1, 3], [1, 5], [10, 30]), seed([1, 2, 3], [3, 9, 7], [20, 25, 40])]);
    assert.deepEqual(x, [15, 25, 35]);
    close(y, [2, 9, 6]);
  });
});

describe('thinning out', () => {
  const growing = (values: readonly number[]): Points => ({ x: values.map((_, i) => i * 10), y: values });

  it('Thinning out leaves a short curve as it is', () => {
    assert.deepEqual(thinOut(growing([1, NaN, 3]), null, 2), growing([1, NaN, 3]));
  });

  it('Thinning out keeps the extremes and the gaps of a curve, in order and in few points (property)', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 3000 }),
        fc.integer({ min: 5, max: 100 }),
        (values, buckets) => {
          const points = growing(values);
          const thinned = thinOut(points, null, buckets);
          assert.ok(thinned.x.length <= Math.max(2 * buckets, 3 * (buckets + 1)));
          const known = values.filter(Number.isFinite);
          if (known.length > 0) {
            assert.ok(thinned.y.includes(Math.min(...known)));
            assert.ok(thinned.y.includes(Math.max(...known)));
          }
          assert.equal(thinned.y.some(Number.isNaN), values.some(Number.isNaN));
          thinned.x.forEach((x, i) => {
            assert.ok(i === 0 || x > thinned.x[i - 1]);
            assert.ok(Object.is(thinned.y[i], values[x / 10]));
          });
        },
      ),
    );
  });

  it('Thinning out keeps a band that holds every interval', () => {
    const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i));
    const points = {
      ...growing(values),
      low: values.map((v) => v - 1),
      high: values.map((v, i) => v + (i === 500 ? 9 : 1)),
    };
    const { low = [], high = [], x } = thinOut(points, null, 20);
    assert.equal(low.length, x.length);
    assert.ok(Math.max(...high) > 9 - 1);
    assert.ok(Math.min(...low) < -1.9);
  });

  it('Thinning out cuts out a range with one point on either side', () => {
    const values = Array.from({ length: 100 }, (_, i) => i);
    assert.deepEqual(thinOut(growing(values), { from: 195, to: 225 }, 100).x, [190, 200, 210, 220, 230]);
    assert.deepEqual(thinOut(growing(values), { from: -5, to: 5 }, 100).x, [0, 10]);
  });

  it('Thinning out a part of a curve keeps more of its points than thinning out the whole curve', () => {
    const values = Array.from({ length: 100_000 }, (_, i) => Math.sin(i / 7));
    const part = { from: 500_000, to: 501_000 };
    const all = thinOut(growing(values), null, 100).x.filter((x) => x >= part.from && x <= part.to);
    assert.ok(thinOut(growing(values), part, 100).x.length > 20 * all.length);
  });

  it('Thinning out changes only the end of a growing curve, except when the buckets double', () => {
    const values = Array.from({ length: 20_000 }, (_, i) => Math.sin(i * i));
    let rewritten = 0;
    let before = thinOut(growing(values.slice(0, 5000)), null, 100);
    for (let n = 5010; n <= 20_000; n += 10) {
      const now = thinOut(growing(values.slice(0, n)), null, 100);
      const same = before.x.findIndex((x, i) => now.x[i] !== x || now.y[i] !== before.y[i]);
      if (same >= 0 && same < before.x.length - 3) rewritten++;
      before = now;
    }
    assert.ok(rewritten <= 3, `${rewritten} times`);
  });
});

describe('curves sent', () => {
  it('Curves arrive in the view as they were sent, however they change (property)', () => {
    const curve = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { maxLength: 12 });
    const state = fc.record({ mean: fc.option(curve), hpa: fc.option(curve) });
    fc.assert(
      fc.property(fc.array(state, { maxLength: 12 }), (states) => {
        const sent = new SentCurves();
        const store = new CurveStore();
        for (const { mean, hpa } of states) {
          const points = new Map<string, Points>();
          if (mean)
            points.set('mean', {
              x: mean.map((_, i) => i),
              y: mean,
              low: mean.map((v) => v - 1),
              high: mean.map((v) => v + 1),
            });
          if (hpa) points.set('hpa', { x: hpa.map((_, i) => i), y: hpa });
          store.put({ query: 1, run: 'r', metric: 'm', curves: sent.update(points) });
          const arrived = store.of('m', 'r');
          for (const [of, { x, y, low }] of points) {
            const stored = arrived.get(of);
            assert.deepEqual(stored?.x ?? [], x);
            assert.deepEqual(
              stored?.y ?? [],
              y.map((v) => Number(v.toPrecision(6))),
            );
            if (stored && low)
              assert.deepEqual(
                stored.low,
                low.map((v) => Number(v.toPrecision(6))),
              );
          }
          assert.equal(
            [...arrived.values()].filter(({ x }) => x.length > 0).length,
            [...points.values()].filter(({ x }) => x.length > 0).length,
          );
        }
      }),
    );
  });

  it('Only the new end of a curve is sent, and nothing if nothing is new', () => {
    const sent = new SentCurves();
    const points = (n: number) =>
      new Map([['mean', { x: Array.from({ length: n }, (_, i) => i), y: Array.from({ length: n }, () => 0.5) }]]);
    assert.equal(sent.update(points(100))[0].from, 0);
    assert.deepEqual(sent.update(points(100)), []);
    assert.deepEqual(sent.update(points(102)), [{ of: 'mean', from: 100, x: [100, 101], y: [0.5, 0.5] }]);
  });
});

describe('curves stored', () => {
  it('The curves of the previous query stay until the next query is answered', () => {
    const store = new CurveStore();
    const curve = (of: string, y: number[]) => ({ of, from: 0, x: y.map((_, i) => i), y });
    store.put({ query: 1, run: 'r', metric: 'm', curves: [curve('mean', [1, 2]), curve('1', [3, 4])] });
    store.put({ query: 2, run: 'r', metric: 'm', curves: [curve('mean', [5])] });
    assert.deepEqual([...store.of('m', 'r').keys()], ['mean', '1']);
    assert.deepEqual(store.of('m', 'r').get('mean')?.y, [5]);
    store.answered(2);
    assert.deepEqual([...store.of('m', 'r').keys()], ['mean']);
  });
});
