// The engine stays out of the extension host, but this file is only arithmetic and imports nothing.
// eslint-disable-next-line @typescript-eslint/no-restricted-imports
import { studentQuantile } from '../../../../evaluating/statistics.ts';
import type { Points } from './thin-out.ts';

/** The interval of a mean of two is so wide (t = 12.7) that it hides what it is drawn over. */
const SEEDS_FOR_INTERVAL = 3;

const quantiles: number[] = [];
/** Half the width of the interval over standard error, for so many values. */
const quantile = (count: number) => (quantiles[count] ??= studentQuantile(0.975, count - 1));

export interface SeedValues {
  readonly step: readonly number[];
  /** Where on the x axis: steps or seconds. */
  readonly x: readonly number[];
  readonly value: readonly number[];
}

/**
 * Mean over seeds at equal steps, with its 95 % interval (Student t) where three seeds or more have a value; on a time axis it stands
 * at the mean time. It ends where the shortest seed ends: a mean over others than before would jump for no reason.
 */
export function meanOverSeeds(seeds: readonly SeedValues[]): Required<Points> {
  const begun = seeds.filter(({ step }) => step.length > 0);
  const mean = { x: [] as number[], y: [] as number[], low: [] as number[], high: [] as number[] };
  if (begun.length === 0) return mean;
  const end = Math.min(...begun.map(({ step }) => step[step.length - 1]));
  const next = begun.map(() => 0);
  const values: number[] = [];
  for (;;) {
    let step = Infinity;
    for (let s = 0; s < begun.length; s++) step = Math.min(step, begun[s].step[next[s]] ?? Infinity);
    if (step > end) return mean;
    let x = 0;
    let count = 0;
    values.length = 0;
    for (let s = 0; s < begun.length; s++) {
      const i = next[s];
      if (begun[s].step[i] !== step) continue;
      next[s]++;
      count++;
      x += begun[s].x[i];
      if (Number.isFinite(begun[s].value[i])) values.push(begun[s].value[i]);
    }
    const { y, half } = meanAndInterval(values);
    mean.x.push(x / count);
    mean.y.push(y);
    mean.low.push(y - half);
    mean.high.push(y + half);
  }
}

/** NaN for the mean of none, and for the interval of fewer than SEEDS_FOR_INTERVAL. */
function meanAndInterval(values: readonly number[]): { y: number; half: number } {
  const count = values.length;
  let sum = 0;
  for (const value of values) sum += value;
  const y = sum / count;
  if (count < SEEDS_FOR_INTERVAL) return { y, half: NaN };
  let squares = 0;
  for (const value of values) squares += (value - y) ** 2;
  return { y, half: quantile(count) * Math.sqrt(squares / (count - 1) / count) };
}
