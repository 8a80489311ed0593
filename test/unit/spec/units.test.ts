import assert from 'node:assert/strict';
import { unitHint } from '../../../src/spec/unit-hints.ts';
import * as units from '../../../src/spec/units.ts';

describe('units', () => {
  it('CPU is read in millicores', () => {
    assert.deepEqual(['500m', 0.5, '0.5', 2, '1.25'].map(units.parseCpu), [500, 500, 500, 2000, 1250]);
  });

  it('Memory is read in MiB from either kind of prefix', () => {
    assert.deepEqual(['512Mi', '1Gi', '512Ki', '1.5Gi'].map(units.parseMemory), [512, 1024, 0.5, 1536]);
    assert.equal(units.parseMemory('1048576k'), 1000);
    assert.equal(units.parseMemory('512M'), 488.28125);
  });

  it('Sizes are read in bytes', () => {
    assert.deepEqual(
      ['512B', '4KiB', '4Ki', '4kB', '4k', '1MB', '1MiB'].map(units.parseSize),
      [512, 4096, 4096, 4000, 4000, 1e6, 1048576],
    );
  });

  it('Durations are read in seconds', () => {
    assert.deepEqual(
      ['30s', '15m', '1h', '2h30m', '500ms', '1d', '0s', '1.5h', '1m0.3s'].map(units.parseDuration),
      [30, 900, 3600, 9000, 0.5, 86400, 0, 5400, 60.3],
    );
  });

  it('Shares and rates may be percentages', () => {
    assert.deepEqual([0.4, '40%', '7%', '2.5%'].map(units.parseShare), [0.4, 0.4, 0.07, 0.025]);
    assert.deepEqual(units.parseRate(120), { rate: 120, relative: false });
    assert.deepEqual(units.parseRate('60%'), { rate: 0.6, relative: true });
  });

  it('Settings are numbers, shares or durations', () => {
    assert.deepEqual([0.7, '70%', '2m', '-10%'].map(units.parseSetting), [0.7, 0.7, 120, -0.1]);
  });

  const suggestions: readonly (readonly [string, unknown, string | undefined])[] = [
    ['CPU', '500M', '500m'],
    ['CPU', '500 m', '500m'],
    ['CPU', '2 cores', '2'],
    ['CPU', '1.5m', '2m'],
    ['CPU', '0', undefined],
    ['CPU', 'lots', undefined],
    ['memory', '512MB', '512M'],
    ['memory', '512MiB', '512Mi'],
    ['memory', '512m', '512Mi'],
    ['memory', '1gb', '1Gi'],
    ['memory', 512, '512Mi'],
    ['size', 4096, '4096B'],
    ['size', '4kb', '4KiB'],
    ['size', '4 bytes', '4B'],
    ['duration', 30, '30s'],
    ['duration', '30', '30s'],
    ['duration', '5 min', '5m'],
    ['duration', '1 hour 30 minutes', '1h30m'],
    ['duration', '2 days', '2d'],
    ['duration', '30m1h', '1h30m'],
    ['duration', '5m5m', undefined],
    ['duration', 'soon', undefined],
    ['duration', '3 fortnights', undefined],
    ['duration', '9'.repeat(100_000) + 'x', undefined],
    ['share', 40, '40%'],
    ['share', '40', '40%'],
    ['share', '150%', undefined],
    ['setting', '30 s', '30s'],
    ['setting', '30 cows', undefined],
    ['rate', '60 %', '60%'],
    ['rate', true, undefined],
    ['ratio', '1.05', '1.05'],
  ];
  for (const [title, value, expected] of suggestions) {
    it(`The hint for ${title} ${JSON.stringify(value).slice(0, 20)} suggests ${expected ?? 'nothing'}`, () => {
      const { allowed, suggestion } = unitHint(title, value);
      assert.equal(suggestion, expected);
      assert.match(allowed, /\w/);
    });
  }
});
