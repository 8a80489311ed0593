/** The outlines of the documents of a file. */
import { nodeOf } from './read.ts';
import type { TreeDocument } from './tree.ts';

/** All documents of a file; at least one, which may be empty. */
export function outlineOf(text: string): TreeDocument[] {
  return documentBounds(text).map(({ start, end }) => documentOf(text, start, end));
}

export function documentOf(text: string, start: number, end: number): TreeDocument {
  const root = nodeOf(text, start, end);
  return { start, end, ...(root && { root }) };
}

/** Where the documents of a file begin, after their `---`, and end. */
export function documentBounds(text: string): { readonly start: number; readonly end: number }[] {
  const bounds: { start: number; end: number }[] = [];
  let start = 0;
  for (const { index, 0: separator } of text.matchAll(/(?<=^|\n)(?:---|\.\.\.)(?![^ \t\r\n])/g)) {
    bounds.push({ start, end: index });
    start = index + separator.length;
  }
  bounds.push({ start, end: text.length });
  // What stands before the first separator is a document only if it says more than directives and comments.
  const says =
    bounds.length === 1 ||
    /(?:^|\n)(?!%)[ \t]*[^ \t\r\n#]/.test(text.slice(0, bounds[0].end).replace(/^\u{feff}/u, ''));
  return says ? bounds : bounds.slice(1);
}
