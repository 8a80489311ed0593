/** An inferred relation as a link of a group of the organization. */
import { addEntry, addItems } from '../actions/text-edits.ts';
import type { FolderView } from '../folder-view.ts';
import { namesOf } from '../names/folder-names.ts';
import { find, findMap } from '../../spec/text/outline/lookup.ts';
import { refuse, type Placement, type Proposal, type ProposalEdits, type Refusal } from './proposal.ts';
import { flowText, readSnippet } from './snippets.ts';

type NewRelation = Pick<Proposal, 'name' | 'yaml' | 'link'>;

export function relationEdits(
  folder: FolderView,
  { name, yaml, link }: NewRelation,
  { organization }: Placement,
): ProposalEdits | Refusal {
  const team = namesOf(folder).object('Organization', organization);
  const model = folder.model.organizations.find((each) => each.name === organization);
  if (!team || !model || !link)
    return refuse(`Organization ${organization} is not declared or has errors: correct it, then add the relation.`);
  const { type, from, to } = link;
  const holds = (roles: readonly { readonly role: string }[], role: string): boolean =>
    roles.some((entry) => entry.role === role);
  const fits = model.groups.filter(({ roles }) => holds(roles, from) && holds(roles, to));
  const group = fits.find((each) => each.name === link.group) ?? fits[0];
  if (!group)
    return refuse(
      `No group of organization ${organization} has both roles, ${from} and ${to}: the specifications have changed since the run. Analyze again.`,
    );
  const path = ['spec', 'structural', 'groups', model.groups.indexOf(group)];
  const { source, document } = team;
  const { root } = document;
  const links = find(root, [...path, 'links']);
  const map = findMap(root, path);
  const plain = flowText({ type, from, to });
  const list = links?.value?.type === 'list' ? links.value : undefined;
  const text = readSnippet(yaml)?.text ?? plain;
  const edit = list
    ? addItems(source, list, [list.flow ? plain : text])
    : map && !links
      ? addEntry(source, map, 'links', map.flow ? `[${plain}]` : `\n  - ${plain}`)
      : undefined;
  if (!edit)
    return refuse(
      `The links of group ${group.name} are written in a way that cannot be added to: add ${plain} by hand.`,
    );
  return {
    name,
    edits: [{ file: source.path, edits: [{ ...edit, text: edit.text.replace(/:[ ]+(?=\r?\n)/g, ':') }] }],
  };
}

/** Acquaintance and communication have no direction. */
export function knownRelation({ model }: FolderView, { link }: NewRelation, organization: string): string | undefined {
  if (!link) return undefined;
  const isIt = ({ type, from, to }: { readonly type: string; readonly from: string; readonly to: string }): boolean =>
    type === link.type &&
    ((from === link.from && to === link.to) || (type !== 'authority' && from === link.to && to === link.from));
  const group = model.organizations
    .find(({ name }) => name === organization)
    ?.groups.find(({ links }) => links.some(isIt));
  return group?.name;
}
