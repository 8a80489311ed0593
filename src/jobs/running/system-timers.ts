/** Provides the timers of this process to the engine, which has none. */
import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Timers } from '../../cluster/live/timers.ts';

export const systemTimers: Timers = {
  clock: () => performance.now() / 1000,
  sleep: (seconds, signal) => sleepFor(1000 * seconds, undefined, { signal }),
  after: (seconds, action) => {
    const timer = setTimeout(action, 1000 * seconds);
    return () => clearTimeout(timer);
  },
};
