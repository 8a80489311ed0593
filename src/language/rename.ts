/** Rename: a name in all its places, in every file. What it refers to stays the same, and so does how it is written. */
import { isName, parseExpression } from '../spec/cel/parse.ts';
import type { Position, Range } from '../spec/problem.ts';
import { KINDS, type Kind } from '../spec/schema/validators.ts';
import { rangeOf } from '../spec/text/source.ts';
import { macroVariable, occurrenceAt } from './definition.ts';
import type { FolderView } from './folder-view.ts';
import type { NameUse } from './names/file-names.ts';
import { namesOf, type Occurrence } from './names/folder-names.ts';
import { editOf, type FileEdits, type TextEdit } from './text.ts';

export interface Refused {
  /** A sentence: why, and what to do. */
  readonly refused: string;
}

export interface Renameable {
  readonly range: Range;
  readonly name: string;
}

/** What would be renamed at a place. */
export function prepareRename(folder: FolderView, path: string, position: Position): Renameable | Refused {
  const variable = macroVariable(folder, path, position);
  if (variable) {
    const [, here, , cel] = variable;
    const source = folder.source(path)!;
    const from = cel.offsets.indexOf(here.start);
    return { range: rangeOf(source, here.start, here.end), name: cel.text.slice(from, from + here.end - here.start) };
  }
  const at = occurrenceAt(folder, path, position);
  if (!at)
    return {
      refused:
        'There is no name here. Rename works on the names of objects, services, agents, groups, goals, settings and anchors.',
    };
  return { range: rangeOf(at.object.source, at.start, at.end), name: at.name };
}

/** The edits that give the thing at a place a new name. */
export function rename(
  folder: FolderView,
  path: string,
  position: Position,
  name: string,
): readonly FileEdits[] | Refused {
  const variable = macroVariable(folder, path, position);
  if (variable) return renameVariable(folder, path, variable, name);
  const at = occurrenceAt(folder, path, position);
  if (!at) return { refused: 'There is no name here.' };
  const refused = whyNot(folder, at, name);
  if (refused) return { refused };
  const { occurrences } = namesOf(folder).allOf(at.targets);
  const edits = new Map<string, TextEdit[]>();
  for (const each of occurrences) {
    // What an alias stands for is renamed where it is written.
    if (each.alias && each.kind !== 'anchor') continue;
    const { source } = each.object;
    const list = edits.get(source.path) ?? [];
    list.push(editOf(source, each.start, each.end, written(each, source.text, name)));
    edits.set(source.path, list);
  }
  return [...edits].map(([file, list]) => ({ file, edits: list }));
}

/** A name that a plain scalar would not keep as a text is put in quotes. */
function written({ kind, written: style, start, path }: NameUse, text: string, name: string): string {
  const isScalar = kind !== 'anchor' && (kind !== 'setting' || path.at(-2) === 'settings');
  const special = /^(?:true|false|null|[-+]?[0-9]+(?:e[0-9]+)?|0x[0-9a-f]+|0o[0-7]+)$/i.test(name);
  const bare = style === 'plain' && /(?:^|[\s[{,:-])$/.test(text.slice(0, start)) && isScalar;
  return special && bare && !path.includes('rules') ? `'${name}'` : name;
}

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SETTING = /^[a-zA-Z][a-zA-Z0-9]*$/;
const ANCHOR = /^[^\s,[\]{}&*]+$/;

function whyNot(folder: FolderView, at: Occurrence, name: string): string | undefined {
  if (at.kind === 'anchor') {
    if (!ANCHOR.test(name)) return 'An anchor has no blanks, commas and brackets.';
    const taken = at.object.names.some((use) => use.kind === 'anchor' && use.name === name && name !== at.name);
    return taken ? `There is another anchor &${name} in this document. Choose another name.` : undefined;
  }
  if (at.kind === 'setting') {
    if (!SETTING.test(name)) return 'The name of a setting has letters and digits, a letter first.';
  } else if (!NAME.test(name) || name.length > 63) {
    return "A name has lower-case letters, digits and '-', at most 63 characters, as in Kubernetes.";
  }
  if (name === at.name) return undefined;
  const names = namesOf(folder);
  if (at.targets.length === 0) return `Nothing declares ${at.name}. Create it first, or write another name here.`;
  // The new name must be free wherever the old one is declared.
  const { targets } = names.allOf(at.targets);
  const renamed = new Set([...targets].map((target) => target.slice(0, -at.name.length) + name));
  const other = names.occurrences.find(
    ({ declares, targets: some }) => declares && some.some((target) => renamed.has(target)),
  );
  if (!other) return undefined;
  const what = KINDS.includes(other.kind as Kind)
    ? other.kind
    : `${other.kind} in ${other.object.name ?? 'this object'}`;
  const { line } = rangeOf(other.object.source, other.start, other.end).start;
  return `There is a ${what} named ${name}, at ${other.object.source.path}:${line}. Choose another name.`;
}

function renameVariable(
  folder: FolderView,
  path: string,
  [, , all, cel]: NonNullable<ReturnType<typeof macroVariable>>,
  name: string,
): readonly FileEdits[] | Refused {
  if (!isName(name))
    return { refused: 'The name of an element has letters, digits and _, no digit first, and is no word of CEL.' };
  const { tokens } = parseExpression(cel.text);
  const used = tokens.some(
    ({ type, text }, index) => type === 'name' && text === name && tokens[index - 1]?.text !== '.',
  );
  const [first] = all;
  const old = cel.text.slice(cel.offsets.indexOf(first.start)).slice(0, first.end - first.start);
  if (used && name !== old) return { refused: `${name} is used in this expression already. Choose another name.` };
  const source = folder.source(path)!;
  return [{ file: path, edits: all.map(({ start, end }) => editOf(source, start, end, name)) }];
}
