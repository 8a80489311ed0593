/** Checks the text of an expression: its syntax, names and types, and that interpreter and compiler can both run it. */
import { Checker } from './checker.ts';
import { typeInWords, type CheckedExpression, type Node } from './expression.ts';
import { parseExpression } from './parse.ts';
import type { CelProblem } from './problems.ts';

export type { CheckedExpression } from './expression.ts';
export type { CelCode, CelFix, CelProblem } from './problems.ts';

export interface CheckOptions {
  readonly result: 'bool' | 'number';
  /** Names of the settings that `settings` has. */
  readonly settings: readonly string[];
  /** True where there is a `service` (rules of roles); false for goals. */
  readonly service: boolean;
}

/** The options of what is about the whole cluster: the reward of a goal, when it is reached, when a transfer is aborted. */
export const GOAL_VALUE: CheckOptions = { result: 'number', settings: [], service: false };
export const GOAL_CONDITION: CheckOptions = { result: 'bool', settings: [], service: false };

export interface CheckResult {
  /** Given if and only if there is no problem. */
  readonly expression?: CheckedExpression;
  /** In the order of their places in the text. */
  readonly problems: readonly CelProblem[];
}

/**
 * Checks expressions and remembers the results. While someone types, all expressions of a folder but one stay the same. The same text
 * with the same options gives the same object.
 */
export class CheckedExpressions {
  /** The results by options, and then by text. */
  #results = new Map<string, Map<string, CheckResult>>();
  #count = 0;
  /** The keys of lists of settings, which can be long and are shared by several expressions. */
  readonly #joined = new WeakMap<readonly string[], string>();

  check(text: string, options: CheckOptions): CheckResult {
    const context = `${options.result} ${options.service} ${this.#settings(options)}`;
    const known = this.#results.get(context)?.get(text);
    if (known) return known;
    if (++this.#count > MOST_REMEMBERED) {
      this.#results = new Map();
      this.#count = 1;
    }
    const result = checkExpression(text, options);
    const results = this.#results.get(context) ?? new Map<string, CheckResult>();
    this.#results.set(context, results.set(text, result));
    return result;
  }

  #settings({ settings }: CheckOptions): string {
    const known = this.#joined.get(settings);
    if (known !== undefined) return known;
    const joined = settings.join();
    this.#joined.set(settings, joined);
    return joined;
  }
}

const MOST_REMEMBERED = 2048;

/** Never throws, whatever the text. */
export function checkExpression(text: string, options: CheckOptions): CheckResult {
  const parsed = parseExpression(text);
  // Only the first syntax problem is reported: the others mostly follow from it.
  if (parsed.problems.length > 0) return { problems: parsed.problems.slice(0, 1) };

  const checker = new Checker(text, options.settings, options.service);
  const root = checker.check(parsed.root);
  const problems = checker.problems;
  if (root && problems.length === 0 && root.type !== options.result) problems.push(resultProblem(text, root, options));
  if (!root || problems.length > 0) return { problems: problems.sort((a, b) => a.start - b.start || a.end - b.end) };
  return { expression: { text, result: options.result, perService: options.service, root }, problems };
}

function resultProblem(text: string, root: Node, { result }: CheckOptions): CelProblem {
  const place = { start: 0, end: text.length, code: 'cel-type' } as const;
  if (result === 'bool') {
    const hint = root.type === 'number' ? 'Compare it with something, for example > 0.' : 'Write a condition.';
    return { ...place, message: `A condition is expected here, but this is ${typeInWords(root.type)}. ${hint}` };
  }
  const message = `A number is expected here, but this is ${typeInWords(root.type)}.`;
  if (root.type === 'bool') {
    const fix = { title: 'Count true as 1 and false as 0', start: 0, end: text.length, text: `(${text}) ? 1 : 0` };
    return { ...place, message: `${message} Write (condition) ? 1 : 0.`, fix };
  }
  const hint =
    root.type === 'list<number>' ? 'Add .sum(), .min() or .max().' : 'Write an expression that gives a number.';
  return { ...place, message: `${message} ${hint}` };
}
