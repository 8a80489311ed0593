/** Every name in one file, whatever the other files say. */
import { parseExpression } from '../../spec/cel/parse.ts';
import { walk, type SyntaxNode } from '../../spec/cel/syntax.ts';
import type { Kind } from '../../spec/schema/validators.ts';
import type { Path } from '../../spec/text/locate.ts';
import type { SourceFile } from '../../spec/text/source.ts';
import { isKind } from '../schema/part.ts';
import { contentSpan, documentsOf, follow, scalarText, scalarValue, textAt } from '../../spec/text/outline/lookup.ts';
import type { Name, ScalarNode, TreeDocument, TreeNode } from '../../spec/text/outline/tree.ts';
import { expressionPlace, namePlace, shapeOf, type NameKind } from './places.ts';

/** An object that a file declares; its kind and name may be missing while it is written. */
export interface DeclaredObject {
  readonly source: SourceFile;
  readonly document: TreeDocument;
  readonly kind?: Kind;
  readonly name?: string;
  readonly names: readonly NameUse[];
}

export interface NameUse {
  readonly kind: NameKind | 'anchor';
  readonly name: string;
  readonly declares: boolean;
  /** Of the name itself, without quotes. */
  readonly start: number;
  readonly end: number;
  readonly path: Path;
  /** How a new name has to be written there. */
  readonly written: 'plain' | 'single' | 'double' | 'literal' | 'folded';
  /** An alias has the name of its anchor, and what that stands for goes where the alias stands. */
  readonly alias?: boolean;
  /** In a search space, `roles.*.settings.NAME` stands for settings of several roles. */
  readonly ofRole?: string;
}

/** The objects of sources, one for each document; move-unchanged.ts moves them from one state of a file to the next. */
export const collected = new WeakMap<SourceFile, readonly DeclaredObject[]>();

export function objectsOf(source: SourceFile): readonly DeclaredObject[] {
  let objects = collected.get(source);
  if (!objects) collected.set(source, (objects = documentsOf(source).map((document) => objectOf(source, document))));
  return objects;
}

export function objectOf(source: SourceFile, document: TreeDocument): DeclaredObject {
  const kind = textAt(document.root, ['kind']);
  const name = textAt(document.root, ['metadata', 'name']);
  const known = isKind(kind) ? kind : undefined;
  let names: readonly NameUse[] | undefined;
  return {
    source,
    document,
    ...(known && { kind: known }),
    ...(name !== undefined && { name }),
    // Most questions are about a few objects; the expressions of all others need not be read.
    get names() {
      return (names ??= document.root ? new Collector(document.root, known).names : []);
    },
  };
}

/** Nodes that aliases add at most. */
const MOST_EXPANDED = 2000;

class Collector {
  readonly names: NameUse[] = [];
  readonly #root: TreeNode;
  readonly #kind: Kind | undefined;
  #expanded = 0;

  constructor(root: TreeNode, kind: Kind | undefined) {
    this.#root = root;
    this.#kind = kind;
    this.#visit(root, [], false);
  }

  #visit(node: TreeNode, path: Path, expanding: boolean): void {
    if (expanding && ++this.#expanded > MOST_EXPANDED) return;
    if (node.anchor && !expanding) this.#anchor(node.anchor, path, true);
    switch (node.type) {
      case 'map':
        for (const { key, colon, value } of node.entries) {
          if (colon < 0) continue;
          const inner = [...path, scalarValue(key)];
          this.#key(key, inner);
          if (value) this.#visit(value, inner, expanding);
        }
        return;
      case 'list':
        node.items.forEach(({ value }, index) => value && this.#visit(value, [...path, index], expanding));
        return;
      case 'scalar':
        this.#scalar(node, path, false);
        return;
      case 'alias': {
        const { name, start, end } = node;
        if (!expanding) this.#anchor({ name, start: start + 1, end }, path, false);
        const target = follow(this.#root, node);
        // What stands inside of its own anchor never ends.
        if (target && !(target.start <= start && end <= target.end)) this.#visit(target, path, true);
      }
    }
  }

  #anchor({ name, start, end }: Name, path: Path, declares: boolean): void {
    this.names.push({ kind: 'anchor', name, declares, start, end, path, written: 'plain', alias: !declares });
  }

  #scalar(node: ScalarNode, path: Path, alias: boolean): void {
    if (!this.#kind || node.end === node.start) return;
    const shape = shapeOf(path);
    const place = namePlace(this.#kind, shape);
    if (place) {
      const { start, end } = contentSpan(node);
      this.names.push({
        ...place,
        name: scalarValue(node),
        start,
        end,
        path,
        written: node.style,
        ...(alias && { alias }),
      });
    } else if (expressionPlace(this.#kind, shape)) this.#expression(node, path);
  }

  #key(key: ScalarNode, path: Path): void {
    const shape = shapeOf(path.slice(0, -1));
    const name = scalarValue(key);
    const common = { path, written: key.style };
    if (this.#kind === 'Role' && shape === 'spec.settings')
      this.names.push({ kind: 'setting', name, declares: true, ...contentSpan(key), ...common });
    if (this.#kind === 'Training' && shape === 'spec.search.space') {
      const match = /^roles\.([^.]+)\.(?:settings\.([^.]+)|hardness|bonus)$/.exec(name);
      const { text, offsets } = scalarText(key);
      if (!match || text !== name) return;
      const [, role, setting] = match;
      const from = 'roles.'.length;
      const use = { declares: false, ...common } as const;
      if (role !== '*')
        this.names.push({ kind: 'Role', name: role, start: offsets[from], end: offsets[from + role.length], ...use });
      if (setting !== undefined) {
        const span = { start: offsets[name.length - setting.length], end: offsets[name.length] };
        this.names.push({ kind: 'setting', name: setting, ...span, ofRole: role, ...use });
      }
    }
  }

  #expression(node: ScalarNode, path: Path): void {
    const { text, offsets } = scalarText(node);
    // A name may not be broken over lines; what cannot be retraced is not a name.
    const add = (kind: NameKind, name: string, start: number, end: number): void => {
      const [from, to] = [offsets[start], offsets[end - 1] + 1];
      if (to - from === end - start)
        this.names.push({ kind, name, declares: false, start: from, end: to, path, written: node.style });
    };
    walk(parseExpression(text).root, (here, parents) => {
      if (here.op === 'member' && here.of.type === 'settings' && here.name !== '')
        add('setting', here.name, here.nameStart, here.nameEnd);
      if (here.op === 'string' && !here.bytes && here.value !== '' && comparedWith(here, parents) === 'name')
        add('service', here.value, here.content.start, here.content.end);
    });
  }
}

/** The field of a service that a text is compared with, as in `s.name == 'a'` and `s.name in ['a', 'b']`. */
export function comparedWith(text: SyntaxNode, parents: readonly SyntaxNode[]): string | undefined {
  let parent = parents.at(-1);
  let inner: SyntaxNode = text;
  if (parent?.op === 'list') [inner, parent] = [parent, parents.at(-2)];
  if (parent?.op !== 'binary' || !['==', '!=', 'in'].includes(parent.operator)) return undefined;
  const other = parent.left === inner ? parent.right : parent.left;
  return other.op === 'member' && other.of.type === 'service' ? other.name : undefined;
}
