/**
 * From characters of a scalar's value to characters of the file, for all five ways of writing a scalar. A problem in an
 * expression is then marked where it was typed.
 */
import { Scalar } from 'yaml';

/** Offset in the text of each character of the value, and of its end: value.length + 1 numbers, never decreasing. */
export type ScalarOffsets = Uint32Array;

/** `text` is the whole file. A scalar whose value cannot be retraced maps to its start and end. */
export function scalarOffsets(text: string, scalar: Scalar): ScalarOffsets {
  const value = String(scalar.value ?? '');
  const [start, end] = scalar.range ?? [0, 0];
  const writer = new OffsetWriter();
  const traced = trace(text, scalar.type, start, end, value, writer);
  if (traced && writer.value === value) return writer.offsets(end);
  const whole = new Uint32Array(value.length + 1).fill(start);
  whole[value.length] = end;
  return whole;
}

/** Rebuilds the value and keeps, for each character, where it stands. */
class OffsetWriter {
  value = '';
  readonly #at: number[] = [];
  #end: number | undefined;

  push(characters: string, at: number, step = 1): void {
    for (let i = 0; i < characters.length; i++) this.#at.push(at + i * step);
    this.value += characters;
  }

  get last(): number {
    return this.#at.at(-1) ?? 0;
  }

  offsets(end: number): ScalarOffsets {
    const offsets = new Uint32Array(this.#at.length + 1);
    offsets.set(this.#at);
    offsets[this.#at.length] = Math.min(end, this.#end ?? (this.#at.length === 0 ? end : this.last + 1));
    return offsets;
  }

  /** Where the value ends, if not right after its last character. */
  endAt(offset: number): void {
    this.#end = offset;
  }
}

function trace(
  text: string,
  type: Scalar['type'],
  start: number,
  end: number,
  value: string,
  writer: OffsetWriter,
): boolean {
  switch (type) {
    case Scalar.PLAIN:
      foldedLines(text, start, end, writer, plainCharacters);
      return true;
    case Scalar.QUOTE_SINGLE:
      foldedLines(text, start + 1, end - 1, writer, singleQuotedCharacters);
      writer.endAt(end - 1);
      return true;
    case Scalar.QUOTE_DOUBLE:
      doubleQuoted(text, start + 1, end - 1, writer);
      writer.endAt(end - 1);
      return true;
    case Scalar.BLOCK_LITERAL:
    case Scalar.BLOCK_FOLDED:
      return block(text, start, end, type === Scalar.BLOCK_FOLDED, value, writer);
    default:
      return false;
  }
}

const plainCharacters = (text: string, from: number, to: number, writer: OffsetWriter): void =>
  writer.push(text.slice(from, to), from);

function singleQuotedCharacters(text: string, from: number, to: number, writer: OffsetWriter): void {
  for (let i = from; i < to; i++) {
    writer.push(text[i], i);
    if (text[i] === "'") i++;
  }
}

/** Plain and single-quoted scalars: a line break is a space, each empty line a line break; blanks around are dropped. */
function foldedLines(
  text: string,
  start: number,
  end: number,
  writer: OffsetWriter,
  write: (text: string, from: number, to: number, writer: OffsetWriter) => void,
): void {
  let from = start;
  let empty = 0;
  let breakAt = -1;
  for (;;) {
    const newline = text.indexOf('\n', from);
    const last = newline < 0 || newline >= end;
    let lineEnd = last ? end : newline;
    let lineStart = from;
    if (!last) {
      if (text[lineEnd - 1] === '\r') lineEnd--;
      while (lineEnd > lineStart && isBlank(text[lineEnd - 1])) lineEnd--;
    }
    if (from !== start) while (lineStart < lineEnd && isBlank(text[lineStart])) lineStart++;
    const first = from === start;
    if (first) write(text, lineStart, lineEnd, writer);
    else if (lineStart === lineEnd && !last) empty++;
    else {
      writer.push(empty > 0 ? '\n'.repeat(empty) : ' ', breakAt, 0);
      write(text, lineStart, lineEnd, writer);
      empty = 0;
    }
    if (last) return;
    if (first || lineStart < lineEnd) breakAt = lineEnd;
    from = newline + 1;
  }
}

const isBlank = (character: string): boolean => character === ' ' || character === '\t';

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  '\t': '\t',
};
const HEX_LENGTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function doubleQuoted(text: string, start: number, end: number, writer: OffsetWriter): void {
  let i = start;
  const skipBlanks = (): void => {
    while (i < end && isBlank(text[i])) i++;
  };
  while (i < end) {
    const character = text[i];
    if (character === '\\') {
      const at = i;
      const next = text[i + 1];
      if (next === '\n' || (next === '\r' && text[i + 2] === '\n')) {
        i += next === '\n' ? 2 : 3;
        skipBlanks();
      } else if (Object.hasOwn(HEX_LENGTH, next)) {
        const length = HEX_LENGTH[next];
        const code = Number.parseInt(text.slice(i + 2, i + 2 + length), 16);
        writer.push(code <= 0x10ffff ? String.fromCodePoint(code) : '', at, 0);
        i += 2 + length;
      } else {
        writer.push(Object.hasOwn(ESCAPES, next) ? ESCAPES[next] : text.slice(i, i + 2), at, 0);
        i += 2;
      }
    } else if (isBlank(character)) {
      const from = i;
      skipBlanks();
      if (!isLineBreak(text, i)) writer.push(text.slice(from, i), from);
    } else if (isLineBreak(text, i)) {
      const at = i;
      let breaks = 0;
      while (i < end && (isBlank(text[i]) || isLineBreak(text, i))) {
        if (text[i] === '\n') breaks++;
        i++;
      }
      writer.push(breaks > 1 ? '\n'.repeat(breaks - 1) : ' ', at, 0);
    } else {
      writer.push(character, i);
      i++;
    }
  }
}

const isLineBreak = (text: string, i: number): boolean =>
  text[i] === '\n' || (text[i] === '\r' && text[i + 1] === '\n');

interface Line {
  readonly from: number;
  readonly to: number;
}

/** Blocks that are indented further, and have an indentation indicator, are not retraced. */
const MOST_INDENT = 200;

/** Literal and folded blocks. The indentation is the one under which the lines give the value. */
function block(
  text: string,
  start: number,
  end: number,
  folded: boolean,
  value: string,
  writer: OffsetWriter,
): boolean {
  const header = text.indexOf('\n', start);
  if (header < 0 || header >= end) return value === '';
  const lines = linesBetween(text, header + 1, end);
  const first = lines.find(({ from, to }) => /[^ ]/.test(text.slice(from, to)));
  const deepest = first ? text.slice(first.from, first.to).search(/[^ ]/) : 0;
  // Without an indentation indicator the first line decides; with one, less than that, but within the parent's nine.
  const indicated = /[1-9]/.test(text.slice(start, start + 3).split('\n')[0]);
  const most = indicated ? Math.min(deepest, MOST_INDENT) : deepest;
  for (let indent = most; indent >= (indicated ? 0 : deepest); indent--) {
    const attempt = new OffsetWriter();
    (folded ? foldedBlock : literalBlock)(text, lines, indent, attempt);
    if (!attempt.value.startsWith(value) && !value.startsWith(attempt.value)) continue;
    copy(attempt, value, writer);
    return true;
  }
  return false;
}

function linesBetween(text: string, start: number, end: number): Line[] {
  const lines: Line[] = [];
  for (let from = start; from < end;) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 || newline >= end ? end : newline;
    lines.push({ from, to: text[to - 1] === '\r' ? to - 1 : to });
    from = to + 1;
  }
  return lines;
}

/** The first characters of the attempt that the value has; line breaks that chomping added stand at the end. */
function copy(attempt: OffsetWriter, value: string, writer: OffsetWriter): void {
  const offsets = attempt.offsets(Infinity);
  const length = Math.min(value.length, attempt.value.length);
  for (let i = 0; i < length; i++) writer.push(value[i], offsets[i]);
  writer.push(value.slice(length), length > 0 ? writer.last + 1 : offsets[0], 0);
}

function literalBlock(text: string, lines: readonly Line[], indent: number, writer: OffsetWriter): void {
  for (const { from, to } of lines) {
    const at = Math.min(from + indent, to);
    writer.push(text.slice(at, to), at);
    writer.push('\n', to);
  }
}

/** Lines that are not indented further are joined by a space; others, and empty ones, keep their line breaks. */
function foldedBlock(text: string, lines: readonly Line[], indent: number, writer: OffsetWriter): void {
  let separator = '';
  let separatorAt = 0;
  let wasIndented = false;
  let started = false;
  for (const { from, to } of lines) {
    const at = Math.min(from + indent, to);
    const content = text.slice(at, to);
    const indented = content.startsWith(' ') || content.startsWith('\t');
    if (!started && !/[^ ]/.test(content)) {
      writer.push(`${content}\n`, at);
      continue;
    }
    started = true;
    if (content === '') {
      if (separator === '\n') writer.push('\n', separatorAt);
      else separator = '\n';
      if (separatorAt === 0) separatorAt = to;
      continue;
    }
    if (indented) {
      if (separator === ' ') separator = '\n';
      else if (!wasIndented && separator === '\n') separator = '\n\n';
    }
    writer.push(separator, separatorAt, 0);
    writer.push(content, at);
    separator = indented ? '\n' : ' ';
    separatorAt = to;
    wasIndented = indented;
  }
  writer.push('\n', separatorAt);
}
