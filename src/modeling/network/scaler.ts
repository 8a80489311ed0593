/** Standardization of columns; part of every model and saved with it. */
export interface Scaler {
  readonly mean: Float64Array;
  /** Standard deviation; of a constant column its size, at least 1, so that a change of it shows as one. */
  readonly scale: Float64Array;
}

/** Of a matrix [rows x columns]. */
export function fitScaler(matrix: ArrayLike<number>, columns: number): Scaler {
  const rows = matrix.length / columns;
  const mean = new Float64Array(columns);
  const scale = new Float64Array(columns);
  for (let at = 0; at < matrix.length; at++) mean[at % columns] += matrix[at] / rows;
  for (let at = 0; at < matrix.length; at++) scale[at % columns] += (matrix[at] - mean[at % columns]) ** 2 / rows;
  for (let c = 0; c < columns; c++) {
    const deviation = Math.sqrt(scale[c]);
    // Sums of equal numbers differ from their product by rounding.
    scale[c] = deviation > 1e-9 * Math.max(1, Math.abs(mean[c])) ? deviation : Math.max(1, Math.abs(mean[c]));
  }
  return { mean, scale };
}

/** Writes (value - mean) / scale of a whole matrix. */
export function standardize({ mean, scale }: Scaler, matrix: ArrayLike<number>, into: Float32Array): Float32Array {
  const columns = mean.length;
  for (let at = 0; at < matrix.length; at++) into[at] = (matrix[at] - mean[at % columns]) / scale[at % columns];
  return into;
}
