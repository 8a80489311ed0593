/** Text -> outline, by YAML's lexer and parser. Reads every text, in time proportional to its length, and never throws. */
import { CST, Parser } from 'yaml';
import { MAX_DEPTH, MAX_OPEN } from '../parse.ts';
import { RepairedLexer, trimmed } from './lexemes.ts';
import { isColon, joinTypedKeys, nestBelowTypedKeys } from './typed-keys.ts';
import type { Entry, Item, ListNode, MapNode, Name, ScalarNode, ScalarStyle, TreeNode } from './tree.ts';

/**
 * The node of the document between two offsets; the line of its `---` may come before. With 'typing', a word in braces that stands above a
 * key is a key of its own, though YAML reads both as one key.
 */
export function nodeOf(text: string, start: number, end: number, typing?: 'typing'): TreeNode | undefined {
  const from = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
  const document = text.slice(from, end);
  const lexer = new RepairedLexer(document, typing !== undefined);
  const nodes: TreeNode[] = [];
  for (let at = 0; at < document.length;) {
    const { value, marks, rest } = parsed(document, lexer, at);
    const node = new Reader(text, from + at).node(value, marks, -1);
    if (node) nodes.push(node);
    at = rest;
  }
  return joined(nodes);
}

interface Parsed {
  readonly value: CST.Token | undefined;
  /** What stands before the node, such as its anchor. */
  readonly marks: readonly CST.SourceToken[];
  /** Offset of what the parser can't place. */
  readonly rest: number;
}

/** What the parser takes for the node of a document, and where the line begins that it can't place. */
function parsed(text: string, lexer: RepairedLexer, from: number): Parsed {
  const parser = new Parser();
  let found: CST.Document | undefined;
  let stray: number | undefined;
  const take = (token: CST.Token): void => {
    if (token.type === 'document') {
      found = token;
      stray ??= token.end?.find(isContent)?.offset;
    } else if (token.type === 'error') stray ??= token.offset;
  };
  for (const lexeme of lexer.lexemes(from)) {
    for (const token of parser.next(lexeme)) take(token);
    if (stray !== undefined || parser.stack.length > MAX_OPEN) break;
  }
  if (stray === undefined) for (const token of parser.end()) take(token);
  const { value, start: marks = [] } = found ?? {};
  if (stray === undefined) return { value, marks, rest: text.length };
  // There is no way back: a document that begins with what can't be placed is left out.
  const line = text.slice(from, from + stray).lastIndexOf('\n') + 1;
  const rest = from + (/^[ \t]*$/.test(text.slice(from + line, from + stray)) ? line : stray);
  return { value, marks, rest: rest > from ? rest : text.length };
}

const isContent = ({ type }: CST.SourceToken): boolean => type !== 'space' && type !== 'comment' && type !== 'newline';

/** Several nodes of a broken document: the entries of its maps, and texts as keys that are being typed. */
function joined(nodes: readonly TreeNode[]): TreeNode | undefined {
  const first = nodes.find(({ type }) => type === 'map') ?? nodes[0];
  if (nodes.length < 2 || first.type !== 'map') return first;
  const entries = nodes.flatMap((node): readonly Entry[] => {
    if (node.type === 'map') return node.entries;
    return node.type === 'scalar' ? [{ key: node, colon: -1 }] : [];
  });
  return { ...first, start: nodes[0].start, end: nodes.at(-1)!.end, entries };
}

const STYLES = { scalar: 'plain', 'single-quoted-scalar': 'single', 'double-quoted-scalar': 'double' } as const;

/** Tokens of the parser -> nodes of the outline. */
class Reader {
  readonly #text: string;
  /** The offset of the parser's first token. */
  readonly #base: number;
  #depth = 0;

  constructor(text: string, base: number) {
    this.#text = text;
    this.#base = base;
  }

  /** `marks` stand before it, and may hold its anchor; `indent` is the column of the block around it. */
  node(token: CST.Token | null | undefined, marks: readonly CST.SourceToken[], indent: number): TreeNode | undefined {
    this.#depth++;
    const node = this.#depth > MAX_DEPTH ? undefined : this.#bare(token, indent);
    this.#depth--;
    const mark = marks.findLast(({ type, source }) => type === 'anchor' && source.length > 1);
    if (!mark) return node;
    const anchor = this.#name(mark);
    return { ...(node ?? this.#scalar('plain', anchor.end, anchor.end, indent)), anchor };
  }

  #bare(token: CST.Token | null | undefined, indent: number): TreeNode | undefined {
    switch (token?.type) {
      case 'scalar':
      case 'single-quoted-scalar':
      case 'double-quoted-scalar':
        return this.#scalar(STYLES[token.type], this.#base + token.offset, this.#endOf(token), indent);
      case 'block-scalar':
        return this.#blockScalar(token, indent);
      case 'alias': {
        const { name, start, end } = this.#name(token);
        return { type: 'alias', name, start: start - 1, end };
      }
      case 'block-map':
        return this.#map(token);
      case 'block-seq':
        return this.#list(token);
      case 'flow-collection':
        return this.#flow(token, indent);
      default:
        return undefined;
    }
  }

  #endOf({ offset, source }: Pick<CST.SourceToken, 'offset' | 'source'>): number {
    return this.#base + offset + source.length;
  }

  /** Of an anchor or alias. */
  #name(token: Pick<CST.SourceToken, 'offset' | 'source'>): Name {
    return { name: token.source.slice(1), start: this.#base + token.offset + 1, end: this.#endOf(token) };
  }

  #scalar(style: ScalarStyle, start: number, end: number, parentIndent: number): ScalarNode {
    return { type: 'scalar', style, start, end, parentIndent, raw: this.#text.slice(start, end) };
  }

  /** Without its last line break; the lexer leaves out blank lines that are no part of its text. */
  #blockScalar({ offset, props, source }: CST.BlockScalar, indent: number): ScalarNode {
    const start = this.#base + offset;
    let end = start + source.length;
    for (const prop of props) if ('source' in prop) end += prop.source.length;
    const raw = this.#text.slice(start, end);
    const kept = /^..?\+/.test(raw) ? raw : raw.replace(/\r?\n$/, '');
    return this.#scalar(raw.startsWith('|') ? 'literal' : 'folded', start, start + kept.length, indent);
  }

  #map(token: CST.BlockMap): MapNode {
    nestBelowTypedKeys(token);
    const start = this.#base + token.offset;
    const { indent } = token;
    const entries: Entry[] = [];
    for (const item of token.items) {
      const last = entries.at(-1);
      if (CST.isCollection(item.key) && !item.sep?.some(isColon)) {
        // A block that stands where a key should is the value of the key above.
        const value = last && !last.value && this.node(item.key, [], indent);
        if (value) entries[entries.length - 1] = { ...last, value };
      } else if (item.explicitKey) entries.push(this.#entry(item, indent));
      else entries.push(...this.#lines(this.#entry(item, indent)));
    }
    return { type: 'map', flow: false, indent, start, end: endOfEntries(entries, start), entries, closed: true };
  }

  #entry({ start: marks, key, sep = [], value }: CST.CollectionItem, indent: number): Entry {
    const colon = sep.find(isColon);
    const empty = this.#base + (marks.find(isContent) ?? colon ?? { offset: 0 }).offset;
    const node = this.node(key, marks, indent) ?? this.#scalar('plain', empty, empty, indent);
    return {
      // The outline has no keys that are collections or aliases: they are texts to it.
      key: node.type === 'scalar' ? node : this.#scalar('plain', node.start, node.end, indent),
      colon: colon ? this.#base + colon.offset : -1,
      // Behind a question mark the parser takes a value without its colon for nothing.
      ...(colon || !marks.some(isQuestionMark) ? valueOf(this.node(value, sep, indent)) : {}),
    };
  }

  /** A key over several lines that has no colon is several such keys. */
  #lines(entry: Entry): Entry[] {
    const { key, colon, value } = entry;
    if (colon >= 0 || value || key.style !== 'plain' || !key.raw.includes('\n')) return [entry];
    return Array.from(key.raw.matchAll(/[^ \t\r\n][^\n]*/g), ({ index, 0: line }) => {
      const start = key.start + index;
      return { key: this.#scalar('plain', start, start + trimmed(line).length, key.parentIndent), colon };
    });
  }

  #list(token: CST.BlockSequence): ListNode {
    joinTypedKeys(token);
    const start = this.#base + token.offset;
    const { indent } = token;
    const items = token.items.map(({ start: marks, value }): Item => {
      const dash = marks.find(({ type }) => type === 'seq-item-ind');
      return { dash: dash ? this.#base + dash.offset : -1, ...valueOf(this.node(value, marks, indent)) };
    });
    const last = items.at(-1);
    const end = Math.max(start, last?.value?.end ?? 0, (last?.dash ?? 0) + 1);
    return { type: 'list', flow: false, indent, start, end, items, closed: true };
  }

  #flow({ start: bracket, items: tokens, end: [close] }: CST.FlowCollection, indent: number): MapNode | ListNode {
    const isMap = bracket.source === '{';
    const start = this.#base + bracket.offset;
    const entries: Entry[] = [];
    const items: Item[] = [];
    let end = start + 1;
    for (const item of tokens) {
      for (const mark of [...item.start, ...(item.sep ?? [])]) if (isContent(mark)) end = this.#endOf(mark);
      if (!isMap) items.push(...this.#flowItems(item, indent));
      else if (item.sep || item.start.some(beginsNode)) entries.push(...this.#flowEntries(item, indent));
      end = Math.max(end, endOfEntries(entries, 0), items.at(-1)?.value?.end ?? 0);
    }
    const closed = close?.source === (isMap ? '}' : ']');
    const common = { flow: true, indent: bracket.indent, start, end: closed ? this.#endOf(close) : end, closed };
    return isMap ? { type: 'map', ...common, entries } : { type: 'list', ...common, items };
  }

  /** Below a key without its colon, the parser takes the next key for a block. */
  #flowEntries({ value, ...key }: CST.CollectionItem, indent: number): Entry[] {
    if (value?.type !== 'block-map' || key.sep?.some(isColon))
      return [this.#entry({ ...key, ...(value && { value }) }, indent)];
    return [this.#entry(key, indent), ...this.#map(value).entries];
  }

  #flowItems(item: CST.CollectionItem, indent: number): Item[] {
    const { start: marks, key, sep, value } = item;
    if (sep?.some(isColon) || marks.some(isQuestionMark)) {
      const entry = this.#entry(item, indent);
      const { start } = entry.key;
      const pair = { flow: true, indent: 0, start, end: endOfEntries([entry], start), entries: [entry], closed: true };
      return [{ dash: -1, value: { type: 'map', ...pair } }];
    }
    const nodes = [this.node(key ?? value, marks, indent), key && this.node(value, [], indent)];
    const found = nodes.flatMap((node) => (node ? { dash: -1, value: node } : []));
    return found.length === 0 && marks.some(beginsNode) ? [{ dash: -1 }] : found;
  }
}

const isQuestionMark = ({ type }: CST.SourceToken): boolean => type === 'explicit-key-ind';

/** What may stand before a node that is empty. */
const beginsNode = ({ type }: CST.SourceToken): boolean =>
  type === 'anchor' || type === 'tag' || type === 'explicit-key-ind';

const valueOf = (value: TreeNode | undefined): { readonly value?: TreeNode } => (value ? { value } : {});

function endOfEntries(entries: readonly Entry[], start: number): number {
  const last = entries.at(-1);
  return last ? Math.max(last.value?.end ?? 0, last.colon + 1, last.key.end) : start;
}
