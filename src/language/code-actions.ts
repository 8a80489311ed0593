/** Code actions: what can be put right, created, converted or extracted at a place. */
import type { Range } from '../spec/problem.ts';
import type { CodeAction } from './actions/action.ts';
import { addMissingKey, createMissing } from './actions/create-missing.ts';
import { extractRole } from './actions/extract-role.ts';
import { addInferredRoles } from './actions/inferred-role.ts';
import { literalToSetting } from './actions/literal-to-setting.ts';
import { occurrenceAt } from './definition.ts';
import type { HostKnowledge } from './host-knowledge.ts';
import type { FolderView } from './folder-view.ts';
import { overlaps } from './text.ts';

export type { CodeAction } from './actions/action.ts';

/** Quick fixes first. */
export function codeActions(
  folder: FolderView,
  path: string,
  range: Range,
  facts: HostKnowledge = {},
): readonly CodeAction[] {
  if (!folder.source(path)) return [];
  const problems = folder.problems.filter((problem) => problem.file === path && overlaps(problem.range, range));
  const fixes = problems.flatMap((problem): CodeAction[] => {
    const { fix } = problem;
    if (!fix) return addMissingKey(folder, problem);
    return [
      { title: fix.title, kind: 'quickfix', edits: [{ file: path, edits: fix.edits }], problem, preferred: true },
    ];
  });
  // A name is marked by its problem; the place may be anywhere in it.
  const places = [range.start, ...problems.filter(({ code }) => NAMES.has(code)).map((problem) => problem.range.start)];
  const missing = places.flatMap((place) => {
    const at = occurrenceAt(folder, path, place);
    return at ? createMissing(folder, at) : [];
  });
  return unique([
    ...fixes,
    ...missing,
    ...literalToSetting(folder, path, range.start),
    ...extractRole(folder, path, range.start),
    ...addInferredRoles(folder, path, range.start, facts),
  ]);
}

const NAMES: ReadonlySet<string> = new Set(['unknown-reference', 'cel-unknown-setting', 'unknown-search-key']);

function unique(actions: readonly CodeAction[]): CodeAction[] {
  const seen = new Set<string>();
  return actions.filter(({ title, kind }) => {
    const key = `${kind} ${title}`;
    return !seen.has(key) && seen.add(key);
  });
}
