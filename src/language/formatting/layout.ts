/** The edits that lay a text out, by its outline. */
import type { ListNode, MapNode, ScalarNode, TreeDocument, TreeNode } from '../../spec/text/outline/tree.ts';
import { lineEnd, lineStart } from '../text.ts';
import { flowGaps, type OffsetEdit } from './flow-gaps.ts';

const STEP = 2;

/** In the order of the text; they do not overlap. */
export function layoutEdits(text: string, documents: readonly TreeDocument[]): OffsetEdit[] {
  return new Layout(text, documents).edits();
}

class Layout {
  readonly #text: string;
  /** Column of what stands first on a line, by its offset. */
  readonly #columns = new Map<number, number>();
  /** Lines inside of texts that move by so many columns, by their start. */
  readonly #shifts = new Map<number, number>();
  /** Lines, by their start, of which nothing but the indentation may change. */
  readonly #texts = new Set<number>();
  readonly #gaps: OffsetEdit[] = [];

  constructor(text: string, documents: readonly TreeDocument[]) {
    this.#text = text;
    for (const { root } of documents) if (root) this.#node(root, 0, -STEP);
  }

  edits(): OffsetEdit[] {
    const edits = [...this.#gaps, ...this.#lines()].filter(
      ({ start, end, text }) => this.#text.slice(start, end) !== text,
    );
    edits.sort((a, b) => a.start - b.start || b.end - a.end);
    // Where two edits cover one place, the larger one counts.
    let last = -1;
    return edits.filter(({ start, end }) => {
      if (start < last) return false;
      last = Math.max(end, start);
      return true;
    });
  }

  /** `column` is that of the node where it stands on lines of its own, `base` that of the entry or dash it belongs to. */
  #node(node: TreeNode, column: number, base: number): void {
    switch (node.type) {
      case 'map':
        if (node.flow) this.#flow(node, base);
        else this.#map(node, column);
        return;
      case 'list':
        if (node.flow) this.#flow(node, base);
        else this.#list(node, column);
        return;
      case 'scalar':
        this.#first(node.start, column);
        this.#scalar(node, base);
        return;
      case 'alias':
        this.#first(node.start, column);
    }
  }

  /** Where a node is the first on its line, that line is indented so. */
  #first(offset: number, column: number): void {
    const start = lineStart(this.#text, offset);
    if (/^[ \t]*$/.test(this.#text.slice(start, offset))) this.#columns.set(offset, column);
  }

  #map({ entries }: MapNode, column: number): void {
    for (const { key, colon, value } of entries) {
      this.#first(key.anchor ? key.anchor.start - 1 : key.start, column);
      if (colon < 0) continue;
      this.#gap(key.end, colon, '');
      if (!value) continue;
      const from = value.anchor ? value.anchor.start - 1 : value.start;
      this.#gap(colon + 1, from, ' ');
      if (value.anchor) this.#gap(value.anchor.end, value.start, ' ');
      this.#first(from, column + STEP);
      this.#node(value, column + STEP, column);
    }
  }

  #list({ items }: ListNode, column: number): void {
    for (const { dash, value } of items) {
      if (dash < 0) continue;
      this.#first(dash, column);
      if (!value) continue;
      const from = value.anchor ? value.anchor.start - 1 : value.start;
      this.#gap(dash + 1, from, ' ');
      if (value.anchor) this.#gap(value.anchor.end, value.start, ' ');
      this.#first(from, column + STEP);
      this.#node(value, column + STEP, column);
    }
  }

  #flow(node: MapNode | ListNode, base: number): void {
    this.#first(node.start, base + STEP);
    this.#gaps.push(...flowGaps(this.#text, node));
    // Lines inside of brackets are indented once for each that is open; a closing one stands with what it closes.
    const scalars = scalarsIn(node);
    let depth = 0;
    let inside = 0;
    for (let i = node.start; i < node.end; i++) {
      while (inside < scalars.length && scalars[inside].end <= i) inside++;
      const scalar = scalars[inside];
      if (scalar && i >= scalar.start) {
        this.#flowLines(i, scalar.end, base + STEP * (1 + depth));
        i = scalar.end - 1;
        continue;
      }
      const character = this.#text[i];
      if (character === '#' && /\s/.test(this.#text[i - 1])) {
        i = lineEnd(this.#text, i) - 1;
        continue;
      }
      if (character === '{' || character === '[') depth++;
      if (character === '}' || character === ']') depth--;
      if (character !== '\n') continue;
      const next = this.#contentOf(i + 1);
      if (next === undefined) continue;
      const closing = /[}\]]/.test(this.#text[next]) ? 1 : 0;
      this.#columns.set(next, base + STEP * (1 + depth - closing));
    }
  }

  #flowLines(start: number, end: number, column: number): void {
    for (
      let newline = this.#text.indexOf('\n', start);
      newline >= 0 && newline < end;
      newline = this.#text.indexOf('\n', newline + 1)
    ) {
      this.#texts.add(newline + 1);
      const next = this.#contentOf(newline + 1);
      if (next !== undefined) this.#columns.set(next, column);
    }
  }

  /** The first character of a line; undefined of an empty one. */
  #contentOf(start: number): number | undefined {
    const end = lineEnd(this.#text, start);
    let i = start;
    while (i < end && (this.#text[i] === ' ' || this.#text[i] === '\t')) i++;
    return i < end ? i : undefined;
  }

  #scalar(node: ScalarNode, base: number): void {
    const block = node.style === 'literal' || node.style === 'folded';
    const lines: number[] = [];
    const keeps = block && /^[|>][1-9]?\+/.test(node.raw);
    const end = keeps ? this.#afterBlanks(node.end) : node.end;
    for (
      let newline = this.#text.indexOf('\n', node.start);
      newline >= 0 && newline < end;
      newline = this.#text.indexOf('\n', newline + 1)
    )
      lines.push(newline + 1);
    if (lines.length === 0) return;
    const indents = lines.flatMap((line) => {
      const content = this.#contentOf(line);
      return content === undefined ? [] : content - line;
    });
    if (indents.length === 0) return;
    const indicated = block && /^[|>][-+]?[1-9]/.test(node.raw);
    const from = indicated ? Math.max(0, node.parentIndent) : block ? indents[0] : Math.min(...indents);
    const to = indicated ? Math.max(0, base) : base + STEP;
    for (const line of lines) {
      this.#texts.add(line);
      this.#shifts.set(line, to - from);
    }
  }

  #afterBlanks(offset: number): number {
    const blanks = /(?:[ \t]*\r?\n)*/y;
    blanks.lastIndex = offset;
    return offset + (blanks.exec(this.#text)?.[0].length ?? 0);
  }

  /** Blanks between two words of one line. */
  #gap(start: number, end: number, blanks: string): void {
    if (end > start || blanks !== '') {
      if (/^[ \t]*$/.test(this.#text.slice(start, end))) this.#gaps.push({ start, end, text: blanks });
    }
  }

  #lines(): OffsetEdit[] {
    const edits: OffsetEdit[] = [];
    let empty: number[] = [];
    /** Comments wait for the line that they are about. */
    let waiting: { readonly start: number; readonly content: number }[] = [];
    const settle = (next: { readonly indent: number; readonly column: number } | undefined): void => {
      for (const { start, content } of waiting) {
        const indent = content - start;
        const column =
          next && (indent === next.indent || !this.#seen.has(indent))
            ? next.column
            : (this.#seen.get(indent) ?? next?.column ?? 0);
        edits.push({ start, end: content, text: ' '.repeat(column) });
      }
      waiting = [];
    };
    for (let start = 0; start <= this.#text.length;) {
      const end = lineEnd(this.#text, start);
      const newline = this.#text.indexOf('\n', end);
      const content = this.#contentOf(start);
      const inText = this.#texts.has(start);
      if (content === undefined) {
        if (!inText) {
          if (end > start) edits.push({ start, end, text: '' });
          if (newline >= 0) empty.push(start);
        }
      } else {
        // Of several empty lines one stays, and none at the start of the file.
        const keep = empty[0] === 0 ? 0 : 1;
        if (empty.length > keep) edits.push({ start: empty[keep], end: start, text: '' });
        empty = [];
        this.#line(start, content, end, inText, waiting, settle, edits);
      }
      if (newline < 0) break;
      start = newline + 1;
    }
    settle(undefined);
    return this.#ended(edits, empty);
  }

  /** Columns that lines had, and have now. */
  readonly #seen = new Map<number, number>();

  #line(
    start: number,
    content: number,
    end: number,
    inText: boolean,
    waiting: { readonly start: number; readonly content: number }[],
    settle: (next: { readonly indent: number; readonly column: number } | undefined) => void,
    edits: OffsetEdit[],
  ): void {
    const shift = this.#shifts.get(start);
    if (shift !== undefined) {
      edits.push({ start, end: content, text: ' '.repeat(Math.max(0, content - start + shift)) });
      return;
    }
    const isComment = this.#text[content] === '#' && !inText;
    const separator = /^(?:---|\.\.\.)(?=\s|$)/.test(this.#text.slice(start, start + 4));
    if (isComment) waiting.push({ start, content });
    else if (separator) {
      settle({ indent: 0, column: 0 });
      this.#seen.clear();
    } else {
      const column = this.#columns.get(content);
      const indent = content - start;
      settle({ indent, column: column ?? indent });
      if (column !== undefined) {
        edits.push({ start, end: content, text: ' '.repeat(column) });
        for (const known of [...this.#seen.keys()]) if (known > indent) this.#seen.delete(known);
        this.#seen.set(indent, column);
      }
    }
    if (inText && !this.#endsText(end)) return;
    const trimmed = this.#text.slice(content, end).trimEnd().length + content;
    if (trimmed < end) edits.push({ start: trimmed, end, text: '' });
  }

  /** Whether the line after this one is no part of the same text. */
  #endsText(end: number): boolean {
    const newline = this.#text.indexOf('\n', end);
    return newline < 0 || !this.#texts.has(newline + 1);
  }

  /** With one line break at the end. */
  #ended(edits: readonly OffsetEdit[], empty: readonly number[]): OffsetEdit[] {
    const text = this.#text;
    const last = lineStart(text, text.length);
    const closing = (start: number, put: string): OffsetEdit[] => [
      ...edits.filter((edit) => edit.start < start),
      { start, end: text.length, text: put },
    ];
    if (text.trim() === '' || this.#texts.has(last)) return [...edits];
    if (empty.length > 0) return closing(empty[0], '');
    if (last === text.length || text.slice(last).trim() === '') return [...edits];
    return closing(last + text.slice(last).trimEnd().length, text.includes('\r\n') ? '\r\n' : '\n');
  }
}

function scalarsIn(node: TreeNode): { readonly start: number; readonly end: number }[] {
  if (node.type === 'scalar' || node.type === 'alias') return [node];
  const children =
    node.type === 'map'
      ? node.entries.flatMap(({ key, value }) => (value ? [key, value] : [key]))
      : node.items.flatMap(({ value }) => value ?? []);
  return children.flatMap(scalarsIn);
}
