/** Initial weights of a network. */
import { parameterCount } from './backend.ts';
import type { NetworkShape, NetworkState } from './backend.ts';

export interface InitializeOptions {
  readonly outputGain: number;
  /** Gives numbers in [0, 1). */
  readonly uniform: () => number;
}

/**
 * Orthogonal weights (Saxe et al. 2014) with a gain of sqrt(2) for relu and 5/3 for tanh in the hidden layers and `outputGain` in the
 * last. Biases and the moments of Adam are 0. The same uniforms give the same weights.
 */
export function initialState(shape: NetworkShape, options: InitializeOptions): NetworkState {
  const count = parameterCount(shape);
  const weights = new Float32Array(count);
  const sizes = [shape.inputs, ...shape.hidden, shape.outputs];
  const hiddenGain = shape.activation === 'relu' ? Math.SQRT2 : 5 / 3;
  let at = 0;
  for (let i = 0; i + 1 < sizes.length; i++) {
    const gain = i + 2 === sizes.length ? options.outputGain : hiddenGain;
    const matrix = orthogonal(sizes[i], sizes[i + 1], options.uniform);
    weights.set(
      matrix.map((value) => value * gain),
      at,
    );
    at += matrix.length + sizes[i + 1];
  }
  return { weights, firstMoment: new Float32Array(count), secondMoment: new Float32Array(count), steps: 0 };
}

/** A row-major matrix [rows x columns] with normal entries, whose vectors along the shorter side Gram-Schmidt made orthonormal. */
function orthogonal(rows: number, columns: number, uniform: () => number): Float64Array {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const vectors: Float64Array[] = [];
  for (let draws = 0; vectors.length < count; draws++) {
    if (draws > 2 * count + 100)
      throw new Error('The source of uniforms repeats itself: it gives no independent vectors.');
    const vector = Float64Array.from({ length }, () => normal(uniform));
    const before = norm(vector);
    // Twice is enough (Kahan): the second pass removes the rounding errors of the first.
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors) {
        const along = dot(vector, other);
        for (let i = 0; i < length; i++) vector[i] -= along * other[i];
      }
    }
    const after = norm(vector);
    // A vector in the span of the others, up to rounding, is drawn again.
    if (after > 1e-6 * before) vectors.push(vector.map((value) => value / after));
  }
  const matrix = new Float64Array(rows * columns);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < length; j++) matrix[rows >= columns ? j * columns + i : i * columns + j] = vectors[i][j];
  }
  return matrix;
}

/** Standard normal (Box-Muller). */
function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}
