/**
 * How far a state is from those that a twin knows: the mean over the 5 nearest known states of the root mean squared
 * difference of standardized columns, in units of the 99th percentile of the same distance over the states on which the
 * twin was validated. So 1 = as unusual as one in a hundred of those; a threshold of 3 leaves room.
 */
import { Random } from '../cluster/random.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { fitScaler, standardize, type Scaler } from './network/scaler.ts';

const NEAREST = 5;
/** Known states kept: enough to cover, few enough that a distance takes a tenth of a millisecond. */
const KEPT = 1024;
const PERCENTILE = 0.99;

export interface SavedDrift {
  readonly mean: string;
  readonly scale: string;
  readonly states: string;
  readonly unit: number;
}

export class DriftMeter {
  readonly #scaler: Scaler;
  /** [known x columns], standardized. */
  readonly #states: Float32Array;
  readonly #unit: number;

  private constructor(scaler: Scaler, states: Float32Array, unit: number) {
    this.#scaler = scaler;
    this.#states = states;
    this.#unit = unit;
  }

  /** From the states that the twin was fitted to and those on which it was validated. Throws RangeError where either is too few. */
  static fit(known: readonly Float64Array[], validated: readonly Float64Array[], seed: number): DriftMeter {
    if (known.length < NEAREST || validated.length === 0)
      throw new RangeError(
        `${known.length} and ${validated.length} states are too few to measure drift by; collect more.`,
      );
    const order = Int32Array.from(known, (_, i) => i);
    new Random(seed, 0xd21).shuffle(order);
    const kept = Array.from(order.subarray(0, KEPT)).sort((a, b) => a - b);
    const columns = known[0].length;
    const flat = new Float64Array(kept.length * columns);
    kept.forEach((index, row) => flat.set(known[index], row * columns));
    const scaler = fitScaler(flat, columns);
    const states = standardize(scaler, flat, new Float32Array(flat.length));
    const raw = new DriftMeter(scaler, states, 1);
    const distances = validated.map((state) => raw.distance(state)).sort((a, b) => a - b);
    const unit = distances[Math.min(distances.length - 1, Math.floor(PERCENTILE * distances.length))];
    return new DriftMeter(scaler, states, Math.max(unit, 1e-6));
  }

  /** Of one state vector (see traces/layout.ts); Infinity where a number is missing. */
  distance(state: ArrayLike<number>): number {
    const columns = this.#scaler.mean.length;
    const here = standardize(this.#scaler, state, new Float32Array(columns));
    if (!here.every(Number.isFinite)) return Infinity;
    const nearest = new Float64Array(NEAREST).fill(Infinity);
    for (let row = 0; row < this.#states.length; row += columns) {
      let sum = 0;
      for (let c = 0; c < columns && sum < nearest[NEAREST - 1]; c++) sum += (here[c] - this.#states[row + c]) ** 2;
      if (sum >= nearest[NEAREST - 1]) continue;
      let at = NEAREST - 1;
      for (; at > 0 && nearest[at - 1] > sum; at--) nearest[at] = nearest[at - 1];
      nearest[at] = sum;
    }
    return nearest.reduce((total, square) => total + Math.sqrt(square / columns), 0) / NEAREST / this.#unit;
  }

  save(): SavedDrift {
    const { mean, scale } = this.#scaler;
    return { mean: toBase64(mean), scale: toBase64(scale), states: toBase64(this.#states), unit: this.#unit };
  }

  static load(saved: SavedDrift): DriftMeter {
    const scaler = {
      mean: Float64Array.from(fromBase64(saved.mean)),
      scale: Float64Array.from(fromBase64(saved.scale)),
    };
    return new DriftMeter(scaler, fromBase64(saved.states), saved.unit);
  }
}
