/**
 * A graph of columns: each is computed once per evaluation, from others, over all environments at once; equal ones are
 * shared. Columns are laid out over axes, outermost first: environment, service of the rule, element of a macro over the
 * services, element of a macro within it. What depends on no environment is computed once, when the graph is built.
 */
import type { ClusterField, ObservationHistory } from '../observation.ts';
import type { BinaryOperator } from './expression.ts';
import type { ServiceConstants } from './service-constants.ts';
import {
  BINARY_KERNELS,
  demandKernel,
  FOLD_KERNELS,
  negateKernel,
  notKernel,
  selectKernel,
  spreadKernel,
  type Fold,
} from './kernels.ts';
import { isDerivedField, isStaticField, type AnyServiceField } from './vocabulary.ts';

export const ENVIRONMENT = 1;
export const SERVICE = 2;
/** Axis of the elements of a macro, by how many macros over services surround it. */
export const ELEMENT_AXES = [4, 8] as const;
const ALL_AXES = [ENVIRONMENT, SERVICE, ...ELEMENT_AXES];

export interface Column {
  readonly id: number;
  /** Sum of the axes that it has. */
  readonly axes: number;
  /** Same in every environment and evaluation. */
  readonly constant: boolean;
  /** Replaced on each evaluation where it is a column of the observation itself. */
  values: Float64Array;
}

export class ColumnGraph {
  readonly environments: number;
  readonly interval: number;
  readonly #constants: ServiceConstants;
  readonly #known = new Map<string, Column>();
  readonly #steps: ((history: ObservationHistory) => void)[] = [];
  readonly #texts = new Map<string, number>();

  constructor(constants: ServiceConstants, environments: number, interval: number) {
    this.#constants = constants;
    this.environments = environments;
    this.interval = interval;
  }

  /** Computes every column. */
  evaluate(history: ObservationHistory): void {
    for (const step of this.#steps) step(history);
  }

  literal(value: number | boolean | string): Column {
    const number = typeof value === 'string' ? this.#codeOf(value) : Number(value);
    // -0 and 0 print alike but are two numbers.
    const key = Object.is(number, -0) ? '-0' : String(number);
    return this.#derive(`literal ${key}`, [], 0, (out) => out.fill(number));
  }

  clusterField(field: ClusterField, ago: number): Column {
    return this.#observed(`cluster.${field} ${ago}`, ENVIRONMENT, (history) => history.at(ago).cluster[field]);
  }

  /** A field of the service that stands on `axis`. */
  serviceField(field: AnyServiceField, axis: number, ago: number): Column {
    const key = `service.${field} ${axis} ${ago}`;
    if (isStaticField(field)) {
      const values = this.#constants.fields[field].map((value) =>
        typeof value === 'string' ? this.#codeOf(value) : Number(value),
      );
      return this.#derive(key, [], axis, (out) => out.set(values));
    }
    if (!isDerivedField(field))
      return this.#observed(key, ENVIRONMENT | axis, (history) => history.at(ago).service[field]);
    if (field === 'capacity')
      return this.binary('*', this.serviceField('ready', axis, ago), this.serviceField('throughput', axis, ago));
    const received = this.serviceField('received', axis, ago);
    const { services, entryPoints, calls } = this.#constants;
    return this.#derive(key, [received], received.axes, (out) =>
      demandKernel(received.values, services, entryPoints, calls, out),
    );
  }

  binary(operator: BinaryOperator | Fold | 'change', left: Column, right: Column): Column {
    const kernel = BINARY_KERNELS[operator === 'sum' ? '+' : operator];
    const [a, b] = this.#aligned([left, right]);
    return this.#derive(`${operator} ${a.id} ${b.id}`, [a, b], a.axes, (out) => kernel(a.values, b.values, out));
  }

  negate(operand: Column): Column {
    return this.#derive(`negate ${operand.id}`, [operand], operand.axes, (out) => negateKernel(operand.values, out));
  }

  not(operand: Column): Column {
    return this.#derive(`not ${operand.id}`, [operand], operand.axes, (out) => notKernel(operand.values, out));
  }

  select(test: Column, then: Column, otherwise: Column): Column {
    const [t, a, b] = this.#aligned([test, then, otherwise]);
    return this.#derive(`select ${t.id} ${a.id} ${b.id}`, [t, a, b], t.axes, (out) =>
      selectKernel(t.values, a.values, b.values, out),
    );
  }

  /** Of columns with the same axes. */
  mean(columns: readonly Column[]): Column {
    return this.#derive(`mean ${columns.map(({ id }) => id).join(' ')}`, columns, columns[0].axes, (out) => {
      out.fill(0);
      for (const column of columns) BINARY_KERNELS['+'](out, column.values, out);
      for (let i = 0; i < out.length; i++) out[i] /= columns.length;
    });
  }

  /** Folds a column along `axis`, which no axis of the column lies within. */
  fold(kind: Fold, column: Column, axis: number): Column {
    const full = this.spread(column, column.axes | axis);
    const kernel = FOLD_KERNELS[kind];
    const { services } = this.#constants;
    return this.#derive(`fold ${kind} ${full.id}`, [full], full.axes & ~axis, (out) =>
      kernel(full.values, services, out),
    );
  }

  /** The column with more axes, repeated along them. */
  spread(column: Column, axes: number): Column {
    if (column.axes === axes) return column;
    const sizes = ALL_AXES.map((axis) => this.#length(axes & axis));
    let stride = 1;
    const strides = ALL_AXES.map(() => 0);
    for (let i = ALL_AXES.length - 1; i >= 0; i--) {
      if ((column.axes & ALL_AXES[i]) === 0) continue;
      strides[i] = stride;
      stride *= this.#length(ALL_AXES[i]);
    }
    return this.#derive(`spread ${column.id} ${axes}`, [column], axes, (out) =>
      spreadKernel(column.values, sizes, strides, out),
    );
  }

  #aligned(columns: readonly Column[]): Column[] {
    const axes = columns.reduce((sum, column) => sum | column.axes, 0);
    return columns.map((column) => this.spread(column, axes));
  }

  /** How many values lie along a set of axes. */
  #length(axes: number): number {
    return ALL_AXES.reduce((length, axis) => {
      if ((axes & axis) === 0) return length;
      return length * (axis === ENVIRONMENT ? this.environments : this.#constants.services);
    }, 1);
  }

  #derive(key: string, from: readonly Column[], axes: number, compute: (out: Float64Array) => void): Column {
    const known = this.#known.get(key);
    if (known) return known;
    const constant = from.every((column) => column.constant);
    const column = { id: this.#known.size, axes, constant, values: new Float64Array(this.#length(axes)) };
    this.#known.set(key, column);
    if (constant) compute(column.values);
    else this.#steps.push(() => compute(column.values));
    return column;
  }

  /** A column of the observation itself, not copied. */
  #observed(key: string, axes: number, read: (history: ObservationHistory) => Float64Array): Column {
    const known = this.#known.get(key);
    if (known) return known;
    const column: Column = { id: this.#known.size, axes, constant: false, values: new Float64Array(0) };
    this.#known.set(key, column);
    this.#steps.push((history) => {
      column.values = read(history);
    });
    return column;
  }

  /** Texts can only be compared, so each becomes a number of its own. */
  #codeOf(text: string): number {
    const code = this.#texts.get(text) ?? this.#texts.size;
    this.#texts.set(text, code);
    return code;
  }
}
