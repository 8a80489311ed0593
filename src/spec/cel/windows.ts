/** The windows of an expression, and what is wrong with those that have no length. */
import type { CheckedExpression, Node } from './expression.ts';
import { childrenOf, constantValue } from './interpret.ts';
import { isWindow } from './window.ts';

export const WINDOW = "The window is a number of seconds above 0, a duration such as '30s', or a setting.";

/** What is wrong with a window that has this value. */
export function windowMessage(seconds: number): string {
  const found = Number.isNaN(seconds) ? 'not a number' : seconds === Infinity ? 'infinite' : `${seconds}s`;
  return `This window is ${found}, but a window is longer than 0s: a number of seconds above 0, a duration such as '30s', or a setting.`;
}

/** The windows that are not above 0 with these values of the settings. */
export function windowsWithoutLength(
  { root }: CheckedExpression,
  settings: Readonly<Record<string, number>>,
): readonly { readonly node: Node; readonly seconds: number }[] {
  const found: { readonly node: Node; readonly seconds: number }[] = [];
  const visit = (node: Node): void => {
    if (node.op === 'history') {
      const seconds = constantValue(node.window, settings);
      if (!isWindow(seconds)) found.push({ node: node.window, seconds });
    }
    childrenOf(node).forEach(visit);
  };
  visit(root);
  return found;
}

/** The settings that a part of an expression reads. */
export const settingsIn = (node: Node): readonly string[] =>
  node.op === 'setting' ? [node.name] : childrenOf(node).flatMap(settingsIn);
