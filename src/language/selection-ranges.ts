/** Selection ranges: from the word at a place to the whole document, one step of meaning at a time. */
import { parseExpression } from '../spec/cel/parse.ts';
import { operandSpan, pathTo } from '../spec/cel/syntax.ts';
import type { Position, Range } from '../spec/problem.ts';
import { rangeOf } from '../spec/text/source.ts';
import { celAt, nodeAt } from './cursor.ts';
import type { FolderView } from './folder-view.ts';
import { offsetAt } from './text.ts';
import { contentSpan, documentAt, documentsOf, spotAt } from '../spec/text/outline/lookup.ts';

/** Ranges around a place, the smallest first; each holds the one before. */
export function selectionRanges(folder: FolderView, path: string, position: Position): readonly Range[] {
  const source = folder.source(path);
  if (!source) return [];
  const offset = offsetAt(source, position);
  const { root, start: documentStart, end: documentEnd } = documentAt(documentsOf(source), offset);
  const spans: (readonly [number, number])[] = [];

  const cursor = nodeAt(folder, path, position);
  const cel = cursor && celAt(cursor);
  if (cel) {
    const at = (i: number): number => cel.offsets[i];
    const { root: expression } = parseExpression(cel.text);
    for (const node of [...pathTo(expression, cel.offset)].reverse()) {
      if (
        'nameStart' in node &&
        node.nameStart <= cel.offset &&
        cel.offset <= node.nameEnd &&
        node.nameEnd > node.nameStart
      )
        spans.push([at(node.nameStart), at(node.nameEnd - 1) + 1]);
      for (const { start, end } of [node, operandSpan(node)]) if (end > start) spans.push([at(start), at(end - 1) + 1]);
    }
  }
  const spot = spotAt(root, offset);
  if (spot) {
    const { node, entry, parents } = spot;
    if (node.type === 'scalar') {
      const { start, end } = contentSpan(node);
      spans.push([start, end]);
    }
    spans.push([node.start, node.end]);
    let child = node.start;
    if (entry) {
      spans.push([entry.key.start, entry.value?.end ?? entry.key.end]);
      child = entry.key.start;
    }
    [...parents].reverse().forEach((parent) => {
      // What holds the parent: the pair with its key, or the item with its dash.
      if (parent.type === 'list') {
        const item = parent.items.find(({ value }) => value && value.start <= child && child <= value.end);
        if (item?.value && item.dash >= 0) spans.push([item.dash, item.value.end]);
      } else {
        const pair = parent.entries.find(({ value }) => value && value.start <= child && child <= value.end);
        if (pair?.value) spans.push([pair.key.start, pair.value.end]);
      }
      spans.push([parent.start, parent.end]);
      child = parent.start;
    });
  }
  spans.push([documentStart, documentEnd], [0, source.text.length]);

  const nested: (readonly [number, number])[] = [[offset, offset]];
  let [innerStart, innerEnd] = [offset, offset];
  for (const [start, end] of spans) {
    if (start > innerStart || innerEnd > end || end - start === innerEnd - innerStart) continue;
    nested.push([start, end]);
    [innerStart, innerEnd] = [start, end];
  }
  return nested.map(([start, end]) => rangeOf(source, start, end));
}
