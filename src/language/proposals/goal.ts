/** An inferred goal as a part of a mission of the organization. */
import { addDocument, addEntry, addItems, setValue } from '../actions/text-edits.ts';
import { freeName } from '../completion/objects.ts';
import type { FolderView } from '../folder-view.ts';
import type { DeclaredObject } from '../names/file-names.ts';
import { namesOf } from '../names/folder-names.ts';
import type { TextEdit } from '../text.ts';
import { find, findList, findMap, mapsAt, scalarValue, textAt, textsAt } from '../../spec/text/outline/lookup.ts';
import { refuse, type Placement, type Proposal, type ProposalEdits, type Refusal } from './proposal.ts';
import { flowText, readSnippet, renamed } from './snippets.ts';

type NewGoal = Pick<Proposal, 'name' | 'yaml' | 'mission'>;

/** The missions that an organization lists and that are declared. */
export function missionsOf(folder: FolderView, organization: string): DeclaredObject[] {
  const names = namesOf(folder);
  const team = names.object('Organization', organization);
  if (!team) return [];
  return textsAt(team.document.root, ['spec', 'functional', 'missions']).flatMap(
    (name) => names.object('Mission', name) ?? [],
  );
}

export function goalEdits(
  folder: FolderView,
  goal: NewGoal,
  { organization, mission }: Placement,
): ProposalEdits | Refusal {
  const team = namesOf(folder).object('Organization', organization);
  if (!team) return refuse(`Organization ${organization} is not declared: goals are added to its missions.`);
  const missions = missionsOf(folder, organization).filter(({ document }) =>
    findList(document.root, ['spec', 'goals']),
  );
  const target = mission === undefined ? missions[0] : missions.find(({ name }) => name === mission);
  if (mission !== undefined && !target)
    return refuse(`Organization ${organization} has no mission ${mission}: name another one.`);
  const snippet = readSnippet(goal.yaml);
  if (!snippet) return refuse(`The text of goal ${goal.name} cannot be read: analyze the run again.`);
  if (!target) return newMission(folder, team, goal);
  const name = freeGoal(missions, goal.name);
  const text = renamed(snippet, ['name'], name);
  if (text === undefined) return refuse(`The text of goal ${goal.name} has no name: analyze the run again.`);
  const { source, document } = target;
  const list = findList(document.root, ['spec', 'goals'])!;
  const item = list.flow ? flowText({ ...(snippet.value as object), name }) : text;
  return { name, edits: [{ file: source.path, edits: [addItems(source, list, [item])] }] };
}

/** Name of the goal that is satisfied when this one is, with its mission. */
export function knownGoal(folder: FolderView, { yaml }: NewGoal, organization: string): string | undefined {
  const wanted = (readSnippet(yaml)?.value as { satisfiedWhen?: unknown } | undefined)?.satisfiedWhen;
  for (const { document, name } of missionsOf(folder, organization))
    for (const goal of mapsAt(document.root, ['spec', 'goals']))
      if (textAt(goal, ['satisfiedWhen']) === wanted) return `${textAt(goal, ['name']) ?? ''} (${name ?? ''})`;
  return undefined;
}

/** Names of goals stand in tables without their mission. */
function freeGoal(missions: readonly DeclaredObject[], wish: string): string {
  const taken = new Set(
    missions.flatMap(({ document }) =>
      mapsAt(document.root, ['spec', 'goals']).flatMap((goal) => textAt(goal, ['name']) ?? []),
    ),
  );
  for (let count = 1; ; count++) {
    const name = count === 1 ? wish : `${wish}-${count}`;
    if (!taken.has(name)) return name;
  }
}

/** A mission of its own, which the organization lists. */
function newMission(folder: FolderView, team: DeclaredObject, goal: NewGoal): ProposalEdits | Refusal {
  const names = namesOf(folder);
  const snippet = goal.mission === undefined ? undefined : readSnippet(goal.mission);
  const wish = (snippet?.value as { metadata?: { name?: unknown } } | undefined)?.metadata?.name;
  const free = typeof wish === 'string' ? freeName('Mission', names, wish) : '';
  const text = snippet && renamed(snippet, ['metadata', 'name'], free);
  const listed = text === undefined ? undefined : listMission(team, free);
  if (text === undefined || !listed)
    return refuse(`Organization ${team.name} has no mission to add goal ${goal.name} to: add one first.`);
  const beside = names.ofKind('Mission').at(-1) ?? team;
  const document = { file: beside.source.path, edits: [addDocument(beside.source, beside.document, text)] };
  const list = { file: team.source.path, edits: [listed] };
  const edits =
    beside.source === team.source ? [{ file: list.file, edits: [...list.edits, ...document.edits] }] : [list, document];
  return { name: goal.name, edits };
}

function listMission({ source, document }: DeclaredObject, mission: string): TextEdit | undefined {
  const { root } = document;
  const list = findList(root, ['spec', 'functional', 'missions']);
  if (list) return addItems(source, list, [mission]);
  const functional = find(root, ['spec', 'functional']);
  if (functional?.value?.type === 'map') {
    const empty = functional.value.entries.find(({ key, value }) => scalarValue(key) === 'missions' && !value);
    return empty
      ? setValue(source, empty, `[${mission}]`)
      : addEntry(source, functional.value, 'missions', `[${mission}]`);
  }
  if (functional?.entry && !functional.value) return setValue(source, functional.entry, `{ missions: [${mission}] }`);
  const spec = findMap(root, ['spec']);
  return spec && !functional ? addEntry(source, spec, 'functional', `{ missions: [${mission}] }`) : undefined;
}
