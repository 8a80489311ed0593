/**
 * The recorded part of the paper's twin: T(s, a) = the recorded next state where (s, a) was recorded. Real states never
 * repeat exactly, so the key is quantized: ready, failed and asked-for pods of every service must be the same, and every
 * other column of the standardized input within a radius (a root mean square would let one column, such as the load, be
 * far off: replayed records then chain into loops that no policy leaves). The nearest such record is replayed.
 */
import { fromBase64, toBase64 } from '../base64.ts';
import { INDICATORS, stateColumn, type Transition } from '../traces/layout.ts';
import type { TransitionCodec } from './codec.ts';
import { standardize, type Scaler } from './scaler.ts';

/** Difference of every standardized column up to which a record counts as the same state. */
const RADIUS = 0.5;

export interface SavedRecords {
  readonly rows: number;
  readonly inputs: string;
  readonly next: string;
  readonly indicators: string;
}

export class RecordedTransitions {
  readonly #codec: TransitionCodec;
  readonly #scaler: Scaler;
  /** [rows x inputs] in units, and standardized; [rows x state]; [rows x indicators]. */
  readonly #inputs: Float32Array;
  readonly #scaled: Float32Array;
  readonly #next: Float32Array;
  readonly #indicators: Float32Array;
  readonly #rows: number;
  readonly #byKey = new Map<string, number[]>();
  readonly #here: Float32Array;

  private constructor(
    codec: TransitionCodec,
    scaler: Scaler,
    inputs: Float32Array,
    next: Float32Array,
    indicators: Float32Array,
  ) {
    this.#codec = codec;
    this.#scaler = scaler;
    this.#inputs = inputs;
    this.#next = next;
    this.#indicators = indicators;
    this.#rows = inputs.length / codec.inputs;
    this.#scaled = standardize(scaler, inputs, new Float32Array(inputs.length));
    this.#here = new Float32Array(codec.inputs);
    for (let row = 0; row < this.#rows; row++) {
      const key = this.#keyOf(inputs.subarray(row * codec.inputs, (row + 1) * codec.inputs));
      const rows = this.#byKey.get(key);
      if (rows) rows.push(row);
      else this.#byKey.set(key, [row]);
    }
  }

  static of(transitions: readonly Transition[], codec: TransitionCodec, scaler: Scaler): RecordedTransitions {
    const next = new Float32Array(transitions.length * codec.stateSize);
    const indicators = new Float32Array(transitions.length * INDICATORS.length);
    transitions.forEach((transition, row) => {
      next.set(transition.next, row * codec.stateSize);
      indicators.set(transition.indicators, row * INDICATORS.length);
    });
    return new RecordedTransitions(codec, scaler, Float32Array.from(codec.inputsOf(transitions)), next, indicators);
  }

  /**
   * Writes the next state and the indicators recorded for the nearest input and returns true; false where none is near.
   * `input` as written by the codec, in units.
   */
  find(input: Float64Array, next: Float64Array, indicators: Float64Array): boolean {
    const candidates = this.#byKey.get(this.#keyOf(input));
    if (!candidates) return false;
    const columns = this.#codec.inputs;
    const here = standardize(this.#scaler, input, this.#here);
    let best = -1;
    let least = Infinity;
    for (const row of candidates) {
      let sum = 0;
      for (let c = 0; c < columns && sum < least; c++) {
        const difference = Math.abs(here[c] - this.#scaled[row * columns + c]);
        sum = difference > RADIUS ? Infinity : sum + difference * difference;
      }
      if (sum >= least) continue;
      least = sum;
      best = row;
    }
    if (best < 0) return false;
    next.set(this.#next.subarray(best * this.#codec.stateSize, (best + 1) * this.#codec.stateSize));
    indicators.set(this.#indicators.subarray(best * INDICATORS.length, (best + 1) * INDICATORS.length));
    return true;
  }

  save(): SavedRecords {
    return {
      rows: this.#rows,
      inputs: toBase64(this.#inputs),
      next: toBase64(this.#next),
      indicators: toBase64(this.#indicators),
    };
  }

  static load(saved: SavedRecords, codec: TransitionCodec, scaler: Scaler): RecordedTransitions {
    const inputs = fromBase64(saved.inputs);
    if (inputs.length !== saved.rows * codec.inputs)
      throw new RangeError('The recorded transitions are of another cluster or damaged; fit the twin again.');
    return new RecordedTransitions(codec, scaler, inputs, fromBase64(saved.next), fromBase64(saved.indicators));
  }

  #keyOf(input: ArrayLike<number>): string {
    let key = '';
    for (let s = 0; s < this.#codec.services; s++) {
      const ready = Math.round(input[stateColumn(s, 'ready')]);
      const failed = Math.round(input[stateColumn(s, 'failed')]);
      key += `${ready},${failed},${input[this.#codec.stateSize + s]};`;
    }
    return key;
  }
}
