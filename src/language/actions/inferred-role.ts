/** Adds a role that the newest analysis inferred. */
import type { Position } from '../../spec/problem.ts';
import { objectAt } from '../cursor.ts';
import type { HostKnowledge } from '../host-knowledge.ts';
import type { FolderView } from '../folder-view.ts';
import { namesOf } from '../names/folder-names.ts';
import { roleDocument } from '../proposals/role.ts';
import { offsetAt } from '../text.ts';
import type { CodeAction } from './action.ts';

/** Offered in roles and organizations. */
export function addInferredRoles(
  folder: FolderView,
  path: string,
  position: Position,
  { inferredRoles = [] }: HostKnowledge,
): CodeAction[] {
  const source = folder.source(path);
  if (!source) return [];
  const here = objectAt(source, offsetAt(source, position));
  if (here.kind !== 'Role' && here.kind !== 'Organization') return [];
  const beside = here.kind === 'Role' ? here : (namesOf(folder).ofKind('Role').at(-1) ?? here);
  return inferredRoles.flatMap((role) => {
    const added = roleDocument(folder, role, beside);
    if (!added) return [];
    const title = `Add inferred role ${role.name} (${role.about})`;
    return [{ title, kind: 'refactor.rewrite', edits: added.edits } as const];
  });
}
