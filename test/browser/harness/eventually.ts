import { setTimeout as sleep } from 'node:timers/promises';

/** Long, because a shared machine may be slow; what is waited for is a condition, so a fast machine does not wait. */
const PATIENCE = 180_000;

/**
 * Asks again and again until the answer is neither undefined nor false, and returns it. An exception counts as a no.
 * `patience` in ms.
 */
export async function eventually<T>(
  what: string,
  ask: () => T | Promise<T>,
  patience = PATIENCE,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + patience;
  let reason: unknown;
  while (performance.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
      reason = undefined;
    } catch (error) {
      reason = error;
    }
    await sleep(100);
  }
  throw new Error(`Waited ${patience / 1000} s in vain until ${what}.`, { cause: reason });
}
