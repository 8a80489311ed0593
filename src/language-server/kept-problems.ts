/** Problems of the last full check of a project, for its documents that have not changed since. */
import type { TextView } from '../language/analysis.ts';
import type { FolderView } from '../language/folder-view.ts';
import type { Problem, RelatedPlace } from '../spec/problem.ts';
import type { SpecDocument } from '../spec/read-file.ts';
import { moveProblem } from '../spec/text/file-sections.ts';

interface Kept {
  /** Of the document, when the problems were found. */
  readonly line: number;
  readonly problems: readonly Problem[];
}

export class KeptProblems {
  #byDocument = new Map<SpecDocument['yaml'], Kept>();

  /** Takes all problems of a view. */
  keep({ documents }: FolderView, problems: readonly Problem[]): void {
    const found = byDocument(documents, problems);
    this.#byDocument = new Map(
      documents.map((document) => {
        // Places in other documents may be somewhere else by then.
        const own = (found.get(document) ?? []).map((problem) => {
          const copy: Omit<Problem, 'related'> & { related?: readonly RelatedPlace[] } = { ...problem };
          delete copy.related;
          return copy;
        });
        return [document.yaml, { line: lineOf(document), problems: own }] as const;
      }),
    );
  }

  /**
   * Problems of a newer state: of documents that have not changed as they were, and of the others those given. Parsed
   * documents are the same objects while their text is the same.
   */
  with({ documents, problems }: TextView): Problem[] {
    const found = byDocument(documents, problems);
    const outside = found.get(undefined) ?? [];
    return documents.reduce<Problem[]>(
      (all, document) => {
        const kept = this.#byDocument.get(document.yaml);
        const lines = kept ? lineOf(document) - kept.line : 0;
        for (const problem of kept?.problems ?? found.get(document) ?? []) all.push(moveProblem(problem, lines));
        return all;
      },
      [...outside],
    );
  }
}

/** Each problem with the document that begins before it, if any. Documents are in the order of their files. */
function byDocument(
  documents: readonly SpecDocument[],
  problems: readonly Problem[],
): ReadonlyMap<SpecDocument | undefined, readonly Problem[]> {
  if (problems.length === 0) return new Map();
  const byFile = Map.groupBy(documents, ({ source }) => source.path);
  return Map.groupBy(problems, ({ file, range }) =>
    byFile.get(file)?.findLast((document) => lineOf(document) <= range.start.line),
  );
}

const lineOf = ({ yaml, source }: SpecDocument): number => source.lines.linePos(yaml.range[0]).line;
