/**
 * A checked expression: the typed tree that both executions walk. Plain data, offsets are characters in `text`.
 *
 * Meaning: every number is a double with the arithmetic of IEEE 754 (x / 0 is infinite, 0 / 0 is not a number, and every
 * comparison with that but != is false), so nothing can fail and it does not matter whether && and || stop early.
 */
import type { ClusterField } from '../observation.ts';
import type { AnyServiceField, ChangingField } from './vocabulary.ts';

export type ElementType = 'number' | 'bool' | 'string' | 'service';
export type ValueType = ElementType | `list<${ElementType}>`;

export interface CheckedExpression {
  readonly text: string;
  readonly result: 'bool' | 'number';
  /** True: it has a value per service; false: one per environment. */
  readonly perService: boolean;
  readonly root: Node;
}

/** The variable of a macro. `id` is unique within the expression. */
export interface Variable {
  readonly id: number;
  readonly name: string;
  readonly type: ElementType;
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type ComparisonOperator = '<' | '<=' | '>' | '>=' | '==' | '!=';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | '&&' | '||';
export type QuantifierKind = 'all' | 'exists' | 'exists_one';
export type AggregateKind = 'sum' | 'min' | 'max' | 'size';

interface Base {
  readonly start: number;
  readonly end: number;
  readonly type: ValueType;
}

export type FieldNode = Base & { readonly op: 'field'; readonly of: Node; readonly field: AnyServiceField };
export type ClusterFieldNode = Base & { readonly op: 'clusterField'; readonly field: ClusterField };
/** A field that has a history. */
export type PathNode = (FieldNode & { readonly field: ChangingField }) | ClusterFieldNode;

export type Node =
  | (Base & { readonly op: 'literal'; readonly value: number | boolean | string })
  | (Base & { readonly op: 'setting'; readonly name: string })
  | (Base & { readonly op: 'variable'; readonly variable: Variable })
  | (Base & { readonly op: 'service' })
  | FieldNode
  | ClusterFieldNode
  | (Base & {
      readonly op: 'history';
      readonly function: 'change' | 'mean';
      readonly path: PathNode;
      /** Seconds; made of literals and settings only. */
      readonly window: Node;
    })
  | (Base & { readonly op: 'negate'; readonly operand: Node })
  | (Base & { readonly op: 'not'; readonly operand: Node })
  | (Base & { readonly op: 'binary'; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node })
  | (Base & { readonly op: 'conditional'; readonly test: Node; readonly then: Node; readonly otherwise: Node })
  | (Base & { readonly op: 'in'; readonly item: Node; readonly list: Node })
  | (Base & {
      readonly op: 'quantifier';
      readonly kind: QuantifierKind;
      readonly list: Node;
      readonly variable: Variable;
      readonly test: Node;
    })
  | (Base & { readonly op: 'aggregate'; readonly kind: AggregateKind; readonly list: Node })
  | (Base & { readonly op: 'services' })
  | (Base & { readonly op: 'list'; readonly items: readonly Node[] })
  | (Base & {
      readonly op: 'map';
      readonly list: Node;
      readonly variable: Variable;
      readonly test?: Node;
      readonly body: Node;
    })
  | (Base & { readonly op: 'filter'; readonly list: Node; readonly variable: Variable; readonly test: Node });

const IN_WORDS: Readonly<Record<ElementType, readonly [string, string]>> = {
  number: ['a number', 'numbers'],
  bool: ['a condition', 'conditions'],
  string: ['a text', 'texts'],
  service: ['a service', 'services'],
};

/** For messages: 'a number', 'a list of services'. */
export function typeInWords(type: ValueType): string {
  const element = elementOf(type);
  return element ? `a list of ${IN_WORDS[element][1]}` : IN_WORDS[type as ElementType][0];
}

/** The type of a list's elements; undefined for a type that is no list. */
export function elementOf(type: ValueType): ElementType | undefined {
  return type.startsWith('list<') ? (type.slice(5, -1) as ElementType) : undefined;
}
