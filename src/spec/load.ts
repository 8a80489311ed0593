/** From the text of specification files to one model. Pure: no file is read, no clock, and no text makes it throw. */
import { CheckedExpressions } from './cel/check.ts';
import type { Model } from './model.ts';
import { compareProblems, compareText, type Problem } from './problem.ts';
import { SPEC_CODES } from './problem-codes.ts';
import { readSpecFile, type FileContent, type SpecDocument, type SpecFile } from './read-file.ts';
import { resolveModel, type Entry } from './resolve/model.ts';
import { SourceObject } from './source-object.ts';

export type { SpecDocument, SpecFile } from './read-file.ts';

export interface LoadOptions {
  /** Whether a file exists, by its path relative to the specification folder. Default: every file does. */
  readonly exists?: (path: string) => boolean;
  /** Kept from load to load: documents whose text stays the same are not parsed again. Ends the use of the load before. */
  readonly cache?: SpecCache;
}

export interface LoadResult {
  /** The objects whose text met their schema. Complete, and safe to run, only where no problem is an error. */
  readonly model: Model;
  /** Sorted by file and place. */
  readonly problems: readonly Problem[];
  readonly documents: readonly SpecDocument[];
  /** Checks the folder's expressions, and remembers the results from load to load. */
  readonly expressions: CheckedExpressions;
}

/** What the files of the last load declare. */
export class SpecCache {
  readonly expressions = new CheckedExpressions();
  #contents = new Map<string, { readonly text: SpecFile['text']; readonly content: FileContent }>();

  read(files: readonly SpecFile[]): FileContent[] {
    const contents = files.map((file) => {
      const known = this.#contents.get(file.path);
      return known?.text === file.text ? known.content : readSpecFile(file, known?.content);
    });
    this.#contents = new Map(files.map(({ path, text }, i) => [path, { text, content: contents[i] }] as const));
    return contents;
  }
}

/** The order in which files count: of two objects with one name the first is taken. */
export const inOrder = (files: readonly SpecFile[]): SpecFile[] =>
  [...files].sort((a, b) => compareText(a.path, b.path));

export function loadSpecs(files: readonly SpecFile[], options: LoadOptions = {}): LoadResult {
  const cache = options.cache ?? new SpecCache();
  const { expressions } = cache;
  const contents = cache.read(inOrder(files));
  const documents = contents.flatMap((content) => content.documents);
  const problems = contents.flatMap((content) => content.problems);
  const entries: Entry[] = documents.flatMap((document) => {
    const { kind, name, spec } = document;
    if (kind === undefined || name === undefined) return [];
    return { object: new SourceObject({ kind, name, document }, problems, SPEC_CODES), spec };
  });
  // Where a part of a file gave nothing, or a document no name, a name that is missing elsewhere proves nothing.
  const incomplete = contents.some(({ lost }) => lost) || entries.length < documents.length;
  const model = resolveModel(entries, { incomplete, exists: options.exists ?? (() => true), expressions });
  return { model, problems: problems.sort(compareProblems), documents, expressions };
}
