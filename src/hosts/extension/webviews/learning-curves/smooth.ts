/**
 * Exponential moving average: s = weight * s + (1 - weight) * value, divided by 1 - weight^n, so that the first values are not
 * drawn toward 0. A value that is not finite stays a gap and is passed over. weight 0 = as it is.
 */
export function smooth(values: readonly number[], weight: number): readonly number[] {
  if (weight <= 0) return values;
  let sum = 0;
  let share = 1;
  return values.map((value) => {
    if (!Number.isFinite(value)) return NaN;
    sum = weight * sum + (1 - weight) * value;
    share *= weight;
    return sum / (1 - share);
  });
}
