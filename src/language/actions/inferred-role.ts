/** Adds a role that the newest analysis inferred. */
import type { Position } from '../../spec/problem.ts';
import { freeName } from '../completion/objects.ts';
import { objectAt } from '../cursor.ts';
import type { Facts } from '../facts.ts';
import type { FolderView } from '../folder-view.ts';
import { namesOf } from '../names/folder-names.ts';
import { offsetAt } from '../text.ts';
import { contentSpan, documentsOf, find } from '../yaml/lookup.ts';
import { readSource } from '../../spec/text/source.ts';
import type { CodeAction } from './action.ts';
import { addDocument } from './text-edits.ts';

/** Offered in roles and organizations. */
export function addInferredRoles(
  folder: FolderView,
  path: string,
  position: Position,
  { inferredRoles = [] }: Facts,
): CodeAction[] {
  const source = folder.source(path);
  if (!source) return [];
  const here = objectAt(source, offsetAt(source, position));
  if (here.kind !== 'Role' && here.kind !== 'Organization') return [];
  const names = namesOf(folder);
  const beside = here.kind === 'Role' ? here : (names.ofKind('Role').at(-1) ?? here);
  return inferredRoles.flatMap(({ name, about, yaml }) => {
    const text = named(yaml.replace(/^---\r?\n/, ''), freeName('Role', names, name));
    if (text === undefined) return [];
    const edits = [{ file: beside.source.path, edits: [addDocument(beside.source, beside.document, text)] }];
    return [{ title: `Add inferred role ${name} (${about})`, kind: 'refactor.rewrite', edits } as const];
  });
}

/** The document with another name; undefined where it has none. */
function named(yaml: string, name: string): string | undefined {
  const source = readSource('inferred.karma.yaml', yaml);
  if ('code' in source) return undefined;
  const [{ root }] = documentsOf(source);
  const node = find(root, ['metadata', 'name'])?.value;
  if (node?.type !== 'scalar') return undefined;
  const { start, end } = contentSpan(node);
  return source.text.slice(0, start) + name + source.text.slice(end);
}
