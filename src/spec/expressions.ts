/** CEL inside a specification: checked, with problems at their place in the file. */
import { Scalar } from 'yaml';
import { checkExpression, type CelProblem } from './cel/check.ts';
import { problem, type Fix } from './problem.ts';
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

/** Reports what is wrong with the expression at `path`. */
export function checkExpressionAt(object: SourceObject, path: Path, text: string, context: ExpressionContext): void {
  const { problems } = checkExpression(text, context);
  for (const found of problems) {
    if (context.settingsKnown === false && found.code === 'cel-unknown-setting') continue;
    reportCel(object, path, found);
  }
}

function reportCel(object: SourceObject, path: Path, { start, end, code, message, fix }: CelProblem): void {
  const scalar = object.scalar(path);
  if (!scalar) {
    object.report(path, code, message);
    return;
  }
  const { source } = object.document;
  const offsets = scalarOffsets(source.text, scalar);
  const at = (index: number): number => offsets[Math.max(0, Math.min(index, offsets.length - 1))];
  // The end of a range is one past its last character, which may stand on another line than the next one.
  const range = (from: number, to: number) => rangeOf(source, at(from), to > from ? at(to - 1) + 1 : at(from));
  let edit: Fix | undefined;
  if (fix) {
    const text = escaped(scalar.type, fix.text);
    if (text !== undefined) edit = { title: fix.title, edits: [{ range: range(fix.start, fix.end), text }] };
  }
  object.problems.push(problem(object.file, range(start, end), code, message, edit));
}

/** The text as it has to be written in a scalar of this type; undefined where it cannot be. */
function escaped(type: Scalar['type'], text: string): string | undefined {
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
