import assert from 'node:assert/strict';
import { Guard, type GuardInput } from '../../../src/transferring/guard.ts';

const fallback = { when: ['drift', 'staleMetrics', 'objectiveBroken'] as const, driftThreshold: 3, staleAfter: 45 };
const good: GuardInput = { oldestMetric: 10, missingFor: 0, drift: 0.5, objective: 0.86, load: 100, abort: false };
const shadow = { objective: 0.86, load: 120, oldestMetric: 10 };

describe('The guard of a transfer', () => {
  it('The guard lets the agents act while all is well', () =>
    assert.deepEqual(new Guard(fallback).check(good), { verdict: 'act' }));

  it('The guard holds on a stale metric and gives up on a lost one', () => {
    const guard = new Guard(fallback);
    assert.equal(guard.check({ ...good, oldestMetric: 46 }).verdict, 'hold');
    assert.equal(guard.check({ ...good, oldestMetric: 136 }).verdict, 'fallback');
  });

  it('The guard holds on a metric that is missing for a moment, and gives up when it stays away or never was there', () => {
    const guard = new Guard(fallback);
    const missing = { ...good, oldestMetric: Infinity };
    assert.deepEqual(guard.check({ ...missing, missingFor: 15 }), {
      verdict: 'hold',
      why: 'a metric is missing since 15 s (limit 45 s)',
    });
    assert.equal(guard.check({ ...missing, missingFor: 136 }).verdict, 'fallback');
    assert.equal(guard.check({ ...missing, missingFor: Infinity }).verdict, 'fallback');
  });

  it('The guard never acts on a missing metric, even if stale metrics may not cause a fallback', () => {
    const guard = new Guard({ ...fallback, when: [] });
    const verdict = guard.check({ ...good, oldestMetric: Infinity, missingFor: Infinity });
    assert.equal(verdict.verdict, 'hold');
    assert.match((verdict as { why: string }).why, /missing/);
  });

  it('The guard holds on a strange state and falls back on the third in a row', () => {
    const guard = new Guard(fallback);
    const strange = { ...good, drift: 4 };
    assert.equal(guard.check(strange).verdict, 'hold');
    assert.equal(guard.check(strange).verdict, 'hold');
    assert.equal(guard.check(good).verdict, 'act');
    assert.equal(guard.check(strange).verdict, 'hold');
    assert.equal(guard.check(strange).verdict, 'hold');
    assert.equal(guard.check(strange).verdict, 'fallback');
  });

  it('The guard falls back when J stays well below what the HPA had', () => {
    const guard = new Guard(fallback);
    for (let i = 0; i < 10; i++) guard.learnReference(shadow);
    const verdicts = Array.from({ length: 20 }, () => guard.check({ ...good, objective: 0.75 }).verdict);
    assert.deepEqual(new Set(verdicts.slice(0, 19)), new Set(['act']));
    assert.equal(verdicts[19], 'fallback');
  });

  /** The last of 40 verdicts, after a shadow stage with J .9 at a load of 100. */
  function lastVerdict(objective: number, load: number): string {
    const guard = new Guard(fallback);
    for (let i = 0; i < 10; i++) guard.learnReference({ objective: 0.9, load: 100, oldestMetric: 10 });
    const verdicts = Array.from({ length: 40 }, () => guard.check({ ...good, objective, load }).verdict);
    return verdicts.includes('fallback') ? 'fallback' : verdicts[39];
  }

  it('The guard falls back when J collapses at a load just above those of the shadow stage', () =>
    assert.equal(lastVerdict(0.1, 101), 'fallback'));

  it('The guard lets J fall in proportion to the load above those of the shadow stage', () => {
    assert.equal(lastVerdict(0.5, 180), 'act', 'half of J at nearly twice the load may be all that there is');
    assert.equal(lastVerdict(0.5, 120), 'fallback');
  });

  it('The guard falls back when J stays below the absolute floor, however high the load is', () => {
    assert.equal(lastVerdict(0.19, 100_000), 'fallback');
    assert.equal(lastVerdict(0.21, 100_000), 'act');
  });

  it('The guard accepts a J below the absolute floor if the HPA was below it too', () => {
    const guard = new Guard(fallback);
    for (let i = 0; i < 10; i++) guard.learnReference({ ...shadow, objective: -0.05 });
    for (let i = 0; i < 40; i++) assert.equal(guard.check({ ...good, objective: -0.1, load: 500 }).verdict, 'act');
  });

  it('The guard learns no reference for J from stale metrics', () => {
    const guard = new Guard(fallback);
    for (let i = 0; i < 10; i++) guard.learnReference({ ...shadow, oldestMetric: 46 });
    for (let i = 0; i < 40; i++) assert.equal(guard.check({ ...good, objective: 0.1 }).verdict, 'act');
  });

  it('The guard counts strange states in a row only when no stale metric lies between them', () => {
    const guard = new Guard(fallback);
    const strange = { ...good, drift: 4 };
    const stale = { ...strange, oldestMetric: 46 };
    const verdicts = [strange, strange, stale, stale, strange, strange].map((input) => guard.check(input).verdict);
    assert.deepEqual(new Set(verdicts), new Set(['hold']));
    assert.equal(guard.check(strange).verdict, 'fallback');
  });

  it('The guard judges a stage by its own decisions', () => {
    const guard = new Guard(fallback);
    guard.learnReference(shadow);
    for (let i = 0; i < 19; i++) guard.check({ ...good, objective: 0.5 });
    guard.enterStage();
    assert.equal(guard.check({ ...good, objective: 0.5 }).verdict, 'act');
  });

  it('The guard falls back when the abort condition of the stage holds', () =>
    assert.equal(new Guard(fallback).check({ ...good, abort: true }).verdict, 'fallback'));
});
