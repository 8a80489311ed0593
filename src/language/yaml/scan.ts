/** Text -> outline. Reads every text, in time proportional to its length, and never throws. */
import type { Entry, Item, ListNode, MapNode, Name, ScalarNode, TreeDocument, TreeNode } from './tree.ts';

/** Deeper nesting is left out; the language itself needs 10 levels. */
const MOST_DEPTH = 80;
/** YAML's own limit for a key on one line. */
const LONGEST_KEY = 1024;

/** All documents of a file; at least one, which may be empty. */
export function scanDocuments(text: string): TreeDocument[] {
  return documentBounds(text).map(({ start, end }) => treeDocument(text, start, end));
}

export function treeDocument(text: string, start: number, end: number): TreeDocument {
  const root = scanDocument(text, start, end);
  return { start, end, ...(root && { root }) };
}

/** Where the documents of a file begin, after their `---`, and end. */
export function documentBounds(text: string): { readonly start: number; readonly end: number }[] {
  const bounds: { start: number; end: number }[] = [];
  let start = 0;
  const separator = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;
  for (let match = separator.exec(text); match; match = separator.exec(text)) {
    if (match.index > 0 && text[match.index - 1] !== '\n') continue; // other characters end no line in YAML
    bounds.push({ start, end: match.index });
    start = match.index + 3;
  }
  bounds.push({ start, end: text.length });
  // What stands before the first separator is a document only if it says something.
  const says = bounds.length === 1 || scanDocument(text, 0, bounds[0].end) !== undefined;
  return says ? bounds : bounds.slice(1);
}

export function scanDocument(text: string, start: number, end: number): TreeNode | undefined {
  return new Scanner(text, start, end).document();
}

interface Properties {
  anchor?: Name;
}

class Scanner {
  readonly #text: string;
  readonly #end: number;
  #i: number;
  #depth = 0;
  /** Brackets that are open, the innermost last. */
  readonly #closers: string[] = [];

  constructor(text: string, start: number, end: number) {
    this.#text = text;
    this.#i = start;
    this.#end = end;
  }

  document(): TreeNode | undefined {
    // Content may follow `---` on its line.
    this.#skipSpaces();
    if (this.#atLineEnd()) this.#nextContent();
    while (this.#i < this.#end && this.#text[this.#i] === '%' && this.#column() === 0) {
      this.#skipLine();
      this.#nextContent();
    }
    let root: TreeNode | undefined;
    while (this.#i < this.#end) {
      const from = this.#i;
      const node = this.#blockNode(this.#column(), -1, {});
      root = root ? joined(root, node) : node;
      if (this.#i === from) this.#i++;
      this.#nextContent();
    }
    return root;
  }

  // Lines and blanks

  #column(): number {
    return this.#i - (this.#text.lastIndexOf('\n', this.#i - 1) + 1);
  }

  #skipSpaces(): void {
    while (this.#i < this.#end && (this.#text[this.#i] === ' ' || this.#text[this.#i] === '\t')) this.#i++;
  }

  #skipLine(): void {
    const newline = this.#text.indexOf('\n', this.#i);
    this.#i = newline < 0 ? this.#end : Math.min(newline + 1, this.#end);
  }

  /** The end of the line, without its line break. */
  #lineEnd(from = this.#i): number {
    const newline = this.#text.indexOf('\n', from);
    const end = newline < 0 ? this.#end : Math.min(newline, this.#end);
    return end > from && this.#text[end - 1] === '\r' ? end - 1 : end;
  }

  /** Whether nothing but a comment is left on the line. */
  #atLineEnd(): boolean {
    if (this.#i >= this.#end) return true;
    const character = this.#text[this.#i];
    if (character === '\n' || (character === '\r' && this.#text[this.#i + 1] === '\n')) return true;
    return character === '#' && (this.#i === 0 || /\s/.test(this.#text[this.#i - 1]));
  }

  /** To the next character that says something, over blank lines and comments. */
  #nextContent(): void {
    for (;;) {
      this.#skipSpaces();
      if (this.#i >= this.#end || !this.#atLineEnd()) return;
      this.#skipLine();
    }
  }

  /** `- ` and the like: the indicator followed by a blank. */
  #atIndicator(character: string): boolean {
    return this.#text[this.#i] === character && isBlankAt(this.#text, this.#i + 1, this.#end);
  }

  // Blocks

  /** The node that begins here, at a column of its own line. */
  #blockNode(indent: number, parentIndent: number, properties: Properties): TreeNode {
    if (++this.#depth > MOST_DEPTH) {
      this.#depth--;
      return this.#rest(parentIndent);
    }
    const node = this.#atIndicator('-')
      ? this.#list(indent, properties)
      : this.#keyEnd() >= 0 || this.#isTypedKey(indent)
        ? this.#map(indent, properties)
        : this.#value(parentIndent, properties, indent);
    this.#depth--;
    return node ?? this.#emptyScalar(parentIndent);
  }

  #list(indent: number, properties: Properties): ListNode {
    const start = this.#i;
    const items: Item[] = [];
    let end = this.#i;
    while (this.#i < this.#end && this.#column() >= indent) {
      const from = this.#i;
      if (this.#atIndicator('-')) {
        const dash = this.#i++;
        end = this.#i;
        const value = this.#itemValue(indent);
        items.push({ dash, ...(value && { value }) });
        end = Math.max(end, value?.end ?? 0);
      } else {
        // A dash is not typed yet, or a line is indented wrongly.
        const value = this.#blockNode(this.#column(), indent, {});
        items.push({ dash: -1, value });
        end = value.end;
      }
      if (this.#i === from) this.#i++;
      this.#nextContent();
      if (!this.#atIndicator('-') && this.#column() === indent && this.#keyEnd() >= 0) break;
    }
    return { type: 'list', flow: false, indent, start, end, items, closed: true, ...properties };
  }

  #itemValue(indent: number): TreeNode | undefined {
    this.#skipSpaces();
    if (!this.#atLineEnd()) {
      const properties = this.#properties();
      if (!this.#atLineEnd()) {
        const column = this.#column();
        if (this.#atIndicator('-') || this.#keyEnd() >= 0) return this.#blockNode(column, indent, properties);
        return this.#value(indent, properties);
      }
      return this.#nested(indent, properties, false);
    }
    return this.#nested(indent, {}, false);
  }

  /** A value on the lines below, which are indented further; a list may stand at the column of its key. */
  #nested(indent: number, properties: Properties, listMayAlign: boolean): TreeNode | undefined {
    const from = this.#i;
    this.#nextContent();
    const column = this.#column();
    if (this.#i < this.#end && (column > indent || (listMayAlign && column === indent && this.#atIndicator('-')))) {
      const more = { ...properties, ...this.#properties() };
      if (this.#atLineEnd()) this.#nextContent();
      if (this.#i < this.#end && this.#column() > indent) return this.#blockNode(this.#column(), indent, more);
      if (this.#i < this.#end && this.#column() === indent && this.#atIndicator('-'))
        return this.#blockNode(indent, indent, more);
    }
    this.#i = from;
    return undefined;
  }

  #map(indent: number, properties: Properties): MapNode {
    const start = this.#i;
    const entries: Entry[] = [];
    let end = this.#i;
    while (this.#i < this.#end && this.#column() >= indent) {
      if (this.#atIndicator('-')) {
        // A dash at the column of a key belongs to the list of an outer block, or to nothing.
        if (this.#column() > indent) {
          const stray = this.#list(this.#column(), {});
          end = stray.end;
          const last = entries.at(-1);
          if (last && !last.value) entries[entries.length - 1] = { ...last, value: stray };
          this.#nextContent();
          continue;
        }
        break;
      }
      const from = this.#i;
      const entry = this.#entry(indent);
      entries.push(entry);
      end = Math.max(entry.value?.end ?? 0, entry.colon + 1, entry.key.end);
      if (this.#i === from) this.#i++; // a carriage return that ends no line
      this.#nextContent();
    }
    return { type: 'map', flow: false, indent, start, end, entries, closed: true, ...properties };
  }

  #entry(indent: number): Entry {
    const keyEnd = this.#keyEnd();
    if (keyEnd < 0) {
      // A key that is still being typed, or a text in the wrong place: the line.
      const start = this.#i;
      let end = this.#lineEnd();
      const comment = this.#text.slice(start, end).search(/\s#/);
      if (comment >= 0) end = start + comment;
      while (end > start + 1 && isSpace(this.#text[end - 1])) end--;
      this.#i = this.#lineEnd();
      return { key: this.#scalar('plain', start, end, indent), colon: -1 };
    }
    const anchor = this.#properties();
    const start = this.#i;
    const quote = this.#text[start];
    let end = keyEnd;
    while (end > start && isSpace(this.#text[end - 1])) end--;
    const style = quote === '"' ? 'double' : quote === "'" ? 'single' : 'plain';
    const key = { ...this.#scalar(style, start, end, indent), ...anchor };
    this.#i = keyEnd + 1;
    this.#skipSpaces();
    if (this.#atLineEnd()) return withValue(key, keyEnd, this.#nested(indent, {}, true));
    const properties = this.#properties();
    if (this.#atLineEnd()) return withValue(key, keyEnd, this.#nested(indent, properties, true));
    return withValue(key, keyEnd, this.#value(indent, properties));
  }

  /** Offset of the colon of a key that begins here, on this line; -1 where none does. */
  #keyEnd(): number {
    const text = this.#text;
    let i = this.#i;
    while (text[i] === '&' || text[i] === '!') {
      while (i < this.#end && !/\s/.test(text[i])) i++;
      while (i < this.#end && isSpace(text[i])) i++;
    }
    const first = text[i];
    if (i >= this.#end || first === undefined || /[{[\]},#|>*@`%\n\r]/.test(first)) return -1;
    if (first === '-' && isBlankAt(text, i + 1, this.#end)) return -1;
    if (first === '"' || first === "'") {
      const close = closingQuote(text, i, this.#lineEnd(i));
      if (close < 0) return -1;
      i = close + 1;
      while (i < this.#end && isSpace(text[i])) i++;
      return text[i] === ':' && isBlankAt(text, i + 1, this.#end) ? i : -1;
    }
    const end = Math.min(this.#lineEnd(i), i + LONGEST_KEY);
    for (; i < end; i++) {
      if (text[i] === ':' && isBlankAt(text, i + 1, this.#end)) return i;
      if (text[i] === '#' && isSpace(text[i - 1])) return -1;
    }
    return -1;
  }

  /** A word without a colon, with keys below it at its column: a key is being typed before others. */
  #isTypedKey(indent: number): boolean {
    const text = this.#text;
    if (!/[A-Za-z_]/.test(text[this.#i] ?? '')) return false;
    for (let line = this.#lineEnd() + 1; line < this.#end;) {
      if (text[line - 1] === '\r') line++;
      const end = this.#lineEnd(line);
      let i = line;
      while (i < end && text[i] === ' ') i++;
      if (i < end && text[i] !== '#') {
        if (i - line < indent) return false;
        if (i - line === indent) return SIMPLE_KEY.test(text.slice(i, Math.min(end, i + 80)));
      }
      const newline = text.indexOf('\n', end);
      if (newline < 0) return false;
      line = newline + 1;
    }
    return false;
  }

  // Values

  #properties(): Properties {
    const properties: Properties = {};
    for (;;) {
      const mark = this.#text[this.#i];
      if ((mark !== '&' && mark !== '!') || this.#i >= this.#end) return properties;
      const start = ++this.#i;
      while (this.#i < this.#end && !/[\s,[\]{}]/.test(this.#text[this.#i])) this.#i++;
      if (mark === '&') properties.anchor = { name: this.#text.slice(start, this.#i), start, end: this.#i };
      this.#skipSpaces();
    }
  }

  /** A value that begins here, outside of brackets. */
  #value(parentIndent: number, given: Properties, ownIndent?: number): TreeNode | undefined {
    const properties = { ...given, ...this.#properties() };
    const character = this.#text[this.#i];
    if (this.#i >= this.#end) return undefined;
    switch (character) {
      case '{':
      case '[':
        return { ...this.#flow(parentIndent), ...properties };
      case '|':
      case '>':
        return { ...this.#blockScalar(parentIndent), ...properties };
      case '"':
      case "'":
        return { ...this.#quoted(parentIndent), ...properties };
      case '*': {
        const start = this.#i++;
        while (this.#i < this.#end && !/[\s,[\]{}]/.test(this.#text[this.#i])) this.#i++;
        const name = this.#text.slice(start + 1, this.#i);
        return { type: 'alias', name, start, end: this.#i };
      }
      default:
        return { ...this.#plain(parentIndent, ownIndent), ...properties };
    }
  }

  #plain(parentIndent: number, ownIndent?: number): ScalarNode {
    const start = this.#i;
    let end = this.#plainLineEnd(start);
    for (;;) {
      // A comment, and a line that is a key or is not indented further, end the text.
      this.#i = end;
      this.#skipSpaces();
      if (this.#text[this.#i] === '#') break;
      const line = this.#nextLine(this.#lineEnd(end), parentIndent);
      if (line < 0 || this.#text[line] === '#') break;
      const rest = this.#text.slice(line, Math.min(this.#lineEnd(line), line + 80));
      if (SIMPLE_KEY.test(rest) || (ownIndent !== undefined && /^- /.test(rest))) break;
      end = this.#plainLineEnd(line);
    }
    this.#i = end;
    return this.#scalar('plain', start, end, parentIndent);
  }

  /** The first character of the next line that is not blank; -1 where that is not indented further. */
  #nextLine(lineEnd: number, parentIndent: number): number {
    let line = lineEnd;
    for (;;) {
      if (this.#text[line] === '\r') line++;
      if (this.#text[line] !== '\n' || line >= this.#end) return -1;
      const begin = ++line;
      while (line < this.#end && isSpace(this.#text[line])) line++;
      if (line >= this.#end) return -1;
      if (this.#text[line] === '\n' || this.#text[line] === '\r') continue;
      return line - begin > parentIndent ? line : -1;
    }
  }

  /** The end of the text on this line, without a comment and blanks. */
  #plainLineEnd(from: number): number {
    const lineEnd = this.#lineEnd(from);
    let end = from;
    for (let i = from; i < lineEnd; i++) {
      if (this.#text[i] === '#' && i > from && isSpace(this.#text[i - 1])) break;
      if (!isSpace(this.#text[i])) end = i + 1;
    }
    return Math.max(end, Math.min(from + 1, lineEnd));
  }

  #quoted(parentIndent: number): ScalarNode {
    const start = this.#i;
    const style = this.#text[start] === '"' ? 'double' : 'single';
    let close = closingQuote(this.#text, start, this.#end);
    // Lines of a text in quotes are indented further; one that is not shows that the quote is not closed yet.
    for (let newline = this.#text.indexOf('\n', start); newline >= 0 && newline < close;) {
      let i = newline + 1;
      while (i < close && isSpace(this.#text[i])) i++;
      const blank = this.#text[i] === '\n' || this.#text[i] === '\r';
      if (!blank && i - newline - 1 <= parentIndent) close = -1;
      newline = this.#text.indexOf('\n', newline + 1);
    }
    this.#i = close < 0 ? this.#lineEnd() : close + 1;
    return this.#scalar(style, start, this.#i, parentIndent);
  }

  #blockScalar(parentIndent: number): ScalarNode {
    const start = this.#i;
    const style = this.#text[start] === '|' ? 'literal' : 'folded';
    let end = this.#lineEnd();
    this.#i = end;
    this.#skipLine();
    while (this.#i < this.#end) {
      const line = this.#i;
      while (this.#i < this.#end && this.#text[this.#i] === ' ') this.#i++;
      const lineEnd = this.#lineEnd();
      const blank = this.#i >= lineEnd;
      if (!blank && this.#i - line <= parentIndent) {
        this.#i = line;
        break;
      }
      if (!blank) end = lineEnd;
      this.#skipLine();
    }
    // Blank lines that follow belong to it, but are of no use to anyone.
    this.#i = end;
    return this.#scalar(style, start, end, parentIndent);
  }

  // Brackets

  #flow(parentIndent: number): MapNode | ListNode {
    if (++this.#depth > MOST_DEPTH) {
      this.#depth--;
      const start = this.#i;
      this.#i = this.#lineEnd();
      return { type: 'list', flow: true, indent: 0, start, end: this.#i, items: [], closed: false };
    }
    const isMap = this.#text[this.#i] === '{';
    const start = this.#i;
    const indent = this.#column();
    const closer = isMap ? '}' : ']';
    const entries: Entry[] = [];
    const items: Item[] = [];
    this.#closers.push(closer);
    this.#i++;
    let closed = false;
    let end = this.#i;
    while (this.#flowContent(parentIndent)) {
      const from = this.#i;
      const character = this.#text[this.#i];
      if (character === closer) {
        this.#i++;
        end = this.#i;
        closed = true;
        break;
      }
      if (character === '}' || character === ']') {
        if (this.#closers.includes(character)) break;
        this.#i++;
      } else if (character === ',') this.#i++;
      else if (isMap) entries.push(this.#flowEntry(parentIndent));
      else items.push({ dash: -1, value: this.#flowItem(parentIndent) });
      if (this.#i === from) this.#i++; // a tag without a value, as in [a !]
      end = this.#i;
    }
    this.#closers.pop();
    this.#depth--;
    const common = { flow: true, indent, start, end: closed ? this.#i : Math.max(end, start + 1), closed };
    return isMap ? { type: 'map', ...common, entries } : { type: 'list', ...common, items };
  }

  /** To the next character in brackets; false where a line that is not indented further shows that they are not closed. */
  #flowContent(parentIndent: number): boolean {
    const from = this.#i;
    const line = this.#lineEnd(from);
    this.#nextContent();
    if (this.#i >= this.#end) {
      this.#i = from;
      return false;
    }
    if (this.#i <= line) return true;
    const unindented = this.#column() <= parentIndent;
    // Nobody puts a block key into brackets: it is the next line of the block.
    const blockKey = unindented || (this.#atIndicator('-') && this.#column() <= parentIndent + 2);
    if (!blockKey) return true;
    this.#i = from;
    return false;
  }

  #flowEntry(parentIndent: number): Entry {
    const key = this.#flowScalar(parentIndent);
    const after = this.#i;
    this.#flowContent(parentIndent);
    if (this.#text[this.#i] !== ':' || this.#i >= this.#end) {
      this.#i = after;
      return { key, colon: -1 };
    }
    const colon = this.#i++;
    return withValue(key, colon, this.#flowValue(parentIndent));
  }

  #flowItem(parentIndent: number): TreeNode {
    const start = this.#i;
    const value = this.#flowValue(parentIndent) ?? this.#emptyScalar(parentIndent);
    const after = this.#i;
    if (value.type === 'scalar' && this.#flowContent(parentIndent) && this.#text[this.#i] === ':') {
      const colon = this.#i++;
      const entry = withValue(value, colon, this.#flowValue(parentIndent));
      const end = entry.value?.end ?? colon + 1;
      return { type: 'map', flow: true, indent: 0, start, end, entries: [entry], closed: true };
    }
    this.#i = after;
    return value;
  }

  #flowValue(parentIndent: number): TreeNode | undefined {
    const from = this.#i;
    if (!this.#flowContent(parentIndent)) return undefined;
    const properties = this.#properties();
    if (!this.#flowContent(parentIndent)) return undefined;
    const character = this.#text[this.#i];
    if (character === ',' || character === '}' || character === ']') {
      // Blanks before a comma are no part of the value.
      if (!properties.anchor) this.#i = from;
      return undefined;
    }
    if (character === '{' || character === '[') return { ...this.#flow(parentIndent), ...properties };
    if (character === '*') return this.#value(parentIndent, properties);
    return { ...this.#flowScalar(parentIndent), ...properties };
  }

  #flowScalar(parentIndent: number): ScalarNode {
    const start = this.#i;
    const first = this.#text[start];
    if (first === '"' || first === "'") return this.#quoted(parentIndent);
    let end = start;
    for (let i = start; i < this.#end; i++) {
      const character = this.#text[i];
      if (/[,[\]{}]/.test(character) && i > start) break;
      if (character === ':' && (isBlankAt(this.#text, i + 1, this.#end) || /[,[\]{}]/.test(this.#text[i + 1]))) {
        if (i === start) end = start;
        break;
      }
      if (character === '#' && i > start && isSpace(this.#text[i - 1])) break;
      if (character === '\n') {
        // The text may go on, unless the brackets end here or a key begins.
        const next = this.#nextLine(i, parentIndent);
        if (next < 0 || this.#text[next] === '#' || !this.#goesOn(next)) break;
        i = next - 1;
      } else if (!isSpace(character) && character !== '\r') end = i + 1;
    }
    this.#i = Math.max(end, start + (end === start && this.#text[start] !== ':' ? 1 : 0));
    return this.#scalar('plain', start, this.#i, parentIndent);
  }

  /** Whether a plain text in brackets goes on with this line. */
  #goesOn(at: number): boolean {
    const line = this.#text.slice(at, Math.min(this.#lineEnd(at), at + 80));
    return !/^[,[\]{}]/.test(line) && !SIMPLE_KEY.test(line) && !/^- /.test(line);
  }

  // Helpers

  #rest(parentIndent: number): ScalarNode {
    const start = this.#i;
    this.#i = this.#lineEnd();
    return this.#scalar('plain', start, this.#i, parentIndent);
  }

  #emptyScalar(parentIndent: number): ScalarNode {
    return this.#scalar('plain', this.#i, this.#i, parentIndent);
  }

  #scalar(style: ScalarNode['style'], start: number, end: number, parentIndent: number): ScalarNode {
    return { type: 'scalar', style, start, end, parentIndent, raw: this.#text.slice(start, end) };
  }
}

const SIMPLE_KEY = /^(?:[A-Za-z_][\w-]*|"[^"\n]*"|'[^'\n]*'):(?:\s|$)/;

const isSpace = (character: string): boolean => character === ' ' || character === '\t';

function isBlankAt(text: string, at: number, end: number): boolean {
  if (at >= end) return true;
  const character = text[at];
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}

/** Offset of the quote that closes the one at `start`; -1 where none does before `end`. */
function closingQuote(text: string, start: number, end: number): number {
  const quote = text[start];
  for (let i = start + 1; i < end; i++) {
    if (quote === '"' && text[i] === '\\') i++;
    else if (text[i] === quote) {
      if (quote === "'" && text[i + 1] === "'") i++;
      else return i;
    }
  }
  return -1;
}

const withValue = (key: ScalarNode, colon: number, value: TreeNode | undefined): Entry => ({
  key,
  colon,
  ...(value && { value }),
});

/** What remains of a broken document after its first node: entries are kept together. */
function joined(root: TreeNode, more: TreeNode): TreeNode {
  if (root.type === 'map' && more.type === 'map')
    return { ...root, entries: [...root.entries, ...more.entries], end: more.end };
  if (root.type === 'map' && more.type === 'scalar')
    return { ...root, entries: [...root.entries, { key: more, colon: -1 }], end: more.end };
  if (root.type === 'scalar' && more.type === 'map')
    return { ...more, entries: [{ key: root, colon: -1 }, ...more.entries], start: root.start };
  return root;
}
