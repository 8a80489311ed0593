/** Checks calls: change and mean, the macros, and the functions of lists. */
import type { CheckContext } from './check-context.ts';
import {
  elementOf,
  typeInWords,
  type AggregateKind,
  type ElementType,
  type Node,
  type PathNode,
  type QuantifierKind,
} from './expression.ts';
import { constantValue } from './interpret.ts';
import { closest } from '../closest.ts';
import { fixWith, shown } from './problems.ts';
import { operandSpan, spanOf, type CallNode, type NameNode, type SyntaxNode } from './syntax.ts';
import { FUNCTIONS, SERVICE_VOCABULARY } from './vocabulary.ts';
import { durationOf, isWindow } from './window.ts';
import { settingsIn, WINDOW, windowMessage } from './windows.ts';

/** Functions of CEL that cannot run over columns, and what to write instead. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  has: 'Every field always has a value. Remove has(...).',
  bind: 'Names cannot be bound. Write the value where it is used, or make it a setting.',
  matches: 'Texts can only be compared. Use == or in.',
  startsWith: 'Texts can only be compared. Use == or in.',
  endsWith: 'Texts can only be compared. Use == or in.',
  contains: 'Texts can only be compared. Use == or in.',
  string: 'Numbers cannot become texts. Compare them as numbers.',
  bool: 'Write a comparison instead, for example > 0.',
  timestamp: "There is no time of day here. Use change(field, '1m') or mean(field, '1m').",
  duration: "Durations are windows only. Write change(field, '30s') or mean(field, '30s').",
  type: 'Types cannot be used here. Remove type(...).',
  dyn: 'Types cannot be used here. Remove dyn(...).',
};
/** Every number is a double, so nothing needs converting. */
const CONVERSIONS = ['double', 'int', 'uint'];

const usage = (name: string): string => {
  const found = FUNCTIONS.find((entry) => entry.name === name);
  return found ? `Write ${found.signature.replace(/ -> .*/, '')}, for example ${found.example}.` : '';
};

export function checkCall(checker: CheckContext, ast: CallNode): Node | undefined {
  const { name, of: receiver, args } = ast;
  const known = FUNCTIONS.find((entry) => entry.name === name);
  if (!known) return unknownFunction(checker, ast);
  if (known.kind === 'function') {
    if (receiver || args.length !== 2)
      return checker.report(ast, 'cel-unknown-function', `${name} is called with a field and a window. ${usage(name)}`);
    return checkHistory(checker, ast, name as 'change' | 'mean', args[0], args[1]);
  }
  if (name === 'size' && !receiver && args.length === 1) return checkAggregate(checker, ast, 'size', args[0]);
  if (!receiver) return calledWithoutList(checker, ast);
  if (known.kind === 'method') {
    if (args.length > 0)
      return checker.report(ast, 'cel-unknown-function', `${name} takes nothing in its parentheses. ${usage(name)}`);
    return checkAggregate(checker, ast, name as AggregateKind, receiver);
  }
  const [variable] = args;
  if ((args.length !== 2 && !(name === 'map' && args.length === 3)) || variable.op !== 'name')
    return checker.report(
      ast,
      'cel-unknown-function',
      `${name} takes the name of the element and what to do with it. ${usage(name)}`,
    );
  return checkMacro(checker, ast, receiver, variable);
}

function unknownFunction(checker: CheckContext, ast: CallNode): undefined {
  const { name, of: receiver, args } = ast;
  if (Object.hasOwn(UNSUPPORTED, name)) return checker.report(ast, 'cel-unsupported', UNSUPPORTED[name]);
  if (!receiver && CONVERSIONS.includes(name) && args.length === 1) {
    checker.check(args[0]);
    const text = `(${checker.source(args[0])})`;
    const fix = { title: `Remove ${name}`, start: ast.start, end: ast.end, text };
    return checker.report(ast, 'cel-unsupported', `Numbers need no ${name}(...). Remove it.`, fix);
  }
  if (receiver) checker.check(receiver);
  const at = { start: ast.nameStart, end: ast.nameEnd };
  const names = FUNCTIONS.map((entry) => entry.name);
  const meant = closest(name, names);
  if (meant === undefined)
    return checker.report(
      at,
      'cel-unknown-function',
      `There is no function ${shown(name)}. Known functions: ${names.join(', ')}.`,
    );
  return checker.report(
    at,
    'cel-unknown-function',
    `There is no function ${shown(name)}. Did you mean ${meant}?`,
    fixWith(at, meant),
  );
}

function calledWithoutList(checker: CheckContext, { name, args, open, start, end }: CallNode): undefined {
  const at = { start, end };
  const message = `${name} is called on a list. ${usage(name)}`;
  if (args.length < 2 || !['min', 'max', 'sum'].includes(name))
    return checker.report(at, 'cel-unknown-function', message);
  const text = `[${checker.text.slice(open + 1, end - 1).trim()}].${name}()`;
  return checker.report(at, 'cel-unknown-function', message, { title: `Write ${text}`, ...at, text });
}

function checkHistory(
  checker: CheckContext,
  ast: CallNode,
  name: 'change' | 'mean',
  pathAst: SyntaxNode,
  windowAst: SyntaxNode,
): Node | undefined {
  const path = checker.check(pathAst);
  const window = checkWindow(checker, windowAst);
  if (!path) return undefined;
  if (path.op !== 'clusterField' && path.op !== 'field')
    return checker.report(
      operandSpan(pathAst),
      'cel-type',
      `${name} looks back at one field, such as service.received or cluster.latency. Name a field here.`,
    );
  if (path.op === 'field' && !SERVICE_VOCABULARY[path.field].changes)
    return checker.report(
      operandSpan(pathAst),
      'cel-type',
      `${path.field} never changes. Name a field that metrics report, for example received.`,
    );
  return (
    window && {
      op: 'history',
      start: ast.start,
      end: ast.end,
      type: 'number',
      function: name,
      path: path as PathNode,
      window,
    }
  );
}

function checkWindow(checker: CheckContext, ast: SyntaxNode): Node | undefined {
  // duration('30s') is how CEL itself writes it.
  const inner = ast.op === 'call' && !ast.of && ast.name === 'duration' && ast.args.length === 1 ? ast.args[0] : ast;
  if (inner.op === 'string' && !inner.bytes) {
    const seconds = durationOf(inner.value);
    if (seconds === undefined || seconds === 0)
      return checker.report(
        ast,
        'cel-type',
        `'${shown(inner.value)}' is no duration. Write for example '30s', '5m' or '1h30m'.`,
      );
    return { op: 'literal', ...spanOf(ast), type: 'number', value: seconds };
  }
  const window = checker.check(ast);
  if (!window) return undefined;
  if (window.type !== 'number' || !isConstant(window)) return checker.report(ast, 'cel-type', WINDOW);
  if (settingsIn(window).length > 0) return window;
  const seconds = constantValue(window, {});
  if (!isWindow(seconds)) return checker.report(ast, 'cel-type', windowMessage(seconds));
  return { op: 'literal', ...spanOf(ast), type: 'number', value: seconds };
}

function isConstant(node: Node): boolean {
  switch (node.op) {
    case 'literal':
    case 'setting':
      return true;
    case 'negate':
    case 'not':
      return isConstant(node.operand);
    case 'binary':
      return isConstant(node.left) && isConstant(node.right);
    case 'conditional':
      return isConstant(node.test) && isConstant(node.then) && isConstant(node.otherwise);
    default:
      return false;
  }
}

function checkAggregate(
  checker: CheckContext,
  ast: SyntaxNode,
  kind: AggregateKind,
  listAst: SyntaxNode,
): Node | undefined {
  const list = checkList(checker, kind, listAst);
  if (!list) return undefined;
  if (kind !== 'size' && list.type !== 'list<number>') {
    const advice =
      list.type === 'list<bool>'
        ? 'Count with .filter(s, condition).size().'
        : 'Take a number of each first: services.map(s, s.pending).';
    return checker.report(
      operandSpan(listAst),
      'cel-type',
      `${kind} needs a list of numbers, but this is ${typeInWords(list.type)}. ${advice}`,
    );
  }
  return { op: 'aggregate', ...spanOf(ast), type: 'number', kind, list };
}

function checkList(checker: CheckContext, name: string, listAst: SyntaxNode): Node | undefined {
  const list = checker.check(listAst);
  if (!list || elementOf(list.type)) return list;
  return checker.report(
    operandSpan(listAst),
    'cel-type',
    `${name} is called on a list, but this is ${typeInWords(list.type)}. ${usage(name)}`,
  );
}

function checkMacro(checker: CheckContext, ast: CallNode, receiver: SyntaxNode, named: NameNode): Node | undefined {
  const { name, args } = ast;
  const list = checkList(checker, name, receiver);
  if (!list) return undefined;
  const condition = (test: SyntaxNode): Node | undefined =>
    checker.checkAs(
      test,
      'bool',
      (found) => `${name} needs a condition here, but this is ${found}. Compare it with something, for example > 0.`,
    );

  return checker.withVariable(named, list, (variable): Node | undefined => {
    if (name === 'map') {
      const test = args.length === 3 ? condition(args[1]) : undefined;
      const body = checker.check(args[args.length - 1]);
      if (!body || (args.length === 3 && !test)) return undefined;
      if (elementOf(body.type))
        return checker.report(
          args[args.length - 1],
          'cel-unsupported',
          'map gives one value per element, not a list. Add .sum(), .min(), .max() or .size().',
        );
      const type = `list<${body.type as ElementType}>` as const;
      return { op: 'map', ...spanOf(ast), type, list, variable, ...(test && { test }), body };
    }
    const test = condition(args[1]);
    if (!test) return undefined;
    if (name === 'filter') return { op: 'filter', ...spanOf(ast), type: list.type, list, variable, test };
    return {
      op: 'quantifier',
      ...spanOf(ast),
      type: 'bool',
      kind: name as QuantifierKind,
      list,
      variable,
      test,
    };
  });
}
