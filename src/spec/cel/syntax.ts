/** The syntax tree of an expression: every text has one, with types as far as they can be told. Offsets are characters of the text. */
import type { BinaryOperator, ElementType as CheckedElementType } from './expression.ts';

/** What a list holds; 'unknown' where that cannot be told. */
export type ElementType = CheckedElementType | 'unknown';
export type SyntaxType = ElementType | 'cluster' | 'settings' | `list<${ElementType}>`;

export interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** The variable of a macro, known from `start` to `end`. */
export interface MacroVariable extends Span {
  readonly name: string;
  readonly type: ElementType;
  readonly nameStart: number;
  readonly nameEnd: number;
}

interface Base extends Span {
  readonly type: SyntaxType;
  /** With the parentheses around it, where there are any. */
  readonly parenthesized?: Span;
}
interface Named {
  /** '' where it is missing. */
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
}

export type NameNode = Base & { readonly op: 'name'; readonly name: string; readonly variable?: MacroVariable };
export type MemberNode = Base & Named & { readonly op: 'member'; readonly of: SyntaxNode };
export type IndexNode = Base & { readonly op: 'index'; readonly of: SyntaxNode; readonly key: SyntaxNode };
export type CallNode = Base &
  Named & {
    readonly op: 'call';
    readonly of?: SyntaxNode;
    readonly args: readonly SyntaxNode[];
    /** Of the parenthesis that opens. */
    readonly open: number;
    /** Past the parenthesis that closes; the end of the text where it is missing. */
    readonly close: number;
    readonly commas: readonly number[];
  };
export type StringNode = Base & {
  readonly op: 'string';
  readonly value: string;
  readonly bytes: boolean;
  /** Between the quotes. */
  readonly content: Span;
};
export type NumberNode = Base & { readonly op: 'number'; readonly text: string; readonly value: number };
export type BinaryNode = Base & {
  readonly op: 'binary';
  readonly operator: BinaryOperator | 'in';
  readonly left: SyntaxNode;
  readonly right: SyntaxNode;
};
export type UnaryNode = Base & {
  readonly op: 'unary';
  readonly operator: '!' | '-';
  readonly operand: SyntaxNode;
};
export type ConditionalNode = Base & {
  readonly op: 'conditional';
  readonly test: SyntaxNode;
  readonly then: SyntaxNode;
  readonly otherwise: SyntaxNode;
};
export type ListNode = Base & { readonly op: 'list'; readonly items: readonly SyntaxNode[] };
/** {key: value}: keys and values in the order of the text. */
export type MapNode = Base & { readonly op: 'map'; readonly items: readonly SyntaxNode[] };
/** What stands where nothing was expected, after the nodes that are sound: kept, so that its names are known. */
export type LeftoverNode = Base & { readonly op: 'leftover'; readonly items: readonly SyntaxNode[] };

export type SyntaxNode =
  | (Base & { readonly op: 'missing' })
  | (Base & { readonly op: 'bool'; readonly value: boolean })
  | (Base & { readonly op: 'null' })
  | NameNode
  | MemberNode
  | IndexNode
  | CallNode
  | StringNode
  | NumberNode
  | BinaryNode
  | UnaryNode
  | ConditionalNode
  | ListNode
  | MapNode
  | LeftoverNode;

/** Where a node stands, without the parentheses around it. */
export const spanOf = ({ start, end }: SyntaxNode): Span => ({ start, end });

/** Where a node stands, with the parentheses around it. */
export const operandSpan = (node: SyntaxNode): Span => node.parenthesized ?? node;

export function elementOf(type: SyntaxType): ElementType {
  return type.startsWith('list<') ? (type.slice(5, -1) as ElementType) : 'unknown';
}

export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  switch (node.op) {
    case 'member':
      return [node.of];
    case 'index':
      return [node.of, node.key];
    case 'call':
      return node.of ? [node.of, ...node.args] : node.args;
    case 'binary':
      return [node.left, node.right];
    case 'unary':
      return [node.operand];
    case 'conditional':
      return [node.test, node.then, node.otherwise];
    case 'list':
    case 'map':
    case 'leftover':
      return node.items;
    default:
      return [];
  }
}

/** Visits every node, parents first. */
export function walk(root: SyntaxNode, visit: (node: SyntaxNode, parents: readonly SyntaxNode[]) => void): void {
  const parents: SyntaxNode[] = [];
  const go = (here: SyntaxNode): void => {
    visit(here, parents);
    parents.push(here);
    for (const child of childrenOf(here)) go(child);
    parents.pop();
  };
  go(root);
}

/** The nodes that touch an offset, the outermost first. */
export function pathTo(root: SyntaxNode, offset: number): readonly [...SyntaxNode[], SyntaxNode] {
  const parents: SyntaxNode[] = [];
  let node = root;
  for (;;) {
    const inside: readonly SyntaxNode[] = childrenOf(node).filter((child) => {
      const { start, end } = operandSpan(child);
      return start <= offset && offset <= end;
    });
    // Of two that touch, a name or literal is what the cursor stands at.
    const next: SyntaxNode | undefined = inside.find(({ op }) => op !== 'missing') ?? inside[0];
    if (!next) return [...parents, node];
    parents.push(node);
    node = next;
  }
}
