/** What a condition can be in the states that are possible: of rules, of goals and of the stages of a transfer. */
import type { CheckedExpression } from '../../spec/cel/expression.ts';
import type { Node } from '../../spec/cel/expression.ts';
import { childrenOf } from '../../spec/cel/interpret.ts';
import { isStaticField } from '../../spec/cel/vocabulary.ts';
import { placeInExpression, reportInExpression } from '../../spec/expressions.ts';
import type { Fix } from '../../spec/problem.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';
import type { SourceObject } from '../../spec/source-object.ts';
import type { Path } from '../../spec/text/locate.ts';
import type { Truth } from './ranges/abstract.ts';
import { UNBOUNDED } from './ranges/field-ranges.ts';
import { union, type NumberRange } from './ranges/number-range.ts';
import { mostEffort, Reasoning, type ReasoningContext } from './ranges/reasoning.ts';
import { unitProblems, type SettingUnit } from './units.ts';

/** A comparison that gives the same in every state. */
interface Constant {
  readonly node: Node & { op: 'binary' };
  readonly truth: Truth;
  readonly left: NumberRange;
  readonly right: NumberRange;
}

export interface ConditionFindings {
  readonly truth: Truth;
  /** Comparisons of values that change which give the same in every state, in the order of the text. */
  readonly constants: readonly Constant[];
  /** The first of the joined conditions that is never true by itself. */
  readonly culprit: Node | undefined;
}

/** What was found before: most rules stay the same from one keystroke to the next. */
const known = new WeakMap<CheckedExpression, Map<string, ConditionFindings>>();

/** In all of these contexts together; there is at least one. `key`: the same for contexts that say the same. */
export function examine(
  expression: CheckedExpression,
  contexts: readonly ReasoningContext[],
  key: string,
): ConditionFindings {
  const before = known.get(expression) ?? new Map<string, ConditionFindings>();
  const findings = before.get(key) ?? examineAnew(expression, contexts);
  // Of a cluster that is being edited, only the newest answers are asked for again.
  if (before.size > 8) before.clear();
  known.set(expression, before.set(key, findings));
  return findings;
}

function examineAnew({ root }: CheckedExpression, contexts: readonly ReasoningContext[]): ConditionFindings {
  const compared = new Map<Node, Constant>();
  let truth: Truth = { yes: false, no: false };
  const parts = conjuncts(root);
  const possible = new Set<Node>();
  const effort = mostEffort();
  for (const context of contexts) {
    const reasoning = new Reasoning(
      context,
      {
        compared: (node, { yes, no }, left, right) => {
          const before = compared.get(node);
          compared.set(node, {
            node,
            truth: { yes: yes || (before?.truth.yes ?? false), no: no || (before?.truth.no ?? false) },
            left: before ? union(before.left, left) : left,
            right: before ? union(before.right, right) : right,
          });
        },
      },
      effort,
    );
    reasoning.valueOf(root);
    const here = new Reasoning(context, {}, effort).truthOf(root);
    truth = { yes: truth.yes || here.yes, no: truth.no || here.no };
    if (!truth.yes)
      for (const part of parts) if (new Reasoning(context, {}, effort).truthOf(part).yes) possible.add(part);
  }
  const constants = [...compared.values()].filter(({ node, truth: { yes, no } }) => yes !== no && readsState(node));
  return {
    truth,
    constants: constants.sort((a, b) => a.node.start - b.node.start),
    culprit: truth.yes ? undefined : parts.find((part) => !possible.has(part)),
  };
}

function conjuncts(node: Node): Node[] {
  return node.op === 'binary' && node.operator === '&&' ? [...conjuncts(node.left), ...conjuncts(node.right)] : [node];
}

/** Whether a condition reads state. What only reads the specification is always the same, and that is not worth reporting. */
export function readsState(node: Node): boolean {
  if (node.op === 'clusterField' || node.op === 'history') return true;
  if (node.op === 'field' && !isStaticField(node.field)) return true;
  return childrenOf(node).some(readsState);
}

export interface ConditionWords {
  readonly never: DiagnosticCode;
  readonly always: DiagnosticCode;
  /** 'This rule matches', 'This goal is reached' */
  readonly what: string;
}

/** Reports values of different units. True if there are some: then nothing else about the expression is worth reporting. */
export function reportUnits(
  object: SourceObject<DiagnosticCode>,
  path: Path,
  expression: CheckedExpression,
  settings: ReadonlyMap<string, SettingUnit>,
): boolean {
  const found = unitProblems(expression.text, expression.root, settings);
  for (const { setting, ...problem } of found) {
    if (!setting) reportInExpression(object, path, { ...problem, code: 'unit-mismatch' });
    else {
      object.report(['spec', 'settings', setting.name], 'unit-mismatch', problem.message, {
        replaceBy: setting.text,
        related: [placeInExpression(object, path, problem, 'It is compared here.')],
      });
    }
  }
  return found.length > 0;
}

/** Reports a condition that is never or always true, or else comparisons in it that are. */
export function reportTruth(
  object: SourceObject<DiagnosticCode>,
  path: Path,
  expression: CheckedExpression,
  { truth, constants, culprit }: ConditionFindings,
  { never, always, what }: ConditionWords,
  fixes: { readonly never?: () => Fix | undefined; readonly always?: () => Fix | undefined },
): void {
  const { text, root } = expression;
  if (!truth.yes) {
    if (root.op === 'literal') {
      object.report(path, never, `${what} in no state: the condition is false. Remove it, or write a condition.`, {
        fix: fixes.never?.(),
      });
      return;
    }
    const cause =
      constants.find(({ node }) => node === culprit) ??
      constants.find(({ node }) => culprit && isWithin(node, culprit));
    const why = cause
      ? explanationOf(text, cause)
      : culprit
        ? `${shown(text, culprit)} is never true`
        : 'its conditions exclude one another';
    const related =
      culprit && culprit !== root ? [placeInExpression(object, path, culprit, 'This is never true.')] : [];
    object.report(path, never, `${what} in no state: ${why}. Correct or remove it.`, { fix: fixes.never?.(), related });
    return;
  }
  if (!truth.no) {
    if (root.op === 'literal') return;
    const cause = constants.find(({ node }) => node === root);
    const why = cause ? `: ${explanationOf(text, cause)}` : '';
    object.report(path, always, `${what} in every state${why}. Correct it, or write true.`, { fix: fixes.always?.() });
    return;
  }
  for (const constant of constants) {
    const { node, truth: result } = constant;
    const message = `This is ${result.yes ? 'always' : 'never'} true: ${explanationOf(text, constant)}. Compare with a value that can be reached.`;
    reportInExpression(object, path, { start: node.start, end: node.end, code: 'comparison-out-of-range', message });
  }
}

const isWithin = (inner: Node, outer: Node): boolean => inner.start >= outer.start && inner.end <= outer.end;

/** 'service.utilization is from 0 to 1' */
function explanationOf(text: string, { node, left, right }: Constant): string {
  const [side, of] = readsState(node.left) ? [node.left, left] : [node.right, right];
  const other = side === node.left ? node.right : node.left;
  const about = `${shown(text, side)} ${inWords(of)}`;
  if (!readsState(other)) return about;
  return `${about}, and ${shown(text, other)} ${inWords(side === node.left ? right : left)}`;
}

export function inWords({ low, high, nan }: NumberRange): string {
  if (nan || low > high) return 'may be no number';
  if (low === high) return `is always ${number(low)}`;
  const [noLeast, noMost] = [low <= -UNBOUNDED, high >= UNBOUNDED];
  if (noLeast && noMost) return 'is any number';
  if (noMost) return `is at least ${number(low)}`;
  return noLeast ? `is at most ${number(high)}` : `is from ${number(low)} to ${number(high)}`;
}

const number = (value: number): string => String(Number(value.toPrecision(6)));

function shown(text: string, node: Node): string {
  const part = text.slice(node.start, node.end).replace(/\s+/g, ' ');
  return part.length > 60 ? `${part.slice(0, 57)}...` : part;
}
