import assert from 'node:assert/strict';
// @ts-expect-error jstat ships no types
import jstat from 'jstat';
import { estimate, meanOverRows, pairedDifference, studentQuantile } from '../../../src/evaluating/statistics.ts';

const near = (actual: number, expected: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);

describe('statistics', () => {
  it("Student's t quantiles are those of the printed table", () => {
    near(studentQuantile(0.975, 1), 12.7062047364, 1e-10);
    near(studentQuantile(0.975, 2), 4.3026527297, 1e-10);
    near(studentQuantile(0.975, 4), 2.7764451052, 1e-10);
    near(studentQuantile(0.975, 99), 1.9842169516, 1e-10);
    near(studentQuantile(0.025, 4), -2.7764451052, 1e-10);
    assert.equal(studentQuantile(0.5, 7), 0);
  });

  it("Student's t quantiles agree with jstat for 1 to 400 degrees of freedom", () => {
    for (const p of [0.6, 0.9, 0.975, 0.995])
      for (const freedom of [1, 2, 3, 5, 8, 13, 40, 99, 100, 399, 400])
        near(studentQuantile(p, freedom), jstat.studentt.inv(p, freedom), 1e-6);
  });

  it('A t quantile refuses what is no probability and no count', () => {
    for (const [p, freedom] of [
      [0, 3],
      [1, 3],
      [NaN, 3],
      [0.9, 0],
      [0.9, 1.5],
    ])
      assert.throws(() => studentQuantile(p, freedom), RangeError);
  });

  it('The mean and interval of five values are those by hand', () => {
    // mean 3, variance 2.5, standard error sqrt(.5), t(.975, 4) = 2.776445
    const { mean, interval, count } = estimate([1, 2, 3, 4, 5]);
    assert.equal(mean, 3);
    assert.equal(count, 5);
    near(interval, 2.7764451052 * Math.sqrt(0.5), 1e-9);
  });

  it('An estimate leaves out what was not measured', () => {
    assert.deepEqual(estimate([NaN, 4, NaN, 6]), estimate([4, 6]));
    assert.deepEqual(estimate([NaN, 4]), { mean: 4, interval: NaN, count: 1 });
    assert.ok(Number.isNaN(estimate([]).mean));
  });

  it('Differences are paired by episode', () => {
    // differences 1, -1, 0, 2: mean .5, variance 5/3, two of four won and one tie
    const difference = pairedDifference([5, 2, 7, 9, NaN], [4, 3, 7, 7, 1]);
    assert.equal(difference.mean, 0.5);
    assert.equal(difference.count, 4);
    assert.equal(difference.won, 2.5 / 4);
    near(difference.interval, studentQuantile(0.975, 3) * Math.sqrt(5 / 3 / 4));
    assert.throws(() => pairedDifference([1], [1, 2]), RangeError);
  });

  it('A common swing of both systems does not widen the paired interval', () => {
    const swing = [0.1, 0.9, 0.4, 0.7];
    const better = swing.map((value) => value + 0.01);
    near(pairedDifference(better, swing).interval, 0, 1e-12);
    assert.ok(estimate(swing).interval > 0.3);
  });

  it('Means over seeds are taken within each episode', () => {
    assert.deepEqual(
      meanOverRows([
        [1, 4, NaN],
        [3, 8, 5],
      ]),
      [2, 6, 5],
    );
    assert.deepEqual(meanOverRows([]), []);
  });
});
