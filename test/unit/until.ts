import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds. Only what hangs takes so long, on a machine however busy. */
const CEILING = 300_000;

/** Waits until a condition holds. `tell`: what is known where it never does. */
export async function until(what: string, condition: () => boolean, tell = (): string => ''): Promise<void> {
  const end = performance.now() + CEILING;
  while (!condition()) {
    assert.ok(performance.now() < end, `Waited ${CEILING / 1000} s in vain for ${what}. ${tell()}`);
    await sleep(10);
  }
}
