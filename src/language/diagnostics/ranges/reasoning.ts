/**
 * Interval reasoning over a checked expression: which values its parts can have in any state of a cluster. What is said to
 * be impossible is impossible; what is said to be possible may still never happen.
 *
 * A condition that is assumed to hold narrows the fields that it compares, so that `a > 5 && a < 3` is seen to be never
 * true. Fields are the unknowns: each has one value in a state, wherever it is read.
 */
import type { BinaryOperator, Node } from '../../../spec/cel/expression.ts';
import { constantValue } from '../../../spec/cel/interpret.ts';
import { isStaticField } from '../../../spec/cel/vocabulary.ts';
import { windowSteps } from '../../../spec/cel/window.ts';
import type { Cluster } from '../../../spec/model.ts';
import { anyOf, boolOf, either, EITHER, equality, numberOf, type Abstract, type Item, type Truth } from './abstract.ts';
import { clusterFieldRange, isWhole, serviceFieldRange } from './field-ranges.ts';
import {
  above,
  add,
  anyNumber,
  below,
  divide,
  exactly,
  hasNumbers,
  multiply,
  negate,
  range,
  remainder,
  subtract,
  union,
  within,
  type NumberRange,
} from './number-range.ts';

export interface Setting {
  readonly low: number;
  readonly high: number;
}

export interface ReasoningContext {
  readonly cluster: Cluster;
  /** Values of the settings; a range where a search varies one. */
  readonly settings: ReadonlyMap<string, Setting>;
  /** Index of the service that a rule is evaluated for. */
  readonly service?: number;
}

/** What the reasoning meets on its way. */
export interface Watch {
  /** A comparison of numbers, wherever it is looked at without assumptions: what it can give, and what its sides can be. */
  compared?(node: Node & { op: 'binary' }, truth: Truth, left: NumberRange, right: NumberRange): void;
  /** A field of these services is read that changes. */
  read?(services: readonly number[]): void;
}

/** Fields that are known to lie in a part of their range, by their keys. */
type Narrowed = ReadonlyMap<string, NumberRange>;
type Variables = ReadonlyMap<number, Abstract>;

const NOTHING_NARROWED: Narrowed = new Map();
const NO_VARIABLES: Variables = new Map();

/** How many parts may still be looked at; when none is left, nothing more is said to be impossible. */
export interface Effort {
  left: number;
}

/** Enough for macros in macros over a dozen services. */
export const mostEffort = (): Effort => ({ left: 50_000 });

/** Reasons about expressions in one context. Never throws. */
export class Reasoning {
  readonly #context: ReasoningContext;
  readonly #watch: Watch;
  readonly #effort: Effort;

  /** Several that answer one question share an effort. */
  constructor(context: ReasoningContext, watch: Watch = {}, effort = mostEffort()) {
    this.#effort = effort;
    this.#context = context;
    this.#watch = watch;
  }

  /** Whether some state may make the condition true, and whether some may make it false. */
  truthOf(condition: Node): Truth {
    return {
      yes: this.#assume(condition, true, NOTHING_NARROWED, NO_VARIABLES) !== undefined,
      no: this.#assume(condition, false, NOTHING_NARROWED, NO_VARIABLES) !== undefined,
    };
  }

  /** Whether some state may make all of these conditions what is wanted of them. */
  possible(wanted: readonly { readonly condition: Node; readonly is: boolean }[]): boolean {
    let known: Narrowed | undefined = NOTHING_NARROWED;
    for (let round = 0; round < 2; round++)
      for (const { condition, is } of wanted) {
        known = this.#assume(condition, is, known, NO_VARIABLES);
        if (!known) return false;
      }
    return true;
  }

  /** The value without assumptions; tells `watch` of every comparison on the way. */
  valueOf(node: Node): Abstract | undefined {
    return this.#value(node, NOTHING_NARROWED, NO_VARIABLES);
  }

  /** Undefined where nothing is known of a list. */
  #value(node: Node, known: Narrowed, variables: Variables): Abstract | undefined {
    if (--this.#effort.left < 0) return anyOf(node.type, this.#services);
    const value = this.#valueOfKind(node, known, variables);
    return value ?? anyOf(node.type, this.#services);
  }

  get #services(): number {
    return this.#context.cluster.services.length;
  }

  #valueOfKind(node: Node, known: Narrowed, variables: Variables): Abstract | undefined {
    switch (node.op) {
      case 'literal':
        return literal(node.value);
      case 'setting': {
        const setting = this.#context.settings.get(node.name);
        return numberOf(setting ? range(setting.low, setting.high, false, setting.low <= 0) : anyNumber);
      }
      case 'variable':
        return variables.get(node.variable.id);
      case 'service':
        return this.#context.service === undefined ? undefined : { type: 'service', services: [this.#context.service] };
      case 'services':
        return {
          type: 'list',
          items: this.#context.cluster.services.map((_, index) => ({
            value: { type: 'service', services: [index] },
            certain: true,
          })),
        };
      case 'clusterField':
        return numberOf(known.get(`cluster.${node.field}`) ?? clusterFieldRange(node.field));
      case 'field':
        return this.#field(node, known, variables);
      case 'history':
        return numberOf(this.#history(node, known, variables));
      case 'negate':
        return numberOf(negate(this.#number(node.operand, known, variables)));
      case 'not':
      case 'in':
      case 'quantifier':
        return this.#bool(node, known, variables);
      case 'binary':
        return node.type === 'bool'
          ? this.#bool(node, known, variables)
          : numberOf(
              ARITHMETIC[node.operator]!(
                this.#number(node.left, known, variables),
                this.#number(node.right, known, variables),
              ),
            );
      case 'conditional':
        return this.#conditional(node, known, variables);
      case 'aggregate':
        return numberOf(this.#aggregate(node, known, variables));
      case 'list':
        return { type: 'list', items: node.items.flatMap((item) => this.#certain(item, known, variables)) };
      case 'filter':
      case 'map':
        return this.#chosen(node, known, variables);
    }
  }

  #certain(node: Node, known: Narrowed, variables: Variables): Item[] {
    const value = this.#value(node, known, variables);
    return value ? [{ value, certain: true }] : [];
  }

  #number(node: Node, known: Narrowed, variables: Variables): NumberRange {
    const value = this.#value(node, known, variables);
    return value?.type === 'number' ? value.range : anyNumber;
  }

  #truth(node: Node, known: Narrowed, variables: Variables): Truth {
    const value = this.#value(node, known, variables);
    return value?.type === 'bool' ? value.truth : EITHER;
  }

  #items(list: Node, known: Narrowed, variables: Variables): readonly Item[] | undefined {
    const value = this.#value(list, known, variables);
    return value?.type === 'list' ? value.items : undefined;
  }

  #field(node: Node & { op: 'field' }, known: Narrowed, variables: Variables): Abstract | undefined {
    const of = this.#value(node.of, known, variables);
    if (of?.type !== 'service' || of.services.length === 0) return undefined;
    const { field } = node;
    const { services } = this.#context.cluster;
    if (!isStaticField(field)) this.#watch.read?.(of.services);
    const valueFor = (index: number): Abstract => {
      if (field === 'name') return { type: 'string', texts: [services[index].name] };
      if (field === 'priority') return { type: 'string', texts: [services[index].priority] };
      if (field === 'entryPoint') return boolOf(services[index].entryPoint, !services[index].entryPoint);
      const narrowed = known.size > 0 ? known.get(`${index}.${field}`) : undefined;
      return numberOf(narrowed ?? serviceFieldRange(this.#context.cluster, index, field));
    };
    return of.services.length === 1 ? valueFor(of.services[0]) : of.services.map(valueFor).reduce(either);
  }

  #history(node: Node & { op: 'history' }, known: Narrowed, variables: Variables): NumberRange {
    const key = known.size > 0 ? this.#keyOf(node, known, variables) : undefined;
    const narrowed = key === undefined ? undefined : known.get(key);
    if (narrowed) return narrowed;
    // The field as it was at other times: what is known of it now does not count.
    const path = this.#number(node.path, NOTHING_NARROWED, variables);
    return node.function === 'mean' ? meanOf(path) : changeOf(path);
  }

  #conditional(node: Node & { op: 'conditional' }, known: Narrowed, variables: Variables): Abstract | undefined {
    if (this.#watch.compared) this.#value(node.test, known, variables);
    const branches = ([true, false] as const).flatMap((is) => {
      const assumed = this.#assume(node.test, is, known, variables);
      const value = assumed && this.#value(is ? node.then : node.otherwise, assumed, variables);
      return value ? [value] : [];
    });
    return branches.length === 0 ? undefined : branches.reduce(either);
  }

  #aggregate(node: Node & { op: 'aggregate' }, known: Narrowed, variables: Variables): NumberRange {
    const items = this.#items(node.list, known, variables);
    if (!items) return node.kind === 'size' ? range(0, Infinity) : anyNumber;
    if (node.kind === 'size') return range(items.filter(({ certain }) => certain).length, items.length);
    const numbers = items.map(({ value, certain }) => ({
      range: value.type === 'number' ? value.range : anyNumber,
      certain,
    }));
    if (node.kind === 'sum')
      return numbers.reduce((sum, { range: item, certain }) => {
        const more = add(sum, item);
        return certain ? more : union(sum, more);
      }, exactly(0));
    return extremeOf(node.kind, numbers);
  }

  #chosen(node: Node & { op: 'filter' | 'map' }, known: Narrowed, variables: Variables): Abstract | undefined {
    const items = this.#items(node.list, known, variables);
    if (!items) return undefined;
    const chosen = items.flatMap(({ value, certain }): Item[] => {
      const inner = new Map(variables).set(node.variable.id, value);
      const truth = node.test ? this.#truth(node.test, known, inner) : { yes: true, no: false };
      // A condition that may hold is assumed only for what is computed where it does.
      const assumed = node.test && truth.yes ? this.#assume(node.test, true, known, inner) : known;
      if (!truth.yes || !assumed) return [];
      const result = node.op === 'filter' ? value : this.#value(node.body, assumed, inner);
      return result ? [{ value: result, certain: certain && !truth.no }] : [];
    });
    return { type: 'list', items: chosen };
  }

  #bool(node: Node, known: Narrowed, variables: Variables): Abstract {
    return { type: 'bool', truth: this.#truthOfKind(node, known, variables) };
  }

  #truthOfKind(node: Node, known: Narrowed, variables: Variables): Truth {
    switch (node.op) {
      case 'not': {
        const { yes, no } = this.#truth(node.operand, known, variables);
        return { yes: no, no: yes };
      }
      case 'binary': {
        if (node.operator === '&&' || node.operator === '||') {
          // What one side says about the other is found by assuming; `watch` wants to see both as they are.
          if (this.#watch.compared) {
            this.#value(node.left, known, variables);
            this.#value(node.right, known, variables);
          }
          return {
            yes: this.#assume(node, true, known, variables) !== undefined,
            no: this.#assume(node, false, known, variables) !== undefined,
          };
        }
        if (node.operator === '==' || node.operator === '!=') {
          const [left, right] = [this.#value(node.left, known, variables), this.#value(node.right, known, variables)];
          const { yes, no } = left && right ? equality(left, right) : EITHER;
          const truth = node.operator === '==' ? { yes, no } : { yes: no, no: yes };
          if (left?.type === 'number' && right?.type === 'number' && known === NOTHING_NARROWED)
            this.#watch.compared?.(node, truth, left.range, right.range);
          return truth;
        }
        const left = this.#number(node.left, known, variables);
        const right = this.#number(node.right, known, variables);
        const truth = compare(node.operator, left, right);
        if (known === NOTHING_NARROWED) this.#watch.compared?.(node, truth, left, right);
        return truth;
      }
      case 'in': {
        const item = this.#value(node.item, known, variables);
        const items = this.#items(node.list, known, variables);
        if (!item || !items) return EITHER;
        const each = items.map(({ value, certain }) => ({ ...equality(item, value), certain }));
        return { yes: each.some(({ yes }) => yes), no: !each.some(({ no, certain }) => certain && !no) };
      }
      case 'quantifier':
        return this.#quantifier(node, known, variables);
      default:
        return EITHER;
    }
  }

  #quantifier(node: Node & { op: 'quantifier' }, known: Narrowed, variables: Variables): Truth {
    const items = this.#items(node.list, known, variables);
    if (!items) return EITHER;
    const each = items.map(({ value, certain }) => ({
      certain,
      ...this.#truth(node.test, known, new Map(variables).set(node.variable.id, value)),
    }));
    const surely = each.filter(({ certain, no }) => certain && !no).length;
    const maybe = each.filter(({ yes }) => yes).length;
    switch (node.kind) {
      case 'exists':
        return { yes: maybe > 0, no: surely === 0 };
      case 'all':
        return { yes: !each.some(({ certain, yes }) => certain && !yes), no: each.some(({ no }) => no) };
      case 'exists_one':
        return { yes: maybe > 0 && surely <= 1, no: !(surely === 1 && maybe === 1) };
    }
  }

  /** What is known where the condition is true (or false); undefined where it cannot be. */
  #assume(node: Node, is: boolean, known: Narrowed, variables: Variables): Narrowed | undefined {
    if (--this.#effort.left < 0) return known;
    switch (node.op) {
      case 'not':
        return this.#assume(node.operand, !is, known, variables);
      case 'binary':
        if (node.operator === '&&' || node.operator === '||') {
          const parts = chain(node, node.operator);
          const all = (node.operator === '&&') === is;
          return all ? this.#assumeAll(parts, is, known, variables) : this.#assumeSome(parts, is, known, variables);
        }
        return this.#assumeComparison(node, is, known, variables);
      case 'conditional':
        return joined(
          ([true, false] as const).map((test) => {
            const assumed = this.#assume(node.test, test, known, variables);
            return assumed && this.#assume(test ? node.then : node.otherwise, is, assumed, variables);
          }),
        );
      case 'quantifier':
        return this.#assumeQuantifier(node, is, known, variables);
      default: {
        const { yes, no } = this.#truth(node, known, variables);
        return (is ? yes : no) ? known : undefined;
      }
    }
  }

  /** Twice, so that what the last part says counts for the first one too. */
  #assumeAll(parts: readonly Node[], is: boolean, known: Narrowed, variables: Variables): Narrowed | undefined {
    let now = known;
    for (let round = 0; round < (parts.length > 1 ? 2 : 1); round++)
      for (const part of parts) {
        const next = this.#assume(part, is, now, variables);
        if (!next) return undefined;
        now = next;
      }
    return now;
  }

  /** The first part that is so, where those before it are not. */
  #assumeSome(parts: readonly Node[], is: boolean, known: Narrowed, variables: Variables): Narrowed | undefined {
    const cases: Narrowed[] = [];
    let before: Narrowed | undefined = known;
    for (const part of parts) {
      const here = this.#assume(part, is, before, variables);
      if (here) cases.push(here);
      before = this.#assume(part, !is, before, variables);
      if (!before) break;
    }
    return joined(cases);
  }

  #assumeQuantifier(
    node: Node & { op: 'quantifier' },
    is: boolean,
    known: Narrowed,
    variables: Variables,
  ): Narrowed | undefined {
    const items = this.#items(node.list, known, variables);
    const forEach = node.kind === 'all' ? is : node.kind === 'exists' && !is;
    if (!items || !forEach) {
      const { yes, no } = this.#quantifier(node, known, variables);
      return (is ? yes : no) ? known : undefined;
    }
    let now = known;
    for (const { value, certain } of items) {
      if (!certain) continue;
      const next = this.#assume(node.test, is, now, new Map(variables).set(node.variable.id, value));
      if (!next) return undefined;
      now = next;
    }
    return now;
  }

  #assumeComparison(
    node: Node & { op: 'binary' },
    is: boolean,
    known: Narrowed,
    variables: Variables,
  ): Narrowed | undefined {
    const { yes, no } = this.#truthOfKind(node, known, variables);
    if (!(is ? yes : no)) return undefined;
    if (node.left.type !== 'number') return known;
    const left = this.#number(node.left, known, variables);
    const right = this.#number(node.right, known, variables);
    // A comparison with "not a number" is false, so that its being false says nothing where that may be.
    const equal = node.operator === '==' || node.operator === '!=';
    const holds = node.operator === '!=' ? !is : is;
    if (!holds && (left.nan || right.nan)) return known;
    if (equal && !holds) return known;
    const operator = equal ? '==' : is ? node.operator : OPPOSITE[node.operator]!;
    const narrowed = this.#narrow(node.left, boundsBy(operator, right), known, variables);
    return narrowed && this.#narrow(node.right, boundsBy(SWAPPED[operator]!, left), narrowed, variables);
  }

  /** The field that a node reads is at least `low` and at most `high`. Other nodes say nothing. */
  #narrow(
    node: Node,
    [low, high]: readonly [number, number],
    known: Narrowed,
    variables: Variables,
  ): Narrowed | undefined {
    if (node.op === 'negate') return this.#narrow(node.operand, [-high, -low], known, variables);
    const key = this.#keyOf(node, known, variables);
    if (key === undefined) return known;
    const whole = node.op === 'field' && isWhole(node.field);
    const now = this.#number(node, known, variables);
    const cut = within(now, whole ? Math.ceil(low) : low, whole ? Math.floor(high) : high);
    if (!cut) return undefined;
    return cut.low === now.low && cut.high === now.high ? known : new Map(known).set(key, cut);
  }

  /** What a node reads, where that has one value in a state: a field of one service or of the cluster, now or over a window. */
  #keyOf(node: Node, known: Narrowed, variables: Variables): string | undefined {
    switch (node.op) {
      case 'clusterField':
        return `cluster.${node.field}`;
      case 'field': {
        if (node.type !== 'number' || isStaticField(node.field)) return undefined;
        const of = this.#value(node.of, known, variables);
        return of?.type === 'service' && of.services.length === 1 ? `${of.services[0]}.${node.field}` : undefined;
      }
      case 'history': {
        const path = this.#keyOf(node.path, known, variables);
        const steps = this.#stepsOf(node.window);
        return path === undefined || steps === undefined ? undefined : `${node.function}(${path}, ${steps})`;
      }
      default:
        return undefined;
    }
  }

  #stepsOf(window: Node): number | undefined {
    const settings: Record<string, number> = {};
    for (const [name, { low, high }] of this.#context.settings) if (low === high) settings[name] = low;
    try {
      return windowSteps(constantValue(window, settings), this.#context.cluster.decisionInterval);
    } catch {
      // A setting that is searched has no single value.
      return undefined;
    }
  }
}

function literal(value: number | boolean | string): Abstract {
  if (typeof value === 'number') return numberOf(exactly(value));
  return typeof value === 'boolean' ? boolOf(value, !value) : { type: 'string', texts: [value] };
}

const ARITHMETIC: Partial<Record<BinaryOperator, (a: NumberRange, b: NumberRange) => NumberRange>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': remainder,
};

const OPPOSITE: Partial<Record<BinaryOperator, BinaryOperator>> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' };
const SWAPPED: Partial<Record<BinaryOperator, BinaryOperator>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
};

function compare(operator: BinaryOperator, a: NumberRange, b: NumberRange): Truth {
  const nan = a.nan || b.nan;
  if (!hasNumbers(a) || !hasNumbers(b)) return { yes: false, no: true };
  switch (operator) {
    case '<':
      return { yes: a.low < b.high, no: nan || a.high >= b.low };
    case '<=':
      return { yes: a.low <= b.high, no: nan || a.high > b.low };
    case '>':
      return { yes: a.high > b.low, no: nan || a.low <= b.high };
    default:
      return { yes: a.high >= b.low, no: nan || a.low < b.high };
  }
}

/** Between which bounds x lies where `x operator other` is true. */
function boundsBy(operator: BinaryOperator, other: NumberRange): readonly [number, number] {
  switch (operator) {
    case '<':
      return [-Infinity, below(other.high)];
    case '<=':
      return [-Infinity, other.high];
    case '>':
      return [above(other.low), Infinity];
    case '>=':
      return [other.low, Infinity];
    default:
      return [other.low, other.high];
  }
}

/** The operands of `a && b && c`. */
function chain(node: Node, operator: '&&' | '||'): Node[] {
  if (node.op !== 'binary' || node.operator !== operator) return [node];
  return [...chain(node.left, operator), ...chain(node.right, operator)];
}

/** What holds in each of several cases; undefined where none is possible. */
function joined(cases: readonly (Narrowed | undefined)[]): Narrowed | undefined {
  const possible = cases.filter((each) => each !== undefined);
  if (possible.length <= 1) return possible[0];
  const all = new Map<string, NumberRange>();
  for (const [key, first] of possible[0]) {
    const others = possible.slice(1).map((each) => each.get(key));
    if (others.every((other) => other !== undefined)) all.set(key, others.reduce(union, first));
  }
  return all.size === 0 ? NOTHING_NARROWED : all;
}

/** Of no item it is 0. */
function extremeOf(kind: 'min' | 'max', items: readonly { range: NumberRange; certain: boolean }[]): NumberRange {
  const pick = kind === 'min' ? Math.min : Math.max;
  const surely = items.filter(({ certain }) => certain).map((item) => item.range);
  const maybe = items.filter(({ certain }) => !certain).map((item) => item.range);
  if (surely.length === 0) return [exactly(0), ...maybe].reduce(union);
  const least = surely.reduce((so, item) => pickRange(so, item, pick));
  return maybe.reduce((so, item) => union(so, pickRange(so, item, pick)), least);
}

function pickRange(a: NumberRange, b: NumberRange, pick: (x: number, y: number) => number): NumberRange {
  if (!hasNumbers(a) || !hasNumbers(b)) return range(Infinity, -Infinity, true);
  return range(pick(a.low, b.low), pick(a.high, b.high), a.nan || b.nan, a.minusZero || b.minusZero);
}

/** Rounding may carry a mean past the bounds, unless they are whole numbers, whose sums are exact. */
function meanOf({ low, high, nan }: NumberRange): NumberRange {
  const widened = (bound: number, by: number): number =>
    Number.isInteger(bound) && Math.abs(bound) < 1e12 ? bound : bound + Math.abs(bound) * by;
  return range(widened(low, -1e-9), widened(high, 1e-9), nan);
}

/** (now - then) / |then|, and 1 or 0 where it was zero. */
function changeOf({ low, high }: NumberRange): NumberRange {
  if (low > 0) return range((low - high) / high, (high - low) / low, false, true);
  return low === 0 ? range(high === 0 ? 0 : -1, high === 0 ? 0 : Infinity, false, true) : anyNumber;
}
