/** Lists what a write would change in an object, field by field, for people to read beforehand. */
import { isDeepStrictEqual } from 'node:util';

export interface FieldChange {
  /** Path as kubectl writes it: .spec.template.spec.containers[0].image */
  readonly path: string;
  /** Shortened JSON; empty if the field does not exist. */
  readonly before: string;
  readonly after: string;
}

type Value = unknown;
type Fields = Readonly<Record<string, Value>>;

/** Fields that the server maintains. */
const SERVERS_OWN = ['managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp'];
const LONGEST = 80;

/** Returns the changes from an object to its new version. The status does not count. */
export function fieldChanges(before: object, after: object): FieldChange[] {
  return changesAt('', withoutServersOwn(before), withoutServersOwn(after));
}

function changesAt(path: string, before: Value, after: Value): FieldChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isFields(before) && isFields(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      changesAt(`${path}.${key}`, before[key], after[key]),
    );
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((item, i) => changesAt(`${path}[${i}]`, item, after[i]));
  return [{ path, before: shown(before), after: shown(after) }];
}

function withoutServersOwn(object: object): Fields {
  const { metadata, ...rest } = object as Fields & { readonly metadata?: Fields };
  return { ...without(rest, ['status']), metadata: without(metadata ?? {}, SERVERS_OWN) };
}

const without = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

const isFields = (value: Value): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function shown(value: Value): string {
  if (value === undefined) return '';
  const text = JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 20)}... (${text.length} characters)`;
}
