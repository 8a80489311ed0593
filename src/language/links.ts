/** Document links: files that specifications name. */
import { posix } from 'node:path';
import type { Range } from '../spec/problem.ts';
import { rangeOf } from '../spec/text/source.ts';
import type { FolderView } from './folder-view.ts';
import { objectsOf } from './names/file-names.ts';
import { contentSpan, find, findList, scalarValue } from '../spec/text/outline/lookup.ts';
import type { TreeNode } from '../spec/text/outline/tree.ts';

export interface DocumentLink {
  readonly range: Range;
  /** Relative to the specification folder, with '/'; it may not exist. */
  readonly target: string;
  readonly tooltip: string;
}

export function documentLinks(folder: FolderView, path: string): readonly DocumentLink[] {
  const source = folder.source(path);
  if (!source) return [];
  return objectsOf(source).flatMap(({ kind, document }) => {
    if (kind !== 'Scenario') return [];
    return profilesOf(document.root).flatMap((profile) => {
      const node = find(profile, ['path'])?.value;
      if (node?.type !== 'scalar' || node.end === node.start || node.raw.includes('\n')) return [];
      const written = scalarValue(node);
      const target = posix.normalize(posix.join(posix.dirname(path), written));
      // A path that leaves the folder is reported, not followed.
      if (posix.isAbsolute(written) || target === '..' || target.startsWith('../') || written.includes('\\')) return [];
      const { start, end } = contentSpan(node);
      return { range: rangeOf(source, start, end), target, tooltip: 'Open the recorded load' };
    });
  });
}

function profilesOf(root: TreeNode | undefined): TreeNode[] {
  return (findList(root, ['spec', 'load'])?.items ?? []).flatMap(({ value }) => {
    const one = find(value, ['profile'])?.value;
    const several = findList(value, ['profiles'])?.items.flatMap((item) => item.value ?? []) ?? [];
    return one ? [one, ...several] : several;
  });
}
