import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkExpression, type CheckOptions } from '../../../../src/spec/cel/check.ts';
import { FUNCTIONS, SERVICE_VOCABULARY } from '../../../../src/spec/cel/vocabulary.ts';
import { compileColumns } from '../../../../src/spec/cel/compile.ts';
import { expressionFrom, SETTINGS } from './grammar.ts';
import { checked, historyOf, observed, sample } from './fixtures.ts';

const rule: CheckOptions = { result: 'bool', settings: ['load', 'pending', 'window'], service: true };
const goal: CheckOptions = { result: 'number', settings: [], service: false };

/** 'code text-at-the-problem' of each problem. */
const found = (text: string, options = rule): string[] =>
  checkExpression(text, options).problems.map(({ code, start, end }) => `${code} ${text.slice(start, end)}`);
const messageOf = (text: string, options = rule): string => checkExpression(text, options).problems[0].message;
/** The text with the fix of its first problem. */
function fixed(text: string, options = rule): string | undefined {
  const fix = checkExpression(text, options).problems[0].fix;
  return fix && text.slice(0, fix.start) + fix.text + text.slice(fix.end);
}

describe('checking an expression', () => {
  it('The checker finds text that is not CEL', () => {
    const cases: [string, string, RegExp][] = [
      ['', 'cel-syntax ', /empty/],
      ['  \n', 'cel-syntax   \n', /empty/],
      ['service.pending >', 'cel-syntax ', /ends too early: a value is missing/],
      ['(service.pending > 5', 'cel-syntax ', /ends too early: \) is missing/],
      ['service.', 'cel-syntax ', /a name is missing/],
      ['service.pending > 5)', 'cel-syntax )', /\) cannot stand here/],
      ['* 5', 'cel-syntax *', /A value is expected here, not \*/],
      ['true # comment', 'cel-syntax #', /# cannot stand here/],
      ['true \u{1f600}', 'cel-syntax \u{1f600}', /\u{1f600} cannot stand here/u],
      ['true\u00a0', 'cel-syntax \u00a0', /U\+00A0 cannot stand here/],
      ['service.name == "a', 'cel-syntax "a', /closing quote/],
      ['service.name == "\\q"', 'cel-syntax \\q', /escape/],
      ['if > 5', 'cel-syntax if', /reserved word/],
      ['services.exists(5, true)', 'cel-syntax 5', /name of the element/],
      ['services.map(s, s.pending > 5', 'cel-syntax ', /\) is missing/],
      ['[1 2]', 'cel-syntax 2', /\] is expected here, not 2/],
      ['1e400 > 1', 'cel-syntax 1e400', /Invalid number/],
    ];
    for (const [text, problem, message] of cases) {
      assert.deepEqual(found(text), [problem], text);
      assert.match(messageOf(text), message);
    }
  });

  it('The checker knows the operators of other languages and offers those of CEL', () => {
    assert.equal(fixed('service.failed = 0'), 'service.failed == 0');
    assert.equal(fixed('service.failed > 0 and true'), 'service.failed > 0 && true');
    assert.equal(fixed('service.failed > 0 OR true'), 'service.failed > 0 || true');
    assert.equal(fixed('true & true'), 'true && true');
    assert.equal(fixed('true | false'), 'true || false');
  });

  it('The checker finds unknown names and suggests what was meant', () => {
    const cases: [string, string, string | undefined][] = [
      ['service.pendng > 5', 'cel-unknown-field pendng', 'service.pending > 5'],
      ['service.util > 0.5', 'cel-unknown-field util', 'service.utilization > 0.5'],
      ['cluster.latncy > 5', 'cel-unknown-field latncy', 'cluster.latency > 5'],
      ['cluster.pending > 5', 'cel-unknown-field pending', undefined],
      ['settings.lod > 5', 'cel-unknown-setting lod', 'settings.load > 5'],
      ['settings.threshold > 5', 'cel-unknown-setting threshold', undefined],
      ['servces.all(s, true)', 'cel-unknown-variable servces', 'services.all(s, true)'],
      ['pending > 5', 'cel-unknown-variable pending', 'service.pending > 5'],
      ['successRate > 0.5', 'cel-unknown-variable successRate', 'cluster.successRate > 0.5'],
      ['load > 0.5', 'cel-unknown-variable load', 'settings.load > 0.5'],
      ['zzz > 5', 'cel-unknown-variable zzz', undefined],
      ['services.all(elem, elm.failed > 0)', 'cel-unknown-variable elm', 'services.all(elem, elem.failed > 0)'],
      ['services.al(s, true)', 'cel-unknown-function al', 'services.all(s, true)'],
      ['chang(service.received, 30) > 1', 'cel-unknown-function chang', 'change(service.received, 30) > 1'],
      ['frobnicate(1) > 1', 'cel-unknown-function frobnicate', undefined],
      ['abs(service.pending) > 1', 'cel-unknown-function abs', undefined],
      ['settings.laod > 5', 'cel-unknown-setting laod', 'settings.load > 5'],
      ["service.priority == 'critcal'", "cel-unknown-value 'critcal'", "service.priority == 'critical'"],
      ["'high' == service.priority", "cel-unknown-value 'high'", undefined],
      ["service.priority in ['low', 'mid']", "cel-unknown-value 'mid'", undefined],
    ];
    for (const [text, problem, fix] of cases) {
      assert.deepEqual(found(text), [problem], text);
      assert.equal(fixed(text), fix, text);
    }
    assert.match(messageOf('settings.x > 1', { ...goal, result: 'bool' }), /there are no settings here/);
    assert.match(messageOf('service.constructor > 1'), /A service has no field constructor/);
  });

  it('The checker reports every problem in the order of the text', () => {
    assert.deepEqual(found('service.faild > 0 || settings.loda > 1 || service.pending && true'), [
      'cel-unknown-field faild',
      'cel-unknown-setting loda',
      'cel-type service.pending',
    ]);
  });

  it('The checker finds values of the wrong type', () => {
    const cases: [string, string, RegExp][] = [
      ['service.failed', 'cel-type service.failed', /A condition is expected here, but this is a number/],
      ['services', 'cel-type services', /a list of services/],
      ['service.name', 'cel-type service.name', /a text/],
      ['!service.failed', 'cel-type service.failed', /Compare it with something, for example == 0/],
      ['-(true) > 1', 'cel-type (true)', /- needs a number, but this is a condition/],
      ['(service.failed) && true', 'cel-type (service.failed)', /&& joins conditions, but this is a number/],
      ['true || service.name', 'cel-type service.name', /this is a text/],
      ['1 + true > 0', 'cel-type true', /\? 1 : 0/],
      ['services.map(s, s.pending) > 5', 'cel-type services.map(s, s.pending)', /Add \.sum/],
      ['1 < service.pending < 3', 'cel-type 1 < service.pending', /cannot be chained/],
      ['service.name == 5', 'cel-type 5', /the left side is a text, this is a number/],
      ["service.name < 'a'", 'cel-type service.name', /< compares numbers/],
      ['true ? 1 : true', 'cel-type true', /Both sides of : are of one type/],
      ['1 ? true : false', 'cel-type 1', /Before \? stands a condition/],
      ['service.pending in 5', 'cel-type 5', /After in stands a list/],
      ['service.name in [1, 2]', 'cel-type service.name', /the list holds numbers/],
      ["[1, 'a'].size() > 0", "cel-type 'a'", /All items of a list are of one type/],
      ['[].size() > 0', 'cel-type []', /empty list/],
      ['services.pending > 5', 'cel-type pending', /services\.map\(s, s\.pending\)/],
      ['service.pending.rate > 5', 'cel-type rate', /is a number and has no fields/],
      ['service.pending.sum() > 5', 'cel-type service.pending', /sum is called on a list, but this is a number/],
      ['services.sum() > 5', 'cel-type services', /sum needs a list of numbers/],
      ['services.map(s, s.failed > 0).sum() > 5', 'cel-type services.map(s, s.failed > 0)', /Count with \.filter/],
      ['services.all(s, s.failed)', 'cel-type s.failed', /all needs a condition here/],
      ['cluster', 'cel-type cluster', /Name one of its fields/],
      ['settings > 5', 'cel-type settings', /Name a setting/],
      ['change(service.pending + 1, 30) > 1', 'cel-type service.pending + 1', /looks back at one field/],
      ['change(service.max, 30) > 1', 'cel-type service.max', /max never changes/],
      ["change(service.pending, '30') > 1", "cel-type '30'", /is no duration/],
      ['change(service.pending, service.pending) > 1', 'cel-type service.pending', /The window is a number of seconds/],
      ['mean(service.pending, 0) > 1', 'cel-type 0', /This window is 0s, but/],
      ['mean(service.pending, -30) > 1', 'cel-type -30', /This window is -30s, but a window is longer than 0s/],
      ['mean(service.pending, 5 - 5) > 1', 'cel-type 5 - 5', /This window is 0s, but/],
      ['change(service.pending, (30 - 60)) > 1', 'cel-type 30 - 60', /This window is -30s, but/],
      ['change(service.pending, 0 / 0) > 1', 'cel-type 0 / 0', /This window is not a number, but/],
      ['change(service.pending, 1 / 0) > 1', 'cel-type 1 / 0', /This window is infinite, but/],
      ["mean(service.pending, '0s') > 1", "cel-type '0s'", /is no duration/],
      [`${'9'.repeat(400)} > 1`, `cel-type ${'9'.repeat(400)}`, /too large/],
    ];
    for (const [text, problem, message] of cases) {
      assert.deepEqual(found(text), [problem], text);
      assert.match(messageOf(text), message);
    }
    assert.deepEqual(found('services.map(s, s.pending)', goal), ['cel-type services.map(s, s.pending)']);
    assert.equal(fixed('services.all(s, s.pending < 5)', goal), '(services.all(s, s.pending < 5)) ? 1 : 0');
    assert.match(messageOf('services', goal), /A number is expected here/);
  });

  it('The checker knows that a goal has no single service', () => {
    assert.deepEqual(found('service.pending', goal), ['cel-no-service service']);
    assert.deepEqual(found('services.map(s, s.pending + service.failed).sum()', goal), ['cel-no-service service']);
    assert.deepEqual(found('services.map(service, service.pending).sum()', goal), []);
  });

  it('The checker finds what cannot run over columns', () => {
    const cases: [string, string][] = [
      ["service.name.matches('a.*')", "cel-unsupported service.name.matches('a.*')"],
      ["service.name.startsWith('a')", "cel-unsupported service.name.startsWith('a')"],
      ["timestamp('2024-01-01T00:00:00Z') > 1", "cel-unsupported timestamp('2024-01-01T00:00:00Z')"],
      ["duration('30s') > 1", "cel-unsupported duration('30s')"],
      ['has(service.pending)', 'cel-unsupported has(service.pending)'],
      ['cel.bind(x, 1, x > 0)', 'cel-unsupported cel.bind(x, 1, x > 0)'],
      ['{1: 2}.size() > 0', 'cel-unsupported {1: 2}'],
      ['null == 1', 'cel-unsupported null'],
      ["b'x' == 1", "cel-unsupported b'x'"],
      ['services[0].pending > 5', 'cel-unsupported services[0]'],
      ['[[1], [2]].size() > 0', 'cel-unsupported [1]'],
      ['services.map(s, services).size() > 0', 'cel-unsupported services'],
      ['services == services', 'cel-unsupported services'],
      ['services.exists(s, s == service)', 'cel-unsupported service'],
      ['service in services', 'cel-unsupported services'],
      ['(true ? service : service).pending > 1', 'cel-unsupported true ? service : service'],
      ['services.all(a, services.all(b, services.all(c, c.failed == 0)))', 'cel-unsupported c'],
    ];
    for (const [text, problem] of cases) assert.deepEqual(found(text), [problem], text);
    assert.equal(fixed("service['failed'] > 0"), 'service.failed > 0');
    assert.equal(fixed('double(service.failed) > 0'), '(service.failed) > 0');
    assert.equal(fixed('max( 1, service.failed) > 0'), '[1, service.failed].max() > 0');
  });

  it('The checker computes windows that are made of numbers', () => {
    const windowOf = (text: string): unknown => {
      const { root } = checked(`mean(service.pending, ${text}) > 1`, rule);
      const history = root.op === 'binary' ? root.left : root;
      return history.op === 'history' && history.window.op === 'literal' ? history.window.value : undefined;
    };
    assert.equal(windowOf('60 - 30'), 30);
    assert.equal(windowOf('-(-15)'), 15);
    assert.equal(windowOf('2 * settings.window'), undefined);
  });

  it('The checker explains how functions are called', () => {
    for (const text of [
      'change(service.received) > 1',
      'service.received.change(30) > 1',
      'services.all(s.failed == 0)',
      'services.map(s, s.pending).sum(1) > 1',
      'exists(services, true)',
      'sum(services) > 1',
    ]) {
      assert.match(found(text)[0], /^cel-unknown-function/, text);
      assert.match(messageOf(text), /for example/, text);
    }
  });

  it('The checker limits length and nesting', () => {
    const long = `${'service.failed > 0 || '.repeat(5000)}true`;
    assert.deepEqual(found(long), [`cel-too-long ${long.slice(4096)}`]);
    const deep = (open: string, close: string): string => `${open.repeat(1000)}1${close.repeat(1000)} > 0`;
    for (const text of [
      deep('(', ')'),
      deep('[', ']'),
      deep('-', ''),
      `${'!'.repeat(4000)}true`,
      deep('size(', ')').slice(0, 4096),
      `${'1+'.repeat(1000)}1 > 0`,
      `service${'.a'.repeat(2000)}`,
    ])
      assert.match(found(text)[0], /^cel-too-deep/, text.slice(0, 30));
    assert.match(found(`service.pending in [${'1, '.repeat(40)}1]`)[0], /^cel-too-long/);
    const lists = `[${'1, '.repeat(31)}1]`;
    assert.deepEqual(
      found(`${lists}.all(a, ${lists}.all(b, ${lists}.all(c, a + b + c > 0)))`).map((line) => line.split(' ')[0]),
      ['cel-too-long'],
    );
  });

  it('The checker accepts the examples of the vocabulary', () => {
    for (const { example } of FUNCTIONS) {
      const results = (['bool', 'number'] as const).map((result) => checkExpression(example, { ...rule, result }));
      assert.ok(
        results.some(({ problems }) => problems.length === 0),
        example,
      );
    }
    for (const [field, { type }] of Object.entries(SERVICE_VOCABULARY)) {
      const text =
        type === 'bool' ? `service.${field}` : type === 'string' ? `service.${field} == 'low'` : `service.${field} > 0`;
      checked(text, rule);
    }
  });
});

describe('checking any text', () => {
  const sound = (text: string, options: CheckOptions): void => {
    const { expression, problems } = checkExpression(text, options);
    assert.equal(expression === undefined, problems.length > 0);
    for (const { start, end, message, fix } of problems) {
      assert.ok(start >= 0 && start <= end && end <= text.length, `${start}-${end} in ${JSON.stringify(text)}`);
      assert.match(message, /^\S.*[.!?]$/su);
      if (fix) assert.ok(fix.start >= 0 && fix.start <= fix.end && fix.end <= text.length);
    }
  };
  const options = fc.constantFrom(rule, goal);

  it('The checker never throws, whatever the characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), options, (text, given) => sound(text, given)),
      { seed: 1, numRuns: 3000 },
    );
    const bytes = fc.uint8Array({ maxLength: 200 }).map((values) => Buffer.from(values).toString('latin1'));
    fc.assert(
      fc.property(bytes, options, (text, given) => sound(text, given)),
      { seed: 2, numRuns: 2000 },
    );
  });

  it('The checker never throws for pieces of expressions in any order', () => {
    const pieces =
      "service services cluster settings . ( ) [ ] { } , ? : ! - + * / % < <= > >= == != && || in e pending received load latency map filter all exists exists_one sum min max size change mean has cel bind duration 'a' \"b\" b'c' r'd' ''' // null true 1 0.5 3u 0x 1e e.x if \\ \u{1f600} \u0000 \n".split(
        ' ',
      );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...pieces), { maxLength: 25 }),
        fc.constantFrom('', ' '),
        options,
        (words, gap, given) => sound(words.join(gap), given),
      ),
      { seed: 3, numRuns: 10_000 },
    );
  });

  it('The checker never throws for damaged expressions, and what it accepts can be compiled', () => {
    const choices = fc.array(fc.nat(10_000), { minLength: 60, maxLength: 60 });
    const settings = Object.keys(SETTINGS);
    let passed = 0;
    fc.assert(
      fc.property(choices, fc.nat(10_000), fc.nat(12), fc.string({ maxLength: 4 }), (list, at, length, insert) => {
        const text = expressionFrom(list, 'bool', true);
        const start = at % (text.length + 1);
        const damaged = text.slice(0, start) + insert + text.slice(start + length);
        const given = { ...rule, settings };
        sound(damaged, given);
        const { expression } = checkExpression(damaged, given);
        if (!expression) return;
        passed++;
        compileColumns(expression, sample, SETTINGS).evaluate(historyOf(15, [observed(1, 4, {})]), new Float64Array(4));
      }),
      { seed: 4, numRuns: 3000 },
    );
    assert.ok(passed > 100, `${passed} passed`);
  });

  it('The checker never throws for 100 kB of any text', () => {
    for (const piece of [
      '(',
      '[',
      '!',
      '-',
      'a.',
      '"',
      "'''",
      '{',
      'x ? ',
      'services.map(s, ',
      '\u{1f600}',
      '\ud800',
      '1+',
      '//',
    ])
      sound(piece.repeat(100_000), rule);
    for (const piece of ['(', '[', '!', '-', 'a.', '"', '{', 'x ? ', 'services.map(s, ', 'a[', 'f('])
      for (const length of [50, 99, 100, 101, 250, 1000, 4096]) sound(piece.repeat(length).slice(0, 4096), rule);
  });
});
