/** Paths of lines and bands; a value that is not known interrupts them. */
import { area, line, curveStepAfter } from 'd3-shape';
import { round } from './axes.ts';
import { isKnown } from './numbers.ts';

type Values = readonly (number | null | undefined)[];

/** `x` and `y` map index and value to pixels. */
export function linePath(
  values: Values,
  x: (index: number) => number,
  y: (value: number) => number,
  step = false,
): string {
  const generator = line<number | null | undefined>()
    .defined(isKnown)
    .x((_, i) => round(x(i)))
    .y((value) => round(y(value ?? NaN)));
  return (step ? generator.curve(curveStepAfter) : generator)(values) ?? '';
}

export function bandPath(
  low: Values,
  high: Values,
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  const generator = area<number>()
    .defined((i) => isKnown(low[i]) && isKnown(high[i]))
    .x((i) => round(x(i)))
    .y0((i) => round(y(low[i] ?? NaN)))
    .y1((i) => round(y(high[i] ?? NaN)));
  return generator(low.map((_, i) => i)) ?? '';
}
