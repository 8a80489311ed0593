/** Words for paths, values and types in messages. */
import type { Path } from '../text/locate.ts';

/** The end of a path, short but clear: 'replicas.max', 'rules[1].when', 'the document'. */
export function label(path: Path): string {
  const shown = path[0] === 'spec' && path.length > 1 ? path.slice(1) : path;
  let words = '';
  let keys = 0;
  for (const step of [...shown].reverse()) {
    if (typeof step === 'number') words = `[${step}]${words.startsWith('[') || words === '' ? words : `.${words}`}`;
    else {
      words = `${step}${words.startsWith('[') || words === '' ? words : `.${words}`}`;
      if (++keys === 2) break;
    }
  }
  return words === '' ? 'the document' : words;
}

/** A value as it would be written, shortened. */
export function quoted(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 57)}...` : value}'`;
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : String(value);
}

/** 'the text 'abc'', 'the number 5', 'a list'. */
export function typeOf(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text ${quoted(value)}`;
  if (typeof value === 'number') return `the number ${value}`;
  return quoted(value);
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping (key: value)',
};

export const typeWords = (types: readonly string[]): string => types.map((type) => TYPES[type] ?? type).join(' or ');
