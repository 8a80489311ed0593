/** Places in a text: one-based lines and columns for callers, offsets inside. Edits of texts. */
import type { Position, Range } from '../spec/problem.ts';
import { rangeOf, type SourceFile } from '../spec/text/source.ts';

export interface TextEdit {
  readonly range: Range;
  readonly text: string;
}

/** Edits of one file; they do not overlap. */
export interface FileEdits {
  readonly file: string;
  readonly edits: readonly TextEdit[];
}

export interface Location {
  readonly file: string;
  readonly range: Range;
}

/** The offset of a place; places outside of the text are moved to the nearest one in it. */
export function offsetAt({ text, lines }: SourceFile, { line, column }: Position): number {
  const starts = lines.lineStarts;
  if (line < 1) return 0;
  if (line > starts.length) return text.length;
  const end = line < starts.length ? starts[line] - 1 : text.length;
  return Math.max(starts[line - 1], Math.min(starts[line - 1] + column - 1, end));
}

export const locationOf = (source: SourceFile, start: number, end: number): Location => ({
  file: source.path,
  range: rangeOf(source, start, end),
});

export const editOf = (source: SourceFile, start: number, end: number, text: string): TextEdit => ({
  range: rangeOf(source, start, end),
  text,
});

export function contains({ start, end }: Range, { line, column }: Position): boolean {
  const after = line > start.line || (line === start.line && column >= start.column);
  const before = line < end.line || (line === end.line && column <= end.column);
  return after && before;
}

export const overlaps = (a: Range, b: Range): boolean =>
  contains(a, b.start) || contains(a, b.end) || contains(b, a.start);

/** Start of the line that an offset is on. */
export const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** End of the line that an offset is on, without its line break. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  const end = newline < 0 ? text.length : newline;
  return end > offset && text[end - 1] === '\r' ? end - 1 : end;
}

export const columnOf = (text: string, offset: number): number => offset - lineStart(text, offset);

/** The text with edits made, which may touch but not overlap. Those at one place stand in their order. */
export function applyTextEdits(source: SourceFile, edits: readonly TextEdit[]): string {
  let result = '';
  let done = 0;
  const sorted = edits
    .map(({ range, text }) => ({ from: offsetAt(source, range.start), to: offsetAt(source, range.end), text }))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  for (const { from, to, text } of sorted) {
    if (from < done) throw new RangeError('edits overlap');
    result += source.text.slice(done, from) + text;
    done = to;
  }
  return result + source.text.slice(done);
}
