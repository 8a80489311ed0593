/** Code lenses: what can be done with an object, and who uses it. Hosts give the commands their meaning. */
import type { Range } from '../spec/problem.ts';
import { rangeOf } from '../spec/text/source.ts';
import type { HostKnowledge } from './host-knowledge.ts';
import type { FolderView } from './folder-view.ts';
import { objectsOf, type DeclaredObject } from './names/file-names.ts';
import { namesOf } from './names/folder-names.ts';
import { locationOf, type Location } from './text.ts';
import { agentsOf } from './descriptions/objects.ts';
import { contentSpan, find, scalarValue } from '../spec/text/outline/lookup.ts';

export interface CodeLens {
  readonly range: Range;
  readonly title: string;
  /** A command by its id, or places to show. */
  readonly action:
    | { readonly type: 'command'; readonly id: string; readonly arguments: readonly unknown[] }
    | { readonly type: 'show'; readonly locations: readonly Location[] };
}

/** The first argument of each command: which object it is about. */
export interface CommandTarget {
  /** Path of its file, relative to the folder. */
  readonly file: string;
  readonly kind: string;
  readonly name: string;
}

export function codeLenses(folder: FolderView, path: string, facts: HostKnowledge = {}): readonly CodeLens[] {
  const source = folder.source(path);
  if (!source) return [];
  return objectsOf(source).flatMap((object) => {
    const { kind, name } = object;
    const node = find(object.document.root, ['metadata', 'name'])?.value;
    if (!kind || name === undefined || node?.type !== 'scalar') return [];
    const { start, end } = contentSpan(node);
    const range = rangeOf(source, start, end);
    const target: CommandTarget = { file: path, kind, name };
    const command = (title: string, id: string, ...more: unknown[]): CodeLens => ({
      range,
      title,
      action: { type: 'command', id: `karma-mas.${id}`, arguments: [target, ...more] },
    });
    const show = (title: string, locations: readonly Location[]): CodeLens => ({
      range,
      title,
      action: { type: 'show', locations },
    });
    switch (kind) {
      case 'Training': {
        const last = facts.lastResult?.(name);
        const lenses = [command('Train', 'train'), command('Fit Twin', 'fit')];
        if (last) lenses.push(command(last.text, 'openReport', last.directory));
        return lenses;
      }
      case 'Cluster':
        return isReal(object) ? [command('Test Queries', 'testQueries')] : [];
      case 'Role':
        return [show(...agentsWords(folder, object))];
      case 'Organization':
        return [command('Show Organization', 'openOrganization')];
      case 'Transfer':
        return [command('Plan, Shadow or Transfer...', 'transfer')];
      case 'Scenario':
      case 'Mission':
        return usedBy(folder, object).map(([title, locations]) => show(title, locations));
      default:
        return [];
    }
  });
}

/** Its metrics come from a Prometheus, which can be asked. */
function isReal({ document }: DeclaredObject): boolean {
  const source = find(document.root, ['spec', 'metrics', 'source'])?.value;
  return source?.type === 'scalar' && scalarValue(source) === 'prometheus';
}

function agentsWords(folder: FolderView, { name }: DeclaredObject): [string, Location[]] {
  const agents = name === undefined ? [] : agentsOf(name, namesOf(folder));
  const places = agents.map(({ organization, node }) => {
    const named = find(node, ['name'])?.value ?? node;
    return locationOf(organization.source, named.start, named.end);
  });
  const names = agents.map(({ agent }) => agent);
  if (names.length === 0) return ['No agents', []];
  const some = names.length > 4 ? `${names.slice(0, 4).join(', ')}, ...` : names.join(', ');
  return [`${names.length} ${names.length === 1 ? 'agent' : 'agents'}: ${some}`, places];
}

/** Objects that name this one. */
function usedBy(folder: FolderView, { kind, name }: DeclaredObject): [string, Location[]][] {
  const uses = namesOf(folder).occurrences.filter((use) => use.kind === kind && use.name === name && !use.declares);
  const byUser = Map.groupBy(uses, ({ object }) => object.kind ?? 'object');
  return [...byUser].map(([user, some]) => {
    const objects = new Set(some.map(({ object }) => object)).size;
    const title = `${objects} ${user.toLowerCase()}${objects === 1 ? '' : 's'}`;
    return [title, some.map(({ object, start, end }) => locationOf(object.source, start, end))];
  });
}
