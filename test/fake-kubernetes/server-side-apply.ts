/** Server-side apply, as far as tests need it: who owns which field, conflicts, and fields that are given up. A list is one field. */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from './api-server.ts';

export interface Conflict {
  readonly manager: string;
  /** As the server names it: .spec.replicas */
  readonly field: string;
}

export interface Applied {
  readonly object: KubeObject;
  readonly conflicts: readonly Conflict[];
  /** Notes who owns what from now on. */
  readonly commit: () => void;
}

export interface ApplyOptions {
  readonly manager: string;
  readonly force: boolean;
}

type Tree = Record<string, unknown>;
/** JSON of the names on the way to a field. */
type Path = string;

export class FieldOwners {
  /** By object, by manager. */
  readonly #owned = new Map<string, Map<string, Set<Path>>>();

  /** What `manager` set before, by an update. */
  claim(object: string, manager: string, field: readonly string[]): void {
    const owned = this.#ownedBy(object, manager);
    owned.add(JSON.stringify(field));
    this.#of(object).set(manager, owned);
  }

  forget(object: string): void {
    this.#owned.delete(object);
  }

  apply(path: string, present: KubeObject | undefined, applied: KubeObject, options: ApplyOptions): Applied {
    const { manager, force } = options;
    const wanted = leavesOf(applied);
    const now = leavesOf(present ?? applied);
    const others = [...this.#of(path)].filter(([name]) => name !== manager);
    const conflicts = others.flatMap(([name, fields]) =>
      [...fields]
        .filter((field) => wanted.has(field) && !isDeepStrictEqual(wanted.get(field), now.get(field)))
        .map((field): Conflict => ({ manager: name, field: `.${(JSON.parse(field) as string[]).join('.')}` })),
    );
    const { apiVersion, kind, metadata } = applied;
    const start = { apiVersion, kind, metadata: { name: metadata.name, namespace: metadata.namespace } };
    const object = structuredClone(present ?? start) as KubeObject;
    const isOthers = (field: Path) => others.some(([, fields]) => fields.has(field));
    for (const field of this.#ownedBy(path, manager))
      if (!wanted.has(field) && !isOthers(field)) removeAt(object as Tree, JSON.parse(field) as string[]);
    for (const [field, value] of wanted) setAt(object as Tree, JSON.parse(field) as string[], structuredClone(value));
    const commit = (): void => {
      this.#of(path).set(manager, new Set(wanted.keys()));
      if (force) for (const { manager: name, field } of conflicts) this.#giveUp(path, name, field);
    };
    return { object, conflicts, commit };
  }

  #giveUp(object: string, manager: string, field: string): void {
    const owned = this.#ownedBy(object, manager);
    for (const path of owned) if (`.${(JSON.parse(path) as string[]).join('.')}` === field) owned.delete(path);
  }

  #of(object: string): Map<string, Set<Path>> {
    const known = this.#owned.get(object) ?? new Map<string, Set<Path>>();
    this.#owned.set(object, known);
    return known;
  }

  #ownedBy(object: string, manager: string): Set<Path> {
    return this.#of(object).get(manager) ?? new Set();
  }
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fields that somebody sets, but for those that name the object. */
function leavesOf(object: KubeObject): Map<Path, unknown> {
  const { labels, annotations } = object.metadata as Tree;
  const rest = Object.fromEntries(
    Object.entries(object).filter(([name]) => !['apiVersion', 'kind', 'metadata', 'status'].includes(name)),
  );
  const leaves = new Map<Path, unknown>();
  const walk = (value: unknown, path: readonly string[]): void => {
    if (isTree(value) && Object.keys(value).length > 0)
      for (const [name, each] of Object.entries(value)) walk(each, [...path, name]);
    else if (value !== undefined) leaves.set(JSON.stringify(path), value);
  };
  walk({ ...rest, metadata: { labels, annotations } }, []);
  return leaves;
}

function setAt(tree: Tree, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (rest.length === 0) tree[name] = value;
  else {
    if (!isTree(tree[name])) tree[name] = {};
    setAt(tree[name] as Tree, rest, value);
  }
}

function removeAt(tree: Tree, path: readonly string[]): void {
  const [name, ...rest] = path;
  if (rest.length === 0) delete tree[name];
  else if (isTree(tree[name])) removeAt(tree[name], rest);
}
