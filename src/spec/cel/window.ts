/** Windows of change() and mean(). */
import { parseDuration } from '../units.ts';

/** No window reaches further back than this many entries, whatever a setting says. */
export const LONGEST_WINDOW = 240;

/** '30s', '1.5m', '1h30m' -> seconds; undefined if it is no duration. */
export function durationOf(text: string): number | undefined {
  return /^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text) ? parseDuration(text) : undefined;
}

/** Whether so many seconds can be a window. */
export const isWindow = (seconds: number): boolean => seconds > 0 && Number.isFinite(seconds);

/** How many entries a window of so many seconds reaches back: rounded, 1..LONGEST_WINDOW. */
export function windowSteps(seconds: number, interval: number): number {
  const steps = Math.round(seconds / interval);
  return steps >= 1 ? Math.min(steps, LONGEST_WINDOW) : 1;
}

/** (now - then) / |then|; from 0 to anything else counts as 1. */
export function relativeChange(now: number, then: number): number {
  if (then === 0) return now === 0 ? 0 : 1;
  return (now - then) / Math.abs(then);
}
