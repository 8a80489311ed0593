/** Completion: what may be typed at a place. */
import type { Position } from '../spec/problem.ts';
import { rangeOf } from '../spec/text/source.ts';
import { celAt, objectAt, partOf, typedAt, type Cursor } from './cursor.ts';
import { inOrder, type Completion, type Offer } from './completion/completion.ts';
import { expressionOffers } from './completion/expressions.ts';
import { keyOffers, mapPartAt } from './completion/keys.ts';
import { objectOffers } from './completion/objects.ts';
import { itemSnippets, valueOffers } from './completion/values.ts';
import type { HostKnowledge } from './host-knowledge.ts';
import type { FolderView } from './folder-view.ts';
import { namesOf } from './names/folder-names.ts';
import { shapeOf } from './names/places.ts';
import { documentPart, ANY_DOCUMENT, isListPart, isMapPart, itemOf, type Part } from './schema/part.ts';
import { columnOf, lineEnd, lineStart, offsetAt } from './text.ts';
import { contentSpan, findMap, scalarValue } from '../spec/text/outline/lookup.ts';
import type { MapNode, ScalarNode } from '../spec/text/outline/tree.ts';

export type { Completion, CompletionKind } from './completion/completion.ts';

/** Best first. Never throws; nothing in comments. */
export function complete(
  folder: FolderView,
  path: string,
  position: Position,
  facts: HostKnowledge = {},
): readonly Completion[] {
  const cursor = typedAt(folder, path, position);
  if (!cursor) return emptyDocument(folder, path, position);
  const cel = celAt(cursor);
  if (cel) {
    const { offers, start, end } = expressionOffers(cel, cursor.object, namesOf(folder));
    const [from, to] = [cel.offsets[start], cel.offsets[end]];
    const range = rangeOf(cursor.source, from, to);
    // Nothing is typed in the indentation of a line, or after closing quotes.
    if (range.start.line !== range.end.line || cursor.offset < from || cursor.offset > to) return [];
    return inOrder(offers, range, cursor.needsBlank ? ' ' : '');
  }
  return new Placed(folder, cursor, facts).completions();
}

/** A document that says nothing yet. */
function emptyDocument(folder: FolderView, path: string, position: Position): readonly Completion[] {
  const source = folder.source(path);
  if (!source) return [];
  const offset = offsetAt(source, position);
  const { document } = objectAt(source, offset);
  const line = source.text.slice(lineStart(source.text, offset), lineEnd(source.text, offset));
  if (document.root || line.trim() !== '') return [];
  return inOrder(objectOffers(namesOf(folder)), rangeOf(source, offset, offset));
}

class Placed {
  readonly #folder: FolderView;
  readonly #cursor: Cursor;
  readonly #facts: HostKnowledge;

  constructor(folder: FolderView, cursor: Cursor, facts: HostKnowledge) {
    this.#folder = folder;
    this.#cursor = cursor;
    this.#facts = facts;
  }

  completions(): readonly Completion[] {
    const { spot, needsBlank, source } = this.#cursor;
    const node = spot.node as ScalarNode;
    const [from, to] = this.#span(node);
    const { offset } = this.#cursor;
    // Nothing is typed outside the quotes.
    if (offset < from || offset > to) return [];
    const range = rangeOf(source, from, to);
    if (range.start.line !== range.end.line) return [];
    return inOrder(this.#offers(node), range, needsBlank ? ' ' : '');
  }

  /** The part of the word that is replaced: on the line of the cursor. */
  #span(node: ScalarNode): readonly [number, number] {
    const { offset, empty, source } = this.#cursor;
    if (empty) return [offset, offset];
    const { start, end } = contentSpan(node);
    const from = Math.max(start, lineStart(source.text, offset));
    return [from, Math.min(end, lineEnd(source.text, offset))];
  }

  #offers(node: ScalarNode): readonly Offer[] {
    const { spot, root, object } = this.#cursor;
    const { path } = spot;
    const parent = spot.parents.at(-1);
    if (path.length === 0) {
      // The document consists of one word.
      const keys = this.#keys([], object.kind ? documentPart(object.kind) : ANY_DOCUMENT, undefined, 0);
      return [...objectOffers(namesOf(this.#folder)), ...keys];
    }
    if (spot.at === 'key') {
      const map = parent as MapNode;
      const mapPath = path.slice(0, -1);
      const part = mapPartAt(this.#cursor, mapPath);
      if (!part) return [];
      const column = map.flow
        ? 0
        : columnOf(this.#cursor.source.text, this.#cursor.empty ? this.#cursor.offset : node.start);
      const keys = this.#keys(mapPath, part, map, column);
      const whole = mapPath.length === 0 && map.entries.length > 3 ? objectOffers(namesOf(this.#folder), '---\n') : [];
      return [...keys, ...whole];
    }
    const part = path.join() === 'kind' ? ANY_DOCUMENT.properties?.kind : partOf(this.#cursor, path);
    if (!part) return [];
    const typed = this.#cursor.empty ? '' : scalarValue(node);
    if (typeof path.at(-1) === 'number') return this.#item(path, part, node, typed);
    // The first entry or item stands below its key, on a line of its own.
    const below = spot.entry && parent?.flow === false && this.#isBelow(spot.entry.colon, node);
    if (below && isMapPart(part)) {
      return this.#keys(path, part, findMap(root, path), columnOf(this.#cursor.source.text, node.start));
    }
    if (below && isListPart(part)) {
      const item = itemOf(part);
      const inner = item ? this.#item([...path, 0], item, node, typed, '- ') : [];
      return inner;
    }
    return valueOffers(this.#folder, this.#cursor, path, part, typed, this.#facts);
  }

  #isBelow(colon: number, node: ScalarNode): boolean {
    return this.#cursor.source.text.slice(colon, this.#cursor.empty ? this.#cursor.offset : node.start).includes('\n');
  }

  #keys(path: Cursor['spot']['path'], part: Part, map: MapNode | undefined, column: number): Offer[] {
    const { spot } = this.#cursor;
    const flow = map?.flow ?? false;
    const entry = spot.at === 'key' ? spot.entry : undefined;
    return keyOffers(this.#folder, this.#cursor, {
      path,
      part,
      ...(map && { map }),
      ...(entry && { entry }),
      flow,
      pad: ' '.repeat(column),
    });
  }

  /** An item of a list; `dash` goes before it where none is typed. */
  #item(path: Cursor['spot']['path'], part: Part, node: ScalarNode, typed: string, dash = ''): Offer[] {
    const { spot, source, empty, needsBlank, offset } = this.#cursor;
    const list = spot.parents.at(-1);
    const flow = list?.type === 'list' && list.flow;
    const before = dash !== '' || flow || (spot.item?.dash ?? 0) >= 0 ? dash : '- ';
    const shape = shapeOf(path);
    const column = columnOf(source.text, empty ? offset + (needsBlank ? 1 : 0) : node.start) + before.length;
    const marked = (offer: Offer): Offer =>
      before === ''
        ? offer
        : { ...offer, text: before + offer.text, filterText: `${before}${offer.filterText ?? offer.label}` };
    if (!isMapPart(part)) return valueOffers(this.#folder, this.#cursor, path, part, typed, this.#facts).map(marked);
    const snippets = itemSnippets(namesOf(this.#folder), this.#cursor, part, shape, ' '.repeat(column));
    const keys = flow ? [] : this.#keys(path, part, undefined, column);
    const whole = flow ? snippets.map((offer) => offer) : snippets;
    return [...whole, ...keys].map(marked);
  }
}
