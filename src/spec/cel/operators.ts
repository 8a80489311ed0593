/** Checks operators, literals and written lists. */
import type { CheckContext } from './check-context.ts';
import {
  elementOf,
  typeInWords,
  type BinaryOperator,
  type ElementType,
  type Node,
  type ValueType,
} from './expression.ts';
import { closest } from '../closest.ts';
import { fixWith, shown } from './problems.ts';
import {
  operandSpan,
  spanOf,
  type BinaryNode,
  type ConditionalNode,
  type ListNode,
  type Span,
  type SyntaxNode,
  type UnaryNode,
} from './syntax.ts';
import { PRIORITIES } from './vocabulary.ts';

type LiteralNode = Extract<SyntaxNode, { op: 'bool' | 'number' | 'string' | 'null' }>;

export function checkLiteral(checker: CheckContext, ast: LiteralNode): Node | undefined {
  const place = spanOf(ast);
  if (ast.op === 'bool') return { op: 'literal', ...place, type: 'bool', value: ast.value };
  if (ast.op === 'string' && !ast.bytes) return { op: 'literal', ...place, type: 'string', value: ast.value };
  if (ast.op !== 'number')
    return checker.report(
      ast,
      'cel-unsupported',
      'null and bytes cannot be used here. Write a number, true, false or a text.',
    );
  // Integers (also unsigned ones) become doubles: users mix 0 and 0.5 freely.
  if (!Number.isFinite(ast.value))
    return checker.report(ast, 'cel-type', 'This number is too large. Write a smaller one.');
  return { op: 'literal', ...place, type: 'number', value: ast.value };
}

export function checkListLiteral(checker: CheckContext, ast: ListNode): Node | undefined {
  const { items } = ast;
  if (items.length === 0) return checker.report(ast, 'cel-type', 'An empty list has no type. Write at least one item.');
  const nodes = items.map((item) => checker.check(item));
  if (nodes.some((node) => node === undefined)) return undefined;
  const checked = nodes as Node[];
  const first = checked[0].type;
  if (elementOf(first))
    return checker.report(items[0], 'cel-unsupported', 'A list cannot hold lists. Write its items one by one.');
  const other = checked.findIndex((node) => node.type !== first);
  if (other >= 0)
    return checker.report(
      items[other],
      'cel-type',
      `All items of a list are of one type: the first is ${typeInWords(first)}, this is ${typeInWords(checked[other].type)}.`,
    );
  return { op: 'list', start: ast.start, end: ast.end, type: `list<${first as ElementType}>`, items: checked };
}

export function checkUnary(checker: CheckContext, ast: UnaryNode): Node | undefined {
  const { operand: argument } = ast;
  const op = ast.operator === '!' ? 'not' : 'negate';
  const operand =
    op === 'not'
      ? checker.checkAs(
          argument,
          'bool',
          (found) => `! needs a condition, but this is ${found}. Compare it with something, for example == 0.`,
        )
      : checker.checkAs(argument, 'number', (found) => `- needs a number, but this is ${found}.`);
  return operand && { op, ...spanOf(ast), type: op === 'not' ? 'bool' : 'number', operand };
}

export function checkConditional(checker: CheckContext, ast: ConditionalNode): Node | undefined {
  const { test, then, otherwise } = ast;
  const checkedTest = checker.checkAs(test, 'bool', (found) => `Before ? stands a condition, but this is ${found}.`);
  const [first, second] = [checker.check(then), checker.check(otherwise)];
  if (!checkedTest || !first || !second) return undefined;
  if (first.type !== second.type)
    return checker.report(
      operandSpan(otherwise),
      'cel-type',
      `Both sides of : are of one type: the first is ${typeInWords(first.type)}, this is ${typeInWords(second.type)}.`,
    );
  if (first.type === 'service' || elementOf(first.type))
    return checker.report(
      spanOf(ast),
      'cel-unsupported',
      'Only numbers, conditions and texts can be chosen with ?. Choose between their fields.',
    );
  return {
    op: 'conditional',
    ...spanOf(ast),
    type: first.type,
    test: checkedTest,
    then: first,
    otherwise: second,
  };
}

export function checkIn(checker: CheckContext, ast: BinaryNode): Node | undefined {
  const { left: itemAst, right: listAst } = ast;
  const [item, list] = [checker.check(itemAst), checker.check(listAst)];
  if (!item || !list) return undefined;
  const element = elementOf(list.type);
  if (!element)
    return checker.report(
      operandSpan(listAst),
      'cel-type',
      `After in stands a list, but this is ${typeInWords(list.type)}. Write for example in ['a', 'b'].`,
    );
  if (element === 'service')
    return checker.report(
      operandSpan(listAst),
      'cel-unsupported',
      'Services cannot be compared. Compare their names: service.name in [...].',
    );
  if (item.type !== element)
    return checker.report(
      operandSpan(itemAst),
      'cel-type',
      `This is ${typeInWords(item.type)}, but the list holds ${typeInWords(list.type).replace('a list of ', '')}.`,
    );
  if (list.op === 'list') for (const value of list.items) checkPriority(checker, item, value);
  return { op: 'in', ...spanOf(ast), type: 'bool', item, list };
}

export function checkBinary(checker: CheckContext, ast: BinaryNode, operator: BinaryOperator): Node | undefined {
  const { left: leftAst, right: rightAst } = ast;
  const left = checker.check(leftAst);
  const right = checker.check(rightAst);
  if (!left || !right) return undefined;
  const type = resultType(checker, operator, left, right, operandSpan(leftAst), operandSpan(rightAst));
  return type && { op: 'binary', ...spanOf(ast), type, operator, left, right };
}

function resultType(
  checker: CheckContext,
  operator: BinaryOperator,
  left: Node,
  right: Node,
  leftSpan: Span,
  rightSpan: Span,
): ValueType | undefined {
  if (operator === '==' || operator === '!=') return equality(checker, operator, left, right, rightSpan);
  const wanted = operator === '&&' || operator === '||' ? 'bool' : 'number';
  if (left.type !== wanted) return wrongOperand(checker, operator, left, leftSpan);
  if (right.type !== wanted) return wrongOperand(checker, operator, right, rightSpan);
  return ['+', '-', '*', '/', '%'].includes(operator) ? 'number' : 'bool';
}

function wrongOperand(checker: CheckContext, operator: BinaryOperator, node: Node, span: Span): undefined {
  const comparison = ['<', '<=', '>', '>='].includes(operator);
  if (comparison && node.op === 'binary' && node.type === 'bool')
    return checker.report(
      span,
      'cel-type',
      `Comparisons cannot be chained with ${operator}. Write two and join them: a < b && b < c.`,
    );
  const needs =
    operator === '&&' || operator === '||' ? 'joins conditions' : comparison ? 'compares numbers' : 'needs numbers';
  const hint =
    node.type === 'number'
      ? ' Compare it with something, for example > 0.'
      : node.type === 'list<number>'
        ? ' Add .sum(), .min() or .max().'
        : node.type === 'bool'
          ? ' Write (condition) ? 1 : 0 to count it.'
          : '';
  return checker.report(span, 'cel-type', `${operator} ${needs}, but this is ${typeInWords(node.type)}.${hint}`);
}

function equality(
  checker: CheckContext,
  operator: BinaryOperator,
  left: Node,
  right: Node,
  rightSpan: Span,
): 'bool' | undefined {
  if (left.type !== right.type)
    return checker.report(
      rightSpan,
      'cel-type',
      `${operator} compares values of one type: the left side is ${typeInWords(left.type)}, this is ${typeInWords(right.type)}.`,
    );
  if (left.type === 'service')
    return checker.report(
      rightSpan,
      'cel-unsupported',
      `Services cannot be compared. Compare their names: a.name ${operator} b.name.`,
    );
  if (elementOf(left.type))
    return checker.report(
      rightSpan,
      'cel-unsupported',
      'Lists cannot be compared. Compare sums, sizes or single elements.',
    );
  checkPriority(checker, left, right);
  checkPriority(checker, right, left);
  return 'bool';
}

/** Reports a text that no priority has: the comparison would silently be false. */
function checkPriority(checker: CheckContext, field: Node, value: Node): void {
  if (field.op !== 'field' || field.field !== 'priority' || value.op !== 'literal') return;
  const word = String(value.value);
  if ((PRIORITIES as readonly string[]).includes(word)) return;
  const meant = closest(word, PRIORITIES);
  const message = `No service has the priority '${shown(word)}'. Write one of: ${PRIORITIES.join(', ')}.`;
  checker.report(value, 'cel-unknown-value', message, meant === undefined ? undefined : fixWith(value, `'${meant}'`));
}
