/** Folding: objects, mappings and lists over several lines, block scalars, comments and marked regions. */
import type { FolderView } from './folder-view.ts';
import { childrenOf, documentsOf } from '../spec/text/outline/lookup.ts';
import type { TreeNode } from '../spec/text/outline/tree.ts';

/** Lines count from 1; the first stays visible. */
export interface FoldingRange {
  readonly start: number;
  readonly end: number;
  readonly kind?: 'comment' | 'region';
}

export function foldingRanges(folder: FolderView, path: string): readonly FoldingRange[] {
  const source = folder.source(path);
  if (!source) return [];
  const { text, lines } = source;
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const ranges = new Map<number, FoldingRange>();
  const add = (start: number, end: number, kind?: FoldingRange['kind']): void => {
    const before = ranges.get(start);
    if (end <= start || (before && before.end >= end)) return;
    ranges.set(start, { start, end, ...(kind && { kind }) });
  };
  const visit = (node: TreeNode, from: number): void => {
    // Blank lines and comments after it belong to what follows.
    add(lineAt(from), lineAt(lastCharacter(text, node)));
    if (node.type === 'map') for (const { key, value } of node.entries) if (value) visit(value, key.start);
    if (node.type === 'list') {
      for (const { dash, value } of node.items) if (value) visit(value, dash < 0 ? value.start : dash);
    } else for (const child of childrenOf(node)) if (node.type !== 'map') visit(child, child.start);
  };
  for (const { root } of documentsOf(source)) if (root) visit(root, root.start);
  for (const range of commentRanges(text)) add(range.start, range.end, range.kind);
  return [...ranges.values()].sort((a, b) => a.start - b.start);
}

function lastCharacter(text: string, { start, end }: TreeNode): number {
  let last = end - 1;
  while (last > start && /\s/.test(text[last])) last--;
  return Math.max(start, last);
}

/** Comments over several lines, and what stands between `# region` and `# endregion`. */
function commentRanges(text: string): FoldingRange[] {
  const ranges: FoldingRange[] = [];
  const regions: number[] = [];
  let first = 0;
  const all = text.split('\n');
  for (let line = 1; line <= all.length + 1; line++) {
    const words = /^\s*#\s*(\w*)/.exec(all[line - 1] ?? '')?.[1];
    if (words === 'region') regions.push(line);
    const start = words === 'endregion' ? regions.pop() : undefined;
    if (start !== undefined) ranges.push({ start, end: line, kind: 'region' });
    const plain = words !== undefined && words !== 'region' && words !== 'endregion';
    if (plain) first ||= line;
    else {
      if (first > 0 && line - 1 > first) ranges.push({ start: first, end: line - 1, kind: 'comment' });
      first = 0;
    }
  }
  return ranges;
}
