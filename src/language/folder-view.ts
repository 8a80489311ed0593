/** What the features see of a folder of specifications: its model, its problems and its texts. Plain data, never changed. */
import type { CheckedExpressions } from '../spec/cel/check.ts';
import type { LoadResult, SpecFile } from '../spec/load.ts';
import type { Model } from '../spec/model.ts';
import { compareText, type Problem } from '../spec/problem.ts';
import type { SpecDocument } from '../spec/read-file.ts';
import { readSource, type SourceFile } from '../spec/text/source.ts';

export interface FolderView {
  readonly model: Model;
  /** Sorted by file and place. */
  readonly problems: readonly Problem[];
  readonly documents: readonly SpecDocument[];
  /** Every file that is text, by path; also those that declare nothing yet. The same object as long as the text is the same. */
  readonly sources: readonly SourceFile[];
  /** Checks the folder's expressions, and remembers the results as long as the folder is open. */
  readonly expressions: CheckedExpressions;
  /** By its path relative to the folder, with '/'. */
  source(path: string): SourceFile | undefined;
}

/** The view of what `loadSpecs` made of these files. */
export function folderView(files: readonly SpecFile[], loaded: LoadResult): FolderView {
  const { model, problems, documents, expressions } = loaded;
  const byPath = new Map<string, SourceFile>(documents.map(({ source }) => [source.path, source]));
  for (const { path, text } of files) {
    if (byPath.has(path)) continue;
    const source = readSource(path, text);
    if (!('code' in source)) byPath.set(path, source);
  }
  const sources = [...byPath.values()].sort((a, b) => compareText(a.path, b.path));
  return { model, problems, documents, expressions, sources, source: (path) => byPath.get(path) };
}
