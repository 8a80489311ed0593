/**
 * Text of an expression -> syntax tree, for every text: checker, hover, tokens, completion and rename read this one tree. What is
 * wrong is told in `problems`; without any, the text is CEL as @marcbachmann/cel-js reads it (a property test compares them).
 * That has == and != bind less than < and in, which the CEL specification puts on one level.
 */
import { asElement, callType, memberType, ROOT_TYPES } from './guessed-types.ts';
import { tokenize, type StringToken, type Token, type Tokens } from './lex.ts';
import { shown, type CelCode, type CelFix, type CelProblem } from './problems.ts';
import { stringValue } from './string-value.ts';
import {
  elementOf,
  operandSpan,
  type BinaryNode,
  type CallNode,
  type ListNode,
  type MacroVariable,
  type MapNode,
  type MemberNode,
  type NameNode,
  type Span,
  type SyntaxNode,
} from './syntax.ts';
import { isMacro } from './vocabulary.ts';

/** No rule needs more, and no walk over a tree of this depth overflows the stack. */
export const LIMITS = { characters: 4096, depth: 100, listItems: 32 } as const;

export interface ParsedExpression extends Tokens {
  readonly root: SyntaxNode;
  readonly variables: readonly MacroVariable[];
  /** In the order in which they were met: all but the first may follow from another. */
  readonly problems: readonly CelProblem[];
}

/** Never throws. */
export function parseExpression(text: string): ParsedExpression {
  const tokens = tokenize(text);
  const problem = text.trim() === '' ? EMPTY : text.length > LIMITS.characters ? tooLong(text) : undefined;
  if (!problem) return new Parser(text, tokens).parse();
  const root = { op: 'missing', type: 'unknown', start: 0, end: 0 } as const;
  const end = text.length;
  return { root, variables: [], problems: [{ end, ...problem }], ...tokens };
}

const EMPTY = {
  start: 0,
  code: 'cel-syntax',
  message: 'The expression is empty. Write a CEL expression, for example service.pending > 5.',
} as const;

const tooLong = ({ length }: string) =>
  ({
    start: LIMITS.characters,
    code: 'cel-too-long',
    message: `The expression has ${length} characters, at most ${LIMITS.characters} are read. Split it into several rules.`,
  }) as const;

export function tooDeep(start: number, end: number): CelProblem {
  const message = `The expression nests deeper than ${LIMITS.depth} levels. Split it into several rules.`;
  return { start, end, code: 'cel-too-deep', message };
}

/** How tightly the operators bind. */
const BINDING: Readonly<Record<BinaryNode['operator'], number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  in: 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
};
const ARITHMETIC = 5;

/** Operators of other languages, and what CEL has instead. */
const OTHER_OPERATORS: Readonly<Record<string, string>> = {
  '=': '==',
  '&': '&&',
  '|': '||',
  and: '&&',
  or: '||',
  not: '!',
};

/** Words that the parsers of CEL keep for themselves. */
const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while __proto__ prototype'.split(
    ' ',
  ),
);
/** Words that are no names. */
const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in']);

/** Whether a text can be the name of a macro's variable. */
export const isName = (text: string): boolean =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && !RESERVED.has(text) && !WORDS.has(text);

/** Macros with a variable, by the number of arguments that makes them one. `bind` is one of CEL that rules may not use. */
const VARIABLE_MACROS: Readonly<Record<string, readonly number[]>> = {
  all: [2],
  exists: [2],
  exists_one: [2],
  filter: [2],
  map: [2, 3],
  bind: [3],
};

class Parser {
  readonly #text: string;
  readonly #lexed: Tokens;
  readonly #tokens: readonly Token[];
  readonly #problems: CelProblem[] = [];
  readonly #variables: MacroVariable[] = [];
  /** Variables in force, the innermost last. */
  readonly #scope: MacroVariable[] = [];
  #at = 0;
  #depth = 0;

  constructor(text: string, lexed: Tokens) {
    this.#text = text;
    this.#lexed = lexed;
    this.#tokens = lexed.tokens;
  }

  parse(): ParsedExpression {
    const first = this.#expression();
    const leftover: SyntaxNode[] = [];
    if (this.#at < this.#tokens.length) this.#reportUnexpected();
    while (this.#at < this.#tokens.length) {
      const before = this.#at;
      leftover.push(this.#expression());
      if (this.#at === before) this.#at++;
    }
    const root: SyntaxNode =
      leftover.length === 0
        ? first
        : {
            op: 'leftover',
            type: first.type,
            start: operandSpan(first).start,
            end: this.#text.length,
            items: [first, ...leftover],
          };
    return { root, variables: this.#variables, problems: this.#problems, ...this.#lexed };
  }

  // Tokens

  #peek(): string | undefined {
    const token = this.#tokens[this.#at];
    return token && (token.type === 'operator' || token.text === 'in') ? token.text : undefined;
  }

  #take(text: string): Token | undefined {
    return this.#peek() === text ? this.#tokens[this.#at++] : undefined;
  }

  /** Takes what has to stand here, or reports that it is missing. */
  #expect(text: string): Token | undefined {
    const found = this.#take(text);
    if (!found) this.#reportExpected(text);
    return found;
  }

  /** Where a token is missing: after the last one. */
  #here(): number {
    return this.#at > 0 ? this.#tokens[this.#at - 1].end : 0;
  }

  #missing(): SyntaxNode {
    const at = this.#here();
    return { op: 'missing', type: 'unknown', start: at, end: at };
  }

  // Problems

  #report({ start, end }: Span, code: CelCode, message: string, fix?: CelFix): void {
    this.#problems.push({ start, end, code, message, ...(fix && { fix }) });
  }

  /** The expression ends where something has to follow. */
  #reportEnd(what: string): void {
    const end = this.#text.length;
    this.#report({ start: end, end }, 'cel-syntax', `The expression ends too early: ${what}.`);
  }

  #reportExpected(what: string): void {
    const token = this.#tokens[this.#at];
    if (!token) this.#reportEnd(`${what} is missing`);
    else if (!this.#reportForeign(token))
      this.#report(token, 'cel-syntax', `${capitalized(what)} is expected here, not ${shown(token.text)}.`);
  }

  #reportNoValue(): void {
    const token = this.#tokens[this.#at];
    if (!token) this.#reportEnd('a value is missing at its end');
    else if (!this.#reportForeign(token))
      this.#report(token, 'cel-syntax', `A value is expected here, not ${shown(token.text)}.`);
  }

  #reportUnexpected(): void {
    const token = this.#tokens[this.#at];
    if (token && !this.#reportForeign(token)) this.#reportStray(token);
  }

  #reportStray(token: Token): void {
    const message = `${shown(token.text)} cannot stand here. Join conditions with && or ||, and put texts in quotes.`;
    this.#report(token, 'cel-syntax', message);
  }

  /** Reports an operator of another language, and a character that no expression has; false for all other tokens. */
  #reportForeign(token: Token): boolean {
    const operator = foreignOperator(token);
    if (operator !== undefined) {
      const { text, start, end } = token;
      const fix = { title: `Write ${operator}`, start, end, text: operator };
      this.#report(token, 'cel-syntax', `${text} is no operator. ${fix.title}.`, fix);
    } else if (token.type === 'unknown') this.#reportStray(token);
    else return false;
    return true;
  }

  // Nesting

  /** Runs `parse` one level deeper; gives up on the rest of the text where that is too deep. */
  #deeper(parse: () => SyntaxNode): SyntaxNode {
    if (this.#depth >= LIMITS.depth) return this.#giveUp();
    this.#depth++;
    const node = parse();
    this.#depth--;
    return node;
  }

  #giveUp(): SyntaxNode {
    this.#problems.push(tooDeep(this.#tokens[this.#at]?.start ?? this.#here(), this.#text.length));
    const node = this.#missing();
    this.#at = this.#tokens.length;
    return node;
  }

  // Expressions

  #expression(): SyntaxNode {
    return this.#deeper(() => this.#conditional());
  }

  #conditional(): SyntaxNode {
    const test = this.#binary(1);
    if (!this.#take('?')) return test;
    const then = this.#expression();
    const otherwise = this.#expect(':') ? this.#expression() : this.#missing();
    const type = then.type === 'unknown' ? otherwise.type : then.type;
    return { op: 'conditional', type, test, then, otherwise, ...spanFrom(test, otherwise) };
  }

  #binary(least: number): SyntaxNode {
    let left = this.#unary();
    for (;;) {
      const token = this.#tokens[this.#at];
      const operator = token && operatorOf(token);
      if (operator === undefined || BINDING[operator] < least) return left;
      const binding = BINDING[operator];
      // The operator of another language is read as what it means, so that both sides are known.
      this.#reportForeign(token);
      this.#at++;
      const right = this.#binary(binding + 1);
      const type = binding < ARITHMETIC ? 'bool' : 'number';
      left = { op: 'binary', operator, left, right, type, ...spanFrom(left, right) };
    }
  }

  #unary(): SyntaxNode {
    const marks: { readonly operator: '!' | '-'; readonly start: number }[] = [];
    for (let operator = this.#peek(); operator === '!' || operator === '-'; operator = this.#peek())
      marks.push({ operator, start: this.#tokens[this.#at++].start });
    let node = this.#postfix();
    for (const { operator, start } of marks.reverse()) {
      const type = operator === '!' ? 'bool' : 'number';
      node = { op: 'unary', operator, operand: node, type, start, end: operandSpan(node).end };
    }
    return node;
  }

  #postfix(): SyntaxNode {
    let node = this.#primary();
    const depth = this.#depth;
    for (;;) {
      const token = this.#take('.') ?? this.#take('[');
      if (!token) break;
      if (++this.#depth > LIMITS.depth) {
        this.#giveUp();
        break;
      }
      node = token.text === '.' ? this.#member(node) : this.#index(node);
    }
    this.#depth = depth;
    return node;
  }

  #member(of: SyntaxNode): SyntaxNode {
    const token = this.#tokens[this.#at];
    // A name on which the dot was not typed for belongs to what follows.
    const named = token?.type === 'name' && token.text !== 'in' && !this.#startsAnew(token);
    if (!named || WORDS.has(token.text)) this.#reportExpected('a name');
    if (named) this.#at++;
    const nameStart = named ? token.start : this.#here();
    const name = { name: named ? token.text : '', nameStart, nameEnd: named ? token.end : nameStart };
    const opened = this.#take('(');
    return opened ? this.#call(name, opened, of) : memberOf(of, name);
  }

  #index(of: SyntaxNode): SyntaxNode {
    const key = this.#expression();
    this.#expect(']');
    return { op: 'index', of, key, type: elementOf(of.type), start: operandSpan(of).start, end: this.#here() };
  }

  /** After a dot at the end of a line, a line that begins with an operand of its own, such as service.pending. */
  #startsAnew(token: Token): boolean {
    return (
      this.#text.slice(this.#here(), token.start).includes('\n') &&
      Object.hasOwn(ROOT_TYPES, token.text) &&
      this.#tokens[this.#at + 1]?.text === '.'
    );
  }

  #primary(): SyntaxNode {
    const token = this.#tokens[this.#at];
    const { start, end } = token ?? this.#missing();
    switch (token?.type) {
      case 'number':
        this.#at++;
        return this.#number(token);
      case 'string':
        this.#at++;
        return this.#string(token);
      case 'name': {
        if (token.text === 'in') break;
        this.#at++;
        if (token.text === 'null') return { op: 'null', type: 'unknown', start, end };
        if (token.text === 'true' || token.text === 'false')
          return { op: 'bool', type: 'bool', value: token.text === 'true', start, end };
        if (RESERVED.has(token.text))
          this.#report(token, 'cel-syntax', `${token.text} is a reserved word. Use another name.`);
        const opened = this.#take('(');
        if (opened) return this.#call({ name: token.text, nameStart: start, nameEnd: end }, opened);
        return this.#name(token);
      }
      case 'operator':
        if (this.#take('(')) return this.#parentheses(start);
        if (this.#take('[')) return this.#list(start);
        if (this.#take('{')) return this.#map(start);
        break;
      case 'unknown':
      case undefined:
    }
    this.#reportNoValue();
    return this.#missing();
  }

  #parentheses(start: number): SyntaxNode {
    const inner = this.#expression();
    const close = this.#expect(')');
    return { ...inner, parenthesized: { start, end: close?.end ?? operandSpan(inner).end } };
  }

  #number({ text, start, end }: Token): SyntaxNode {
    const value = Number(text.replace(/[uU]$/, ''));
    const wrong = numberProblem(text, value);
    if (wrong) this.#report({ start, end }, 'cel-syntax', wrong);
    return { op: 'number', type: 'number', text, value, start, end };
  }

  #string(token: StringToken): SyntaxNode {
    const { start, end, closed, bytes, content } = token;
    const { value, wrong } = stringValue(token);
    if (!closed) this.#report(token, 'cel-syntax', 'The text in quotes is not closed. Add the closing quote.');
    else if (wrong) this.#report(wrong, 'cel-syntax', `${wrong.message}. Correct it.`);
    return { op: 'string', type: bytes ? 'unknown' : 'string', value, bytes, content, start, end };
  }

  #name({ text: name, start, end }: Token): NameNode {
    const variable = this.#scope.findLast((known) => known.name === name);
    const type = variable?.type ?? (Object.hasOwn(ROOT_TYPES, name) ? ROOT_TYPES[name] : 'unknown');
    return { op: 'name', type, name, start, end, ...(variable && { variable }) };
  }

  // Lists, maps and calls

  #list(start: number): ListNode {
    const items = this.#separated(']', () => [this.#expression()]);
    if (items.nodes.length > LIMITS.listItems)
      this.#reportTooMany(items.nodes[LIMITS.listItems], `A list has at most ${LIMITS.listItems} items`);
    const element = items.nodes[0] ? asElement(items.nodes[0].type) : 'unknown';
    return { op: 'list', type: `list<${element}>`, items: items.nodes, start, end: this.#here() };
  }

  #map(start: number): MapNode {
    const { nodes } = this.#separated('}', () => {
      const key = this.#expression();
      return this.#expect(':') ? [key, this.#expression()] : [key];
    });
    return { op: 'map', type: 'unknown', items: nodes, start, end: this.#here() };
  }

  #call(named: { name: string; nameStart: number; nameEnd: number }, opened: Token, of?: SyntaxNode): CallNode {
    const isMacroHere = of !== undefined && isMacro(named.name);
    const scoped = this.#scope.length;
    const {
      nodes: args,
      commas,
      close,
    } = this.#separated(')', (count) => {
      const argument = this.#expression();
      return [isMacroHere && count === 0 && argument.op === 'name' ? this.#variable(argument, of) : argument];
    });
    this.#checkArguments(named.name, of, args);
    const end = close?.end ?? this.#text.length;
    for (const variable of this.#scope.splice(scoped))
      this.#variables[this.#variables.indexOf(variable)] = { ...variable, end };
    return {
      op: 'call',
      type: callType(named.name, of, args),
      start: of ? operandSpan(of).start : named.nameStart,
      end: close?.end ?? this.#here(),
      ...named,
      open: opened.start,
      close: end,
      commas,
      args,
      ...(of && { of }),
    };
  }

  #checkArguments(name: string, of: SyntaxNode | undefined, args: readonly SyntaxNode[]): void {
    if (args.length > LIMITS.listItems) this.#reportTooMany(args[LIMITS.listItems], 'This is too long');
    const counts = of && Object.hasOwn(VARIABLE_MACROS, name) ? VARIABLE_MACROS[name] : [];
    const [first] = args;
    if (!counts.includes(args.length) || first.op === 'name' || first.op === 'missing') return;
    const message = 'The first argument is the name of the element, for example services.exists(s, s.failed > 0).';
    this.#report(first, 'cel-syntax', message);
  }

  #reportTooMany(first: SyntaxNode, what: string): void {
    this.#report(first, 'cel-too-long', `${what}. Split the expression into several rules.`);
  }

  /** What stands between brackets, up to the one that closes. A comma may follow the last part. */
  #separated(closer: string, part: (count: number) => readonly SyntaxNode[]) {
    const nodes: SyntaxNode[] = [];
    const commas: number[] = [];
    for (;;) {
      let close = this.#take(closer);
      if (close) return { nodes, commas, close };
      const before = this.#at;
      if (before < this.#tokens.length) {
        nodes.push(...part(nodes.length));
        const comma = this.#take(',');
        if (comma) {
          commas.push(comma.start);
          continue;
        }
        close = this.#take(closer);
        if (close) return { nodes, commas, close };
      }
      this.#reportExpected(closer);
      // A bracket that closes belongs to what is around; all else is read on.
      if (this.#at === before || this.#at >= this.#tokens.length || CLOSERS.has(this.#peek() ?? ''))
        return { nodes, commas, close };
    }
  }

  /** The first argument of a macro names the element. */
  #variable(node: NameNode, of: SyntaxNode): NameNode {
    const { name, start, end } = node;
    const known = { nameStart: start, nameEnd: end, start: end, end: this.#text.length };
    const variable = { name, type: elementOf(of.type), ...known };
    this.#scope.push(variable);
    this.#variables.push(variable);
    return { ...node, type: variable.type, variable };
  }
}

const CLOSERS: ReadonlySet<string> = new Set([')', ']', '}']);

/** What the operator of another language is in CEL. */
function foreignOperator({ type, text }: Token): string | undefined {
  const word = text.toLowerCase();
  const known = (type === 'unknown' || type === 'name') && Object.hasOwn(OTHER_OPERATORS, word);
  return known ? OTHER_OPERATORS[word] : undefined;
}

/** The binary operator that a token is, or means. */
function operatorOf(token: Token): BinaryNode['operator'] | undefined {
  const written = token.type === 'operator' || token.text === 'in' ? token.text : foreignOperator(token);
  return written !== undefined && Object.hasOwn(BINDING, written) ? (written as BinaryNode['operator']) : undefined;
}

const capitalized = (text: string): string => `${text[0].toUpperCase()}${text.slice(1)}`;

const spanFrom = (first: SyntaxNode, last: SyntaxNode): Span => ({
  start: operandSpan(first).start,
  end: operandSpan(last).end,
});

/** Integers may have any number of digits, unsigned ones those of 64 bits. */
function numberProblem(text: string, value: number): string | undefined {
  if (text.startsWith('.')) return `Invalid number: ${text}. Write 0${text}.`;
  if (/^0[xX][uU]?$/.test(text)) return `Invalid hexadecimal number: ${text}. Add its digits.`;
  if (/[uU]$/.test(text))
    return BigInt(text.slice(0, -1)) < 2n ** 64n ? undefined : `Invalid number: ${text}. Write a smaller one.`;
  if (/^(?:0[xX]|[0-9]+$)/.test(text)) return undefined;
  if (/[eE][-+]?$/.test(text)) return `Invalid number: ${text}. Add the digits of its exponent.`;
  return Number.isFinite(value) ? undefined : `Invalid number: ${text}. Write a smaller one.`;
}

function memberOf(of: SyntaxNode, named: { name: string; nameStart: number; nameEnd: number }): MemberNode {
  const type = memberType(of.type, named.name);
  return { op: 'member', of, type, start: operandSpan(of).start, end: named.nameEnd, ...named };
}
