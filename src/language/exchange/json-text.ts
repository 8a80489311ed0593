/** A JSON text as plain data, and the place of every part of it. */
import { LineCounter, parseDocument, type Document } from 'yaml';
import { offsetsOf, type Path } from '../../spec/text/locate.ts';

export interface ExchangeProblem {
  /** JSON pointer of the part (RFC 6901). */
  readonly pointer: string;
  /** One-based. */
  readonly line: number;
  readonly column: number;
  /** error: nothing could be read. warning: something was left out. information: kept, but without effect here. */
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
}

export class JsonText {
  /** Undefined where the text is not JSON. */
  readonly value: unknown;
  readonly problems: ExchangeProblem[] = [];
  readonly #document: Document;
  readonly #lines = new LineCounter();

  constructor(text: string) {
    // JSON is YAML: its parser knows the places.
    this.#document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: false, prettyErrors: false });
    try {
      this.value = JSON.parse(text) as unknown;
    } catch (error) {
      const reason = error instanceof Error ? error.message : '';
      const { line, col } = this.#lines.linePos(positionIn(reason, text));
      this.problems.push({
        pointer: '',
        line: line || 1,
        column: col || 1,
        severity: 'error',
        message: `This is not JSON: ${reason.replace(/\s+/g, ' ')}. Correct it.`,
      });
    }
  }

  report(path: Path, severity: ExchangeProblem['severity'], message: string, part: 'key' | 'value' = 'value'): void {
    const [start] = offsetsOf(this.#document, path, part);
    const { line, col } = this.#lines.linePos(start);
    this.problems.push({ pointer: pointerOf(path), line: line || 1, column: col || 1, severity, message });
  }

  /** The mapping at `path`; reports any other value. Empty where there is none. */
  mapping(value: unknown, path: Path): Readonly<Record<string, unknown>> {
    if (value === undefined || value === null) return {};
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    this.report(path, 'warning', 'A mapping is expected here. It is left out.');
    return {};
  }

  /** The list at `path`; reports any other value. */
  list(value: unknown, path: Path): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.report(path, 'warning', 'A list is expected here. It is left out.');
    return [];
  }

  /** One text, or several. */
  texts(value: unknown, path: Path): readonly string[] {
    const all = typeof value === 'string' ? [value] : this.list(value, path);
    return all.flatMap((each, index) => {
      if (typeof each === 'string') return [each];
      this.report([...path, index], 'warning', 'A name is expected here. It is left out.');
      return [];
    });
  }

  text(value: unknown, path: Path): string | undefined {
    if (typeof value === 'string') return value;
    if (value !== undefined) this.report(path, 'warning', 'A text is expected here. It is left out.');
    return undefined;
  }
}

const pointerOf = (path: Path): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Where JSON.parse stopped: some of its messages say so, others quote the ten characters around. */
function positionIn(reason: string, text: string): number {
  const position = /position (\d+)/.exec(reason)?.[1];
  if (position !== undefined) return Number(position);
  const around = /^Unexpected token .*?, (\.\.\.)?"(.*)"(?:\.\.\.)? is not valid JSON$/s.exec(reason);
  if (!around) return /end of JSON input/.test(reason) ? text.length : 0;
  const start = text.indexOf(around[2]);
  return start < 0 ? 0 : start + (around[1] === undefined ? 0 : 10);
}
