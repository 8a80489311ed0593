/**
 * Text of an expression -> tokens. Reads every text, also one that is half typed: tokens and comments never overlap, and only
 * blanks lie between them. The lexical rules are those of @marcbachmann/cel-js, to which a property test compares them.
 */

interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

export interface StringToken extends Span {
  readonly type: 'string';
  readonly text: string;
  /** False where the closing quotes are missing. */
  readonly closed: boolean;
  /** r'...': a backslash means itself. */
  readonly raw: boolean;
  /** b'...': bytes, which the specification language does not use. */
  readonly bytes: boolean;
  /** Between the quotes. */
  readonly content: Span;
}

export type Token =
  | StringToken
  | (Span & {
      /** 'unknown' is a character that no expression has outside of quotes and comments. */
      readonly type: 'name' | 'number' | 'operator' | 'unknown';
      readonly text: string;
    });

/** Whether a place is in a comment; right after its last character too, for what is typed there belongs to it. */
export const inComment = (comments: readonly Span[], offset: number): boolean =>
  comments.some(({ start, end }) => start < offset && offset <= end);

export interface Tokens {
  readonly tokens: readonly Token[];
  readonly comments: readonly Span[];
}

const BLANKS = /[ \t\r\n]+/y;
const COMMENT = /\/\/[^\n]*/y;
const QUOTE = /[bBrR]?(?:'''|"""|'|")/y;
const PATTERNS = [
  ['name', /[A-Za-z_][A-Za-z0-9_]*/y],
  // The last two forms are mistakes, read as one number so that the message is about the whole of it.
  ['number', /0[xX][0-9a-fA-F]*[uU]?|[0-9]+(?:(?:\.[0-9]+)?[eE][-+]?[0-9]*|\.[0-9]+|[uU])?|\.[0-9]+/y],
  ['operator', /&&|\|\||[<>=!]=|[-+*/%<>!?:.,()[\]{}]/y],
] as const;

export function tokenize(text: string): Tokens {
  const tokens: Token[] = [];
  const comments: Span[] = [];
  for (let at = 0; at < text.length;) {
    const blanks = lengthOf(BLANKS, text, at);
    if (blanks > 0) {
      at += blanks;
      continue;
    }
    const comment = lengthOf(COMMENT, text, at);
    if (comment > 0) {
      comments.push({ start: at, end: at + comment });
      at += comment;
      continue;
    }
    const token = lengthOf(QUOTE, text, at) > 0 ? stringAt(text, at) : wordAt(text, at);
    tokens.push(token);
    at = token.end;
  }
  return { tokens, comments };
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

function wordAt(text: string, start: number): Token {
  for (const [type, pattern] of PATTERNS) {
    const length = lengthOf(pattern, text, start);
    if (length > 0) return { type, text: text.slice(start, start + length), start, end: start + length };
  }
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
  return { type: 'unknown', text: character, start, end: start + character.length };
}

function stringAt(text: string, start: number): StringToken {
  const opening = text.slice(start, start + lengthOf(QUOTE, text, start));
  const quotes = opening.replace(/^[bBrR]/, '');
  const from = start + opening.length;
  const { to, closed } = contentEnd(text, from, quotes);
  const end = closed ? to + quotes.length : to;
  return {
    type: 'string',
    text: text.slice(start, end),
    start,
    end,
    closed,
    raw: /^r/i.test(opening),
    bytes: /^b/i.test(opening),
    content: { start: from, end: to },
  };
}

/** Where the closing quotes stand; where they are missing, the end of the line, or of the text for triple quotes. */
function contentEnd(text: string, from: number, quotes: string): { readonly to: number; readonly closed: boolean } {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text.startsWith(quotes, at)) return { to: at, closed: true };
    else if (quotes.length === 1 && (text[at] === '\n' || text[at] === '\r')) return { to: at, closed: false };
  }
  return { to: text.length, closed: false };
}
