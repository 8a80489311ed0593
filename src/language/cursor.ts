/** What stands at a place of a text, also while it is typed: the question that completion, hover and signature help begin with. */
import type { Position } from '../spec/problem.ts';
import type { Path } from '../spec/text/locate.ts';
import type { SourceFile } from '../spec/text/source.ts';
import { objectsOf, type DeclaredObject } from './names/file-names.ts';
import { expressionPlace, shapeOf, type ExpressionPlace } from './names/places.ts';
import type { FolderView } from './folder-view.ts';
import { partAt, type Part } from './schema/part.ts';
import { lineEnd, lineStart, offsetAt } from './text.ts';
import { find, follow, plainValue, scalarText, spotAt, type Spot } from '../spec/text/outline/lookup.ts';
import { nodeOf } from '../spec/text/outline/read.ts';
import type { ScalarNode, TreeNode } from '../spec/text/outline/tree.ts';

export interface Cursor {
  readonly source: SourceFile;
  readonly offset: number;
  readonly object: DeclaredObject;
  /** The outline in which the spot stands; it may hold a letter where nothing is typed yet. */
  readonly root: TreeNode;
  readonly spot: Spot;
  /** Nothing is typed here yet: text goes in at the cursor. */
  readonly empty: boolean;
  /** A blank is needed before what is put in, as right after a colon. */
  readonly needsBlank: boolean;
}

/** What stands in an expression. */
export interface CelCursor {
  readonly text: string;
  /** Of the cursor, in the text. */
  readonly offset: number;
  /** Offsets in the file of the characters of the text, and of its end. */
  readonly offsets: Uint32Array;
  readonly scalar: ScalarNode;
  readonly place: ExpressionPlace;
}

/** The object around an offset. */
export function objectAt(source: SourceFile, offset: number): DeclaredObject {
  const objects = objectsOf(source);
  return objects.findLast(({ document }) => document.start <= offset) ?? objects[0];
}

/** The node that touches a place, as the text is; undefined between nodes and in comments. */
export function nodeAt(folder: FolderView, path: string, position: Position): Cursor | undefined {
  const source = folder.source(path);
  if (!source) return undefined;
  const offset = offsetAt(source, position);
  const object = objectAt(source, offset);
  const { root } = object.document;
  const spot = spotAt(root, offset);
  if (!root || !spot || (spot.node.type !== 'scalar' && spot.node.type !== 'alias')) return undefined;
  return { source, offset, object, root, spot, empty: false, needsBlank: false };
}

/** The node that is, or could be, typed at a place. Undefined in comments and where nothing can stand. */
export function typedAt(folder: FolderView, path: string, position: Position): Cursor | undefined {
  const source = folder.source(path);
  if (!source) return undefined;
  const offset = offsetAt(source, position);
  const { text } = source;
  const object = objectAt(source, offset);
  const { document } = object;
  if (offset < document.start) return undefined;
  let { root: before } = document;
  let found = spotAt(before, offset);
  // A key that stands above another one in braces is no part of it while it is typed.
  if (found?.at === 'key' && found.node.type === 'scalar' && found.node.raw.includes('\n')) {
    before = nodeOf(text, document.start, document.end, 'typing');
    found = spotAt(before, offset);
  }
  if (found?.node.type === 'scalar' && before && !isBlankLine(text, offset)) {
    const { node } = found;
    const inBlock = (node.style === 'literal' || node.style === 'folded') && offset <= lineEnd(text, node.start);
    return inBlock ? undefined : { source, offset, object, root: before, spot: found, empty: false, needsBlank: false };
  }
  const start = lineStart(text, offset);
  const line = text.slice(Math.max(start, document.start), offset);
  if (/(?:^|\s)#/.test(line.replace(/"[^"]*"|'[^']*'/g, ''))) return undefined;
  const after = text.slice(offset, lineEnd(text, offset));
  // Before what is already on the line there is no place for more, except in brackets.
  const inBrackets =
    found?.node.type !== 'scalar' &&
    found?.node.type !== 'alias' &&
    found !== undefined &&
    'flow' in found.node &&
    found.node.flow;
  if (!inBrackets && after.trim() !== '' && !/^\s*#/.test(after)) return undefined;
  // A letter where the cursor is shows what a word would be there.
  const needsBlank = /[:-]$/.test(line) && !/[^\s-]-$/.test(line);
  const letter = needsBlank ? ' x' : 'x';
  const typed = `${text.slice(0, offset)}${letter}${inBrackets && /^\w/.test(after) ? ' ' : ''}${text.slice(offset)}`;
  const root = nodeOf(typed, document.start, document.end + typed.length - text.length, 'typing');
  const spot = spotAt(root, offset + letter.length);
  if (!root || spot?.node.type !== 'scalar') return undefined;
  // A word that only goes on with the text of the line before.
  const onOwn = spot.node.start >= start || spot.node.style === 'literal' || spot.node.style === 'folded';
  const inExpression = expressionPlace(object.kind, shapeOf(spot.path));
  if (!onOwn && !inExpression) return undefined;
  return { source, offset, object, root, spot, empty: true, needsBlank };
}

const isBlankLine = (text: string, offset: number): boolean =>
  text.slice(lineStart(text, offset), lineEnd(text, offset)).trim() === '';

/** The part of the schema for a path of an object. */
export function partOf({ object, root }: Pick<Cursor, 'object' | 'root'>, path: Path): Part | undefined {
  return partAt(object.kind, path, (where) => plainValue(root, find(root, where)?.value));
}

/** The expression at the cursor, and where the cursor is in it; undefined elsewhere. */
export function celAt(cursor: Cursor): CelCursor | undefined {
  const { object, spot, root, offset } = cursor;
  const node = follow(root, spot.node);
  if (spot.at !== 'value' || node?.type !== 'scalar') return undefined;
  const place = expressionPlace(object.kind, shapeOf(spot.path));
  if (!place) return undefined;
  if (spot.node.type === 'alias') return undefined;
  const { text, offsets } = scalarText(node);
  // With a letter in place of nothing, the text is taken without it.
  if (cursor.empty) return withoutLetter(cursor, { text, offsets }, node, place);
  // Quotes, and the first line of a block, are not in it.
  if (offset < offsets[0] || offset > node.end) return undefined;
  let at = offsets.findIndex((each) => each >= offset);
  if (at < 0) at = text.length;
  return { text, offset: at, offsets, scalar: node, place };
}

function withoutLetter(
  { offset, needsBlank }: Cursor,
  { text, offsets }: { readonly text: string; readonly offsets: Uint32Array },
  scalar: ScalarNode,
  place: ExpressionPlace,
): CelCursor {
  const letter = offset + (needsBlank ? 1 : 0);
  const at = Math.max(
    0,
    offsets.findIndex((each) => each >= letter),
  );
  const moved = Uint32Array.from(offsets).map((each) =>
    each > letter ? Math.max(offset, each - 1 - (needsBlank ? 1 : 0)) : each,
  );
  moved[at] = offset;
  const kept = new Uint32Array(text.length);
  kept.set(moved.subarray(0, at));
  kept.set(moved.subarray(at + 1), at);
  if (at === text.length - 1) kept[at] = offset;
  return { text: text.slice(0, at) + text.slice(at + 1), offset: at, offsets: kept, scalar, place };
}

/** Where a part of an expression stands in the file. The end of a line that is folded is no part of it. */
export function fileSpan(
  { text }: SourceFile,
  { offsets }: CelCursor,
  start: number,
  end: number,
): readonly [number, number] {
  const from = offsets[start];
  if (end <= start) return [from, from];
  const last = offsets[end - 1];
  return [from, text.slice(last, offsets[end]).includes('\n') ? last + 1 : Math.max(last, offsets[end])];
}
