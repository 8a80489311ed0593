/** Compares our parser of expressions with @marcbachmann/cel-js on the cases of the CEL specification and on random expressions. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { parse } from 'yaml';
import { checkExpression } from '../../../../src/spec/cel/check.ts';
import { childrenOf, interpret } from '../../../../src/spec/cel/interpret.ts';
import type { Node } from '../../../../src/spec/cel/expression.ts';
import { LIMITS, parseExpression, type ParsedExpression } from '../../../../src/spec/cel/parse.ts';
import { operandSpan, walk, type SyntaxNode, type SyntaxType } from '../../../../src/spec/cel/syntax.ts';
import { Random } from '../../../../src/cluster/random.ts';
import { mutate } from '../../../fuzz/mutate.ts';
import { dressed } from './dressed.ts';
import { historyOf, observed, sample } from './fixtures.ts';
import { expressionFrom, SETTINGS } from './grammar.ts';

interface Case {
  readonly expr: string;
  readonly accepted?: boolean;
  readonly value?: number | boolean;
}
const conformance = parse(readFileSync('test/data/cel/conformance.yaml', 'utf8')) as Record<string, Case[]>;

const oracle = new Environment({
  limits: { maxDepth: LIMITS.depth, maxListElements: LIMITS.listItems, maxAstNodes: LIMITS.characters },
});

/** The tree of cel-js; undefined if it refuses the text. */
function theirs(text: string): { readonly tree?: unknown; readonly limit?: boolean } {
  try {
    return { tree: ofOracle(oracle.parse(text).ast) };
  } catch (error) {
    if (error instanceof ParseError) return { limit: error.code === 'limit_exceeded' };
    // It refuses a large unsigned number with an error of another class, and deep nesting with that of the engine.
    return { limit: error instanceof RangeError };
  }
}

function ofOracle(node: ASTNode): unknown {
  switch (node.op) {
    case 'value':
      if (typeof node.args === 'boolean' || typeof node.args === 'string' || node.args === null) return node.args;
      return node.args instanceof Uint8Array ? { bytes: String.fromCharCode(...node.args) } : Number(node.args);
    case 'id':
      return { name: node.args };
    case '.':
      return [ofOracle(node.args[0]), '.', node.args[1]];
    case '[]':
      return [ofOracle(node.args[0]), '[', ofOracle(node.args[1])];
    case 'call':
      return [node.args[0], '(', ...node.args[1].map(ofOracle)];
    case 'rcall':
      return [ofOracle(node.args[1]), '.', node.args[0], '(', ...node.args[2].map(ofOracle)];
    case 'list':
      return { list: node.args.map(ofOracle) };
    case 'map':
      return { map: node.args.flatMap(([key, value]) => [ofOracle(key), ofOracle(value)]) };
    case '!_':
    case '-_':
      return [node.op[0], ofOracle(node.args)];
    case '?:':
      return ['?', ...node.args.map(ofOracle)];
    default: {
      const [left, right] = node.args as [ASTNode, ASTNode];
      return [ofOracle(left), node.op, ofOracle(right)];
    }
  }
}

function ours(node: SyntaxNode): unknown {
  switch (node.op) {
    case 'bool':
    case 'number':
      return node.value;
    case 'string':
      return node.bytes ? { bytes: node.value } : node.value;
    case 'null':
      return null;
    case 'name':
      return { name: node.name };
    case 'member':
      return [ours(node.of), '.', node.name];
    case 'index':
      return [ours(node.of), '[', ours(node.key)];
    case 'call':
      return node.of
        ? [ours(node.of), '.', node.name, '(', ...node.args.map(ours)]
        : [node.name, '(', ...node.args.map(ours)];
    case 'list':
      return { list: node.items.map(ours) };
    case 'map':
      return { map: node.items.map(ours) };
    case 'unary':
      return [node.operator, ours(node.operand)];
    case 'conditional':
      return ['?', ours(node.test), ours(node.then), ours(node.otherwise)];
    case 'binary':
      return [ours(node.left), node.operator, ours(node.right)];
    default:
      return node.op;
  }
}

/** A dot at the end of a line does not take the name that begins the next line if that name is an operand of its own. */
const HALF_TYPED = /\.\s*(?:\/\/[^\n]*)?\n\s*(?:service|services|cluster|settings)\b/;

/** Asserts that both accept a text with the same tree or both refuse it. Returns whether they accept it. */
function agree(text: string): boolean {
  const { problems, root } = parseExpression(text);
  const { tree, limit } = theirs(text);
  const limited = limit === true || problems.some(({ code }) => code !== 'cel-syntax');
  if (limited || HALF_TYPED.test(text)) return false;
  assert.equal(problems.length === 0, tree !== undefined, `${JSON.stringify(text)}: ${problems[0]?.message}`);
  if (tree !== undefined) assert.deepEqual(ours(root), tree, text);
  return tree !== undefined;
}

/** Asserts that tokens and comments cover the text in order with only blanks between, and that nodes contain their children. */
function assertWhole(text: string, { tokens, comments, root, variables }: ParsedExpression): void {
  let end = 0;
  for (const each of [...tokens, ...comments].sort((a, b) => a.start - b.start)) {
    assert.match(text.slice(end, each.start), /^[ \t\r\n]*$/, text);
    assert.ok(each.end > each.start);
    end = each.end;
  }
  assert.match(text.slice(end), /^[ \t\r\n]*$/, text);
  for (const token of tokens) assert.equal(token.text, text.slice(token.start, token.end));
  for (const { nameStart, nameEnd, name } of variables) assert.equal(text.slice(nameStart, nameEnd), name);
  walk(root, (node, parents) => {
    const { start, end } = operandSpan(node);
    const around = parents.at(-1);
    assert.ok(start >= 0 && start <= end && end <= text.length, text);
    assert.ok(start <= node.start && node.end <= end, text);
    if (around && node.op !== 'missing') assert.ok(around.start <= start && end <= around.end, text);
    if ('nameStart' in node) assert.equal(text.slice(node.nameStart, node.nameEnd), node.name, text);
  });
}

const choices = (length: number) => fc.array(fc.nat(10_000), { minLength: length, maxLength: length });

describe('the parser of expressions on the cases of the CEL specification', () => {
  for (const [section, cases] of Object.entries(conformance)) {
    it(`The parser of expressions agrees with cel-js about ${section}`, () => {
      for (const { expr, accepted = true, value } of cases) {
        assert.equal(agree(expr), accepted, expr);
        assertWhole(expr, parseExpression(expr));
        if (value === undefined) continue;
        const result = typeof value === 'number' ? 'number' : 'bool';
        const { expression, problems } = checkExpression(expr, { result, settings: [], service: false });
        assert.ok(expression, `${expr}: ${problems[0]?.message}`);
        const context = { cluster: sample, history: historyOf(15, [observed(1, 4, {})]), environment: 0, settings: {} };
        assert.equal(interpret(expression, context), value, expr);
      }
    });
  }
});

describe('the parser of expressions on random expressions', () => {
  it('The parser gives the tree of cel-js, whatever comments and quotes an expression is written with', () => {
    fc.assert(
      fc.property(choices(60), choices(40), fc.boolean(), (list, clothes, perService) => {
        const plain = expressionFrom(list, 'bool', perService);
        const text = dressed(plain, clothes);
        if (text.length > LIMITS.characters) return;
        assert.ok(agree(text), text);
        assertWhole(text, parseExpression(text));
        assert.deepEqual(ours(parseExpression(text).root), ours(parseExpression(plain).root), text);
      }),
      { seed: 11, numRuns: 1500 },
    );
  });

  it('The parser accepts and refuses damaged expressions as cel-js does', () => {
    let accepted = 0;
    fc.assert(
      fc.property(
        choices(30),
        choices(20),
        fc.nat(10_000),
        fc.nat(8),
        fc.constantFrom(
          '',
          "'",
          '"',
          "'''",
          '\\',
          '//',
          '\n',
          '.',
          '(',
          ')',
          ',',
          'r',
          'b',
          '1',
          'e',
          'in',
          '?',
          '[',
          '{',
          '\u00e9',
        ),
        (list, clothes, at, length, insert) => {
          const text = dressed(expressionFrom(list, 'bool', true), clothes);
          const start = at % (text.length + 1);
          const damaged = text.slice(0, start) + insert + text.slice(start + length);
          if (damaged.length > LIMITS.characters) return;
          if (agree(damaged)) accepted++;
          assertWhole(damaged, parseExpression(damaged));
        },
      ),
      { seed: 12, numRuns: 6000 },
    );
    assert.ok(accepted > 300, `${accepted} were accepted`);
  });

  it('The parser accepts and refuses pieces of expressions in any order as cel-js does', () => {
    const pieces =
      "service services ( ) [ ] { } , ? : ! - + * / < <= == != && || in e map exists size \\ 'a' \"b\" b'c' r'd\\' ''' \"\"\" // /// null true 1 0.5 3u 0x 0x1F 1e 1e5 .5 .x e.x if as \n \r # = & | and not".split(
        ' ',
      );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...pieces), { maxLength: 9 }),
        fc.constantFrom('', ' ', '\n'),
        (words, gap) => {
          const text = words.join(gap);
          if (text.trim() === '') return;
          agree(text);
          assertWhole(text, parseExpression(text));
        },
      ),
      { seed: 13, numRuns: 20_000 },
    );
  });

  it('The parser gives every text a tree, however long or deep it is', () => {
    const random = new Random(3);
    for (let i = 0; i < 3000; i++) {
      const changed = mutate(expressionFrom([i, 7 * i, 13 * i, 3, 5, 8], 'bool', true), random);
      if (typeof changed === 'string') assertWhole(changed, parseExpression(changed));
    }
    for (const text of ['('.repeat(50_000), '!'.repeat(50_000), '!'.repeat(4096), 'a.'.repeat(2048), '1+'.repeat(2048)])
      assertWhole(text, parseExpression(text));
  });
});

describe('the types in the syntax tree of a sound expression', () => {
  it('The types in the syntax tree of a sound expression are those of the checker', () => {
    const settings = Object.keys(SETTINGS);
    let compared = 0;
    fc.assert(
      fc.property(choices(60), fc.boolean(), (list, perService) => {
        const text = expressionFrom(list, 'bool', perService);
        const { expression } = checkExpression(text, { result: 'bool', settings, service: perService });
        if (!expression) return;
        const types = new Map<string, SyntaxType>();
        walk(parseExpression(text).root, ({ start, end, type }) => types.set(`${start}-${end}`, type));
        const visit = (node: Node): void => {
          compared++;
          assert.equal(types.get(`${node.start}-${node.end}`), node.type, text.slice(node.start, node.end));
          // A window is a number of seconds, however it is written.
          for (const child of node.op === 'history' ? [node.path] : childrenOf(node)) visit(child);
        };
        visit(expression.root);
      }),
      { seed: 14, numRuns: 1000 },
    );
    assert.ok(compared > 5000, `${compared} nodes were compared`);
  });
});
