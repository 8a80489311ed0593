/** What is wrong with a specification, and where. */
import { SPEC_CODES, type CodeInfo, type SpecCode } from './problem-codes.ts';

/** One-based; columns count UTF-16 code units, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The end is exclusive. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export interface Fix {
  /** What it does, for a menu. */
  readonly title: string;
  /** In the file of the problem; they do not overlap. */
  readonly edits: readonly { readonly range: Range; readonly text: string }[];
}

/** error: nothing runs; warning: probably a mistake; information: worth knowing; hint: for editors, hardly shown. */
export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** Another place that a problem is about. */
export interface RelatedPlace {
  readonly file: string;
  readonly range: Range;
  /** What stands there, such as 'The same name stands here.' */
  readonly message: string;
}

export interface Problem {
  readonly file: string;
  readonly range: Range;
  readonly severity: Severity;
  /** Of one of the layers' tables: SPEC_CODES here, DIAGNOSTIC_CODES in language/. */
  readonly code: string;
  /** Plain sentences: what is wrong, and what to do. */
  readonly message: string;
  readonly fix?: Fix;
  readonly related?: readonly RelatedPlace[];
  /** What is marked has no effect: editors show it faded. */
  readonly unnecessary?: true;
}

export interface ProblemDetails {
  readonly fix?: Fix | undefined;
  readonly related?: readonly RelatedPlace[] | undefined;
}

/** A problem that the loader reports. */
export const problem = (
  file: string,
  range: Range,
  code: SpecCode,
  message: string,
  details?: ProblemDetails,
): Problem => problemOf(SPEC_CODES[code], file, range, code, message, details);

/** A problem of any layer, with what its table says about the code. */
export function problemOf(
  { severity, unnecessary }: CodeInfo,
  file: string,
  range: Range,
  code: string,
  message: string,
  { fix, related }: ProblemDetails = {},
): Problem {
  return {
    file,
    range,
    severity,
    code,
    message,
    ...(fix && { fix }),
    ...(related && related.length > 0 && { related }),
    ...(unnecessary && { unnecessary }),
  };
}

/** `file:line:column: error code: message` */
export function formatProblem({ file, range, severity, code, message }: Problem): string {
  return `${file}:${range.start.line}:${range.start.column}: ${severity} ${code}: ${message}`;
}

/** By file, then place, then code: the order in which problems are shown. */
export function compareProblems(a: Problem, b: Problem): number {
  return (
    compareText(a.file, b.file) ||
    a.range.start.line - b.range.start.line ||
    a.range.start.column - b.range.start.column ||
    compareText(a.code, b.code)
  );
}

/** By code units: the same on every machine, whatever its locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
