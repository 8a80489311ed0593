/** Turns a syntax tree into a typed tree. This file has the context of a node; names.ts, operators.ts and calls.ts check the nodes. */
import { checkCall } from './calls.ts';
import { CheckContext } from './check-context.ts';
import type { Node } from './expression.ts';
import { checkAccess, checkIndex, checkName } from './names.ts';
import { checkBinary, checkConditional, checkIn, checkListLiteral, checkLiteral, checkUnary } from './operators.ts';
import type { SyntaxNode } from './syntax.ts';

export class Checker extends CheckContext {
  protected override checkNode(ast: SyntaxNode): Node | undefined {
    switch (ast.op) {
      case 'bool':
      case 'number':
      case 'string':
      case 'null':
        return checkLiteral(this, ast);
      case 'name':
        return checkName(this, ast);
      case 'member':
        return checkAccess(this, ast);
      case 'index':
        return checkIndex(this, ast);
      case 'call':
        return checkCall(this, ast);
      case 'list':
        return checkListLiteral(this, ast);
      case 'unary':
        return checkUnary(this, ast);
      case 'conditional':
        return checkConditional(this, ast);
      case 'binary':
        return ast.operator === 'in' ? checkIn(this, ast) : checkBinary(this, ast, ast.operator);
      case 'map':
        return this.report(ast, 'cel-unsupported', 'Maps cannot be used here. Write numbers and conditions.');
      case 'missing':
      case 'leftover':
        // The parser has reported these.
        return undefined;
    }
  }
}
