/** Checks the text of an expression: syntax, names, types, and that both executions can run it. */
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

export interface CheckResult {
  /** Given if and only if there is no problem. */
  readonly expression?: CheckedExpression;
  /** In the order of their places in the text. */
  readonly problems: readonly CelProblem[];
}

/** Results of late, by what an expression may name, then by its text: as one types, all expressions but one stay the same. */
const MOST_KNOWN = 2048;
let known = new Map<string, Map<string, CheckResult>>();
let count = 0;
/** Settings may be many, and several expressions share them. */
const joined = new WeakMap<readonly string[], string>();

/** Never throws, whatever the text. */
export function checkExpression(text: string, options: CheckOptions): CheckResult {
  let settings = joined.get(options.settings);
  if (settings === undefined) joined.set(options.settings, (settings = options.settings.join()));
  const context = `${options.result} ${options.service} ${settings}`;
  let results = known.get(context);
  const before = results?.get(text);
  if (before) return before;
  if (++count > MOST_KNOWN) {
    known = new Map();
    results = undefined;
    count = 1;
  }
  if (!results) known.set(context, (results = new Map()));
  const result = check(text, options);
  results.set(text, result);
  return result;
}

function check(text: string, options: CheckOptions): CheckResult {
  const parsed = parseExpression(text);
  if ('problem' in parsed) return { problems: [parsed.problem] };

  const checker = new Checker(text, options.settings, options.service);
  const root = checker.check(parsed.ast);
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
