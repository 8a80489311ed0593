/** Initial weights of a network. */
import { parameterCount } from './backend.ts';
import type { InitialiseOptions, NetworkShape, NetworkState } from './backend.ts';

/**
 * Orthogonal weights (Saxe et al. 2014), gain sqrt(2) for relu and 5/3 for tanh in hidden layers, `outputGain` in the last; biases and
 * Adam's moments 0. The same uniforms give the same weights.
 */
export function initialState(shape: NetworkShape, options: InitialiseOptions): NetworkState {
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

/** A matrix [rows x columns], row-major, whose shorter side is orthonormal: the longer vectors of a normal matrix, made so by Gram-Schmidt. */
function orthogonal(rows: number, columns: number, uniform: () => number): Float64Array {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const vectors: Float64Array[] = [];
  for (let draws = 0; vectors.length < count; draws++) {
    if (draws > 2 * count + 100)
      throw new Error('The source of uniforms repeats itself: it gives no independent vectors.');
    const vector = Float64Array.from({ length }, () => normal(uniform));
    const before = norm(vector);
    // Twice is enough (Kahan): the second pass removes what rounding left of the first.
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors) {
        const along = dot(vector, other);
        for (let i = 0; i < length; i++) vector[i] -= along * other[i];
      }
    }
    const after = norm(vector);
    // A draw that lies in the span of the others but for rounding is drawn again.
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
