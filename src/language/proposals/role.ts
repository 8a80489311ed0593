/** An inferred role as a new document, and agents that play it from now on. */
import type { Agent, Organization } from '../../spec/model.ts';
import { addDocument, addEntry, addItems } from '../actions/text-edits.ts';
import { freeName } from '../completion/objects.ts';
import type { FolderView } from '../folder-view.ts';
import type { DeclaredObject } from '../names/file-names.ts';
import { namesOf } from '../names/folder-names.ts';
import { editOf, type FileEdits, type TextEdit } from '../text.ts';
import { find, findList, findMap, plainValue } from '../../spec/text/outline/lookup.ts';
import { refuse, type Placement, type Proposal, type ProposalEdits, type Refusal } from './proposal.ts';
import { flowText, readSnippet, renamed } from './snippets.ts';

type NewRole = Pick<Proposal, 'name' | 'yaml' | 'replaces'>;

/** Agents that are named take it in place of the role that it replaces, or of their first one. */
export function roleEdits(
  folder: FolderView,
  role: NewRole,
  { organization, agents = [] }: Placement,
): ProposalEdits | Refusal {
  const names = namesOf(folder);
  const team = names.object('Organization', organization);
  const beside =
    (role.replaces === undefined ? undefined : names.object('Role', role.replaces)) ??
    names.ofKind('Role').at(-1) ??
    team;
  if (!beside) return refuse(`There is no specification to add role ${role.name} to.`);
  const added = roleDocument(folder, role, beside);
  if (!added) return refuse(`The text of role ${role.name} cannot be read: analyze the run again.`);
  if (agents.length === 0) return added;
  const model = folder.model.organizations.find(({ name }) => name === organization);
  if (!team || !model)
    return refuse(
      `Organization ${organization} is not declared or has errors: correct it, so that its agents can play role ${role.name}.`,
    );
  const given = giveRole(team, model, added.name, agents, role.replaces);
  return { name: added.name, edits: merged([...added.edits, { file: team.source.path, edits: given }]) };
}

/** The document of an inferred role after another document; undefined where its text is no document with a name. */
export function roleDocument(
  folder: FolderView,
  { name, yaml }: NewRole,
  { source, document }: DeclaredObject,
): ProposalEdits | undefined {
  const snippet = readSnippet(yaml);
  const free = freeName('Role', namesOf(folder), name);
  const text = snippet && renamed(snippet, ['metadata', 'name'], free);
  if (text === undefined) return undefined;
  return { name: free, edits: [{ file: source.path, edits: [addDocument(source, document, text)] }] };
}

/** Name of the role that has these rules already. */
export function knownRole(folder: FolderView, { yaml }: NewRole): string | undefined {
  const rulesOf = (value: unknown): string =>
    JSON.stringify((value as { spec?: { rules?: unknown } } | undefined)?.spec?.rules ?? null);
  const wanted = rulesOf(readSnippet(yaml)?.value);
  return namesOf(folder)
    .ofKind('Role')
    .find(({ document }) => rulesOf(plainValue(document.root)) === wanted)?.name;
}

/**
 * Agents change their role. Their places in groups, links, compatibilities and duties go with them: the entries of a role that loses
 * all its agents are theirs now, those of a role that keeps some are repeated for the new one. The old role stays in its group.
 */
function giveRole(
  team: DeclaredObject,
  model: Organization,
  name: string,
  agents: readonly string[],
  replaces: string | undefined,
): TextEdit[] {
  const { source, document } = team;
  const { root } = document;
  const movers = model.agents.filter((agent) => agents.includes(agent.name));
  const oldRole = ({ roles }: Agent): string | undefined =>
    replaces !== undefined && roles.includes(replaces) ? replaces : roles[0];
  const left = new Set(movers.flatMap((agent) => oldRole(agent) ?? []));
  const keepers = (role: string): number =>
    model.agents.filter((agent) => agent.roles.includes(role) && !(movers.includes(agent) && oldRole(agent) === role))
      .length;
  const isAbandoned = (role: string): boolean => left.has(role) && keepers(role) === 0;

  const edits: TextEdit[] = [];
  const uses = team.names.filter(({ kind, declares }) => kind === 'Role' && !declares);
  const rename = (isIt: (path: readonly (string | number)[]) => boolean, of: string): void => {
    for (const use of uses) if (use.name === of && isIt(use.path)) edits.push(editOf(source, use.start, use.end, name));
  };
  const under = (path: readonly (string | number)[], prefix: readonly (string | number)[]): boolean =>
    prefix.every((step, i) => path[i] === step);

  for (const mover of movers) {
    const path = ['spec', 'agents', model.agents.indexOf(mover)];
    const old = oldRole(mover);
    const map = findMap(root, path);
    if (old !== undefined) rename((of) => under(of, path), old);
    else if (map) edits.push(addEntry(source, map, 'role', name));
  }

  // Entries that name a role in these keys. Those of two roles that are one now would lead from it to itself.
  const follow = (path: readonly (string | number)[], keys: readonly string[]): void => {
    const list = findList(root, path);
    if (!list) return;
    const present = new Set(list.items.map(({ value }) => JSON.stringify(plainValue(root, value))));
    const copies: string[] = [];
    for (const [index, item] of list.items.entries()) {
      const value = plainValue(root, item.value) as Record<string, unknown> | null;
      const named = keys.filter((key) => left.has(String(value?.[key])));
      if (!value || named.length === 0) continue;
      const after = Object.fromEntries(
        Object.entries(value).map(([key, each]) => [key, named.includes(key) ? name : each]),
      );
      if (keys.length > 1 && after[keys[0]] === after[keys[1]]) continue;
      if (present.has(JSON.stringify(after))) continue;
      present.add(JSON.stringify(after));
      if (named.every((key) => isAbandoned(String(value[key]))))
        for (const key of named) rename((of) => under(of, [...path, index, key]), String(value[key]));
      else copies.push(flowText(after));
    }
    if (copies.length > 0) edits.push(addItems(source, list, copies));
  };

  let isPlaced = model.groups.length === 0;
  model.groups.forEach(({ roles }, index) => {
    const group = ['spec', 'structural', 'groups', index];
    const fromHere = movers.filter((agent) => roles.some(({ role }) => role === oldRole(agent)));
    const isLast = index === model.groups.length - 1;
    if (fromHere.length === 0 && !(isLast && !isPlaced)) return;
    isPlaced = true;
    const list = findList(root, [...group, 'roles']);
    if (list)
      edits.push(
        addItems(source, list, [flowText({ role: name, cardinality: { min: movers.length, max: movers.length } })]),
      );
    roles.forEach(({ role, min }, at) => {
      const lowest = find(root, [...group, 'roles', at, 'cardinality', 'min'])?.value;
      if (left.has(role) && lowest?.type === 'scalar' && keepers(role) < min)
        edits.push(editOf(source, lowest.start, lowest.end, String(keepers(role))));
    });
    follow([...group, 'links'], ['from', 'to']);
    follow([...group, 'compatibilities'], ['from', 'to']);
  });
  follow(['spec', 'deontic', 'obligations'], ['role']);
  follow(['spec', 'deontic', 'permissions'], ['role']);
  return edits;
}

/** One entry for each file. */
function merged(all: readonly FileEdits[]): FileEdits[] {
  return [...Map.groupBy(all, ({ file }) => file)].map(([file, some]) => ({
    file,
    edits: some.flatMap(({ edits }) => edits),
  }));
}
