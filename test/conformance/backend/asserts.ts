/** Assertions on many numbers, quick also where they fail: `deepEqual` describes a difference of long arrays for minutes. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';

export const rms = (values: ArrayLike<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0) / values.length);

/** No difference above `tolerance` times the root mean square of what is expected (plus the value itself: float32 rounds relatively). */
export function assertNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, what);
  const scale = rms(expected) || 1;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]) / (scale + Math.abs(expected[i]));
    assert.ok(error <= tolerance, `${what}[${i}]: ${actual[i]} instead of ${expected[i]} (${error} of the RMS)`);
  }
}

/** Differences of loss and entropy, which are of the order of 1. */
export function assertClose(actual: number, expected: number, tolerance: number, what: string): void {
  const limit = tolerance * Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= limit, `${what}: ${actual} instead of ${expected}`);
}

/** Bit for bit. */
export function assertSame(actual: unknown, expected: unknown, what: string): void {
  assert.ok(isDeepStrictEqual(actual, expected), `${what} differ`);
}
