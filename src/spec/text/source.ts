/** One file of specifications: its text, and the way from offsets to lines and columns. */
import { LineCounter } from 'yaml';
import { problem, type Problem, type Range } from '../problem.ts';

export interface SourceFile {
  /** Path relative to the specification folder, with '/'. */
  readonly path: string;
  /** Without a byte order mark. */
  readonly text: string;
  readonly lines: LineCounter;
}

/** Larger files are not read: YAML's worst cases take some seconds at this size. Bytes, or characters of a text. */
export const MAX_FILE_SIZE = 1024 * 1024;

const START: Range = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
const MARK = '\u{feff}';

/** The text of a file, or why there is none. Never throws. */
export function readSource(path: string, content: string | Uint8Array): SourceFile | Problem {
  if (content.length > MAX_FILE_SIZE) {
    return problem(
      path,
      START,
      'file-too-large',
      'The file is larger than 1 MiB. Split it, or keep data in CSV files.',
    );
  }
  const text = typeof content === 'string' ? content : decode(content);
  const odd = text === undefined ? -1 : text.indexOf('\0');
  if (text === undefined || odd >= 0) {
    const line = text === undefined ? 1 : text.slice(0, odd).split('\n').length;
    const column = text === undefined ? 1 : odd - text.lastIndexOf('\n', odd - 1);
    const place = { line, column };
    return problem(
      path,
      { start: place, end: place },
      'file-not-text',
      'The file is not UTF-8 text. Save it as UTF-8 text, or rename it so that it does not end in .karma.yaml.',
    );
  }
  const plain = text.startsWith(MARK) ? text.slice(1) : text;
  return sourceOf(path, plain);
}

/** A file of this text. */
export const sourceOf = (path: string, text: string): SourceFile => ({ path, text, lines: linesOf(text) });

function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  for (let start = 0; start >= 0; start = text.indexOf('\n', start) + 1 || -1) lines.addNewLine(start);
  return lines;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Lines and columns of the text between two offsets. The YAML parser marks the end of a file beyond it. */
export function rangeOf({ text, lines }: SourceFile, start: number, end: number): Range {
  const from = lines.linePos(Math.min(start, text.length));
  const to = lines.linePos(Math.min(Math.max(start, end), text.length));
  return { start: { line: from.line, column: from.col }, end: { line: to.line, column: to.col } };
}
