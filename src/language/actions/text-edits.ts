/** Edits that add or remove entries, items and documents. */
import type { SourceFile } from '../../spec/text/source.ts';
import { columnOf, editOf, lineEnd, lineStart, type TextEdit } from '../text.ts';
import type { Entry, ListNode, MapNode, TreeDocument } from '../../spec/text/outline/tree.ts';

const newline = ({ text }: SourceFile): string => (text.includes('\r\n') ? '\r\n' : '\n');

/** A new entry at the end of a mapping, or before one of its entries. Lines of the value after the first are indented from 0. */
export function addEntry(source: SourceFile, map: MapNode, key: string, value: string, before?: Entry): TextEdit {
  const breaks = newline(source);
  const text = `${key}: ${value}`;
  if (map.flow) {
    const last = map.entries.at(-1);
    const end = last ? Math.max(last.value?.end ?? 0, last.colon + 1, last.key.end) : map.start + 1;
    const first = map.entries.length === 0;
    const inside = source.text.slice(end, map.closed ? map.end - 1 : map.end);
    const put = first ? ` ${text}${inside.startsWith(' ') ? '' : ' '}` : `, ${text}`;
    return editOf(source, end, end, put);
  }
  const pad = ' '.repeat(map.indent);
  const lines = text.split('\n').join(`${breaks}${pad}`);
  if (before) {
    const at = before.key.anchor ? before.key.anchor.start - 1 : before.key.start;
    return editOf(source, at, at, `${lines}${breaks}${pad}`);
  }
  const end = lineEnd(source.text, map.end);
  return editOf(source, end, end, `${breaks}${pad}${lines}`);
}

/** The value of an entry that has none. */
export function setValue(source: SourceFile, { colon }: Entry, value: string): TextEdit {
  return editOf(source, colon + 1, colon + 1, ` ${value}`);
}

/** What is removed with an entry: its lines, or its part between commas. Undefined where it shares its line with a dash. */
export function entrySpan({ text }: SourceFile, map: MapNode, entry: Entry): readonly [number, number] | undefined {
  const index = map.entries.indexOf(entry);
  const endOf = ({ key, colon, value }: Entry): number => Math.max(value?.end ?? 0, colon + 1, key.end);
  if (map.flow) {
    const next = map.entries[index + 1];
    if (next) return [entry.key.start, next.key.start];
    const previous = map.entries[index - 1];
    return previous ? [endOf(previous), endOf(entry)] : [entry.key.start, endOf(entry)];
  }
  const start = lineStart(text, entry.key.start);
  if (text.slice(start, entry.key.start).trim() !== '') return undefined;
  return [start, afterLine(text, endOf(entry))];
}

/** Start of the line after the one that an offset is on. */
export function afterLine(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  return at < 0 ? text.length : at + 1;
}

/** A new item at the end of a list. */
export const addItem = (source: SourceFile, list: ListNode, item: string): TextEdit => addItems(source, list, [item]);

/** New items at the end of a list, in their order. Comments that an item begins with stand above its dash. */
export function addItems(source: SourceFile, list: ListNode, items: readonly string[]): TextEdit {
  if (list.flow) {
    const last = list.items.at(-1)?.value;
    const end = last?.end ?? list.start + 1;
    return editOf(source, end, end, `${last ? ', ' : ''}${items.join(', ')}`);
  }
  const breaks = newline(source);
  const end = lineEnd(source.text, list.end);
  const pad = ' '.repeat(columnOf(source.text, list.items[0]?.dash ?? list.start));
  const lines = items.flatMap((item) => {
    const all = item.split('\n');
    const first = all.findIndex((line) => !line.startsWith('#'));
    return all.map((line, i) => (i < first ? line : `${i === first ? '- ' : line === '' ? '' : '  '}${line}`));
  });
  return editOf(source, end, end, lines.map((line) => `${breaks}${line === '' ? '' : pad}${line}`).join(''));
}

/** A new document after another one. */
export function addDocument(source: SourceFile, after: TreeDocument, yaml: string): TextEdit {
  const breaks = newline(source);
  const before = source.text.slice(0, after.end);
  const isLast = after.end === source.text.length;
  const text = yaml.trimEnd().split('\n').join(breaks);
  if (before.trim() === '') return editOf(source, after.end, after.end, `${text}${breaks}${isLast ? '' : ''}`);
  const gap = before.endsWith('\n') ? '' : breaks;
  // A separator with nothing behind it already begins a document.
  const begun = isLast && !after.root && /(?:^|\n)---[ \t]*\r?\n?\s*$/.test(before);
  return editOf(source, after.end, after.end, `${gap}${begun ? '' : `---${breaks}`}${text}${breaks}`);
}
