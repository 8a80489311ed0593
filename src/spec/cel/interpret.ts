/** Evaluates a checked expression in one environment by walking its tree. This file is written to be read, compile.ts for speed. */
import type { Cluster } from '../model.ts';
import type { Observation, ObservationHistory } from '../observation.ts';
import type { AggregateKind, BinaryOperator, CheckedExpression, Node, PathNode } from './expression.ts';
import { constantsOf, type ServiceConstants } from './service-constants.ts';
import { isDerivedField, isStaticField, type AnyServiceField, type ChangingField } from './vocabulary.ts';
import { relativeChange, windowSteps } from './window.ts';

export interface CelContext {
  readonly cluster: Cluster;
  readonly history: ObservationHistory;
  readonly environment: number;
  /** Index of the service; needed where the expression is per service. */
  readonly service?: number;
  readonly settings: Readonly<Record<string, number>>;
}

/** Where a node is evaluated. */
export interface Scope {
  readonly constants: ServiceConstants;
  readonly context: CelContext;
  /** Values of the macro variables in force, by id; a service is its index. */
  readonly variables: ReadonlyMap<number, ElementValue>;
  /** Is told about each node before and after its evaluation; its operands come in between. */
  readonly watch?: { enter(node: Node, scope: Scope): void; leave(value: Value): void };
}

/** A service is its index. */
export type ElementValue = number | boolean | string;
export type Value = ElementValue | readonly ElementValue[];

/** Throws RangeError where a per-service expression gets no service, or a setting is missing. */
export function interpret(expression: CheckedExpression, context: CelContext): number | boolean {
  return evaluate(expression.root, scopeOf(expression, context)) as number | boolean;
}

export function scopeOf(expression: CheckedExpression, context: CelContext, watch?: Scope['watch']): Scope {
  if (expression.perService && context.service === undefined)
    throw new RangeError(`${expression.text} has a value per service: say for which service.`);
  return { constants: constantsOf(context.cluster), context, variables: new Map(), ...(watch && { watch }) };
}

/** The value of a node that is made of literals and settings only. */
export function constantValue(node: Node, settings: Readonly<Record<string, number>>): number {
  // Such a node reads nothing but settings.
  return evaluate(node, { context: { settings }, variables: new Map() } as unknown as Scope) as number;
}

/** The parts of a node, in the order of the text. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.op) {
    case 'literal':
    case 'setting':
    case 'variable':
    case 'service':
    case 'services':
    case 'clusterField':
      return [];
    case 'field':
      return [node.of];
    case 'history':
      return [node.path, node.window];
    case 'negate':
    case 'not':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'conditional':
      return [node.test, node.then, node.otherwise];
    case 'in':
      return [node.item, node.list];
    case 'list':
      return node.items;
    case 'aggregate':
      return [node.list];
    case 'quantifier':
    case 'filter':
      return [node.list, node.test];
    case 'map':
      return node.test ? [node.list, node.test, node.body] : [node.list, node.body];
  }
}

export function evaluate(node: Node, scope: Scope): Value {
  scope.watch?.enter(node, scope);
  const value = valueOf(node, scope);
  scope.watch?.leave(value);
  return value;
}

function valueOf(node: Node, scope: Scope): Value {
  switch (node.op) {
    case 'literal':
      return node.value;
    case 'setting':
      return settingOf(node.name, scope.context.settings);
    case 'variable':
      return scope.variables.get(node.variable.id)!;
    case 'service':
      return scope.context.service!;
    case 'services':
      return Array.from({ length: scope.constants.services }, (_, index) => index);
    case 'clusterField':
      return scope.context.history.at(0).cluster[node.field][scope.context.environment];
    case 'field':
      return fieldOf(node.field, evaluate(node.of, scope) as number, scope, 0);
    case 'history':
      return lookBack(node.function, node.path, evaluate(node.window, scope) as number, scope);
    case 'negate':
      return -(evaluate(node.operand, scope) as number);
    case 'not':
      return !evaluate(node.operand, scope);
    case 'binary':
      return BINARY[node.operator](evaluate(node.left, scope) as number, evaluate(node.right, scope) as number);
    case 'conditional':
      return evaluate(evaluate(node.test, scope) ? node.then : node.otherwise, scope);
    case 'in': {
      const item = evaluate(node.item, scope) as ElementValue;
      return (evaluate(node.list, scope) as readonly ElementValue[]).some((value) => value === item);
    }
    case 'quantifier': {
      const results = elementsOf(node.list, scope).map((element) =>
        evaluate(node.test, withVariable(scope, node.variable.id, element)),
      );
      const met = results.filter(Boolean).length;
      return node.kind === 'exists' ? met > 0 : met === (node.kind === 'all' ? results.length : 1);
    }
    case 'aggregate':
      return aggregate(node.kind, elementsOf(node.list, scope) as readonly number[]);
    case 'list':
      return node.items.map((item) => evaluate(item, scope) as ElementValue);
    case 'filter':
      return elementsOf(node.list, scope).filter((element) =>
        evaluate(node.test, withVariable(scope, node.variable.id, element)),
      );
    case 'map':
      return elementsOf(node.list, scope).flatMap((element) => {
        const inner = withVariable(scope, node.variable.id, element);
        return node.test && !evaluate(node.test, inner) ? [] : [evaluate(node.body, inner) as ElementValue];
      });
  }
}

const elementsOf = (list: Node, scope: Scope): readonly ElementValue[] =>
  evaluate(list, scope) as readonly ElementValue[];

const withVariable = (scope: Scope, id: number, value: ElementValue): Scope => ({
  ...scope,
  variables: new Map([...scope.variables, [id, value]]),
});

export function settingOf(name: string, settings: Readonly<Record<string, number>>): number {
  if (!Object.hasOwn(settings, name)) throw new RangeError(`The setting ${name} has no value.`);
  return settings[name];
}

/** Operands of && and || are conditions, those of == and != of any type, all others numbers. */
const BINARY: Readonly<Record<BinaryOperator, (left: number, right: number) => number | boolean>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '&&': (left, right) => Boolean(left) && Boolean(right),
  '||': (left, right) => Boolean(left) || Boolean(right),
};

function aggregate(kind: AggregateKind, values: readonly number[]): number {
  switch (kind) {
    case 'size':
      return values.length;
    case 'sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'min':
      return values.length === 0 ? 0 : values.reduce((least, value) => Math.min(least, value), Infinity);
    case 'max':
      return values.length === 0 ? 0 : values.reduce((most, value) => Math.max(most, value), -Infinity);
  }
}

function fieldOf(field: AnyServiceField, service: number, scope: Scope, ago: number): ElementValue {
  if (isStaticField(field)) return scope.constants.fields[field][service];
  return changingFieldOf(field, service, scope, scope.context.history.at(ago));
}

function changingFieldOf(
  field: ChangingField,
  service: number,
  { constants, context }: Scope,
  seen: Observation,
): number {
  const first = context.environment * constants.services;
  if (!isDerivedField(field)) return seen.service[field][first + service];
  if (field === 'capacity') return seen.service.ready[first + service] * constants.fields.throughput[service];
  let expected = 0;
  for (const entry of constants.entryPoints)
    expected += seen.service.received[first + entry] * constants.calls[entry * constants.services + service];
  return Math.max(seen.service.received[first + service], expected);
}

function lookBack(kind: 'change' | 'mean', path: PathNode, window: number, scope: Scope): number {
  const { history, environment } = scope.context;
  const steps = windowSteps(window, history.interval);
  const service = path.op === 'field' ? (evaluate(path.of, scope) as number) : 0;
  const at = (ago: number): number =>
    path.op === 'field'
      ? changingFieldOf(path.field, service, scope, history.at(ago))
      : history.at(ago).cluster[path.field][environment];

  if (kind === 'change') return relativeChange(at(0), at(steps));
  let sum = 0;
  for (let ago = 0; ago <= steps; ago++) sum += at(ago);
  return sum / (steps + 1);
}
