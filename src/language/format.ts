/**
 * Formatting: indentation of two, one blank where blanks stand between words, no blanks at the ends of lines, at most one
 * empty line. Comments, anchors, quotes, line breaks and the lines of texts stay. What the text means stays the same: the
 * result is read again to be sure of it, and text that is not YAML is left alone.
 */
import { parseAllDocuments } from 'yaml';
import type { Range } from '../spec/problem.ts';
import type { SourceFile } from '../spec/text/source.ts';
import type { FolderView } from './folder-view.ts';
import type { OffsetEdit } from './formatting/flow-gaps.ts';
import { layoutEdits } from './formatting/layout.ts';
import { documentAt, documentsOf } from '../spec/text/outline/lookup.ts';
import { editOf, offsetAt, type TextEdit } from './text.ts';

export function format(folder: FolderView, path: string, range?: Range): readonly TextEdit[] {
  const source = folder.source(path);
  if (!source || folder.documents.some((document) => document.source.path === path && !document.sound)) return [];
  const edits = layoutEdits(source.text, documentsOf(source));
  if (!range) return checked(source, edits);
  const from = source.lines.lineStarts[Math.max(0, range.start.line - 1)] ?? source.text.length;
  const to = offsetAt(source, { line: range.end.line, column: Infinity });
  const inside = checked(source, between(edits, from, to));
  if (inside.length > 0) return inside;
  // Where the lines alone cannot move, their documents do.
  const documents = documentsOf(source);
  return checked(source, between(edits, documentAt(documents, from).start, documentAt(documents, to).end));
}

const between = (edits: readonly OffsetEdit[], from: number, to: number): OffsetEdit[] =>
  edits.filter(({ start, end }) => start >= from && end <= to);

function checked(source: SourceFile, edits: readonly OffsetEdit[]): TextEdit[] {
  if (edits.length === 0) return [];
  const before = meaning(source.text);
  const after = meaning(applied(source.text, edits));
  if (before === undefined || before !== after) return [];
  return edits.map(({ start, end, text }) => editOf(source, start, end, text));
}

function applied(text: string, edits: readonly OffsetEdit[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, text: put } of edits) {
    result += text.slice(at, start) + put;
    at = end;
  }
  return result + text.slice(at);
}

/** What the documents say, anchors and aliases kept apart; undefined where that is not YAML. */
function meaning(text: string): string | undefined {
  const documents = parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false, stringKeys: true });
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return undefined;
  try {
    return JSON.stringify(
      documents.map((document) => [
        document.toJS({ maxAliasCount: 1000 }),
        comments(document.toString({ lineWidth: 0 })),
      ]),
    );
  } catch {
    return undefined;
  }
}

/** Comments with their words, in order. */
const comments = (text: string): string[] => text.match(/(?:^|\s)#.*$/gm)?.map((comment) => comment.trim()) ?? [];
