/**
 * Shapes of data that comes from another process: each checks a value on arrival and gives its TypeScript type, so that
 * the two cannot differ. Keys that a shape does not name are allowed and ignored.
 */
export interface Shape<T> {
  /** Undefined where the value has this shape, else what is wrong with it and where. Never throws. */
  readonly problem: (value: unknown, at: string) => string | undefined;
  /** Only for the type. */
  readonly example?: T;
}

/** Whether a value has a shape, and with that its type. */
export const hasShape = <T>(shape: Shape<T>, value: unknown): value is T => shape.problem(value, 'value') === undefined;

/** The type of what a shape lets through. */
export type Of<S> = S extends Shape<infer T> ? T : never;

export const text: Shape<string> = primitive('a text', (value) => typeof value === 'string');
export const flag: Shape<boolean> = primitive('true or false', (value) => typeof value === 'boolean');
/** A finite number: JSON knows no other. */
export const number: Shape<number> = primitive('a finite number', Number.isFinite);

export function oneOf<const T extends string | number>(...values: readonly T[]): Shape<T> {
  return primitive(`one of ${values.join(', ')}`, (value) => (values as readonly unknown[]).includes(value));
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    problem(value, at) {
      if (!Array.isArray(value)) return `${at} is not a list`;
      return firstProblem(
        value.map((_, i) => i),
        (i) => item.problem(value[i], `${at}[${i}]`),
      );
    },
  };
}

/** An object with any keys and values of one shape. */
export function dictionary<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    problem(value, at) {
      if (!isObject(value)) return `${at} is not an object`;
      return firstProblem(Object.keys(value), (key) => item.problem(value[key], `${at}.${key}`));
    },
  };
}

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return { problem: (value, at) => (value === null ? undefined : shape.problem(value, at)) };
}

/** A key that may be left out of an object. */
export interface Optional<T> extends Shape<T> {
  readonly optional: true;
}

export function optional<T>(shape: Shape<T>): Optional<T> {
  return { problem: (value, at) => (value === undefined ? undefined : shape.problem(value, at)), optional: true };
}

type Fields = Readonly<Record<string, Shape<unknown>>>;
type ObjectOf<F extends Fields> = {
  readonly [K in keyof F as F[K] extends Optional<unknown> ? never : K]: Of<F[K]>;
} & { readonly [K in keyof F as F[K] extends Optional<unknown> ? K : never]?: Of<F[K]> };

export function object<const F extends Fields>(fields: F): Shape<{ [K in keyof ObjectOf<F>]: ObjectOf<F>[K] }> {
  const names = Object.keys(fields);
  return {
    problem(value, at) {
      if (!isObject(value)) return `${at} is not an object`;
      return firstProblem(names, (name) => fields[name].problem(value[name], `${at}.${name}`));
    },
  };
}

function primitive<T>(what: string, holds: (value: unknown) => boolean): Shape<T> {
  return { problem: (value, at) => (holds(value) ? undefined : `${at} is not ${what}`) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstProblem<K>(keys: readonly K[], problemOf: (key: K) => string | undefined): string | undefined {
  for (const key of keys) {
    const problem = problemOf(key);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
