import { elementOf, typeInWords, type ElementType, type Node, type Variable } from './expression.ts';
import { LIMITS, tooDeep } from './parse.ts';
import type { CelCode, CelFix, CelProblem } from './problems.ts';
import { operandSpan, type NameNode, type Span, type SyntaxNode } from './syntax.ts';

/** Nodes that the column compiler would make of an expression, macros over written lists unrolled. */
const MOST_COLUMNS = 4096;
/** A macro in a macro has a value per environment, service, element and element; a third would be too many to hold. */
const MOST_NESTED_MACROS = 2;

/** What is known while an expression is checked, for the checks of its nodes (calls.ts, names.ts, operators.ts). */
export abstract class CheckContext {
  readonly problems: CelProblem[] = [];
  readonly text: string;
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
    this.settings = settings;
    this.perService = perService;
  }

  /** The typed tree; undefined where a problem was reported. */
  check(ast: SyntaxNode): Node | undefined {
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
    const node = this.checkNode(ast);
    this.#depth--;
    return node;
  }

  /** Checks one node by its kind. */
  protected abstract checkNode(ast: SyntaxNode): Node | undefined;

  /** Also reports a node of another type. */
  checkAs(ast: SyntaxNode, type: ElementType, message: (found: string) => string): Node | undefined {
    const node = this.check(ast);
    if (!node || node.type === type) return node;
    return this.report(operandSpan(ast), 'cel-type', message(typeInWords(node.type)));
  }

  report(span: Span, code: CelCode, message: string, fix?: CelFix): undefined {
    this.problems.push({ start: span.start, end: span.end, code, message, ...(fix && { fix }) });
    return undefined;
  }

  source(span: Span): string {
    return this.text.slice(span.start, span.end);
  }

  /** Runs `body` where the variable of a macro over `list` is known. Undefined, with a problem, where macros nest too deep. */
  withVariable<T>(name: NameNode, list: Node, body: (variable: Variable) => T): T | undefined {
    const { overServices, length } = lengthOf(list);
    if (overServices && this.#nestedMacros === MOST_NESTED_MACROS)
      return this.report(
        name,
        'cel-unsupported',
        `Macros over services nest at most ${MOST_NESTED_MACROS} deep. Take one out.`,
      );
    const variable: Variable = { id: this.#variableCount++, name: name.name, type: elementOf(list.type)! };
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

  variable(name: string): Variable | undefined {
    return this.variables.findLast((variable) => variable.name === name);
  }
}

/** What a list is made of in the end: the services, or so many written items. */
function lengthOf(list: Node): { overServices: boolean; length: number } {
  if (list.op === 'map' || list.op === 'filter') return lengthOf(list.list);
  return list.op === 'list' ? { overServices: false, length: list.items.length } : { overServices: true, length: 1 };
}
