/** CEL inside a specification: checked, with problems at their place in the file. */
import { Scalar } from 'yaml';
import type { CheckedExpressions, CheckedExpression, CelFix } from './cel/check.ts';
import { problemOf, type Range, type RelatedPlace } from './problem.ts';
import type { SpecCode } from './problem-codes.ts';
import type { SourceObject } from './source-object.ts';
import type { Path } from './text/locate.ts';
import { scalarOffsets } from './text/scalar-offsets.ts';
import { rangeOf } from './text/source.ts';

export interface ExpressionContext {
  readonly result: 'bool' | 'number';
  readonly settings: readonly string[];
  /** True where there is a `service`. */
  readonly service: boolean;
  /** False where not all settings are known, so that an unknown one proves nothing. */
  readonly settingsKnown?: boolean;
}

/** Reports what is wrong with the expression at `path`; gives it where nothing is. */
export function checkExpressionAt(
  object: SourceObject,
  path: Path,
  text: string,
  context: ExpressionContext,
  expressions: CheckedExpressions,
): CheckedExpression | undefined {
  const { problems, expression } = expressions.check(text, context);
  for (const found of problems) {
    if (context.settingsKnown === false && found.code === 'cel-unknown-setting') continue;
    reportInExpression(object, path, found);
  }
  return expression;
}

/** Something wrong with a part of an expression; offsets are characters of its text. */
export interface ExpressionProblem<Code extends string = SpecCode> {
  readonly start: number;
  readonly end: number;
  readonly code: Code;
  readonly message: string;
  readonly fix?: CelFix | undefined;
  readonly related?: readonly RelatedPlace[];
}

/** Reports it where the expression at `path` has it in the file. */
export function reportInExpression<Code extends string>(
  object: SourceObject<Code>,
  path: Path,
  found: ExpressionProblem<Code>,
): void {
  const { start, end, code, message, fix, related } = found;
  const rangeAt = placesOf(object, path);
  if (!rangeAt) {
    object.report(path, code, message, related ? { related } : {});
    return;
  }
  const text = fix && escaped(object.scalar(path)?.type, fix.text);
  const edit = fix && text !== undefined && { title: fix.title, edits: [{ range: rangeAt(fix.start, fix.end), text }] };
  object.problems.push(
    problemOf(object.codes[code], object.file, rangeAt(start, end), code, message, { fix: edit || undefined, related }),
  );
}

/** The place in the file of a part of the expression at `path`. */
export function placeInExpression(
  object: SourceObject<string>,
  path: Path,
  { start, end }: { readonly start: number; readonly end: number },
  message: string,
): RelatedPlace {
  return { file: object.file, range: placesOf(object, path)?.(start, end) ?? object.range(path), message };
}

/** From characters of the expression to ranges of the file; undefined where the value is no scalar. */
function placesOf(object: SourceObject<string>, path: Path): ((from: number, to: number) => Range) | undefined {
  const scalar = object.scalar(path);
  if (!scalar) return undefined;
  const { source } = object.document;
  const offsets = scalarOffsets(source.text, scalar);
  const at = (index: number): number => offsets[Math.max(0, Math.min(index, offsets.length - 1))];
  // The end of a range is one past its last character, which may stand on another line than the next one.
  return (from, to) => rangeOf(source, at(from), to > from ? at(to - 1) + 1 : at(from));
}

/** The text as it has to be written in a scalar of this type; undefined where it cannot be. */
function escaped(type: Scalar['type'] | undefined, text: string): string | undefined {
  switch (type) {
    case Scalar.QUOTE_SINGLE:
      return text.replaceAll("'", "''");
    case Scalar.QUOTE_DOUBLE:
      return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
    case Scalar.PLAIN:
      return /: | #|[[\]{},]|^[-?:&*!|>'"%@`]/.test(text) ? undefined : text;
    default:
      return text;
  }
}
