/** Text -> syntax tree, with the parser of @marcbachmann/cel-js; its errors as sentences with a range. */
import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';
import { shown, type CelFix, type CelProblem } from './problems.ts';

export const LIMITS = { characters: 4096, depth: 100, listItems: 32 } as const;

/** Parsing alone: names and types are ours to check, so nothing is registered. */
const environment = new Environment({
  limits: { maxDepth: LIMITS.depth, maxListElements: LIMITS.listItems, maxAstNodes: LIMITS.characters },
});

/** Never throws. */
export function parseExpression(text: string): { readonly ast: ASTNode } | { readonly problem: CelProblem } {
  if (text.trim() === '')
    return {
      problem: {
        start: 0,
        end: text.length,
        code: 'cel-syntax',
        message: 'The expression is empty. Write a CEL expression, for example service.pending > 5.',
      },
    };
  if (text.length > LIMITS.characters)
    return {
      problem: {
        start: LIMITS.characters,
        end: text.length,
        code: 'cel-too-long',
        message: `The expression has ${text.length} characters, at most ${LIMITS.characters} are read. Split it into several rules.`,
      },
    };
  try {
    return { ast: environment.parse(text).ast };
  } catch (error) {
    if (error instanceof ParseError) return { problem: syntaxProblem(text, error) };
    // A long row of ! or - nests without the parser's own limit noticing, and overflows the stack.
    return { problem: tooDeep(0, text.length) };
  }
}

export function tooDeep(start: number, end: number): CelProblem {
  return {
    start,
    end,
    code: 'cel-too-deep',
    message: `The expression nests deeper than ${LIMITS.depth} levels. Split it into several rules.`,
  };
}

function syntaxProblem(text: string, error: ParseError): CelProblem {
  const start = Math.min(error.range?.start ?? 0, text.length);
  // A character outside the basic plane takes two places.
  const width = text.codePointAt(start)! > 0xffff ? 2 : 1;
  const end = Math.min(Math.max(error.range?.end ?? start, start + width), text.length);
  if (error.code === 'limit_exceeded') return limitProblem(error.summary, start, end, text);
  const found = shown(text.slice(start, end));
  const fix = operatorFix(text, start);
  return {
    start,
    end,
    code: 'cel-syntax',
    message: fix ? `${found} is no operator. ${fix.title}.` : syntaxMessage(error, found),
    ...(fix && { fix }),
  };
}

function limitProblem(summary: string, start: number, end: number, text: string): CelProblem {
  if (summary.includes('maxDepth')) return tooDeep(start, Math.max(end, text.length));
  const what = summary.includes('maxListElements')
    ? `A list has at most ${LIMITS.listItems} items`
    : 'This is too long';
  return { start, end, code: 'cel-too-long', message: `${what}. Split the expression into several rules.` };
}

/** Operators of other languages, by what stands at the error. */
const OTHER_OPERATORS: Readonly<Record<string, string>> = {
  '=': '==',
  '&': '&&',
  '|': '||',
  and: '&&',
  or: '||',
  not: '!',
};

function operatorFix(text: string, start: number): CelFix | undefined {
  const written = /^(?:and|or|not)\b|^[=&|]/i.exec(text.slice(start))?.[0];
  if (written === undefined) return undefined;
  const operator = OTHER_OPERATORS[written.toLowerCase()];
  return { title: `Write ${operator}`, start, end: start + written.length, text: operator };
}

/** Names of the parser's tokens, in its messages. */
const TOKENS: Readonly<Record<string, string>> = {
  NUMBER: 'a number',
  STRING: 'a text',
  BYTES: 'bytes',
  BOOLEAN: 'true or false',
  NULL: 'null',
  IDENTIFIER: 'a name',
  LPAREN: '(',
  RPAREN: ')',
  LBRACKET: '[',
  RBRACKET: ']',
  LBRACE: '{',
  RBRACE: '}',
  DOT: '.',
  COMMA: 'a comma',
  COLON: ':',
  QUESTION: '?',
};

function syntaxMessage(error: ParseError, found: string): string {
  const atEnd = error.summary.includes('EOF');
  const expected = /^Expected (\w+)/.exec(error.summary)?.[1];
  if (error.code === 'expected_token' && expected !== undefined) {
    const wanted = TOKENS[expected] ?? 'something else';
    return atEnd
      ? `The expression ends too early: ${wanted} is missing.`
      : `${wanted[0].toUpperCase()}${wanted.slice(1)} is expected here, not ${found}.`;
  }
  if (atEnd) return 'The expression ends too early: a value is missing at its end.';
  switch (error.code) {
    case 'unexpected_token':
      return `A value is expected here, not ${found}.`;
    case 'unexpected_character':
      return `${found} cannot stand here. Join conditions with && or ||, and put texts in quotes.`;
    case 'reserved_identifier':
      return `${found} is a reserved word. Use another name.`;
    case 'invalid_macro_argument':
      return 'The first argument is the name of the element, for example services.exists(s, s.failed > 0).';
    case 'unterminated_string':
    case 'unterminated_triple_quoted_string':
    case 'newline_in_string':
      return 'The text in quotes is not closed. Add the closing quote.';
    default:
      // The parser's own words are precise for numbers and texts in quotes.
      return `${error.summary}. Correct it.`;
  }
}
