/** Why an expression has its value: the values of its parts, for hover and for the controller's audit. */
import type { CheckedExpression, Node } from './expression.ts';
import { evaluate, scopeOf, type CelContext, type Scope, type Value } from './interpret.ts';

export interface Explanation {
  /** Offsets in the text of the expression. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Services by name. */
  readonly value: number | boolean | string | readonly (number | boolean | string)[];
  /** For the condition or value of one element of a list: the element, e.g. 'e = a'. */
  readonly element?: string;
  readonly parts: readonly Explanation[];
  readonly node: Node;
}

/** Explains all parts that were evaluated; parts within a macro appear once per element. */
export function explain(expression: CheckedExpression, context: CelContext): Explanation {
  const open: { node: Node; scope: Scope; parts: Explanation[] }[] = [];
  let done: Explanation | undefined;
  const watch: Scope['watch'] = {
    enter: (node, scope) => open.push({ node, scope, parts: [] }),
    leave: (value) => {
      const left = open.pop();
      if (!left) return;
      const { node, scope, parts } = left;
      const parent = open.at(-1);
      const element = parent && elementOf(parent.node, node, scope);
      done = {
        start: node.start,
        end: node.end,
        text: expression.text.slice(node.start, node.end),
        value: readable(node, value, scope),
        ...(element !== undefined && { element }),
        parts,
        node,
      };
      parent?.parts.push(done);
    },
  };
  evaluate(expression.root, scopeOf(expression, context, watch));
  if (!done) throw new Error(`${expression.text} was not evaluated.`);
  return done;
}

/** 'e = a' where `node` is evaluated for an element of the macro `parent`. */
function elementOf(parent: Node, node: Node, scope: Scope): string | undefined {
  if (parent.op !== 'quantifier' && parent.op !== 'filter' && parent.op !== 'map') return undefined;
  if (node === parent.list) return undefined;
  const { id, name, type } = parent.variable;
  const value = scope.variables.get(id)!;
  return `${name} = ${type === 'service' ? scope.constants.fields.name[value as number] : formatValue(value)}`;
}

function readable(node: Node, value: Value, scope: Scope): Explanation['value'] {
  const { name } = scope.constants.fields;
  if (node.type === 'service') return name[value as number];
  if (node.type === 'list<service>') return (value as readonly number[]).map((service) => name[service]);
  return value;
}

/**
 * One line per comparison or macro, such as `service.demand 212 > settings.load * service.capacity 168 -> true`, in the
 * order of the text; the elements that decide a macro follow it, indented.
 */
export function describeExplanation(explanation: Explanation): string[] {
  const { node, parts, value } = explanation;
  switch (node.op) {
    case 'not':
      return describeExplanation(parts[0]);
    case 'binary':
      if (node.operator === '&&' || node.operator === '||') return parts.flatMap(describeExplanation);
      return [result(explanation, `${withValue(parts[0])} ${node.operator} ${withValue(parts[1])}`)];
    case 'conditional':
      return [...describeExplanation(parts[0]), result(explanation, explanation.text)];
    case 'quantifier': {
      const decisive = parts.filter((part) => part.element !== undefined && part.value === (node.kind !== 'all'));
      const lines = decisive.flatMap((part) => describeExplanation(part).map((line) => `  ${part.element}: ${line}`));
      return [result(explanation, explanation.text), ...lines];
    }
    default:
      return [node.op === 'literal' ? String(value) : result(explanation, explanation.text)];
  }
}

const result = ({ value }: Explanation, text: string): string => `${oneLine(text)} -> ${formatValue(value)}`;

/** The text of an operand and, unless it says so itself, its value. */
function withValue({ node, text, value }: Explanation): string {
  return node.op === 'literal' ? oneLine(text) : `${oneLine(text)} ${formatValue(value)}`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

/** Numbers with at most four significant digits where they have a fraction. */
export function formatValue(value: Explanation['value']): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'number') return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
  if (typeof value === 'boolean') return String(value);
  return `[${value.map(formatValue).join(', ')}]`;
}
