/** Scales to mean 0 and standard deviation 1, in place. */
export function normalize(values: Float32Array): Float32Array {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - mean) ** 2;
  const scale = 1 / (Math.sqrt(squares / values.length) + 1e-8);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] - mean) * scale;
  return values;
}

/** 1 - Var(targets - values) / Var(targets): 1 is a perfect critic, 0 one that knows only the mean. */
export function explainedVariance(values: Float32Array, targets: Float32Array): number {
  const variance = (of: (i: number) => number): number => {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < targets.length; i++) {
      sum += of(i);
      squares += of(i) ** 2;
    }
    return squares / targets.length - (sum / targets.length) ** 2;
  };
  const total = variance((i) => targets[i]);
  return total < 1e-12 ? 0 : 1 - variance((i) => targets[i] - values[i]) / total;
}
