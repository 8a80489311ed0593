/** Reads outlines: what stands at an offset or under a path, values, names of anchors. */
import { isScalar, parseDocument, type Scalar } from 'yaml';
import { scalarOffsets } from '../scalar-offsets.ts';
import type { Path } from '../locate.ts';
import type { SourceFile } from '../source.ts';
import { outlineOf } from './documents.ts';
import type { AliasNode, Entry, Item, ListNode, MapNode, ScalarNode, TreeDocument, TreeNode } from './tree.ts';

/** The outlines of sources; language/names/move-unchanged.ts moves them from one state of a file to the next. */
export const outlines = new WeakMap<SourceFile, readonly TreeDocument[]>();

/** The documents of a file, read once. */
export function documentsOf(source: SourceFile): readonly TreeDocument[] {
  let documents = outlines.get(source);
  if (!documents) outlines.set(source, (documents = outlineOf(source.text)));
  return documents;
}

/** The document that an offset is in; the line of `---` belongs to the document that it starts. */
export function documentAt(documents: readonly TreeDocument[], offset: number): TreeDocument {
  return documents.findLast(({ start }) => start <= offset) ?? documents[0];
}

/** A node with all that is around it. */
export interface Spot {
  /** To the value; for a key, to the value that it has. */
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly node: TreeNode;
  /** Maps and lists around it, the outermost first. */
  readonly parents: readonly (MapNode | ListNode)[];
  /** Where it is a key, or the value of one. */
  readonly entry?: Entry;
  readonly item?: Item;
}

/** The innermost node that touches an offset. */
export function spotAt(root: TreeNode | undefined, offset: number): Spot | undefined {
  if (!root || offset < root.start || offset > root.end) return undefined;
  const path: (string | number)[] = [];
  const parents: (MapNode | ListNode)[] = [];
  let spot: Spot = { path: [], at: 'value', node: root, parents: [] };
  for (let node: TreeNode = root; node.type === 'map' || node.type === 'list';) {
    parents.push(node);
    let next: TreeNode | undefined;
    if (node.type === 'map') {
      const entry: Entry | undefined = node.entries.find(
        ({ key, value }) => touches(key, offset) || (value !== undefined && touches(value, offset)),
      );
      if (!entry) return spot;
      path.push(scalarValue(entry.key));
      const onKey = touches(entry.key, offset);
      const found: TreeNode = onKey ? entry.key : entry.value!;
      spot = { path: [...path], at: onKey ? 'key' : 'value', node: found, parents: [...parents], entry };
      if (onKey) return spot;
      next = found;
    } else {
      const index = node.items.findIndex(({ value }) => value !== undefined && touches(value, offset));
      if (index < 0) return spot;
      path.push(index);
      next = node.items[index].value!;
      spot = { path: [...path], at: 'value', node: next, parents: [...parents], item: node.items[index] };
    }
    node = next;
  }
  return spot;
}

const touches = ({ start, end }: TreeNode, offset: number): boolean => start <= offset && offset <= end;

export interface Found {
  readonly entry?: Entry;
  readonly value?: TreeNode;
}

/** What stands under a path; aliases are not followed. */
export function find(root: TreeNode | undefined, path: Path): Found | undefined {
  let found: Found = root ? { value: root } : {};
  for (const step of path) {
    const node: TreeNode | undefined = found.value;
    if (node?.type === 'map') {
      const entry = entryOf(node, String(step));
      if (!entry) return undefined;
      found = { entry, ...(entry.value && { value: entry.value }) };
    } else if (node?.type === 'list') {
      const item = node.items[Number(step)];
      if (!item) return undefined;
      found = item.value ? { value: item.value } : {};
    } else return undefined;
  }
  return found;
}

export const findMap = (root: TreeNode | undefined, path: Path): MapNode | undefined => {
  const node = find(root, path)?.value;
  return node?.type === 'map' ? node : undefined;
};

export const findList = (root: TreeNode | undefined, path: Path): ListNode | undefined => {
  const node = find(root, path)?.value;
  return node?.type === 'list' ? node : undefined;
};

export const entryOf = (map: MapNode, key: string): Entry | undefined =>
  map.entries.find((entry) => entry.colon >= 0 && scalarValue(entry.key) === key);

/** The text of a scalar under a path, through an alias. */
export function textAt(root: TreeNode | undefined, path: Path): string | undefined {
  const node = follow(root, find(root, path)?.value);
  return node?.type === 'scalar' && node.end > node.start ? scalarValue(node) : undefined;
}

/** The texts of a list of scalars; of one scalar, its text alone. */
export function textsAt(root: TreeNode | undefined, path: Path): string[] {
  const node = follow(root, find(root, path)?.value);
  if (node?.type === 'scalar') return node.end > node.start ? [scalarValue(node)] : [];
  if (node?.type !== 'list') return [];
  return node.items.flatMap(({ value }) => {
    const item = follow(root, value);
    return item?.type === 'scalar' && item.end > item.start ? [scalarValue(item)] : [];
  });
}

/** The items of a list of mappings. */
export function mapsAt(root: TreeNode | undefined, path: Path): MapNode[] {
  return (findList(root, path)?.items ?? []).flatMap(({ value }) => {
    const item = follow(root, value);
    return item?.type === 'map' ? [item] : [];
  });
}

/** What an alias stands for: the last anchor of that name before it. */
export function follow(root: TreeNode | undefined, node: TreeNode | undefined): TreeNode | undefined {
  if (node?.type !== 'alias' || !root) return node;
  const target = anchored(root, node);
  return target?.type === 'alias' ? undefined : target;
}

function anchored(root: TreeNode, alias: AliasNode): TreeNode | undefined {
  let last: TreeNode | undefined;
  const visit = (node: TreeNode): void => {
    if (node.start > alias.start) return;
    if (node.anchor?.name === alias.name) last = node;
    for (const child of childrenOf(node)) visit(child);
  };
  visit(root);
  return last;
}

export function childrenOf(node: TreeNode): readonly TreeNode[] {
  if (node.type === 'map') return node.entries.flatMap(({ key, value }) => (value ? [key, value] : [key]));
  if (node.type === 'list') return node.items.flatMap(({ value }) => value ?? []);
  return [];
}

/** The value of a scalar as a text, whatever its style. */
export function scalarValue(node: ScalarNode): string {
  return simple(node) ?? String(parsed(node)?.scalar.value ?? '');
}

/** The value, and where each of its characters stands in the file: one more offset than characters. */
export function scalarText(node: ScalarNode): { readonly text: string; readonly offsets: Uint32Array } {
  const text = simple(node);
  if (text !== undefined) {
    const start = node.style === 'plain' ? node.start : node.start + 1;
    return { text, offsets: Uint32Array.from({ length: text.length + 1 }, (_, i) => start + i) };
  }
  const found = parsed(node);
  if (!found) return { text: '', offsets: Uint32Array.of(node.start) };
  const offsets = scalarOffsets(found.snippet, found.scalar);
  return {
    text: String(found.scalar.value ?? ''),
    offsets: offsets.map((offset) => Math.min(Math.max(node.start, node.start + offset - found.shift), node.end)),
  };
}

/** Where the text of the scalar stands, without quotes. */
export function contentSpan({ style, start, end, raw }: ScalarNode): { readonly start: number; readonly end: number } {
  if (style !== 'single' && style !== 'double') return { start, end };
  const closed = raw.length > 1 && raw.at(-1) === raw[0];
  return { start: start + 1, end: closed ? end - 1 : end };
}

/** The value where it stands in the file as it is: on one line, nothing escaped. */
function simple({ style, raw }: ScalarNode): string | undefined {
  if (style === 'plain') return raw.includes('\n') ? undefined : raw;
  if (style === 'literal' || style === 'folded') return undefined;
  const closed = raw.length > 1 && raw.at(-1) === raw[0];
  const content = raw.slice(1, closed ? -1 : undefined);
  if (!closed) return content;
  return content.includes('\n') || content.includes(style === 'single' ? "'" : '\\') ? undefined : content;
}

/** Other scalars are read by the YAML parser, so that they mean what they mean in the model. */
function parsed(node: ScalarNode): { snippet: string; scalar: Scalar; shift: number } | undefined {
  const shift = node.parentIndent < 0 ? 0 : node.parentIndent + 2;
  const snippet = `${shift === 0 ? '' : `${' '.repeat(node.parentIndent)}- `}${node.raw}`;
  const { contents } = parseDocument(snippet, { logLevel: 'silent' });
  const scalar = shift === 0 ? contents : (contents as { items?: unknown[] } | null)?.items?.[0];
  return isScalar(scalar) ? { snippet, scalar, shift } : undefined;
}

/** Nodes of a value with its aliases written out; what is beyond is left out. */
const MOST_NODES = 20_000;

/** The value of a node as plain data, as far as it can be told. */
export function plainValue(root: TreeNode | undefined, node = root): unknown {
  let nodes = 0;
  const open = new Set<TreeNode>();
  const convert = (here: TreeNode | undefined): unknown => {
    if (!here || ++nodes > MOST_NODES || open.has(here)) return null;
    if (here.type === 'scalar') return here.style === 'plain' ? coreValue(scalarValue(here)) : scalarValue(here);
    open.add(here);
    const value = collect(here);
    open.delete(here);
    return value;
  };
  const collect = (here: Exclude<TreeNode, ScalarNode>): unknown => {
    switch (here.type) {
      case 'map':
        return Object.fromEntries(
          here.entries.filter(({ colon }) => colon >= 0).map(({ key, value }) => [scalarValue(key), convert(value)]),
        );
      case 'list':
        return here.items.map(({ value }) => convert(value));
      case 'alias':
        return convert(follow(root, here));
    }
  };
  return convert(node);
}

/** A plain scalar by YAML's core schema. */
export function coreValue(text: string): unknown {
  if (/^(?:|~|null|Null|NULL)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/.test(text)) return Number(text);
  return text;
}
