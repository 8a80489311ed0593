/** The value of a text in quotes: what its escape sequences stand for. */
import type { StringToken } from './lex.ts';

export interface StringValue {
  readonly value: string;
  /** The first escape sequence that is not understood; offsets in the expression. */
  readonly wrong?: { readonly start: number; readonly end: number; readonly message: string };
}

const SIMPLE: Readonly<Record<string, string>> = {
  '\\': '\\',
  '?': '?',
  '"': '"',
  "'": "'",
  '`': '`',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
/** \u00e9, \U0001f600, \xe9 and \351; what follows a letter that it does not fit is a mistake. */
const NUMERIC = /^(?:[xX](?<hex>[0-9a-fA-F]{2})|u(?<short>[0-9a-fA-F]{4})|U(?<long>[0-9a-fA-F]{8})|(?<octal>[0-7]{3}))/;
/** How many characters of an escape sequence are marked where it is wrong, its backslash included. */
const MARKED: Readonly<Record<string, number>> = { x: 4, X: 4, u: 6, U: 10 };

export function stringValue({ text, start, content, raw, bytes }: StringToken): StringValue {
  const written = text.slice(content.start - start, content.end - start);
  if (raw || !written.includes('\\')) return { value: written };
  let value = '';
  for (let at = 0; at < written.length;) {
    const next = written[at + 1];
    if (written[at] !== '\\' || next === undefined) {
      value += written[at++];
      continue;
    }
    const rest = written.slice(at + 1, at + 10);
    const simple = Object.hasOwn(SIMPLE, next) ? SIMPLE[next] : undefined;
    const numeric = NUMERIC.exec(rest);
    const read = simple ?? (numeric?.groups && characterOf(numeric.groups, bytes));
    if (read === undefined) {
      const length = /[0-7]/.test(next) ? 4 : (MARKED[next] ?? 2);
      const end = Math.min(at + length, written.length);
      const message = `${sentence(next, bytes)}: ${written.slice(at, end)}`;
      return {
        value: value + written.slice(at),
        wrong: { start: content.start + at, end: content.start + end, message },
      };
    }
    value += read;
    at += 1 + (simple === undefined ? (numeric?.[0].length ?? 0) : 1);
  }
  return { value };
}

function characterOf(
  { hex, short, long, octal }: Readonly<Record<string, string>>,
  bytes: boolean,
): string | undefined {
  const unicode = short ?? long;
  if (unicode !== undefined) {
    const code = Number.parseInt(unicode, 16);
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    return bytes || surrogate || code > 0x10ffff ? undefined : String.fromCodePoint(code);
  }
  const code = hex === undefined ? Number.parseInt(octal, 8) : Number.parseInt(hex, 16);
  return code > 0xff ? undefined : String.fromCharCode(code);
}

function sentence(letter: string, bytes: boolean): string {
  if (letter === 'u' || letter === 'U') return bytes ? 'Bytes have no Unicode escape' : 'Invalid Unicode escape';
  if (letter === 'x' || letter === 'X') return 'Invalid hexadecimal escape';
  return /[0-7]/.test(letter) ? 'An octal escape has three digits, at most \\377' : 'Invalid escape sequence';
}
