/** Moves a rule into a role of its own, which the old one extends: others can then extend it, too. */
import type { Position } from '../../spec/problem.ts';
import { API_VERSION } from '../../spec/schema/validators.ts';
import { freeName } from '../completion/objects.ts';
import { objectAt } from '../cursor.ts';
import type { FolderView } from '../folder-view.ts';
import type { DeclaredObject } from '../names/file-names.ts';
import { namesOf, settingsOf } from '../names/folder-names.ts';
import { editOf, lineStart, offsetAt, type TextEdit } from '../text.ts';
import { settingText } from '../descriptions/objects.ts';
import { childrenOf, find, findList, findMap, scalarValue } from '../../spec/text/outline/lookup.ts';
import type { ListNode, MapNode, TreeNode } from '../../spec/text/outline/tree.ts';
import type { CodeAction } from './action.ts';
import { addDocument, addEntry, afterLine, entrySpan } from './text-edits.ts';

export function extractRole(folder: FolderView, path: string, position: Position): CodeAction[] {
  const source = folder.source(path);
  if (!source) return [];
  const offset = offsetAt(source, position);
  const role = objectAt(source, offset);
  const { root } = role.document;
  const rules = findList(root, ['spec', 'rules']);
  const spec = findMap(root, ['spec']);
  if (
    role.kind !== 'Role' ||
    role.name === undefined ||
    !rules ||
    rules.flow ||
    !spec ||
    spec.flow ||
    rules.items.length < 2
  )
    return [];
  const index = rules.items.findIndex(
    ({ dash, value }) => dash >= 0 && lineStart(source.text, dash) <= offset && value && offset <= value.end,
  );
  const rule = rules.items[index]?.value;
  // What an anchor or alias ties to the rest of the document stays there.
  if (!rule || hasTies(rule)) return [];
  const names = namesOf(folder);
  const name = freeName('Role', names, `${role.name}-base`);
  const extended = extendsEdit(role, spec, name);
  if (!extended) return [];
  const [from, to] = ruleSpan(source.text, rules, index);
  const settings = settingsRead(role, rule);
  const given = settings.flatMap((setting) => {
    const giver = [role, ...names.ancestors(role)].find((each) => settingsOf(each).includes(setting));
    const value = giver && settingText(giver, setting);
    return value === undefined ? [] : [`${setting}: ${value}`];
  });
  const text = [
    `apiVersion: ${API_VERSION}`,
    'kind: Role',
    `metadata: { name: ${name} }`,
    'spec:',
    ...(given.length > 0 ? [`  settings: { ${given.join(', ')} }`] : []),
    '  rules:',
    reindented(source.text.slice(from, to), rules.indent),
  ].join('\n');
  const edits = [
    editOf(source, from, to, ''),
    extended,
    ...moved(folder, role, rule, settings),
    addDocument(source, role.document, text),
  ];
  return [{ title: `Extract the rule into role ${name}`, kind: 'refactor.extract', edits: [{ file: path, edits }] }];
}

function hasTies(node: TreeNode): boolean {
  return node.anchor !== undefined || node.type === 'alias' || childrenOf(node).some(hasTies);
}

/** The lines of a rule, with the comments above it. */
function ruleSpan(text: string, { items }: ListNode, index: number): readonly [number, number] {
  const before = items[index - 1]?.value;
  const from = before ? afterLine(text, before.end) : lineStart(text, items[index].dash);
  return [from, afterLine(text, items[index].value?.end ?? items[index].dash)];
}

/** Lines with a dash in column 4. */
function reindented(lines: string, indent: number): string {
  const shift = 4 - indent;
  return lines
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => (line.trim() === '' ? '' : ' '.repeat(Math.max(0, line.search(/\S/) + shift)) + line.trimStart()))
    .join('\n');
}

function settingsRead({ names }: DeclaredObject, { start, end }: TreeNode): string[] {
  const read = names.filter((use) => use.kind === 'setting' && !use.declares && start <= use.start && use.end <= end);
  return [...new Set(read.map(({ name }) => name))];
}

/** Settings that only the rule reads go with it, unless they replace inherited ones. */
function moved(folder: FolderView, role: DeclaredObject, rule: TreeNode, settings: readonly string[]): TextEdit[] {
  const names = namesOf(folder);
  const map = findMap(role.document.root, ['spec', 'settings']);
  if (!map || hasTies(map)) return [];
  const inherited = new Set(names.ancestors(role).flatMap(settingsOf));
  const elsewhere = new Set(
    role.names
      .filter(
        ({ kind, declares, start }) => kind === 'setting' && !declares && (start < rule.start || start > rule.end),
      )
      .map(({ name }) => name),
  );
  const goes = (name: string): boolean => settings.includes(name) && !elsewhere.has(name) && !inherited.has(name);
  const going = map.entries.filter(({ key }) => goes(scalarValue(key)));
  const { source } = role;
  if (going.length === 0) return [];
  if (going.length === map.entries.length) {
    const spec = findMap(role.document.root, ['spec']);
    const entry = find(role.document.root, ['spec', 'settings'])?.entry;
    const span = spec && entry && entrySpan(source, spec, entry);
    return span ? [editOf(source, span[0], span[1], '')] : [];
  }
  // Settings are removed one at a time, because neighbors would share a comma.
  const spans = going.length === 1 || !map.flow ? going.map((entry) => entrySpan(source, map, entry)) : [];
  return spans.flatMap((span) => (span ? editOf(source, span[0], span[1], '') : []));
}

function extendsEdit({ source, document }: DeclaredObject, spec: MapNode, name: string): TextEdit | undefined {
  const found = find(document.root, ['spec', 'extends']);
  // The new role comes first: hardness, bonus and otherwise are those of the last.
  if (!found) return addEntry(source, spec, 'extends', name, spec.entries[0]);
  const { value } = found;
  if (value?.type === 'scalar' && !value.anchor && value.end > value.start)
    return editOf(source, value.start, value.end, `[${name}, ${value.raw}]`);
  if (value?.type === 'list' && value.flow && value.items.length > 0) {
    const at = value.start + 1;
    return editOf(source, at, at, `${name}, `);
  }
  return undefined;
}
