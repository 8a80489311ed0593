/** Text of an expression -> tokens. Unlike the parser of the rules, it reads every text, also one that is being typed. */

export interface Token {
  readonly type: 'name' | 'number' | 'string' | 'operator';
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Of a string: false where its closing quote is missing. */
  readonly closed?: boolean;
}

const OPERATOR = /&&|\|\||[<>=!]=|[-+*/%<>!?:.,()[\]{}=&|]/y;
const NAME = /[A-Za-z_]\w*/y;
const NUMBER = /(?:0x[0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+)u?/y;

export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < text.length;) {
    const character = text[i];
    if (/\s/.test(character)) {
      i++;
      continue;
    }
    if (character === "'" || character === '"') {
      const end = stringEnd(text, i);
      const closed = end > i + 1 && text[end - 1] === character;
      tokens.push({ type: 'string', text: text.slice(i, end), start: i, end, closed });
      i = end;
      continue;
    }
    const [type, found] = matchAt(text, i);
    tokens.push({ type, text: found, start: i, end: i + found.length });
    i += found.length;
  }
  return tokens;
}

function matchAt(text: string, at: number): [Token['type'], string] {
  for (const [type, pattern] of [
    ['name', NAME],
    ['number', NUMBER],
    ['operator', OPERATOR],
  ] as const) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return [type, match[0]];
  }
  return ['operator', String.fromCodePoint(text.codePointAt(at)!)];
}

/** One past the closing quote, or the end of the line where it is missing. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '\n') return i;
    else if (text[i] === text[start]) return i + 1;
  }
  return text.length;
}
