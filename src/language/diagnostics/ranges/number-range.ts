/**
 * Sets of doubles as intervals, with the arithmetic of IEEE 754. Bounds are computed with the same rounding as the values
 * themselves, and rounding keeps order, so that no result of the real operation lies outside.
 */

export interface NumberRange {
  /** Both ends belong to the range. low > high: no number at all. */
  readonly low: number;
  readonly high: number;
  /** Whether the value may be "not a number" instead. */
  readonly nan: boolean;
  /** Whether a zero in the range may be -0: then x / 0 may be of either sign. */
  readonly minusZero: boolean;
}

export const range = (low: number, high: number, nan = false, minusZero = false): NumberRange => ({
  low,
  high,
  nan,
  minusZero,
});

export const exactly = (value: number): NumberRange =>
  Number.isNaN(value) ? range(Infinity, -Infinity, true) : range(value, value, false, Object.is(value, -0));

export const anyNumber: NumberRange = range(-Infinity, Infinity, true, true);

export const hasNumbers = ({ low, high }: NumberRange): boolean => low <= high;
const hasZero = ({ low, high }: NumberRange): boolean => low <= 0 && high >= 0;
const hasInfinity = ({ low, high }: NumberRange): boolean => low <= high && (low === -Infinity || high === Infinity);
const mayBeNegative = ({ low, minusZero }: NumberRange): boolean => low < 0 || minusZero;

/** The smallest range that has both. */
export function union(a: NumberRange, b: NumberRange): NumberRange {
  return range(Math.min(a.low, b.low), Math.max(a.high, b.high), a.nan || b.nan, a.minusZero || b.minusZero);
}

export const negate = (a: NumberRange): NumberRange => range(-a.high, -a.low, a.nan, hasZero(a));

export function add(a: NumberRange, b: NumberRange): NumberRange {
  const clash =
    (a.high === Infinity && b.low === -Infinity) || (a.low === -Infinity && b.high === Infinity) || onlyInfinite(a, b);
  return combined(a, b, [a.low + b.low, a.high + b.high], clash, a.minusZero && b.minusZero);
}

export function subtract(a: NumberRange, b: NumberRange): NumberRange {
  const clash = (a.high === Infinity && b.high === Infinity) || (a.low === -Infinity && b.low === -Infinity);
  return combined(a, b, [a.low - b.high, a.high - b.low], clash, a.minusZero);
}

/** Bounds that are infinite themselves may cancel to no number at all. */
const onlyInfinite = (a: NumberRange, b: NumberRange): boolean =>
  Number.isNaN(a.low + b.low) || Number.isNaN(a.high + b.high);

export function multiply(a: NumberRange, b: NumberRange): NumberRange {
  const clash = (hasZero(a) && hasInfinity(b)) || (hasZero(b) && hasInfinity(a));
  return combined(
    a,
    b,
    corners(a, b, (x, y) => x * y),
    clash,
    mayBeNegative(a) || mayBeNegative(b),
  );
}

export function divide(a: NumberRange, b: NumberRange): NumberRange {
  const clash = (hasInfinity(a) && hasInfinity(b)) || (hasZero(a) && hasZero(b));
  const minusZero = mayBeNegative(a) || mayBeNegative(b);
  if (!hasZero(b))
    return combined(
      a,
      b,
      corners(a, b, (x, y) => x / y),
      clash,
      minusZero,
    );
  // Close to zero the quotient is as large as may be; its sign is known where the divisor is not negative.
  const bounds = mayBeNegative(b) ? EVERYTHING : [a.low < 0 ? -Infinity : 0, a.high > 0 ? Infinity : 0];
  return combined(a, b, bounds, clash, minusZero);
}

const EVERYTHING = [-Infinity, Infinity];

/** The remainder has the sign of the dividend, is no larger than it, and is smaller than the divisor. */
export function remainder(a: NumberRange, b: NumberRange): NumberRange {
  const most = Math.max(Math.abs(b.low), Math.abs(b.high));
  const bounds = [a.low < 0 ? Math.max(a.low, -most) : 0, a.high > 0 ? Math.min(a.high, most) : 0];
  return combined(a, b, bounds, hasZero(b) || hasInfinity(a), mayBeNegative(a));
}

function corners(a: NumberRange, b: NumberRange, apply: (x: number, y: number) => number): number[] {
  const all = [apply(a.low, b.low), apply(a.low, b.high), apply(a.high, b.low), apply(a.high, b.high)];
  // 0 * infinity and infinity / infinity lie between what is close to them.
  return all.map((value) => (Number.isNaN(value) ? 0 : value));
}

function combined(
  a: NumberRange,
  b: NumberRange,
  bounds: readonly number[],
  clash: boolean,
  minusZero: boolean,
): NumberRange {
  const nan = a.nan || b.nan || clash;
  if (!hasNumbers(a) || !hasNumbers(b)) return range(Infinity, -Infinity, nan);
  const known = bounds.every((bound) => !Number.isNaN(bound)) ? bounds : EVERYTHING;
  return range(Math.min(...known), Math.max(...known), nan, minusZero);
}

/** The part of `a` from `low` to `high`; undefined where there is none. */
export function within(a: NumberRange, low: number, high: number): NumberRange | undefined {
  const cut = range(Math.max(a.low, low), Math.min(a.high, high), false, a.minusZero);
  return hasNumbers(cut) ? cut : undefined;
}

const FLOAT = new Float64Array(1);
const BITS = new BigInt64Array(FLOAT.buffer);

/** The next larger double. */
export function above(value: number): number {
  if (!(value < Infinity)) return value;
  if (value === 0) return Number.MIN_VALUE;
  FLOAT[0] = value;
  BITS[0] += value > 0 ? 1n : -1n;
  return FLOAT[0];
}

/** The next smaller double. */
export const below = (value: number): number => -above(-value);
