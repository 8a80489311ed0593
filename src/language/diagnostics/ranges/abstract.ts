/** What is known of the value of a part of an expression, over all states of a cluster. */
import type { ValueType } from '../../../spec/cel/expression.ts';
import { anyNumber, union, type NumberRange } from './number-range.ts';

/** Whether a condition may be true, and whether it may be false. */
export interface Truth {
  readonly yes: boolean;
  readonly no: boolean;
}

export const EITHER: Truth = { yes: true, no: true };

export type Abstract =
  | { readonly type: 'number'; readonly range: NumberRange }
  | { readonly type: 'bool'; readonly truth: Truth }
  /** undefined: any text. */
  | { readonly type: 'string'; readonly texts: readonly string[] | undefined }
  /** One of these services, by index. */
  | { readonly type: 'service'; readonly services: readonly number[] }
  | { readonly type: 'list'; readonly items: readonly Item[] };

export interface Item {
  readonly value: Abstract;
  /** False where a condition decides whether the list has it. */
  readonly certain: boolean;
}

export const numberOf = (range: NumberRange): Abstract => ({ type: 'number', range });
export const boolOf = (yes: boolean, no: boolean): Abstract => ({ type: 'bool', truth: { yes, no } });

/** Nothing is known but the type; undefined for lists, which have no such value. */
export function anyOf(type: ValueType, services: number): Abstract | undefined {
  switch (type) {
    case 'number':
      return numberOf(anyNumber);
    case 'bool':
      return boolOf(true, true);
    case 'string':
      return { type: 'string', texts: undefined };
    case 'service':
      return { type: 'service', services: Array.from({ length: services }, (_, index) => index) };
    default:
      return undefined;
  }
}

/** Either of two values of one type. */
export function either(a: Abstract, b: Abstract): Abstract {
  if (a.type === 'number' && b.type === 'number') return numberOf(union(a.range, b.range));
  if (a.type === 'bool' && b.type === 'bool') return boolOf(a.truth.yes || b.truth.yes, a.truth.no || b.truth.no);
  if (a.type === 'string' && b.type === 'string')
    return { type: 'string', texts: a.texts && b.texts && [...new Set([...a.texts, ...b.texts])] };
  if (a.type === 'service' && b.type === 'service')
    return { type: 'service', services: [...new Set([...a.services, ...b.services])] };
  const items = [a, b].flatMap((list) => (list.type === 'list' ? list.items : []));
  return { type: 'list', items: items.map(({ value }) => ({ value, certain: false })) };
}

/** Whether two values of one type may be equal, and may differ. */
export function equality(a: Abstract, b: Abstract): Truth {
  if (a.type === 'number' && b.type === 'number') {
    const [x, y] = [a.range, b.range];
    const meet = Math.max(x.low, y.low) <= Math.min(x.high, y.high);
    const same = x.low === x.high && y.low === y.high && x.low === y.low && !x.nan && !y.nan;
    return { yes: meet, no: !same };
  }
  if (a.type === 'bool' && b.type === 'bool') {
    const [x, y] = [a.truth, b.truth];
    return { yes: (x.yes && y.yes) || (x.no && y.no), no: (x.yes && y.no) || (x.no && y.yes) };
  }
  if (a.type === 'string' && b.type === 'string') {
    const [left, right] = [a.texts, b.texts];
    if (!left || !right) return EITHER;
    return {
      yes: left.some((text) => right.includes(text)),
      no: left.some((text) => right.some((other) => other !== text)),
    };
  }
  return EITHER;
}
