/** A file that changed in one place: the outlines and names of its other documents are moved to the new text, not found again. */
import type { SourceFile } from '../../spec/text/source.ts';
import { outlines } from '../../spec/text/outline/lookup.ts';
import { documentBounds, documentOf } from '../../spec/text/outline/documents.ts';
import type { TreeDocument, TreeNode } from '../../spec/text/outline/tree.ts';
import { collected, objectOf, type DeclaredObject, type NameUse } from './file-names.ts';

/**
 * Moves what is known of the documents of `before` that stand unchanged in `now`. The objects are moved in place and belong to `now` from
 * then on; what is asked about `before` later is found anew. Does nothing where nothing is known of `before`.
 */
export function moveUnchanged(before: SourceFile, now: SourceFile): void {
  const documents = outlines.get(before);
  const objects = collected.get(before);
  if (!documents || before === now) return;
  outlines.delete(before);
  collected.delete(before);
  const bounds = documentBounds(now.text);
  const textOf = (source: SourceFile, { start, end }: { start: number; end: number }): string =>
    source.text.slice(start, end);
  const same = (was: number, is: number): boolean => textOf(before, documents[was]) === textOf(now, bounds[is]);
  const most = Math.min(documents.length, bounds.length);
  let first = 0;
  while (first < most && same(first, first)) first++;
  let last = 0;
  while (last < most - first && same(documents.length - 1 - last, bounds.length - 1 - last)) last++;

  const all: TreeDocument[] = [];
  const named: DeclaredObject[] = [];
  bounds.forEach(({ start, end }, i) => {
    const at = i < first ? i : i >= bounds.length - last ? i + documents.length - bounds.length : -1;
    const known = documents[at];
    const document = known ? moved(known, start - known.start) : documentOf(now.text, start, end);
    all.push(document);
    if (!objects) return;
    const object = objects[at];
    if (!object) named.push(objectOf(now, document));
    else {
      for (const name of object.names) moveName(name, start - known.start);
      named.push({ ...object, source: now, document });
    }
  });
  outlines.set(now, all);
  if (objects) collected.set(now, named);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function moved({ start, end, root }: TreeDocument, by: number): TreeDocument {
  if (root && by !== 0) moveNode(root, by);
  return { start: start + by, end: end + by, ...(root && { root }) };
}

function moveNode(node: TreeNode, by: number): void {
  move(node, by);
  if (node.anchor) move(node.anchor, by);
  if (node.type === 'map') {
    for (const entry of node.entries as Writable<(typeof node.entries)[number]>[]) {
      moveNode(entry.key, by);
      if (entry.colon >= 0) entry.colon += by;
      if (entry.value) moveNode(entry.value, by);
    }
  } else if (node.type === 'list') {
    for (const item of node.items as Writable<(typeof node.items)[number]>[]) {
      if (item.dash >= 0) item.dash += by;
      if (item.value) moveNode(item.value, by);
    }
  }
}

function moveName(name: NameUse, by: number): void {
  if (by !== 0) move(name, by);
}

function move(span: { readonly start: number; readonly end: number }, by: number): void {
  const writable = span as Writable<typeof span>;
  writable.start += by;
  writable.end += by;
}
