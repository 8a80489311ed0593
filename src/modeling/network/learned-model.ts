/** One interval of a cluster as learned from traces, for many rows at once: a record where one is near, else the network. */
import { INDICATORS } from '../traces/layout.ts';
import type { RecordedTransitions } from './recorded-transitions.ts';
import type { TransitionNetwork } from './transition-network.ts';

/** A batch of clusters: state and indicators are written over. */
export interface LearnedRows {
  readonly rows: number;
  /** [rows x stateSize] */
  readonly states: Float64Array;
  /** [rows x services] replicas asked for, the change that was, and requests/s from outside. */
  readonly desired: ArrayLike<number>;
  readonly move: ArrayLike<number>;
  readonly arrivals: ArrayLike<number>;
  /** [rows] which member of the ensemble a row follows. */
  readonly member: ArrayLike<number>;
  /** [rows x INDICATORS] */
  readonly indicators: Float64Array;
}

export class LearnedModel {
  readonly network: TransitionNetwork;
  readonly #records: RecordedTransitions | undefined;
  /** Rows that were answered by a record, and rows in all, since the start. */
  hits = 0;
  asked = 0;

  constructor(network: TransitionNetwork, records?: RecordedTransitions) {
    this.network = network;
    this.#records = records;
  }

  step(batch: LearnedRows): void {
    const { codec, members } = this.network;
    const { services, stateSize } = codec;
    const inputs = new Float64Array(batch.rows * codec.inputs);
    const open: number[][] = members.map(() => []);
    for (let row = 0; row < batch.rows; row++) {
      const of = (values: ArrayLike<number>): number[] => {
        const part = new Array<number>(services);
        for (let s = 0; s < services; s++) part[s] = values[row * services + s];
        return part;
      };
      const at = row * codec.inputs;
      const state = batch.states.subarray(row * stateSize, (row + 1) * stateSize);
      const input = { desired: of(batch.desired), move: of(batch.move), arrivals: of(batch.arrivals) };
      codec.writeInput(state, input, inputs, at);
      const indicators = batch.indicators.subarray(row * INDICATORS.length, (row + 1) * INDICATORS.length);
      this.asked++;
      if (this.#records?.find(inputs.subarray(at, at + codec.inputs), state, indicators)) this.hits++;
      else open[batch.member[row]].push(row);
    }
    open.forEach((rows, member) => {
      if (rows.length > 0) this.#predict(member, rows, inputs, batch);
    });
  }

  #predict(member: number, rows: readonly number[], inputs: Float64Array, batch: LearnedRows): void {
    const { codec } = this.network;
    const { services, stateSize } = codec;
    const gathered = new Float64Array(rows.length * codec.inputs);
    rows.forEach((row, i) =>
      gathered.set(inputs.subarray(row * codec.inputs, (row + 1) * codec.inputs), i * codec.inputs),
    );
    const outputs = new Float64Array(rows.length * codec.outputs);
    this.network.predict(member, gathered, rows.length, outputs);
    rows.forEach((row, i) => {
      const input = i * codec.inputs + stateSize;
      const arrivals = new Float64Array(services);
      for (let s = 0; s < services; s++) arrivals[s] = batch.arrivals[row * services + s];
      codec.apply(
        outputs,
        i * codec.outputs,
        batch.states.subarray(row * stateSize, (row + 1) * stateSize),
        {
          desired: gathered.subarray(input, input + services),
          move: gathered.subarray(input + services, input + 2 * services),
          arrivals,
        },
        batch.indicators.subarray(row * INDICATORS.length, (row + 1) * INDICATORS.length),
      );
    });
  }
}
