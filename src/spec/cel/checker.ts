/** Syntax tree -> typed tree: what surrounds a node. What each node means is in names.ts, operators.ts and calls.ts. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { checkCall } from './calls.ts';
import { elementOf, typeInWords, type ElementType, type Node, type Variable } from './expression.ts';
import { checkAccess, checkIndex, checkName } from './names.ts';
import { checkBinary, checkConditional, checkIn, checkListLiteral, checkLiteral, checkUnary } from './operators.ts';
import { LIMITS, tooDeep } from './parse.ts';
import type { CelCode, CelFix, CelProblem } from './problems.ts';
import { Spans, type Span } from './spans.ts';

/** Nodes that the column compiler would make of an expression, macros over written lists unrolled. */
const MOST_COLUMNS = 4096;
/** A macro in a macro has a value per environment, service, element and element; a third would be too many to hold. */
const MOST_NESTED_MACROS = 2;

export class Checker {
  readonly problems: CelProblem[] = [];
  readonly text: string;
  readonly spans: Spans;
  /** Names of the settings. */
  readonly settings: readonly string[];
  /** Whether there is a `service`. */
  readonly perService: boolean;
  /** Macro variables in force, the innermost last. */
  readonly variables: Variable[] = [];
  #variableCount = 0;
  #depth = 0;
  #nestedMacros = 0;
  #copies = 1;
  #columns = 0;

  constructor(text: string, settings: readonly string[], perService: boolean) {
    this.text = text;
    this.spans = new Spans(text);
    this.settings = settings;
    this.perService = perService;
  }

  /** The typed tree; undefined where a problem was reported. */
  check(ast: ASTNode): Node | undefined {
    if (this.#depth >= LIMITS.depth) {
      if (!this.problems.some(({ code }) => code === 'cel-too-deep')) this.problems.push(tooDeep(0, this.text.length));
      return undefined;
    }
    this.#columns += this.#copies;
    if (this.#columns > MOST_COLUMNS) {
      if (!this.problems.some(({ code }) => code === 'cel-too-long'))
        this.report(
          { start: 0, end: this.text.length },
          'cel-too-long',
          'The lists in lists make this expression too long. Write shorter lists.',
        );
      return undefined;
    }
    this.#depth++;
    const node = this.#node(ast);
    this.#depth--;
    this.spans.record(ast);
    return node;
  }

  /** Also reports a node of another type. */
  checkAs(ast: ASTNode, type: ElementType, message: (found: string) => string): Node | undefined {
    const node = this.check(ast);
    if (!node || node.type === type) return node;
    return this.report(this.spans.operand(ast), 'cel-type', message(typeInWords(node.type)));
  }

  report(span: Span, code: CelCode, message: string, fix?: CelFix): undefined {
    this.problems.push({ start: span.start, end: span.end, code, message, ...(fix && { fix }) });
    return undefined;
  }

  source(span: Span): string {
    return this.text.slice(span.start, span.end);
  }

  /** Runs `body` where the variable of a macro over `list` is known. Undefined, with a problem, where macros nest too deep. */
  withVariable<T>(name: Span, list: Node, body: (variable: Variable) => T): T | undefined {
    const { overServices, length } = lengthOf(list);
    if (overServices && this.#nestedMacros === MOST_NESTED_MACROS)
      return this.report(
        name,
        'cel-unsupported',
        `Macros over services nest at most ${MOST_NESTED_MACROS} deep. Take one out.`,
      );
    const variable: Variable = { id: this.#variableCount++, name: this.source(name), type: elementOf(list.type)! };
    const copies = this.#copies;
    this.variables.push(variable);
    this.#copies *= length;
    this.#nestedMacros += Number(overServices);
    const result = body(variable);
    this.variables.pop();
    this.#copies = copies;
    this.#nestedMacros -= Number(overServices);
    return result;
  }

  #node(ast: ASTNode): Node | undefined {
    switch (ast.op) {
      case 'value':
        return checkLiteral(this, ast, ast.args);
      case 'id':
        return checkName(this, ast, ast.args);
      case '.':
        return checkAccess(this, ast, ast.args[0], ast.args[1]);
      case '[]':
        return checkIndex(this, ast, ast.args[0], ast.args[1]);
      case 'call':
        return checkCall(this, ast, ast.args[0], undefined, ast.args[1]);
      case 'rcall':
        return checkCall(this, ast, ast.args[0], ast.args[1], ast.args[2]);
      case 'list':
        return checkListLiteral(this, ast, ast.args);
      case '!_':
        return checkUnary(this, ast, ast.args, 'not');
      case '-_':
        return checkUnary(this, ast, ast.args, 'negate');
      case '?:':
        return checkConditional(this, ast, ast.args);
      case 'in':
        return checkIn(this, ast, ast.args[0], ast.args[1]);
      case 'map':
      case '.?':
      case '[?]':
        return this.report(
          ast,
          'cel-unsupported',
          'Maps and optional values cannot be used here. Write numbers and conditions.',
        );
      default:
        return checkBinary(this, ast, ast.op, ast.args[0], ast.args[1]);
    }
  }

  variable(name: string): Variable | undefined {
    return this.variables.findLast((variable) => variable.name === name);
  }
}

/** What a list is made of in the end: the services, or so many written items. */
function lengthOf(list: Node): { overServices: boolean; length: number } {
  if (list.op === 'map' || list.op === 'filter') return lengthOf(list.list);
  return list.op === 'list' ? { overServices: false, length: list.items.length } : { overServices: true, length: 1 };
}
