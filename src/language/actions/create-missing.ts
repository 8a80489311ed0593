/** Creates what a name refers to but nothing declares (objects, services, settings), and keys that are required. */
import { parseExpression } from '../../spec/cel/parse.ts';
import { walk } from '../../spec/cel/syntax.ts';
import type { Problem } from '../../spec/problem.ts';
import { KINDS, type Kind } from '../../spec/schema/validators.ts';
import { withoutTabStops } from '../completion/completion.ts';
import { objectSnippet } from '../completion/objects.ts';
import { Skeleton } from '../completion/skeleton.ts';
import { objectAt } from '../cursor.ts';
import type { FolderView } from '../folder-view.ts';
import type { DeclaredObject } from '../names/file-names.ts';
import { namesOf, settingsOf, type Occurrence } from '../names/folder-names.ts';
import { shapeOf } from '../names/places.ts';
import { isMapPart, partAt, propertyOf } from '../schema/part.ts';
import { offsetAt, type FileEdits } from '../text.ts';
import {
  find,
  findList,
  findMap,
  plainValue,
  scalarText,
  scalarValue,
  spotAt,
} from '../../spec/text/outline/lookup.ts';
import type { CodeAction } from './action.ts';
import { addDocument, addEntry, addItem, setValue } from './text-edits.ts';

/** The actions for the name at a place. */
export function createMissing(folder: FolderView, at: Occurrence): CodeAction[] {
  if (at.declares || at.kind === 'anchor' || at.alias) return [];
  const names = namesOf(folder);
  const { name, object } = at;
  const problem = folder.problems.find(
    ({ file, range, code }) =>
      file === object.source.path &&
      (code === 'unknown-reference' || code === 'cel-unknown-setting' || code === 'unknown-search-key') &&
      offsetAt(object.source, range.start) <= at.end &&
      offsetAt(object.source, range.end) >= at.start,
  );
  const known = names.occurrences.some(
    ({ declares, targets }) => declares && targets.some((target) => at.targets.includes(target)),
  );
  if (known) return [];
  const made = (title: string, edits: FileEdits | undefined): CodeAction[] =>
    edits ? [{ title, kind: 'quickfix', edits: [edits], ...(problem && { problem }) }] : [];
  if (KINDS.includes(at.kind as Kind)) {
    const kind = at.kind as Kind;
    return /^[a-z0-9][-a-z0-9]*$/.test(name)
      ? made(`Create ${kind} ${name}`, newObject(folder, kind, name, object))
      : [];
  }
  if (at.kind === 'service') return made(`Add service ${name} to the cluster`, newService(folder, name, object));
  if (at.kind === 'setting') {
    const role = at.ofRole === undefined ? object : names.object('Role', at.ofRole);
    if (!role || settingsOf(role).includes(name)) return [];
    return made(
      `Add setting ${name} to role ${role.name ?? ''}`.trim(),
      newSetting(role, name, settingGuess(object, name)),
    );
  }
  return [];
}

/** Beside the objects of its kind, or after the object that needs it. */
function newObject(folder: FolderView, kind: Kind, name: string, needs: DeclaredObject): FileEdits {
  const names = namesOf(folder);
  const beside = names.ofKind(kind).at(-1) ?? needs;
  const text = withoutTabStops(objectSnippet(kind, names, name));
  return { file: beside.source.path, edits: [addDocument(beside.source, beside.document, text)] };
}

function newService(folder: FolderView, name: string, needs: DeclaredObject): FileEdits | undefined {
  const names = namesOf(folder);
  const cluster = names.object('Cluster', names.clustersOf(needs)[0] ?? '');
  const list = cluster && findList(cluster.document.root, ['spec', 'services']);
  const part = partAt('Cluster', ['spec', 'services', 0], () => undefined);
  if (!cluster || !list || !part || list.items.length === 0) return undefined;
  const item = list.flow
    ? new Skeleton(names, cluster).flow(part, 'spec.services[]')
    : new Skeleton(names, cluster).entries(part, 'spec.services[]', '');
  const text = withoutTabStops(item).replace(/name: [^\n,}]*/, `name: ${name}`);
  return { file: cluster.source.path, edits: [addItem(cluster.source, list, text)] };
}

export function newSetting(role: DeclaredObject, name: string, value: string): FileEdits | undefined {
  const { source, document } = role;
  const spec = findMap(document.root, ['spec']);
  if (!spec) return undefined;
  const settings = find(document.root, ['spec', 'settings']);
  const edit =
    settings?.value?.type === 'map'
      ? addEntry(source, settings.value, name, value)
      : settings?.entry && !settings.value
        ? setValue(source, settings.entry, `{ ${name}: ${value} }`)
        : settings
          ? undefined
          : addEntry(
              source,
              spec,
              'settings',
              `{ ${name}: ${value} }`,
              spec.flow ? undefined : spec.entries.find(({ key }) => scalarValue(key) === 'rules'),
            );
  return edit && { file: source.path, edits: [edit] };
}

/** A window is a duration; all else starts as a number. */
function settingGuess({ document }: DeclaredObject, name: string): string {
  let window = false;
  for (const rule of findList(document.root, ['spec', 'rules'])?.items ?? []) {
    const when = find(rule.value, ['when'])?.value;
    if (when?.type !== 'scalar') continue;
    walk(parseExpression(scalarText(when).text).root, (node) => {
      if (node.op !== 'call' || node.of) return;
      const second = node.args[1];
      window ||= second?.op === 'member' && second.of.type === 'settings' && second.name === name;
    });
  }
  return window ? '1m' : '1';
}

/** The key that a problem says is missing. */
export function addMissingKey(folder: FolderView, problem: Problem): CodeAction[] {
  const key = /^The key (\S+) is missing in /.exec(problem.message)?.[1];
  const source = folder.source(problem.file);
  if (problem.code !== 'missing-key' || problem.fix || key === undefined || !source) return [];
  const offset = offsetAt(source, problem.range.start);
  const object = objectAt(source, offset);
  const { root } = object.document;
  const spot = root && spotAt(root, offset);
  if (!spot) return [];
  const read = (path: readonly (string | number)[]): unknown => plainValue(root, find(root, path)?.value);
  // The key of the mapping is marked, the mapping itself where it is an item, or what stands first in it.
  for (let length = spot.path.length; length >= 0; length--) {
    const path = spot.path.slice(0, length);
    const part = partAt(object.kind, path, read);
    const property = part && isMapPart(part) ? propertyOf(part, key) : undefined;
    const found = find(root, path);
    if (!property || !found || found.value?.type === 'alias') continue;
    if (findMap(found.value, [])?.entries.some((entry) => scalarValue(entry.key) === key)) continue;
    const names = namesOf(folder);
    const shape = shapeOf([...path, key]);
    const map = found.value?.type === 'map' ? found.value : undefined;
    const skeleton = new Skeleton(names, object);
    const inFlow = map?.flow ?? false;
    const value = withoutTabStops(
      inFlow ? skeleton.flow(property, shape) : skeleton.block(property, shape, ''),
    ).replace(/^ /, '');
    const edit = map
      ? addEntry(source, map, key, value)
      : found.entry && !found.value
        ? setValue(
            source,
            found.entry,
            `{ ${key}: ${withoutTabStops(new Skeleton(names, object).flow(property, shape))} }`,
          )
        : undefined;
    if (!edit) return [];
    const edits = [{ file: source.path, edits: [{ ...edit, text: edit.text.replace(/:[ ]+(?=\r?\n)/g, ':') }] }];
    return [{ title: `Add ${key}`, kind: 'quickfix', edits, problem, preferred: true }];
  }
  return [];
}
