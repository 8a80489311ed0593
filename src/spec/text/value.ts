/** The plain value of a document, and what is wrong with it as plain data: aliases, repeated keys, depth. */
import { isAlias, isMap, isScalar, isSeq, type Alias, type Node } from 'yaml';
import { problem, type Problem } from '../problem.ts';
import { MAX_DEPTH, type ParsedDocument } from './parse.ts';
import { rangeOf } from './source.ts';

/** Nodes of a document with all aliases written out. The language's largest objects have a few thousand. */
const MAX_NODES = 100_000;

export interface PlainValue {
  /** Mappings have no prototype, so that no key is special. Undefined where there is a problem that hides the value. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

export function plainValue(document: ParsedDocument): PlainValue {
  const converter = new Converter(document);
  const value = converter.convert(document.yaml.contents, 0);
  return { value: converter.failed ? undefined : value, problems: converter.problems };
}

class Converter {
  readonly problems: Problem[] = [];
  failed = false;
  readonly #document: ParsedDocument;
  readonly #anchors = new Map<string, Node>();
  /** Anchored nodes that are being converted: an alias to one of them would never end. */
  readonly #open = new Set<Node>();
  #nodes = 0;
  /** The alias of the document's own text that is being written out. */
  #expanding: Alias | undefined;

  constructor(document: ParsedDocument) {
    this.#document = document;
  }

  convert(node: Node | null, depth: number): unknown {
    if (this.failed || node === null) return null;
    if (++this.#nodes > MAX_NODES || depth > MAX_DEPTH) {
      const message = `The document is nested more than ${MAX_DEPTH} deep. Flatten it.`;
      if (depth > MAX_DEPTH) this.#fail(node, 'yaml-too-deep', message);
      else this.#fail(node, 'yaml-alias', 'The aliases expand to more than 100000 values. Write the values out.');
      return null;
    }
    if (isAlias(node)) return this.#alias(node, depth);
    if (isScalar(node)) {
      if (node.anchor) this.#anchors.set(node.anchor, node);
      return node.value;
    }
    const anchor = isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor) this.#anchors.set(anchor, node);
    this.#open.add(node);
    const value = isSeq(node)
      ? node.items.map((item) => this.convert(item as Node, depth + 1))
      : isMap(node)
        ? this.#mapping(node.items as { key: Node; value: Node | null }[], depth)
        : null;
    this.#open.delete(node);
    return value;
  }

  #mapping(items: readonly { key: Node; value: Node | null }[], depth: number): unknown {
    const value = Object.create(null) as Record<string, unknown>;
    for (const { key, value: node } of items) {
      const name = isScalar(key) ? String(key.value ?? '') : undefined;
      if (name === undefined) {
        this.#fail(key, 'wrong-type', 'A key must be a text. Put it in quotes, or write another key.');
      } else if (name in value) {
        if (!this.#expanding)
          this.#report(
            key,
            'duplicate-key',
            `The key '${name}' stands twice in this mapping. Remove or rename one of them.`,
          );
      } else value[name] = this.convert(node, depth + 1);
    }
    return value;
  }

  #alias(node: Alias, depth: number): unknown {
    const target = this.#anchors.get(node.source);
    if (!target)
      this.#fail(node, 'yaml-alias', `No anchor &${node.source} stands before this alias. Write the value out.`);
    else if (this.#open.has(target)) {
      this.#fail(node, 'yaml-alias', `The alias *${node.source} stands inside of its own anchor. Write the value out.`);
    } else {
      const outermost = this.#expanding;
      this.#expanding ??= node;
      const value = this.convert(target, depth + 1);
      this.#expanding = outermost;
      return value;
    }
    return null;
  }

  #fail(node: Node, code: 'yaml-alias' | 'yaml-too-deep' | 'wrong-type', message: string): void {
    if (!this.failed) this.#report(this.#expanding ?? node, code, message);
    this.failed = true;
  }

  #report(node: Node, code: 'yaml-alias' | 'yaml-too-deep' | 'wrong-type' | 'duplicate-key', message: string): void {
    const { source } = this.#document;
    const [start, end] = node.range ?? [0, 0];
    this.problems.push(problem(source.path, rangeOf(source, start, end), code, message));
  }
}
