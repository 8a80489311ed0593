/**
 * Expressions as they are typed: a tree with types for every text, where the checker of the rules gives only problems. Of
 * a sound expression the types are those of the checker.
 */
import { isClusterField, isServiceField, CLUSTER_VOCABULARY, SERVICE_VOCABULARY } from '../../spec/cel/vocabulary.ts';
import { tokenize, type Token } from './lex.ts';

export type ElementType = 'number' | 'bool' | 'string' | 'service' | 'unknown';
export type CelType = ElementType | 'cluster' | 'settings' | `list<${ElementType}>`;

/** The variable of a macro, known from `start` to `end`. */
export interface MacroVariable {
  readonly name: string;
  readonly type: ElementType;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly start: number;
  readonly end: number;
}

interface Base {
  readonly start: number;
  readonly end: number;
  readonly type: CelType;
}
interface Named {
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
}

export type NameNode = Base & { readonly op: 'name'; readonly name: string; readonly variable?: MacroVariable };
export type MemberNode = Base & Named & { readonly op: 'member'; readonly of: CelNode };
export type CallNode = Base &
  Named & {
    readonly op: 'call';
    readonly of?: CelNode;
    readonly args: readonly CelNode[];
    /** Offsets of the parenthesis that opens, and past the one that closes; the end of the text where it is missing. */
    readonly open: number;
    readonly close: number;
    readonly commas: readonly number[];
  };
export type StringNode = Base & { readonly op: 'string'; readonly value: string };
export type NumberNode = Base & { readonly op: 'number'; readonly text: string };
export type BinaryNode = Base & {
  readonly op: 'binary';
  readonly operator: string;
  readonly left: CelNode;
  readonly right: CelNode;
};

export type CelNode =
  | (Base & { readonly op: 'missing' })
  | (Base & { readonly op: 'bool' })
  | NameNode
  | MemberNode
  | CallNode
  | StringNode
  | NumberNode
  | BinaryNode
  | (Base & { readonly op: 'unary'; readonly operand: CelNode })
  | (Base & { readonly op: 'conditional'; readonly parts: readonly CelNode[] })
  | (Base & { readonly op: 'list'; readonly items: readonly CelNode[] });

export interface ParsedExpression {
  readonly root: CelNode;
  readonly tokens: readonly Token[];
  readonly variables: readonly MacroVariable[];
}

export const MACROS: ReadonlySet<string> = new Set(['map', 'filter', 'all', 'exists', 'exists_one']);

const BINDING: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '==': 3,
  '!=': 3,
  '=': 3,
  in: 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
};
const MOST_DEPTH = 100;

export function parseTyped(text: string): ParsedExpression {
  return new Parser(text).parse();
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #variables: MacroVariable[] = [];
  /** Variables in force, the innermost last. */
  readonly #scope: MacroVariable[] = [];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  parse(): ParsedExpression {
    const first = this.#expression();
    // What follows a whole expression is kept, so that its names are known.
    const rest: CelNode[] = [];
    while (this.#at < this.#tokens.length) {
      const before = this.#at;
      const node = this.#expression();
      if (this.#at === before) this.#at++;
      rest.push(node);
    }
    const root: CelNode =
      rest.length === 0
        ? first
        : { op: 'conditional', type: first.type, start: first.start, end: this.#text.length, parts: [first, ...rest] };
    return { root, tokens: this.#tokens, variables: this.#variables };
  }

  #peek(): string | undefined {
    const token = this.#tokens[this.#at];
    return token?.type === 'operator' || token?.text === 'in' ? token.text : undefined;
  }

  #take(text: string): Token | undefined {
    return this.#peek() === text ? this.#tokens[this.#at++] : undefined;
  }

  /** Where a token is missing: after the last one. */
  #here(): number {
    return this.#at > 0 ? this.#tokens[this.#at - 1].end : 0;
  }

  #missing(): CelNode {
    const at = this.#here();
    return { op: 'missing', type: 'unknown', start: at, end: at };
  }

  #expression(): CelNode {
    if (this.#depth >= MOST_DEPTH) {
      const node = this.#missing();
      this.#at = this.#tokens.length;
      return node;
    }
    this.#depth++;
    const node = this.#conditional();
    this.#depth--;
    return node;
  }

  #conditional(): CelNode {
    const test = this.#binary(1);
    if (!this.#take('?')) return test;
    const then = this.#expression();
    const otherwise = this.#take(':') ? this.#expression() : this.#missing();
    const type = then.type === 'unknown' ? otherwise.type : then.type;
    return { op: 'conditional', type, start: test.start, end: otherwise.end, parts: [test, then, otherwise] };
  }

  #binary(least: number): CelNode {
    let left = this.#unary();
    for (;;) {
      const operator = this.#peek();
      const binding = operator === undefined ? undefined : BINDING[operator];
      if (binding === undefined || binding < least) return left;
      this.#at++;
      const right = this.#binary(binding + 1);
      const type = binding <= 3 ? 'bool' : 'number';
      left = { op: 'binary', operator: operator!, left, right, type, start: left.start, end: right.end };
    }
  }

  #unary(): CelNode {
    const marks: Token[] = [];
    for (let mark = this.#take('!') ?? this.#take('-'); mark; mark = this.#take('!') ?? this.#take('-'))
      marks.push(mark);
    let node = this.#postfix();
    for (const mark of marks.reverse())
      node = {
        op: 'unary',
        operand: node,
        type: mark.text === '!' ? 'bool' : 'number',
        start: mark.start,
        end: node.end,
      };
    return node;
  }

  #postfix(): CelNode {
    let node = this.#primary();
    for (;;) {
      if (this.#take('.')) {
        const token = this.#tokens[this.#at];
        // A name on which the dot was not typed for belongs to what follows.
        const named = token?.type === 'name' && token.text !== 'in' && !this.#startsAnew(token);
        if (named) this.#at++;
        const nameStart = named ? token.start : this.#here();
        const name = { name: named ? token.text : '', nameStart, nameEnd: named ? token.end : nameStart };
        const opened = this.#take('(');
        node = opened ? this.#call(name, opened, node) : memberOf(node, name);
      } else if (this.#peek() === '[') {
        this.#at++;
        this.#expression();
        this.#take(']');
        node = { op: 'unary', operand: node, type: elementOf(node.type), start: node.start, end: this.#here() };
      } else return node;
    }
  }

  /** After a dot at the end of a line, a name on the next line. */
  #startsAnew(token: Token): boolean {
    return this.#text.slice(this.#here(), token.start).includes('\n');
  }

  #primary(): CelNode {
    const token = this.#tokens[this.#at];
    if (!token) return this.#missing();
    const { start, end } = token;
    switch (token.type) {
      case 'number':
        this.#at++;
        return { op: 'number', type: 'number', text: token.text, start, end };
      case 'string': {
        this.#at++;
        const value = token.text.slice(1, token.closed ? -1 : undefined);
        return { op: 'string', type: 'string', value, start, end };
      }
      case 'name': {
        if (token.text === 'in') return this.#missing();
        this.#at++;
        const opened = this.#take('(');
        if (opened) return this.#call({ name: token.text, nameStart: start, nameEnd: end }, opened);
        if (token.text === 'true' || token.text === 'false') return { op: 'bool', type: 'bool', start, end };
        return this.#name(token);
      }
      default:
        if (this.#take('(')) {
          const inner = this.#expression();
          const close = this.#take(')');
          return { ...inner, start, end: close?.end ?? inner.end };
        }
        if (this.#take('[')) return this.#list(start);
        return this.#missing();
    }
  }

  #name({ text: name, start, end }: Token): NameNode {
    const variable = this.#scope.findLast((known) => known.name === name);
    const roots: Record<string, CelType> = {
      service: 'service',
      services: 'list<service>',
      cluster: 'cluster',
      settings: 'settings',
    };
    const type = variable?.type ?? (Object.hasOwn(roots, name) ? roots[name] : 'unknown');
    return { op: 'name', type, name, start, end, ...(variable && { variable }) };
  }

  #list(start: number): CelNode {
    const items: CelNode[] = [];
    while (this.#at < this.#tokens.length && this.#peek() !== ']' && this.#peek() !== ')') {
      const before = this.#at;
      items.push(this.#expression());
      if (!this.#take(',') && this.#at === before) break;
    }
    this.#take(']');
    const element = items[0] ? asElement(items[0].type) : 'unknown';
    return { op: 'list', type: `list<${element}>`, items, start, end: this.#here() };
  }

  #call(named: Named, opened: Token, of?: CelNode): CallNode {
    const args: CelNode[] = [];
    const commas: number[] = [];
    const macro = of !== undefined && MACROS.has(named.name);
    const scoped = this.#scope.length;
    while (this.#at < this.#tokens.length && this.#peek() !== ')' && this.#peek() !== ']') {
      const before = this.#at;
      if (macro && args.length === 0 && this.#tokens[this.#at].type === 'name') args.push(this.#variable(of));
      else args.push(this.#expression());
      const comma = this.#take(',');
      if (comma) commas.push(comma.start);
      else if (this.#at === before) break;
    }
    if (commas.length > 0 && commas.length >= args.length) args.push(this.#missing());
    const close = this.#take(')');
    const end = close?.end ?? this.#text.length;
    for (const variable of this.#scope.splice(scoped))
      this.#variables[this.#variables.indexOf(variable)] = { ...variable, end };
    const common = { ...named, open: opened.start, close: end, commas, args };
    const type = callType(named.name, of, args);
    return {
      op: 'call',
      type,
      start: of?.start ?? named.nameStart,
      end: close?.end ?? this.#here(),
      ...common,
      ...(of && { of }),
    };
  }

  /** The first argument of a macro: it names the element. */
  #variable(of: CelNode): CelNode {
    const { text: name, start, end } = this.#tokens[this.#at++];
    const variable = {
      name,
      type: elementOf(of.type),
      nameStart: start,
      nameEnd: end,
      start: end,
      end: this.#text.length,
    };
    this.#scope.push(variable);
    this.#variables.push(variable);
    return { op: 'name', type: variable.type, name, start, end, variable };
  }
}

function memberOf(of: CelNode, named: Named): MemberNode {
  return { op: 'member', of, type: memberType(of.type, named.name), start: of.start, end: named.nameEnd, ...named };
}

function memberType(of: CelType, name: string): CelType {
  if (of === 'service' && isServiceField(name)) return SERVICE_VOCABULARY[name].type;
  if (of === 'cluster' && isClusterField(name)) return CLUSTER_VOCABULARY[name].type;
  return of === 'settings' ? 'number' : 'unknown';
}

function callType(name: string, of: CelNode | undefined, args: readonly CelNode[]): CelType {
  switch (name) {
    case 'filter':
      return of?.type ?? 'unknown';
    case 'map':
      return `list<${asElement(args.at(-1)?.type ?? 'unknown')}>`;
    case 'all':
    case 'exists':
    case 'exists_one':
      return 'bool';
    case 'change':
    case 'mean':
    case 'sum':
    case 'min':
    case 'max':
    case 'size':
      return 'number';
    default:
      return 'unknown';
  }
}

const asElement = (type: CelType): ElementType =>
  type === 'number' || type === 'bool' || type === 'string' || type === 'service' ? type : 'unknown';

export function elementOf(type: CelType): ElementType {
  return type.startsWith('list<') ? (type.slice(5, -1) as ElementType) : 'unknown';
}

export function childrenOf(node: CelNode): readonly CelNode[] {
  switch (node.op) {
    case 'member':
      return [node.of];
    case 'call':
      return node.of ? [node.of, ...node.args] : node.args;
    case 'binary':
      return [node.left, node.right];
    case 'unary':
      return [node.operand];
    case 'conditional':
      return node.parts;
    case 'list':
      return node.items;
    default:
      return [];
  }
}

/** Every node, parents first. */
export function walk(node: CelNode, visit: (node: CelNode, parents: readonly CelNode[]) => void): void {
  const parents: CelNode[] = [];
  const go = (here: CelNode): void => {
    visit(here, parents);
    parents.push(here);
    for (const child of childrenOf(here)) go(child);
    parents.pop();
  };
  go(node);
}

/** The nodes that touch an offset, the outermost first. */
export function pathTo(root: CelNode, offset: number): CelNode[] {
  const path: CelNode[] = [];
  for (let node: CelNode | undefined = root; node;) {
    path.push(node);
    const inside: readonly CelNode[] = childrenOf(node).filter(({ start, end }) => start <= offset && offset <= end);
    // Of two that touch, a name or literal is what the cursor stands at.
    node = inside.find(({ op }) => op !== 'missing') ?? inside[0];
  }
  return path;
}
