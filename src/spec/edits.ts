/** Edits of quick fixes: entries of lists and mappings are taken out or added, and the text around them stays as it is. */
import { isMap, isSeq, type Node, type Pair } from 'yaml';
import type { Fix } from './problem.ts';
import type { SourceObject } from './source-object.ts';
import { follow, locate, type Path } from './text/locate.ts';
import { rangeOf } from './text/source.ts';

/** Takes an entry out of the list at `path`; undefined where that cannot be done without harm. */
export function removeItem(object: SourceObject<string>, path: Path, index: number, title: string): Fix | undefined {
  const { yaml, source } = object.document;
  const list = follow(yaml, locate(yaml, path)?.value);
  if (!isSeq(list) || !list.range) return undefined;
  const items = list.items as Node[];
  const [start, end] = items[index]?.range ?? [0, 0];
  if (end <= start) return undefined;
  if (list.flow) return fixOf(object, title, ...inBrackets(items, index), '');
  if (items.length === 1) return undefined;
  const { text } = source;
  const dash = text.lastIndexOf('-', start);
  return wholeLines(object, dash, end, title);
}

/** Takes an entry out of the mapping that it stands in; the mapping too, where nothing else stands in it. */
export function removeEntry(object: SourceObject<string>, path: Path, title: string): Fix | undefined {
  const { yaml } = object.document;
  const parent = follow(yaml, locate(yaml, path.slice(0, -1))?.value);
  if (!isMap(parent) || path.length < 2) return undefined;
  const pairs = parent.items as Pair<Node, Node | null>[];
  if (pairs.length === 1) return removeEntry(object, path.slice(0, -1), title);
  const index = pairs.findIndex(({ key }) => String((key as { value?: unknown }).value) === path.at(-1));
  if (index < 0) return undefined;
  const entries = pairs.map(({ key, value }) => {
    const [start, end] = key.range ?? [0, 0];
    return { range: [start, value?.range?.[1] ?? end] as const };
  });
  if (parent.flow) return fixOf(object, title, ...inBrackets(entries, index), '');
  return wholeLines(object, entries[index].range[0], entries[index].range[1], title);
}

/** Adds names to the list at `path`, which has brackets or a dash a line. */
export function addItem(
  object: SourceObject<string>,
  path: Path,
  names: readonly string[],
  title: string,
): Fix | undefined {
  const { yaml, source } = object.document;
  const list = follow(yaml, locate(yaml, path)?.value);
  if (!isSeq(list) || !list.range) return undefined;
  const last = list.items.at(-1) as Node | undefined;
  if (list.flow) {
    const at = last?.range?.[1] ?? list.range[0] + 1;
    const text = names.join(', ');
    return fixOf(object, title, at, at, last ? `, ${text}` : text);
  }
  if (!last?.range) return undefined;
  const dash = source.text.lastIndexOf('-', last.range[0]);
  const indent = source.text.slice(source.text.lastIndexOf('\n', dash) + 1, dash);
  if (indent.trim() !== '') return undefined;
  const at = last.range[1];
  return fixOf(object, title, at, at, names.map((name) => `\n${indent}- ${name}`).join(''));
}

/** An entry with the comma beside it. */
function inBrackets(
  entries: readonly { readonly range?: readonly number[] | null }[],
  index: number,
): readonly [number, number] {
  const [start, end] = entries[index].range ?? [0, 0];
  const next = entries[index + 1]?.range?.[0];
  if (next !== undefined) return [start, next];
  return [entries[index - 1]?.range?.[1] ?? start, end];
}

/** The lines of a piece of text, where nothing stands before it. */
function wholeLines(object: SourceObject<string>, start: number, end: number, title: string): Fix | undefined {
  const { text } = object.document.source;
  const line = text.lastIndexOf('\n', start - 1) + 1;
  if (text.slice(line, start).trim() !== '') return undefined;
  const newline = text.indexOf('\n', Math.max(start, end - 1));
  if (newline < 0) return fixOf(object, title, Math.max(0, line - 1), text.length, '');
  const rest = text.slice(end, newline).trim();
  return rest === '' || rest.startsWith('#') ? fixOf(object, title, line, newline + 1, '') : undefined;
}

function fixOf(object: SourceObject<string>, title: string, start: number, end: number, text: string): Fix {
  return { title, edits: [{ range: rangeOf(object.document.source, start, end), text }] };
}
