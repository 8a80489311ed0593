import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds that only a hang takes, however slow the machine is. Conditions are waited for, so a fast machine does not wait. */
export const PATIENCE = 480_000;
/** The same for a job of several phases, which gives way to all else on the machine. */
export const JOB = 2_400_000;

/** Milliseconds that the first and the longest attempts may wait for a part of the window; each one waits twice as long as the one before. */
const ATTEMPT = { first: 2_000, longest: 60_000 };

/**
 * Asks again and again until the answer is neither undefined nor false, and returns it. An exception counts as a no.
 * `patience` in ms. `ask` gets the milliseconds that this attempt may wait.
 */
export async function eventually<T>(
  what: string,
  ask: (limit: number) => T | Promise<T>,
  patience = PATIENCE,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + patience;
  let reason: unknown;
  for (let limit = ATTEMPT.first; performance.now() < end; limit = Math.min(2 * limit, ATTEMPT.longest)) {
    try {
      const answer = await ask(limit);
      if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
      reason = undefined;
    } catch (error) {
      reason = error;
    }
    await sleep(100);
  }
  throw new Error(`Waited ${patience / 1000} s in vain until ${what}.`, { cause: reason });
}
