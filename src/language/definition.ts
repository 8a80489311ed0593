/** Finds where a name is declared, and all of its uses. */
import { parseExpression } from '../spec/cel/parse.ts';
import { pathTo, walk } from '../spec/cel/syntax.ts';
import type { Position, Range } from '../spec/problem.ts';
import { rangeOf } from '../spec/text/source.ts';
import { celAt, nodeAt, type CelCursor } from './cursor.ts';
import type { FolderView } from './folder-view.ts';
import { namesOf, type Occurrence } from './names/folder-names.ts';
import { locationOf, offsetAt, type Location } from './text.ts';

export interface Definition extends Location {
  /** Where the cursor is: the name that leads there. */
  readonly origin: Range;
}

/** Where a name is declared; for a setting, the nearest role that gives it a value. */
export function definition(folder: FolderView, path: string, position: Position): readonly Definition[] {
  const variable = macroVariable(folder, path, position);
  if (variable) {
    const { source } = nodeAt(folder, path, position)!;
    const [first, here] = variable;
    return [{ ...locationOf(source, first.start, first.end), origin: rangeOf(source, here.start, here.end) }];
  }
  const at = occurrenceAt(folder, path, position);
  if (!at) return [];
  const declared = namesOf(folder).occurrences.filter(
    ({ declares, targets }) => declares && targets.some((target) => at.targets.includes(target)),
  );
  const found =
    at.kind === 'setting' ? nearest(at, declared) : declared.filter(({ targets }) => at.targets.includes(targets[0]));
  const origin = rangeOf(at.object.source, at.start, at.end);
  return found.map(({ object, start, end }) => ({ ...locationOf(object.source, start, end), origin }));
}

/** A setting that is read in a role: as that role gives it, or the first of those that it extends. */
function nearest(at: Occurrence, declared: readonly Occurrence[]): readonly Occurrence[] {
  if (at.any) return declared;
  for (const target of at.targets) {
    const found = declared.filter(({ targets }) => targets[0] === target);
    if (found.length > 0) return found;
  }
  return [];
}

/** All places that name the same, in the order of the files. */
export function references(
  folder: FolderView,
  path: string,
  position: Position,
  { declaration = true }: { readonly declaration?: boolean } = {},
): readonly Location[] {
  const variable = macroVariable(folder, path, position);
  if (variable) {
    const { source } = nodeAt(folder, path, position)!;
    return variable[2].slice(declaration ? 0 : 1).map(({ start, end }) => locationOf(source, start, end));
  }
  const at = occurrenceAt(folder, path, position);
  if (!at) return [];
  const { targets } = namesOf(folder).allOf(at.targets);
  const seen = new Set<string>();
  return namesOf(folder)
    .occurrences.filter((each) => each.targets.some((target) => targets.has(target)) && (declaration || !each.declares))
    .filter(({ object, start }) => {
      const place = `${object.source.path}:${start}`;
      return !seen.has(place) && seen.add(place);
    })
    .map(({ object, start, end }) => locationOf(object.source, start, end));
}

export interface Highlight {
  readonly range: Range;
  readonly kind: 'declaration' | 'use';
}

/** The places of one file that name the same. */
export function highlights(folder: FolderView, path: string, position: Position): readonly Highlight[] {
  const declared = new Set(definition(folder, path, position).map(({ file, range }) => JSON.stringify([file, range])));
  return references(folder, path, position)
    .filter(({ file }) => file === path)
    .map(({ file, range }) => ({ range, kind: declared.has(JSON.stringify([file, range])) ? 'declaration' : 'use' }));
}

export function occurrenceAt(folder: FolderView, path: string, position: Position): Occurrence | undefined {
  const source = folder.source(path);
  return source && namesOf(folder).at(path, offsetAt(source, position));
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The variable of a macro at a place: where it is named first, where the cursor is, and all of its places. */
export function macroVariable(
  folder: FolderView,
  path: string,
  position: Position,
): readonly [first: Span, here: Span, all: readonly Span[], cel: CelCursor] | undefined {
  const cursor = nodeAt(folder, path, position);
  const cel = cursor && celAt(cursor);
  if (!cel) return undefined;
  const { root } = parseExpression(cel.text);
  const node = pathTo(root, cel.offset).at(-1);
  if (node?.op !== 'name' || !node.variable) return undefined;
  const { nameStart, name } = node.variable;
  const spans: Span[] = [];
  const spanOf = (start: number): Span => ({
    start: cel.offsets[start],
    end: cel.offsets[start + name.length - 1] + 1,
  });
  walk(root, (each) => {
    if (each.op === 'name' && each.variable?.nameStart === nameStart) spans.push(spanOf(each.start));
  });
  return [spanOf(nameStart), spanOf(node.start), spans, cel];
}
