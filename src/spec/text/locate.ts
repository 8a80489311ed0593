/** From a path in the plain value to the place in the text. */
import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair } from 'yaml';

export type Path = readonly (string | number)[];

export interface Located {
  /** The key, where the parent is a mapping. */
  readonly key?: Node;
  /** The value as it stands there: an alias is not followed. */
  readonly value?: Node;
}

/** Undefined where the path does not exist in the document. */
export function locate(document: Document, path: Path): Located | undefined {
  let here: Located = document.contents ? { value: document.contents } : {};
  for (const step of path) {
    const node = follow(document, here.value);
    if (isMap(node)) {
      const pair = (node.items as Pair<Node, Node | null>[]).find(
        ({ key }) => isScalar(key) && String(key.value ?? '') === step,
      );
      if (!pair) return undefined;
      here = { key: pair.key, ...(pair.value ? { value: pair.value } : {}) };
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined;
      if (!item) return undefined;
      here = { value: item };
    } else return undefined;
  }
  return here;
}

/** The node that an alias stands for, or the node itself. */
export function follow(document: Document, node: Node | undefined): Node | undefined {
  return isAlias(node) ? (node.resolve(document) as Node | undefined) : node;
}

/** Offsets of the value; of the key where the value is empty or `part` is 'key'. The nearest parent of a missing path. */
export function offsetsOf(document: Document, path: Path, part: 'key' | 'value'): readonly [number, number] {
  for (let length = path.length; length >= 0; length--) {
    const found = locate(document, path.slice(0, length));
    if (!found) continue;
    const wanted = part === 'value' && length === path.length ? 'value' : 'key';
    const range = (wanted === 'value' ? nonEmpty(found.value) : undefined) ?? found.key?.range ?? nonEmpty(found.value);
    if (range) return [range[0], range[1]];
  }
  const start = document.range?.[0] ?? 0;
  return [start, start];
}

const nonEmpty = (node: Node | undefined): Node['range'] =>
  node?.range && node.range[1] > node.range[0] ? node.range : undefined;
