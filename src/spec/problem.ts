/** What is wrong with a specification, and where. */
import { PROBLEM_CODES, type ProblemCode } from './problem-codes.ts';

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

export interface Problem {
  readonly file: string;
  readonly range: Range;
  readonly severity: 'error' | 'warning';
  readonly code: ProblemCode;
  /** Plain sentences: what is wrong, and what to do. */
  readonly message: string;
  readonly fix?: Fix;
}

export function problem(file: string, range: Range, code: ProblemCode, message: string, fix?: Fix): Problem {
  return { file, range, severity: PROBLEM_CODES[code].severity, code, message, ...(fix ? { fix } : {}) };
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
