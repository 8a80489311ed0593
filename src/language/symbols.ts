/** Symbols: the outline of a file, and the names of a folder. */
import { EVENT_NAMES, RANDOM_EVENT_NAMES } from '../spec/scenario-events.ts';
import type { Range } from '../spec/problem.ts';
import { rangeOf, type SourceFile } from '../spec/text/source.ts';
import type { FolderView } from './folder-view.ts';
import { objectsOf, type DeclaredObject } from './names/file-names.ts';
import { namesOf } from './names/folder-names.ts';
import type { NameKind } from './names/places.ts';
import { locationOf, type Location } from './text.ts';
import { contentSpan, find, findList, findMap, plainValue, scalarValue, textAt } from '../spec/text/outline/lookup.ts';
import type { MapNode, TreeNode } from '../spec/text/outline/tree.ts';

export type SymbolKind = NameKind | 'rule' | 'field' | 'stage' | 'event' | 'load';

export interface DocumentSymbol {
  readonly name: string;
  /** Beside the name, fainter. */
  readonly detail: string;
  readonly kind: SymbolKind;
  /** All of it. */
  readonly range: Range;
  /** Its name: inside of the range. */
  readonly selection: Range;
  readonly children: readonly DocumentSymbol[];
}

export function documentSymbols(folder: FolderView, path: string): readonly DocumentSymbol[] {
  const source = folder.source(path);
  if (!source) return [];
  return objectsOf(source).flatMap((object) => {
    const { root } = object.document;
    if (root?.type !== 'map') return [];
    const name = find(root, ['metadata', 'name'])?.value ?? find(root, ['kind'])?.value ?? root.entries[0]?.key ?? root;
    return {
      name: object.name ?? '(no name)',
      detail: object.kind ?? textAt(root, ['kind']) ?? '',
      kind: object.kind ?? 'field',
      range: rangeOf(source, root.start, root.end),
      selection: selectionOf(source, name),
      children: new Outline(source, root).childrenOf(object),
    };
  });
}

function selectionOf(source: SourceFile, node: TreeNode): Range {
  const { start, end } = node.type === 'scalar' ? contentSpan(node) : { start: node.start, end: node.start };
  return rangeOf(source, start, end);
}

class Outline {
  readonly #source: SourceFile;
  readonly #root: MapNode;

  constructor(source: SourceFile, root: MapNode) {
    this.#source = source;
    this.#root = root;
  }

  childrenOf({ kind }: DeclaredObject): DocumentSymbol[] {
    const under = (...path: string[]): readonly string[] => ['spec', ...path];
    switch (kind) {
      case 'Cluster':
        return this.#items(under('services'), 'service', 'name', (each) =>
          textAt(each, ['entryPoint']) === 'true' ? 'entry point' : '',
        );
      case 'Role': {
        const rules = this.#items(under('rules'), 'rule', 'when', (each) =>
          String(listText(find(each, ['allow', 'scale'])?.value)),
        );
        return [...this.#settings(), ...rules];
      }
      case 'Mission':
        return this.#items(under('goals'), 'goal', 'name', (each) => oneLine(textAt(each, ['reward']) ?? ''));
      case 'Organization':
        return [
          ...this.#items(under('structural', 'groups'), 'group', 'name', () => ''),
          ...this.#items(
            under('agents'),
            'agent',
            'name',
            (each) => textAt(each, ['role']) ?? listText(find(each, ['roles'])?.value),
          ),
        ];
      case 'Scenario':
        return [
          ...this.#items(under('load'), 'load', 'entryPoint', () => 'load'),
          ...this.#items(under('events'), 'event', EVENT_NAMES, (each) => textAt(each, ['at']) ?? ''),
          ...this.#items(under('random'), 'event', RANDOM_EVENT_NAMES, () => 'random'),
        ];
      case 'Transfer':
        return this.#items(under('stages'), 'stage', ['shadow', 'floor', 'canary', 'full'], () => '');
      case 'Training':
        return (findMap(this.#root, ['spec'])?.entries ?? []).map((entry) =>
          this.#entry(scalarValue(entry.key), ['spec', scalarValue(entry.key)]),
        );
      default:
        return [];
    }
  }

  /** One symbol for each mapping of a list: by the value of a key, or by the key that it has. */
  #items(
    path: readonly string[],
    kind: SymbolKind,
    label: string | readonly string[],
    detail: (each: MapNode) => string,
  ): DocumentSymbol[] {
    const symbols: DocumentSymbol[] = [];
    for (const { value } of findList(this.#root, path)?.items ?? []) {
      if (value?.type !== 'map') continue;
      const entry = value.entries.find(({ key }) => [label].flat().includes(scalarValue(key)));
      const named = typeof label === 'string' ? entry?.value : entry?.key;
      const name = named?.type === 'scalar' && named.end > named.start ? oneLine(scalarValue(named)) : '(no name)';
      symbols.push({
        name: name === '' ? '(no name)' : name,
        detail: detail(value),
        kind,
        range: rangeOf(this.#source, value.start, value.end),
        selection:
          named?.type === 'scalar' ? this.#inside(named, value) : rangeOf(this.#source, value.start, value.start),
        children: [],
      });
    }
    return symbols;
  }

  #inside(named: TreeNode, parent: TreeNode): Range {
    const start = named.type === 'scalar' ? contentSpan(named).start : named.start;
    const end = named.type === 'scalar' ? contentSpan(named).end : named.end;
    return rangeOf(this.#source, start, Math.min(end, parent.end));
  }

  #settings(): DocumentSymbol[] {
    return (findMap(this.#root, ['spec', 'settings'])?.entries ?? [])
      .filter(({ colon }) => colon >= 0)
      .map(({ key }) => ({
        ...this.#entry(scalarValue(key), ['spec', 'settings', scalarValue(key)]),
        kind: 'setting',
      }));
  }

  #entry(name: string, path: readonly string[]): DocumentSymbol {
    const { entry, value } = find(this.#root, path) ?? {};
    const key = entry?.key ?? this.#root;
    const end = Math.max(value?.end ?? 0, entry?.colon ?? 0, key.end);
    return {
      name: name === '' ? '(no name)' : name,
      detail: value?.type === 'scalar' ? oneLine(scalarValue(value)) : value?.type === 'list' ? listText(value) : '',
      kind: 'field',
      range: rangeOf(this.#source, key.start, end),
      selection: rangeOf(this.#source, key.start, key.type === 'scalar' ? key.end : key.start),
      children: [],
    };
  }
}

const oneLine = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
};

const listText = (node: TreeNode | undefined): string => {
  const value = node && plainValue(node);
  return Array.isArray(value) && value.every((each) => typeof each !== 'object') ? `[${value.join(', ')}]` : '';
};

export interface WorkspaceSymbol {
  readonly name: string;
  readonly kind: NameKind;
  /** What it is a part of. */
  readonly container: string;
  readonly location: Location;
}

/** All declared names that have the letters of the query in their order; the best first. */
export function workspaceSymbols(folder: FolderView, query: string): readonly WorkspaceSymbol[] {
  return namesOf(folder)
    .occurrences.flatMap(({ kind, name, declares, alias, object, start, end }) => {
      if (!declares || alias || kind === 'anchor') return [];
      const score = scoreOf(name, query);
      if (score === undefined) return [];
      const container = kind === object.kind ? kind : `${object.kind} ${object.name ?? ''}`.trim();
      return { score, symbol: { name, kind, container, location: locationOf(object.source, start, end) } };
    })
    .sort((a, b) => a.score - b.score)
    .map(({ symbol }) => symbol);
}

/** 0 = the same, 1 = starts so, 2 = holds it, 3 = has its letters in order. */
function scoreOf(name: string, query: string): number | undefined {
  const [text, wanted] = [name.toLowerCase(), query.toLowerCase()];
  if (text === wanted) return 0;
  if (text.startsWith(wanted)) return 1;
  if (text.includes(wanted)) return 2;
  let at = 0;
  for (const letter of wanted) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return undefined;
  }
  return 3;
}
