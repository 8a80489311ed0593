/** What the reward of a goal is worth, and what a duty makes of it. */
import type { Goal } from './model.ts';

/** What a mission counts for an agent that may follow it, against 1 for one that must. Ours. */
export const PERMISSION_WEIGHT = 0.5;

/** A range that ends at or below 0 maps to [-1, 0], any other to [0, 1]; values outside are cut, 0/0 counts nothing. */
export function normalizeGoal(value: number, [low, high]: Goal['range']): number {
  if (Number.isNaN(value)) return 0;
  const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return high <= 0 ? share - 1 : share;
}
