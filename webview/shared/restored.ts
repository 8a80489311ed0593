/** Parts of the state that views keep over a reload, of this version or an older one. */
import { hasShape, number, object } from '../protocol/shape.ts';
import type { Interval } from './series.ts';

const rangeShape = object({ from: number, to: number });

/** A part of an axis; null = all of it, and what cannot be read. */
export const restoredRange = (value: unknown): Interval | null =>
  hasShape(rangeShape, value) && value.from < value.to ? value : null;

export const restoredTexts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
