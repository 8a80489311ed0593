/**
 * Principal coordinates (Gower 1966, classical scaling): points in the plane whose distances resemble the given ones best;
 * for Euclidean distances these are the first two principal components.
 */
import { condensedIndex, type CondensedDistances } from './condensed-distances.ts';

export interface PrincipalCoordinates {
  /** [items] */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /**
   * Share of each axis, eigenvalue^2 / sum of all eigenvalues^2 (Mardia 1978): distances that are not Euclidean have
   * negative eigenvalues too, so that shares of their plain sum could exceed 1.
   */
  readonly explained: readonly [number, number];
}

/** Vectors that are iterated together: two are wanted, the others let them converge sooner. */
const BLOCK = 6;
const ROUNDS = 300;
const TOLERANCE = 1e-10;

/** Deterministic; the sign of an axis is that which makes its largest coordinate positive. Distances must be finite. */
export function principalCoordinates(distances: CondensedDistances): PrincipalCoordinates {
  const { count } = distances;
  const matrix = doublyCentered(distances);
  const all = matrix.reduce((sum, value) => sum + value * value, 0);
  const pairs = largestEigenpairs(matrix, count)
    .filter(({ value }) => value > 1e-12 * Math.sqrt(all))
    .slice(0, 2);
  const axis = (index: number): Float64Array => {
    const pair = pairs.at(index);
    if (!pair) return new Float64Array(count);
    const largest = pair.vector.reduce((most, value) => (Math.abs(value) > Math.abs(most) + 1e-9 ? value : most), 0);
    const scale = Math.sign(largest) * Math.sqrt(pair.value);
    return pair.vector.map((value) => value * scale);
  };
  const share = (index: number): number => (pairs.length > index ? pairs[index].value ** 2 / all : 0);
  return { x: axis(0), y: axis(1), explained: [share(0), share(1)] };
}

/** B = -1/2 J D^2 J, J = I - 1/n: [items x items]. */
function doublyCentered(distances: CondensedDistances): Float64Array {
  const { count, values } = distances;
  const squares = new Float64Array(count * count);
  const means = new Float64Array(count);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++) {
      if (i === j) continue;
      squares[i * count + j] = values[condensedIndex(count, i, j)] ** 2;
      means[i] += squares[i * count + j] / count;
    }
  const mean = means.reduce((sum, value) => sum + value, 0) / Math.max(1, count);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++)
      squares[i * count + j] = -0.5 * (squares[i * count + j] - means[i] - means[j] + mean);
  return squares;
}

interface Eigenpair {
  readonly value: number;
  readonly vector: Float64Array;
}

/** Subspace iteration with Rayleigh-Ritz steps (Golub and Van Loan, section 8.2): the largest in size, the greatest first. */
function largestEigenpairs(matrix: Float64Array, count: number): Eigenpair[] {
  let block = orthonormal(Array.from({ length: Math.min(BLOCK, count) }, (_, k) => startVector(count, k)));
  let before: number[] = [];
  for (let round = 0; block.length > 0; round++) {
    const images = block.map((vector) => product(matrix, vector));
    const small = block.map((vector) => images.map((image) => dot(vector, image)));
    const { values, vectors } = jacobi(small);
    const order = values.map((_, i) => i).sort((a, b) => values[b] - values[a]);
    const now = order.map((i) => values[i]);
    const size = Math.max(...now.map(Math.abs), 1e-300);
    const settled = now.slice(0, 2).every((value, i) => Math.abs(value - (before[i] ?? Infinity)) <= TOLERANCE * size);
    if (settled || round === ROUNDS)
      return order.map((i) => ({
        value: values[i],
        vector: combination(
          block,
          vectors.map((row) => row[i]),
        ),
      }));
    before = now;
    block = orthonormal(images);
  }
  return [];
}

/** No two alike, and none that is constant: the matrix maps constants to zero. */
const startVector = (count: number, k: number): Float64Array =>
  Float64Array.from(
    { length: count },
    (_, i) => Math.cos(((k + 1) * (i + 0.5) * Math.PI) / count) + 1e-3 * Math.sin(i * (k + 2)),
  );

/** Gram-Schmidt, twice for its rounding; what depends on the others is dropped. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const result: Float64Array[] = [];
  for (const given of vectors) {
    const vector = given.slice();
    const size = Math.sqrt(dot(vector, vector));
    for (let pass = 0; pass < 2; pass++)
      for (const other of result) {
        const part = dot(vector, other);
        for (let i = 0; i < vector.length; i++) vector[i] -= part * other[i];
      }
    const left = Math.sqrt(dot(vector, vector));
    if (left > 1e-10 * size && left > 0) result.push(vector.map((value) => value / left));
  }
  return result;
}

function product(matrix: Float64Array, vector: Float64Array): Float64Array {
  const count = vector.length;
  const result = new Float64Array(count);
  for (let i = 0, at = 0; i < count; i++) {
    let sum = 0;
    for (let j = 0; j < count; j++) sum += matrix[at++] * vector[j];
    result[i] = sum;
  }
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function combination(vectors: readonly Float64Array[], weights: readonly number[]): Float64Array {
  return vectors[0].map((_, i) => vectors.reduce((sum, vector, k) => sum + weights[k] * vector[i], 0));
}

/** All eigenpairs of a small symmetric matrix, by Jacobi's rotations; eigenvectors are the columns of `vectors`. */
function jacobi(given: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const size = given.length;
  const a = given.map((row) => [...row]);
  const v = given.map((_, i) => given.map((_, j) => Number(i === j)));
  for (let sweep = 0; sweep < 30; sweep++)
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) {
        if (Math.abs(a[p][q]) <= 1e-300) continue;
        const angle = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let k = 0; k < size; k++) [a[k][p], a[k][q]] = [c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]];
        for (let k = 0; k < size; k++) [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
        for (let k = 0; k < size; k++) [v[k][p], v[k][q]] = [c * v[k][p] - s * v[k][q], s * v[k][p] + c * v[k][q]];
      }
  return { values: a.map((row, i) => row[i]), vectors: v };
}
