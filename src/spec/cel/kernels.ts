/** Loops over whole columns. Conditions are 0 and 1. Each writes `out.length` values. */
import type { BinaryOperator } from './expression.ts';
import { relativeChange } from './window.ts';

type Column = Float64Array;
export type BinaryKernel = (left: Column, right: Column, out: Column) => void;

/** One loop each, so that every loop is compiled for its own operation. */
export const BINARY_KERNELS: Readonly<Record<BinaryOperator | 'min' | 'max' | 'change', BinaryKernel>> = {
  '+': (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = left[i] + right[i];
  },
  '-': (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = left[i] - right[i];
  },
  '*': (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = left[i] * right[i];
  },
  '/': (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = left[i] / right[i];
  },
  '%': (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = left[i] % right[i];
  },
  '<': (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = left[i] < right[i] ? 1 : 0;
  },
  '<=': (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = left[i] <= right[i] ? 1 : 0;
  },
  '>': (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = left[i] > right[i] ? 1 : 0;
  },
  '>=': (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = left[i] >= right[i] ? 1 : 0;
  },
  '==': (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = left[i] === right[i] ? 1 : 0;
  },
  '!=': (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = left[i] !== right[i] ? 1 : 0;
  },
  '&&': (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = left[i] * right[i];
  },
  '||': (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = left[i] + right[i] > 0 ? 1 : 0;
  },
  min: (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.min(left[i], right[i]);
  },
  max: (left, right, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.max(left[i], right[i]);
  },
  change: (now, then, out) => {
    for (let i = 0; i < out.length; i++) out[i] = relativeChange(now[i], then[i]);
  },
};

export function negateKernel(operand: Column, out: Column): void {
  for (let i = 0; i < out.length; i++) out[i] = -operand[i];
}

export function notKernel(operand: Column, out: Column): void {
  for (let i = 0; i < out.length; i++) out[i] = 1 - operand[i];
}

export function selectKernel(test: Column, then: Column, otherwise: Column, out: Column): void {
  for (let i = 0; i < out.length; i++) out[i] = test[i] !== 0 ? then[i] : otherwise[i];
}

export type Fold = 'sum' | 'min' | 'max';
/** What a fold of nothing gives. */
export const FOLD_START: Readonly<Record<Fold, number>> = { sum: 0, min: Infinity, max: -Infinity };

/** Folds each run of `length` values into one. */
export const FOLD_KERNELS: Readonly<Record<Fold, (values: Column, length: number, out: Column) => void>> = {
  sum: (values, length, out) => {
    for (let i = 0, at = 0; i < out.length; i++) {
      let sum = 0;
      for (let j = 0; j < length; j++) sum += values[at++];
      out[i] = sum;
    }
  },
  min: (values, length, out) => {
    for (let i = 0, at = 0; i < out.length; i++) {
      let least = Infinity;
      for (let j = 0; j < length; j++) least = Math.min(least, values[at++]);
      out[i] = least;
    }
  },
  max: (values, length, out) => {
    for (let i = 0, at = 0; i < out.length; i++) {
      let most = -Infinity;
      for (let j = 0; j < length; j++) most = Math.max(most, values[at++]);
      out[i] = most;
    }
  },
};

/**
 * Repeats a column along axes that it lacks: `sizes` are the four axes of `out` (1 where it has none), `strides` how far
 * the source moves along each (0 where it repeats).
 */
export function spreadKernel(source: Column, sizes: readonly number[], strides: readonly number[], out: Column): void {
  const [a, b, c, d] = sizes;
  const [strideA, strideB, strideC, strideD] = strides;
  let at = 0;
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < c; k++) {
        let from = i * strideA + j * strideB + k * strideC;
        for (let l = 0; l < d; l++, from += strideD) out[at++] = source[from];
      }
}

/** demand = max(received, sum over entry points of received x calls per request), [environment * services + service]. */
export function demandKernel(
  received: Column,
  services: number,
  entryPoints: readonly number[],
  calls: Float64Array,
  out: Column,
): void {
  for (let first = 0; first < out.length; first += services)
    for (let service = 0; service < services; service++) {
      let expected = 0;
      for (let k = 0; k < entryPoints.length; k++) {
        const entry = entryPoints[k];
        expected += received[first + entry] * calls[entry * services + service];
      }
      out[first + service] = Math.max(received[first + service], expected);
    }
}
