/** Where the parts of an expression stand in its text. */
import type { ASTNode } from '@marcbachmann/cel-js';

export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Ranges of syntax nodes with the parentheses of their operands. The parser drops parentheses, so that the range of
 * `(a + b) * c` would begin at `a`. Record operands before the nodes that have them.
 */
export class Spans {
  readonly #text: string;
  readonly #known = new Map<ASTNode, Span>();

  constructor(text: string) {
    this.#text = text;
  }

  /** The range of a node whose operands are recorded; records it. */
  record(ast: ASTNode): Span {
    const span = this.#rangeOf(ast);
    this.#known.set(ast, span);
    return span;
  }

  /** The range of an operand with the parentheses around it. Only for operands: the parentheses of a call are not theirs. */
  operand(ast: ASTNode): Span {
    let { start, end } = this.#known.get(ast) ?? ast;
    for (;;) {
      const before = this.#skip(start - 1, -1);
      const after = this.#skip(end, 1);
      if (this.#text[before] !== '(' || this.#text[after] !== ')') return { start, end };
      [start, end] = [before, after + 1];
    }
  }

  #rangeOf(ast: ASTNode): Span {
    switch (ast.op) {
      case 'value':
      case 'id':
      case 'call':
      case 'list':
      case 'map':
        return { start: ast.start, end: ast.end };
      case '.':
      case '.?':
      case '[]':
      case '[?]':
        return { start: this.operand(ast.args[0]).start, end: ast.end };
      case 'rcall':
        return { start: this.operand(ast.args[1]).start, end: ast.end };
      case '!_':
      case '-_':
        return { start: ast.start, end: this.operand(ast.args).end };
      case '?:':
        return { start: this.operand(ast.args[0]).start, end: this.operand(ast.args[2]).end };
      default:
        return { start: this.operand(ast.args[0]).start, end: this.operand(ast.args[1]).end };
    }
  }

  #skip(from: number, step: 1 | -1): number {
    let at = from;
    while (at >= 0 && at < this.#text.length && /\s/.test(this.#text[at])) at += step;
    return at;
  }
}
