import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parsePattern, writePattern, type Pattern } from '../../../../src/language/exchange/pattern.ts';

function parsed(text: string): Pattern {
  const result = parsePattern(text);
  assert.ok('pattern' in result, `${text}: ${'problem' in result ? result.problem.message : ''}`);
  return result.pattern;
}

describe('trajectory patterns', () => {
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
    it(`The trajectory pattern "${text}" has a mistake at offset ${at}`, () => {
      const result = parsePattern(text);
      assert.ok('problem' in result);
      assert.equal(result.problem.at, at);
      assert.match(result.problem.message, message);
    });

  it('Trajectory patterns nest to a limit beyond what anybody writes', () => {
    const deep = (levels: number): string => '['.repeat(levels) + 'a' + '](1,1)'.repeat(levels);
    parsed(deep(100));
    assert.ok('problem' in parsePattern(deep(50_000)));
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

  it('Trajectory patterns are read back as they are written', () => {
    const flat = (part: Pattern): Pattern =>
      part.type === 'row'
        ? { type: 'row', items: part.items.map(flat).flatMap((item) => (item.type === 'row' ? item.items : [item])) }
        : part.type === 'repeat'
          ? { ...part, item: flat(part.item) }
          : part;
    fc.assert(fc.property(pattern, (tree) => assert.deepEqual(parsed(writePattern(tree)), flat(tree))));
  });
});
