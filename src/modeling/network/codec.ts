/**
 * What the transition network reads and says. In: the state, the replicas asked for, the moves, the arrivals at the entry
 * points. Out: the change of every state column but `desired` (known from the action), and the indicators that do not
 * follow from others.
 */
import type { Cluster } from '../../spec/model.ts';
import { CLUSTER_FIELDS, SERVICE_FIELDS } from '../../spec/observation.ts';
import { objective, resilience } from '../../cluster/resilience.ts';
import { indicatorColumn } from '../traces/indicators.ts';
import {
  CLUSTER_COLUMNS,
  SERVICE_COLUMNS,
  stateColumn,
  stateSize,
  type Indicator,
  type Transition,
} from '../traces/layout.ts';

/** The others follow: resilience and J from their terms, received from the arrivals, moves from the action. */
const PREDICTED = [
  'success',
  'pods',
  'latencyTerm',
  'entryPoints',
  'traffic',
  'latency',
  'latencyCompliance',
  'succeeded',
  'pending',
  'podSeconds',
  'coreSeconds',
] as const satisfies readonly Indicator[];
const TERMS = ['success', 'pods', 'latencyTerm', 'entryPoints', 'traffic'] as const;
const SHARES = new Set<Indicator>([...TERMS, 'latencyCompliance']);

/** What acts on a cluster in one interval, each by service: replicas asked for, the change that was, requests/s from outside. */
export interface IntervalInput {
  readonly desired: ArrayLike<number>;
  readonly move: ArrayLike<number>;
  readonly arrivals: ArrayLike<number>;
}

export class TransitionCodec {
  readonly inputs: number;
  readonly outputs: number;
  readonly stateSize: number;
  readonly services: number;
  readonly interval: number;
  readonly #cluster: Cluster;
  readonly #entries: readonly number[];
  /** State columns that are predicted, in order. */
  readonly #columns: readonly number[];
  /** [stateSize] upper bounds. */
  readonly #limits: Float64Array;

  constructor(cluster: Cluster, interval: number) {
    this.#cluster = cluster;
    this.interval = interval;
    this.services = cluster.services.length;
    this.stateSize = stateSize(this.services);
    this.#entries = cluster.services.flatMap(({ entryPoint }, s) => (entryPoint ? [s] : []));
    const known = new Set(cluster.services.map((_, s) => stateColumn(s, 'desired')));
    this.#columns = Array.from({ length: this.stateSize }, (_, column) => column).filter(
      (column) => !known.has(column),
    );
    this.#limits = limitsOf(cluster);
    this.inputs = this.stateSize + 2 * this.services + this.#entries.length;
    this.outputs = this.#columns.length + PREDICTED.length;
  }

  /** Writes one row of inputs. */
  writeInput(
    state: ArrayLike<number>,
    { desired, move, arrivals }: IntervalInput,
    into: Float64Array | Float32Array,
    offset: number,
  ): void {
    let at = offset;
    for (let c = 0; c < this.stateSize; c++) into[at++] = state[c];
    for (let s = 0; s < this.services; s++) into[at++] = desired[s];
    for (let s = 0; s < this.services; s++) into[at++] = move[s];
    for (const s of this.#entries) into[at++] = arrivals[s];
  }

  /** [rows x inputs] of transitions. */
  inputsOf(transitions: readonly Transition[]): Float64Array {
    const matrix = new Float64Array(transitions.length * this.inputs);
    transitions.forEach((t, row) => this.writeInput(t.state, t, matrix, row * this.inputs));
    return matrix;
  }

  /** [rows x outputs] of transitions. */
  outputsOf(transitions: readonly Transition[]): Float64Array {
    const matrix = new Float64Array(transitions.length * this.outputs);
    let at = 0;
    for (const { state, next, indicators } of transitions) {
      for (const column of this.#columns) matrix[at++] = next[column] - state[column];
      for (const name of PREDICTED) matrix[at++] = indicators[indicatorColumn(name)];
    }
    return matrix;
  }

  /**
   * Turns one row of outputs (in units, not standardized) into the next state, written over `state`, and the indicators.
   * Counts stay above 0, shares within 0..1, pods within their maxima.
   */
  apply(
    output: ArrayLike<number>,
    offset: number,
    state: Float64Array,
    { desired, move, arrivals }: IntervalInput,
    indicators: Float64Array,
  ): void {
    let at = offset;
    for (const column of this.#columns)
      state[column] = Math.min(this.#limits[column], Math.max(0, state[column] + output[at++]));
    let moves = 0;
    for (let s = 0; s < this.services; s++) {
      state[stateColumn(s, 'desired')] = desired[s];
      moves += Math.abs(move[s]);
    }
    for (const name of PREDICTED) {
      const value = Math.max(0, output[at++]);
      indicators[indicatorColumn(name)] = SHARES.has(name) ? Math.min(1, value) : value;
    }
    const received = this.#entries.reduce((sum, s) => sum + arrivals[s], 0) * this.interval;
    const terms = TERMS.map((name) => indicators[indicatorColumn(name)]);
    const { weights, cost } = this.#cluster.objectives;
    const allocated = (indicators[indicatorColumn('coreSeconds')] * 1000) / (this.interval * this.#cluster.nodes.cpu);
    indicators[indicatorColumn('received')] = received;
    indicators[indicatorColumn('succeeded')] = Math.min(received, indicators[indicatorColumn('succeeded')]);
    indicators[indicatorColumn('resilience')] = resilience(terms, weights);
    indicators[indicatorColumn('objective')] = objective(indicators[indicatorColumn('resilience')], allocated, cost);
    indicators[indicatorColumn('moves')] = moves;
  }
}

function limitsOf({ services }: Cluster): Float64Array {
  const limits: number[] = [];
  for (const { replicas } of services)
    for (const field of SERVICE_COLUMNS)
      limits.push(
        SERVICE_FIELDS[field].unit === 'pods' ? replicas.max : SERVICE_FIELDS[field].unit === 'share' ? 1 : Infinity,
      );
  for (const field of CLUSTER_COLUMNS) limits.push(CLUSTER_FIELDS[field].unit === 'share' ? 1 : Infinity);
  return Float64Array.from(limits);
}
