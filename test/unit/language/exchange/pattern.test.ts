import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TrajectoryAutomaton } from '../../../../src/language/exchange/automaton.ts';
import { parsePattern, writePattern, type Pattern } from '../../../../src/language/exchange/pattern.ts';

function parsed(text: string): Pattern {
  const result = parsePattern(text);
  assert.ok('pattern' in result, `${text}: ${'problem' in result ? result.problem.message : ''}`);
  return result.pattern;
}

const matches = (pattern: string, trajectory: string): boolean =>
  new TrajectoryAutomaton(parsed(pattern)).matches(trajectory === '' ? [] : trajectory.split(','));

describe('trajectory patterns', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['o0,a0', 'o0,a0', true],
    ['o0,a0', 'o0', false],
    ['o0,a0', 'o0,a0,o1', false], // the whole trajectory, not its start
    ['[o1,a1](1,*)', 'o1,a1,o1,a1,o1,a1', true],
    ['[o1,a1](1,*)', '', false],
    ['[o1,a1](1,1)', 'o1,a1,o2,a2', false],
    ['[[o1,a1](1,1),[o2,a2](1,1)](1,2)', 'o1,a1,o2,a2,o1,a1,o2,a2', true], // their own code says no
    ['[[o1,a1](1,1),[o2,a2](0,2)](1,*)', 'o1,a1,o2,a2,o2,a2,o1,a1', true],
    ['[[o1,a1](1,1),[o2,a2](0,2)](1,*)', 'o1,a1,o2,a2,o2,a2,o2,a2', false],
    ['0,[1,70,80,2](0,3),3,[#any](0,*),4,5,6', '0,1,70,80,2,3,9,9,4,5,6', true],
    ['0,[1,70,80,2](0,3),3,[#any](0,*),4,5,6', '0,3,4,5,6', true],
    ['0,[1,70,80,2](0,3),3,[#any](0,*),4,5,6', '0,3,4,5', false],
    ['#any', 'a,b', false], // one label, never two
    ['[a](0,0)', '', true],
    ['[[a](0,*)](0,*)', 'a,a,a', true],
    [' o 1 , a.* ', 'o 1,a.*', true], // labels are text, not expressions
    ['a.*', 'abc', false],
  ];
  for (const [pattern, trajectory, expected] of cases)
    it(`${pattern} ${expected ? 'matches' : 'does not match'} ${trajectory || 'nothing'}`, () =>
      assert.equal(matches(pattern, trajectory), expected));

  const broken: readonly (readonly [string, number, RegExp])[] = [
    ['', 0, /label is missing/],
    ['a,,b', 2, /label is missing/],
    ['[#any,#any](0,*)[o1,a1](1,1)', 16, /comma is missing/],
    ['[a](1)', 5, /',' is missing/],
    ['[a', 2, /'\]' is missing/],
    ['[a](2,1)', 4, /at least 2 and at most 1/],
    ['[a](x,1)', 4, /number of repetitions/],
    ['[a](0,99999999999)', 6, /at most 10000/],
    ['a)', 1, /stands too much/],
  ];
  for (const [text, at, message] of broken)
    it(`${text || 'nothing'} is a mistake at ${at}`, () => {
      const result = parsePattern(text);
      assert.ok('problem' in result);
      assert.equal(result.problem.at, at);
      assert.match(result.problem.message, message);
    });

  it('nest no deeper than anybody writes', () => {
    const deep = (levels: number): string => '['.repeat(levels) + 'a' + '](1,1)'.repeat(levels);
    parsed(deep(100));
    assert.ok('problem' in parsePattern(deep(50_000)));
  });

  it('refuse repetitions that multiply to too many states', () => {
    assert.throws(() => new TrajectoryAutomaton(parsed('[[a](1000,1000)](1000,1000)')), RangeError);
  });

  it('take time in proportion to the trajectory, however the pattern is nested', () => {
    const trajectory = Array.from({ length: 2000 }, () => 'a');
    assert.equal(new TrajectoryAutomaton(parsed('[[[a](0,*)](0,*)](0,*),b')).matches(trajectory), false);
  });

  const pattern: fc.Arbitrary<Pattern> = fc.letrec<{ pattern: Pattern }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('a', 'b', 'c').map((label): Pattern => ({ type: 'label', label })),
      fc.constant<Pattern>({ type: 'any' }),
      fc.array(tie('pattern'), { minLength: 2, maxLength: 3 }).map((items): Pattern => ({ type: 'row', items })),
      fc
        .tuple(tie('pattern'), fc.integer({ min: 0, max: 2 }), fc.constantFrom(0, 1, 2, Infinity))
        .map(([item, least, more]): Pattern => ({ type: 'repeat', item, least, most: least + more })),
    ),
  })).pattern;

  /** The same as a regular expression over one letter a label. */
  const regular = (part: Pattern): string => {
    switch (part.type) {
      case 'label':
        return part.label;
      case 'any':
        return '[abc]';
      case 'row':
        return part.items.map(regular).join('');
      case 'repeat':
        return `(?:${regular(part.item)}){${part.least},${part.most === Infinity ? '' : part.most}}`;
    }
  };

  it('mean the same as the regular expression over letters', () => {
    let matched = 0;
    fc.assert(
      fc.property(pattern, fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 7 }), (tree, labels) => {
        const expected = new RegExp(`^${regular(tree)}$`).test(labels.join(''));
        assert.equal(new TrajectoryAutomaton(tree).matches(labels), expected, writePattern(tree));
        if (expected) matched++;
      }),
      { numRuns: 3000 },
    );
    assert.ok(matched > 100, `only ${matched} matched`);
  });

  it('are read back as they are written', () => {
    const flat = (part: Pattern): Pattern =>
      part.type === 'row'
        ? { type: 'row', items: part.items.map(flat).flatMap((item) => (item.type === 'row' ? item.items : [item])) }
        : part.type === 'repeat'
          ? { ...part, item: flat(part.item) }
          : part;
    fc.assert(fc.property(pattern, (tree) => assert.deepEqual(parsed(writePattern(tree)), flat(tree))));
  });
});
