/** Objects and their parts in markdown: what one wants to know of a name. */
import { parseDuration } from '../../spec/units.ts';
import { KINDS } from '../../spec/schema/validators.ts';
import { servicesOf, settingsOf, type FolderNames } from '../names/folder-names.ts';
import type { DeclaredObject } from '../names/file-names.ts';
import type { NameKind } from '../names/places.ts';
import { find, findMap, mapsAt, plainValue, textAt, textsAt } from '../../spec/text/outline/lookup.ts';
import type { MapNode } from '../../spec/text/outline/tree.ts';
import { valueText } from './schema-parts.ts';

/** The first sentence of the description; '' where there is none. */
export function summaryOf(object: DeclaredObject): string {
  const text = textAt(object.document.root, ['spec', 'description']) ?? '';
  return text.replace(/\s+/g, ' ').trim();
}

const titleOf = ({ name }: DeclaredObject): string => name ?? '(no name)';

/** Markdown of an object: kind and name, description, what it consists of, place. */
export function describeObject(object: DeclaredObject, names: FolderNames): string {
  const lines = [`**${object.kind} ${titleOf(object)}**`, summaryOf(object), ...contents(object, names)];
  lines.push(`*${placeOf(object)}*`);
  return lines.filter((line) => line !== '').join('\n\n');
}

export function placeOf({ source, document }: DeclaredObject, offset = document.root?.start ?? document.start): string {
  return `${source.path}:${source.lines.linePos(offset).line}`;
}

function contents(object: DeclaredObject, names: FolderNames): string[] {
  const { root } = object.document;
  switch (object.kind) {
    case 'Cluster':
      return [`Services: ${codes(servicesOf(object))}`];
    case 'Role': {
      const rules = mapsAt(root, ['spec', 'rules']).map(ruleLine);
      const lines = rules.length > 0 ? [rules.join('\n')] : [];
      const inherited = names.ancestors(object).flatMap(({ name }) => name ?? []);
      if (inherited.length > 0) lines.push(`Extends ${codes(inherited)}`);
      const settings = settingsOf(object);
      if (settings.length > 0)
        lines.push(
          `Settings: ${settings.map((name) => `\`${name}: ${settingText(object, name) ?? '?'}\``).join(', ')}`,
        );
      const agents = agentsOf(object.name ?? '', names);
      if (agents.length > 0) lines.push(`Held by ${codes(agents.map(({ agent }) => agent))}`);
      return lines;
    }
    case 'Mission':
      return mapsAt(root, ['spec', 'goals']).map(
        (goal) => `- \`${textAt(goal, ['name']) ?? '?'}\`: \`${oneLine(textAt(goal, ['reward']) ?? '')}\``,
      );
    case 'Organization':
      return [
        `Agents: ${codes(mapsAt(root, ['spec', 'agents']).flatMap((agent) => textAt(agent, ['name']) ?? []))} on cluster \`${textAt(root, ['spec', 'cluster']) ?? '?'}\``,
      ];
    case 'Scenario': {
      const count = (key: string): number => mapsAt(root, ['spec', key]).length;
      const parent = textAt(root, ['spec', 'extends']);
      const parts = [
        ...(parent === undefined ? [] : [`extends \`${parent}\``]),
        ...(count('load') > 0
          ? [`load at ${codes(mapsAt(root, ['spec', 'load']).flatMap((load) => textAt(load, ['entryPoint']) ?? []))}`]
          : []),
        ...(count('events') > 0 ? [`${count('events')} events`] : []),
        ...(count('random') > 0 ? [`${count('random')} kinds of random events`] : []),
      ];
      return parts.length > 0 ? [capital(parts.join(', '))] : [];
    }
    case 'Training':
      return [
        `Trains \`${textAt(root, ['spec', 'organization']) ?? '?'}\` in ${codes(textsAt(root, ['spec', 'scenarios']))}`,
      ];
    case 'Transfer':
      return [
        `Brings the policies of training \`${textAt(root, ['spec', 'training']) ?? '?'}\` to context \`${textAt(root, ['spec', 'target', 'context']) ?? '?'}\``,
      ];
    default:
      return [];
  }
}

const ruleLine = (rule: MapNode): string =>
  `- when \`${oneLine(textAt(rule, ['when']) ?? '')}\` allow \`${valueText(plainValue(rule, find(rule, ['allow', 'scale'])?.value))}\``;

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
const capital = (text: string): string => `${text[0].toUpperCase()}${text.slice(1)}`;
export const codes = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

/** Markdown of a service. */
export function describeService(name: string, cluster: DeclaredObject): string {
  const service = mapsAt(cluster.document.root, ['spec', 'services']).find((each) => textAt(each, ['name']) === name);
  const text = (...path: string[]): string | undefined => textAt(service, path);
  const facts = [
    ...(text('entryPoint') === 'true' ? ['entry point'] : []),
    `priority ${text('priority') ?? 'normal'}`,
    `${text('replicas', 'min') ?? '1'} to ${text('replicas', 'max') ?? '?'} replicas`,
    `CPU ${text('resources', 'requests', 'cpu') ?? '?'}`,
    `memory ${text('resources', 'requests', 'memory') ?? '?'}`,
    `${text('emulator', 'throughput') ?? '?'} requests/s per pod`,
  ];
  const calls = mapsAt(service, ['calls']).flatMap((call) => textAt(call, ['service']) ?? []);
  const lines = [`**Service ${name}** of cluster \`${titleOf(cluster)}\``, capital(facts.join(', '))];
  if (calls.length > 0) lines.push(`Calls ${codes(calls)}`);
  lines.push(`*${placeOf(cluster, service?.start)}*`);
  return lines.join('\n\n');
}

export const settingText = (role: DeclaredObject, name: string): string | undefined =>
  textAt(role.document.root, ['spec', 'settings', name]);

/** Markdown of a setting, as a role reads it. */
export function describeSetting(name: string, role: DeclaredObject, names: FolderNames): string {
  const given = [role, ...names.ancestors(role)].filter((each) => settingText(each, name) !== undefined);
  const [nearest, ...others] = given;
  const value = given.length > 0 ? settingText(nearest, name) : undefined;
  if (value === undefined) return `**settings.${name}**\n\nNo role gives this setting a value.`;
  const lines = [`**settings.${name}** = \`${value}\`${asNumber(value)}`];
  const comment = commentOf(nearest, name);
  if (comment) lines.push(comment);
  lines.push(
    nearest === role ? `Given here, in role \`${titleOf(role)}\`.` : `Inherited from role \`${titleOf(nearest)}\`.`,
  );
  if (nearest === role && others.length > 0)
    lines.push(`Replaces \`${settingText(others[0], name)}\` of role \`${titleOf(others[0])}\`.`);
  lines.push(`*${placeOf(nearest, findMap(nearest.document.root, ['spec', 'settings'])?.start)}*`);
  return lines.join('\n\n');
}

/** ' (= 0.9)' of 90%, ' (= 60 s)' of 1m. */
export function asNumber(value: string): string {
  if (/^-?[0-9.]+%$/.test(value)) return ` (= ${Number((Number.parseFloat(value) / 100).toFixed(6))})`;
  return /[0-9](?:ms|s|m|h|d)/.test(value) ? ` (= ${parseDuration(value)} seconds)` : '';
}

/** The comment on the line of a setting. */
function commentOf(role: DeclaredObject, name: string): string | undefined {
  const entry = find(role.document.root, ['spec', 'settings', name])?.entry;
  if (!entry) return undefined;
  const { text } = role.source;
  const end = text.indexOf('\n', entry.colon);
  const line = text.slice(entry.value?.end ?? entry.colon, end < 0 ? text.length : end);
  const comment = /^\s+#\s*(.+)$/.exec(line.trimEnd())?.[1];
  return comment && `${capital(comment)}.`;
}

/** The agents that hold a role, with their organizations. */
export function agentsOf(
  role: string,
  names: FolderNames,
): { readonly agent: string; readonly organization: DeclaredObject; readonly node: MapNode }[] {
  return names.ofKind('Organization').flatMap((organization) =>
    mapsAt(organization.document.root, ['spec', 'agents'])
      .filter((agent) => textAt(agent, ['role']) === role || textsAt(agent, ['roles']).includes(role))
      .map((node) => ({ agent: textAt(node, ['name']) ?? '?', organization, node })),
  );
}

/** Markdown of whatever a name stands for; undefined where it stands for nothing. */
export function describeName(kind: NameKind, name: string, at: DeclaredObject, names: FolderNames): string | undefined {
  switch (kind) {
    case 'service': {
      const clusters = names.clustersOf(at).flatMap((cluster) => names.object('Cluster', cluster) ?? []);
      const has = clusters.filter((cluster) => servicesOf(cluster).includes(name));
      return has.length > 0 ? has.map((cluster) => describeService(name, cluster)).join('\n\n---\n\n') : undefined;
    }
    case 'setting':
      return describeSetting(name, at, names);
    case 'agent':
      return describeAgent(name, at);
    case 'group':
    case 'goal':
      return undefined;
    default: {
      const object = KINDS.includes(kind) ? names.object(kind, name) : undefined;
      return object && describeObject(object, names);
    }
  }
}

function describeAgent(name: string, organization: DeclaredObject): string | undefined {
  const agent = mapsAt(organization.document.root, ['spec', 'agents']).find((each) => textAt(each, ['name']) === name);
  if (!agent) return undefined;
  const roles = [...textsAt(agent, ['role']), ...textsAt(agent, ['roles'])];
  const part = (key: string): string => {
    const services = textsAt(agent, [key]);
    return services.length > 0 ? codes(services) : 'all services';
  };
  return [
    `**Agent ${name}**`,
    roles.length > 0 ? `Holds ${codes(roles)}` : 'Holds no role: it may make any move.',
    `Observes ${part('observes')}, may move ${part('scope')}.`,
  ].join('\n\n');
}
