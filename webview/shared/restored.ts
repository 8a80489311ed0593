/** Checks parts of the state that views keep across a reload. They may come from an older version. */
import { hasShape, number, object } from '../protocol/shape.ts';
import type { Interval } from './series.ts';

const rangeShape = object({ from: number, to: number });

/** Returns a part of an axis. null means all of it, and also stands for an unreadable value. */
export const restoredRange = (value: unknown): Interval | null =>
  hasShape(rangeShape, value) && value.from < value.to ? value : null;

export const restoredTexts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
