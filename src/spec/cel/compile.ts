/** Compiles checked expressions to operations on columns: the same meaning as interpret.ts, for all environments at once. */
import type { Cluster } from '../model.ts';
import type { ObservationHistory } from '../observation.ts';
import { ColumnGraph, ELEMENT_AXES, ENVIRONMENT, SERVICE, type Column } from './columns.ts';
import type { AggregateKind, CheckedExpression, Node, PathNode } from './expression.ts';
import { constantsOf } from './service-constants.ts';
import { childrenOf, constantValue, settingOf } from './interpret.ts';
import { FOLD_START, type Fold } from './kernels.ts';
import { windowSteps } from './window.ts';

type Settings = Readonly<Record<string, number>>;

export interface ColumnExpression {
  /**
   * Writes the value in every environment: [environment * services + service] of a per-service expression, [environment]
   * of any other; conditions as 0 and 1. Throws RangeError where `into` has another length.
   */
  evaluate(history: ObservationHistory, into: Float64Array): void;
}

/** `settings`: the values of the settings that the expression was checked with. Throws RangeError where one is missing. */
export function compileColumns(expression: CheckedExpression, cluster: Cluster, settings: Settings): ColumnExpression {
  const together = compileTogether([{ expression, settings }], cluster);
  return { evaluate: (history, into) => together.evaluate(history, [into]) };
}

export interface ColumnExpressions {
  /** One `into` per expression, in their order; see ColumnExpression. */
  evaluate(history: ObservationHistory, into: readonly Float64Array[]): void;
}

/** Several expressions that are always evaluated together: what they have in common is computed once. */
export function compileTogether(
  expressions: readonly { readonly expression: CheckedExpression; readonly settings: Settings }[],
  cluster: Cluster,
): ColumnExpressions {
  for (const { expression, settings } of expressions) requireSettings(expression.root, settings);
  let graph: ColumnGraph | undefined;
  let results: Column[] = [];

  const evaluate = (history: ObservationHistory, into: readonly Float64Array[]): void => {
    const { environments } = history.at(0);
    if (graph?.environments !== environments || graph.interval !== history.interval) {
      const fresh = new ColumnGraph(constantsOf(cluster), environments, history.interval);
      results = expressions.map(({ expression, settings }) => {
        const column = new Compiler(fresh, settings).column(expression.root);
        return fresh.spread(column, expression.perService ? ENVIRONMENT | SERVICE : ENVIRONMENT);
      });
      graph = fresh;
    }
    graph.evaluate(history);
    for (let i = 0; i < results.length; i++) {
      if (into[i].length !== results[i].values.length)
        throw new RangeError(
          `${expressions[i].expression.text} has ${results[i].values.length} values, not ${into[i].length}.`,
        );
      into[i].set(results[i].values);
    }
  };
  return { evaluate };
}

/** A service: the axis that it stands on. */
interface ServiceValue {
  readonly axis: number;
}
type Compiled = Column | ServiceValue;

/** A part of a list: one item, or one per service along an axis. The guard says which count. */
interface Strand {
  /** 0: one item. */
  readonly axis: number;
  readonly guard: Column | undefined;
  readonly element: Compiled;
}

class Compiler {
  readonly #graph: ColumnGraph;
  readonly #settings: Settings;
  readonly #variables = new Map<number, Compiled>();
  /** Macros over services around the node at hand. */
  #nested = 0;

  constructor(graph: ColumnGraph, settings: Settings) {
    this.#graph = graph;
    this.#settings = settings;
  }

  column(node: Node): Column {
    return this.#compile(node) as Column;
  }

  #compile(node: Node): Compiled {
    const graph = this.#graph;
    switch (node.op) {
      case 'literal':
        return graph.literal(node.value);
      case 'setting':
        return graph.literal(settingOf(node.name, this.#settings));
      case 'variable':
        return this.#variables.get(node.variable.id)!;
      case 'service':
        return { axis: SERVICE };
      case 'clusterField':
        return graph.clusterField(node.field, 0);
      case 'field':
        return graph.serviceField(node.field, this.#service(node.of), 0);
      case 'history':
        return this.#history(node.function, node.path, constantValue(node.window, this.#settings));
      case 'negate':
        return graph.negate(this.column(node.operand));
      case 'not':
        return graph.not(this.column(node.operand));
      case 'binary':
        return graph.binary(node.operator, this.column(node.left), this.column(node.right));
      case 'conditional':
        return graph.select(this.column(node.test), this.column(node.then), this.column(node.otherwise));
      case 'in': {
        const item = this.column(node.item);
        const equal = this.#list(node.list).map(({ axis, guard, element }) => ({
          axis,
          element: this.#and(guard, graph.binary('==', item, element as Column)),
        }));
        return this.#fold('max', 0, equal);
      }
      case 'quantifier':
        return this.#quantifier(node);
      case 'aggregate':
        return this.#aggregate(node.kind, this.#list(node.list));
      case 'services':
      case 'list':
      case 'map':
      case 'filter':
        throw new TypeError('A list is no column.');
    }
  }

  #service(node: Node): number {
    return (this.#compile(node) as ServiceValue).axis;
  }

  #history(kind: 'change' | 'mean', path: PathNode, window: number): Column {
    const graph = this.#graph;
    const steps = windowSteps(window, graph.interval);
    const axis = path.op === 'field' ? this.#service(path.of) : 0;
    const at = (ago: number): Column =>
      path.op === 'field' ? graph.serviceField(path.field, axis, ago) : graph.clusterField(path.field, ago);

    if (kind === 'change') return graph.binary('change', at(0), at(steps));
    return graph.mean(Array.from({ length: steps + 1 }, (_, ago) => at(ago)));
  }

  #list(node: Node): Strand[] {
    switch (node.op) {
      case 'services': {
        const axis = ELEMENT_AXES[this.#nested];
        return [{ axis, guard: undefined, element: { axis } }];
      }
      case 'list':
        return node.items.map((item) => ({ axis: 0, guard: undefined, element: this.#compile(item) }));
      case 'filter':
        return this.#list(node.list).map((strand) =>
          this.#within(strand, node.variable.id, () => this.#guarded(strand, node.test)),
        );
      case 'map':
        return this.#list(node.list).map((strand) =>
          this.#within(strand, node.variable.id, () => ({
            ...(node.test ? this.#guarded(strand, node.test) : strand),
            element: this.#compile(node.body),
          })),
        );
      default:
        throw new TypeError(`${node.op} is no list.`);
    }
  }

  #guarded(strand: Strand, test: Node): Strand {
    return { ...strand, guard: this.#and(strand.guard, this.column(test)) };
  }

  /** Compiles what a macro does with the elements of a strand. */
  #within<T>(strand: Strand, variable: number, body: () => T): T {
    this.#variables.set(variable, strand.element);
    this.#nested += Number(strand.axis !== 0);
    const result = body();
    this.#nested -= Number(strand.axis !== 0);
    this.#variables.delete(variable);
    return result;
  }

  #quantifier(node: Extract<Node, { op: 'quantifier' }>): Column {
    const graph = this.#graph;
    const met = this.#list(node.list).map((strand) =>
      this.#within(strand, node.variable.id, () => {
        const test = this.column(node.test);
        // An element that is not in the list decides nothing: false for exists, true for all.
        const counted =
          node.kind !== 'all'
            ? this.#and(strand.guard, test)
            : strand.guard
              ? graph.binary('||', graph.not(strand.guard), test)
              : test;
        return { axis: strand.axis, element: counted };
      }),
    );
    if (node.kind === 'all') return this.#fold('min', 1, met);
    if (node.kind === 'exists') return this.#fold('max', 0, met);
    return graph.binary('==', this.#fold('sum', 0, met), graph.literal(1));
  }

  #aggregate(kind: AggregateKind, list: readonly Strand[]): Column {
    const graph = this.#graph;
    const present = list.map(({ axis, guard }) => ({ axis, element: guard ?? graph.literal(1) }));
    if (kind === 'size') return this.#fold('sum', 0, present);
    const values = list.map(({ axis, guard, element }) => {
      const value = element as Column;
      return { axis, element: guard ? graph.select(guard, value, graph.literal(FOLD_START[kind])) : value };
    });
    const result = this.#fold(kind, FOLD_START[kind], values);
    if (kind === 'sum' || list.some(({ guard }) => !guard)) return result;
    return graph.select(this.#fold('max', 0, present), result, graph.literal(0));
  }

  #fold(kind: Fold, start: number, strands: readonly { axis: number; element: Column }[]): Column {
    return strands.reduce((result, { axis, element }) => {
      const value = axis === 0 ? element : this.#graph.fold(kind, element, axis);
      return this.#graph.binary(kind, result, value);
    }, this.#graph.literal(start));
  }

  #and(guard: Column | undefined, test: Column): Column {
    return guard ? this.#graph.binary('&&', guard, test) : test;
  }
}

function requireSettings(node: Node, settings: Settings): void {
  if (node.op === 'setting') settingOf(node.name, settings);
  for (const child of childrenOf(node)) requireSettings(child, settings);
}
