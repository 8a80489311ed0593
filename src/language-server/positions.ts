/** Places: one-based in the language, zero-based in LSP. Both count UTF-16 code units. */
import type { Position as LspPosition, Range as LspRange } from 'vscode-languageserver';
import type { Position, Range } from '../spec/problem.ts';

/**
 * The way between the two for one document. Where the client's text has a byte order mark, which the language does not
 * count, places on the first line move by one.
 */
export class Places {
  readonly #mark: 0 | 1;

  constructor(clientText: string | undefined) {
    this.#mark = clientText?.startsWith('\u{feff}') ? 1 : 0;
  }

  position({ line, column }: Position): LspPosition {
    return { line: line - 1, character: column - 1 + (line === 1 ? this.#mark : 0) };
  }

  range({ start, end }: Range): LspRange {
    return { start: this.position(start), end: this.position(end) };
  }

  fromPosition({ line, character }: LspPosition): Position {
    return { line: line + 1, column: Math.max(1, character + 1 - (line === 0 ? this.#mark : 0)) };
  }

  fromRange({ start, end }: LspRange): Range {
    return { start: this.fromPosition(start), end: this.fromPosition(end) };
  }
}
