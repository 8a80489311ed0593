import assert from 'node:assert/strict';
import { describeExplanation, explain, formatValue, type Explanation } from '../../../../src/spec/cel/explain.ts';
import type { CheckOptions } from '../../../../src/spec/cel/check.ts';
import { checked, historyOf, observed, sample, type Seen } from './fixtures.ts';

const SETTINGS = { load: 0.7, rise: 0.15 };

function explained(
  text: string,
  seen: Seen,
  service: number | undefined,
  options: Partial<CheckOptions> = {},
): Explanation {
  const expression = checked(text, { settings: Object.keys(SETTINGS), ...options });
  const place = service === undefined ? {} : { service };
  const history = historyOf(15, [observed(1, 4, seen), observed(1, 4, { service: { received: [100, 0, 0, 0] } })]);
  return explain(expression, { cluster: sample, history, environment: 0, settings: SETTINGS, ...place });
}

describe('explaining an expression', () => {
  const rule = 'service.demand > settings.load * service.capacity || !(service.pending > 5)';
  const seen = { service: { received: [212, 0, 0, 0], ready: [2.4, 1, 1, 1] } };

  it('An explanation gives every part of an expression its text, place and value', () => {
    const whole = explained(rule, seen, 0);
    assert.equal(whole.value, true);
    const [comparison, not] = whole.parts;
    assert.deepEqual([comparison.text, comparison.value], ['service.demand > settings.load * service.capacity', true]);
    assert.deepEqual(
      comparison.parts.map(({ text, value, start }) => [text, value, start]),
      [
        ['service.demand', 212, 0],
        ['settings.load * service.capacity', 168, 17],
      ],
    );
    assert.deepEqual([not.text, not.value, not.end], ['!(service.pending > 5)', true, rule.length]);
    assert.equal(comparison.parts[0].parts[0].value, 'a');
  });

  it('An explanation has one line per comparison', () => {
    assert.deepEqual(describeExplanation(explained(rule, seen, 0)), [
      'service.demand 212 > settings.load * service.capacity 168 -> true',
      'service.pending 0 > 5 -> false',
    ]);
  });

  it('An explanation names the elements that decide a macro', () => {
    const text = 'services.exists(e, e.entryPoint && change(e.received, 15) > settings.rise)';
    assert.deepEqual(describeExplanation(explained(text, seen, 2)), [
      `${text} -> true`,
      '  e = a: e.entryPoint -> true',
      '  e = a: change(e.received, 15) 1.12 > settings.rise 0.15 -> true',
    ]);
    const all = 'services.all(s, s.failed == 0)';
    assert.deepEqual(describeExplanation(explained(all, { service: { failed: [0, 0, 3, 0] } }, 0)), [
      `${all} -> false`,
      '  s = c: s.failed 3 == 0 -> false',
    ]);
    const numbers = '[1, 2.5].exists(x, x > 2)';
    assert.deepEqual(describeExplanation(explained(numbers, {}, 0)), [
      `${numbers} -> true`,
      '  x = 2.5: x 2.5 > 2 -> true',
    ]);
  });

  it('An explanation shows lists, texts, choices and numbers', () => {
    assert.deepEqual(describeExplanation(explained("service.name == 'b'", {}, 1)), ["service.name 'b' == 'b' -> true"]);
    assert.deepEqual(describeExplanation(explained('true', {}, 1)), ['true']);
    const goal = { result: 'number', service: false } as const;
    const pending = { service: { pending: [1, 2, 0, 0] } };
    assert.deepEqual(describeExplanation(explained('-services.map(s,\n  s.pending).sum()', pending, undefined, goal)), [
      '-services.map(s, s.pending).sum() -> -3',
    ]);
    assert.deepEqual(describeExplanation(explained('cluster.latency > 1 ? 2 : 3', {}, undefined, goal)), [
      'cluster.latency 0 > 1 -> false',
      'cluster.latency > 1 ? 2 : 3 -> 3',
    ]);
    const filtered = explained('services.filter(s, s.pending > 0).size()', pending, undefined, goal);
    assert.deepEqual(filtered.parts[0].value, ['a', 'b']);
    assert.equal(formatValue(['a', 1 / 3, true]), "['a', 0.3333, true]");
  });
});
