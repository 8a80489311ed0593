/** Checked expressions, kept: most texts are the same from one keystroke to the next. */
import { checkExpression, type CheckedExpression, type CheckOptions } from '../../spec/cel/check.ts';

const MOST_KEPT = 2000;
const kept = new Map<string, CheckedExpression | undefined>();

/** Undefined where the text has problems, which the loader reports. */
export function expressionOf(text: string, options: CheckOptions): CheckedExpression | undefined {
  const key = `${options.result} ${options.service} ${options.settings.join(' ')}\n${text}`;
  if (kept.has(key)) return kept.get(key);
  if (kept.size >= MOST_KEPT) kept.clear();
  const { expression } = checkExpression(text, options);
  kept.set(key, expression);
  return expression;
}

export const conditionOf = (text: string): CheckedExpression | undefined =>
  expressionOf(text, { result: 'bool', settings: [], service: false });
