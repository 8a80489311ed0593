/** Findings of the last full check of a project, for its documents that have not changed since. */
import type { FolderView } from '../../language/folder-view.ts';
import type { Problem, RelatedPlace } from '../../spec/problem.ts';
import type { SpecDocument } from '../../spec/read-file.ts';
import { moveProblem } from '../../spec/text/pieces.ts';

interface Kept {
  /** Of the document, when the problems were found. */
  readonly line: number;
  readonly problems: readonly Problem[];
}

export class KeptFindings {
  #byDocument = new Map<SpecDocument['yaml'], Kept>();

  /** Takes what was found beside the problems of the view itself. */
  keep({ documents }: FolderView, findings: readonly Problem[]): void {
    this.#byDocument = new Map();
    const byFile = Map.groupBy(findings, ({ file }) => file);
    for (const [file, some] of byFile) {
      const starts = documents
        .filter(({ source }) => source.path === file)
        .map((document) => ({ document, line: lineOf(document) }));
      // Both are in the order of the file.
      let at = 0;
      for (const problem of some) {
        while (at + 1 < starts.length && starts[at + 1].line <= problem.range.start.line) at++;
        const place = starts[at];
        if (!place) continue;
        const { yaml } = place.document;
        const kept = this.#byDocument.get(yaml)?.problems ?? [];
        // Places in other documents may be somewhere else by then.
        const own: Omit<Problem, 'related'> & { related?: readonly RelatedPlace[] } = { ...problem };
        delete own.related;
        this.#byDocument.set(yaml, { line: place.line, problems: [...kept, own] });
      }
    }
  }

  /** What is still known in a newer view: parsed documents are the same objects while their text is the same. */
  in({ documents }: FolderView): Problem[] {
    return documents.flatMap((document) => {
      const kept = this.#byDocument.get(document.yaml);
      if (!kept) return [];
      const lines = lineOf(document) - kept.line;
      return kept.problems.map((problem) => moveProblem(problem, lines));
    });
  }
}

const lineOf = ({ yaml, source }: SpecDocument): number => source.lines.linePos(yaml.range[0]).line;
