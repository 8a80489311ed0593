/** Keys of a mapping: those that are missing first, then those that may be added. */
import { SERVICE_VOCABULARY } from '../../spec/cel/vocabulary.ts';
import type { Path } from '../../spec/text/locate.ts';
import { partOf, type Cursor } from '../cursor.ts';
import { namesOf, settingsOf, type FolderNames } from '../names/folder-names.ts';
import { shapeOf } from '../names/places.ts';
import { alternatives, isMapPart, mayBeScalar, propertyOf, valueWords, type Part } from '../schema/part.ts';
import { describePart } from '../descriptions/schema-parts.ts';
import { describeSetting } from '../descriptions/objects.ts';
import { scalarValue } from '../../spec/text/outline/lookup.ts';
import type { Entry, MapNode } from '../../spec/text/outline/tree.ts';
import type { FolderView } from '../folder-view.ts';
import type { Offer } from './completion.ts';
import { needed, Skeleton } from './skeleton.ts';

export interface KeyPlace {
  readonly path: Path;
  readonly part: Part;
  /** The mapping, where it has other keys already. */
  readonly map?: MapNode;
  /** The entry that is being typed. */
  readonly entry?: Entry;
  readonly flow: boolean;
  /** Blanks before the keys, outside of brackets. */
  readonly pad: string;
}

/** Pairs of keys of which only one may stand. */
const EXCLUSIVE: readonly (readonly [string, string])[] = [
  ['role', 'roles'],
  ['profile', 'profiles'],
];

export function keyOffers(folder: FolderView, cursor: Cursor, place: KeyPlace): Offer[] {
  const { part, map, entry } = place;
  const names = namesOf(folder);
  const present = (map?.entries ?? [])
    .filter((each) => each !== entry && each.colon >= 0)
    .map(({ key }) => scalarValue(key));
  const colon = (entry?.colon ?? -1) >= 0;
  const missing = needed(part);
  const choice = alternatives(part);
  const chosen = choice.some((key) => present.includes(key));
  const allowed = Object.keys(part.properties ?? {}).filter((key) => {
    if (present.includes(key) || (chosen && choice.includes(key))) return false;
    return !EXCLUSIVE.some(([a, b]) => (key === a && present.includes(b)) || (key === b && present.includes(a)));
  });
  const required = (key: string): boolean => (choice.includes(key) ? !chosen : missing.includes(key));
  const sorted = [...allowed.filter(required), ...allowed.filter((key) => !required(key))];
  const offers = sorted.map((key) => keyOffer(names, cursor, place, key, propertyOf(part, key)!, required(key), colon));
  return [...offers, ...namedKeys(folder, cursor, place, present, colon)];
}

function keyOffer(
  names: FolderNames,
  { object }: Cursor,
  { path, flow, pad }: KeyPlace,
  key: string,
  part: Part,
  required: boolean,
  colon: boolean,
): Offer {
  const words = valueWords(part);
  const detail = required ? `${words} (required)` : words;
  const common = { label: key, kind: 'key', detail, documentation: describePart(part) } as const;
  if (colon) return { ...common, text: key, snippet: false };
  const shape = shapeOf([...path, key]);
  const skeleton = new Skeleton(names, object);
  // Scalars are chosen from a list of their own.
  if (mayBeScalar(part) && part.const === undefined)
    return { ...common, text: `${key}: `, snippet: false, retrigger: true };
  const value = flow ? ` ${skeleton.flow(part, shape)}` : skeleton.block(part, shape, pad);
  return { ...common, text: `${key}:${value}`, snippet: true };
}

/** Keys that are names: settings, queries, what a search varies. */
function namedKeys(
  folder: FolderView,
  { object }: Cursor,
  { path }: KeyPlace,
  present: readonly string[],
  colon: boolean,
): Offer[] {
  const names = namesOf(folder);
  const offer = (label: string, detail: string, documentation?: string, value = ''): Offer => ({
    label,
    kind: 'key',
    detail,
    ...(documentation === undefined ? {} : { documentation }),
    text: colon ? label : `${label}: ${value}`,
    snippet: value.includes('$'),
    retrigger: value === '',
  });
  const absent = (offers: readonly Offer[]): Offer[] => offers.filter(({ label }) => !present.includes(label));
  switch (`${object.kind} ${shapeOf(path)}`) {
    case 'Role spec.settings': {
      const read = new Set(
        object.names.flatMap(({ kind, declares, name }) => (kind === 'setting' && !declares ? name : [])),
      );
      const inherited = names
        .ancestors(object)
        .flatMap((role) => settingsOf(role).map((name) => [name, role] as const));
      const lacking = [...read].filter((name) => !inherited.some(([known]) => known === name));
      return absent([
        ...lacking.map((name) => offer(name, 'read by a rule, has no value yet')),
        ...inherited.map(([name, role]) =>
          offer(name, `replaces that of ${role.name ?? '(no name)'}`, describeSetting(name, role, names)),
        ),
      ]);
    }
    case 'Cluster spec.metrics.prometheus.queries':
      return absent(
        Object.entries(SERVICE_VOCABULARY)
          .filter(([, { changes }]) => changes)
          .map(([name, { unit, about }]) => offer(name, unit, `A query that gives: ${about}.`)),
      );
    case 'Training spec.search.space': {
      const range = '{ ${1|uniform,log|}: [$2, $3] }';
      const ofRole = (role: string, settings: readonly string[]): Offer[] => [
        offer(`roles.${role}.hardness`, 'constraint hardness', undefined, range),
        offer(`roles.${role}.bonus`, 'reward bonus', undefined, range),
        ...settings.map((setting) => offer(`roles.${role}.settings.${setting}`, 'setting', undefined, range)),
      ];
      return absent([
        ...['clip', 'entropy', 'lambda', 'gamma', 'learningRate', 'criticLearningRate'].map((name) =>
          offer(name, 'number of the algorithm', undefined, range),
        ),
        ...ofRole('*', []),
        ...names.ofKind('Role').flatMap((role) => (role.name === undefined ? [] : ofRole(role.name, settingsOf(role)))),
      ]);
    }
    default:
      return [];
  }
}

/** The mapping part at a path, if a mapping may stand there. */
export function mapPartAt(cursor: Cursor, path: Path): Part | undefined {
  const part = partOf(cursor, path);
  return part && isMapPart(part) ? part : undefined;
}
