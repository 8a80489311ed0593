/** What an object means after defaults, presets and inherited parts are filled in. */
import { isUnit } from '../spec/unit-hints.ts';
import type { Model } from '../spec/model.ts';
import type { Kind } from '../spec/schema/validators.ts';
import type { Path } from '../spec/text/locate.ts';
import { parseDuration, parseShare, parseSize } from '../spec/units.ts';
import type { FolderView } from './folder-view.ts';
import type { DeclaredObject } from './names/file-names.ts';
import type { Part } from './schema/part.ts';
import { valueText } from './descriptions/schema-parts.ts';

/** The resolved object of a kind and name; undefined where its text does not meet the schema. */
export function modelObject<K extends Kind>(model: Model, kind: K, name: string | undefined): ModelOf[K] | undefined {
  const list = model[LISTS[kind]] as readonly ModelOf[K][];
  return list.find((object) => object.name === name);
}

const LISTS = {
  Cluster: 'clusters',
  Role: 'roles',
  Mission: 'missions',
  Organization: 'organizations',
  Scenario: 'scenarios',
  Training: 'trainings',
  Transfer: 'transfers',
} as const;
type ModelOf = { [K in Kind]: Model[(typeof LISTS)[K]][number] };

/** The effective `spec`, in the shape of the schema: durations as texts. */
export function effectiveSpec(
  folder: FolderView,
  { kind, name, source }: DeclaredObject,
): Record<string, unknown> | undefined {
  if (!kind || name === undefined) return undefined;
  const document = folder.documents.find(
    (each) => each.kind === kind && each.name === name && each.source.path === source.path,
  );
  const spec = document?.spec as Record<string, unknown> | undefined;
  if (!spec) return undefined;
  switch (kind) {
    case 'Role': {
      const role = modelObject(folder.model, 'Role', name);
      return role
        ? { ...spec, hardness: role.hardness, bonus: role.bonus, otherwise: role.otherwise, settings: role.settings }
        : spec;
    }
    case 'Training': {
      const training = modelObject(folder.model, 'Training', name);
      if (!training) return spec;
      const { twin, algorithm, budget } = training;
      return {
        ...spec,
        twin,
        algorithm: { ...algorithm },
        budget: { ...budget, episode: durationText(budget.episode) },
      };
    }
    case 'Scenario': {
      const scenario = modelObject(folder.model, 'Scenario', name);
      return scenario ? { ...spec, duration: durationText(scenario.duration) } : spec;
    }
    case 'Cluster':
      return { namespace: name, ...spec };
    default:
      return spec;
  }
}

/** A value below `spec`. */
export function effectiveAt(folder: FolderView, object: DeclaredObject, path: Path): unknown {
  if (path[0] !== 'spec') return undefined;
  let value: unknown = effectiveSpec(folder, object);
  for (const step of path.slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** The keys of a mapping that are not written, with the values that they have nevertheless. */
export function filledIn(
  part: Part,
  value: unknown,
  written: readonly string[],
): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  const all = value as Record<string, unknown>;
  return Object.keys(part.properties ?? {}).flatMap((key) => {
    const each = all[key];
    if (written.includes(key) || each === undefined || each === '' || isEmpty(each)) return [];
    const plain = typeof each !== 'object' || Array.isArray(each);
    return plain ? [[key, valueText(collapsed(each))] as const] : [];
  });
}

/** [x, x] of a number or range that does not change is x. */
const collapsed = (value: unknown): unknown =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && value[0] === value[1] && value[0] < 1
    ? value[0]
    : value;

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** Seconds as one would write them: 900 -> '15m'. */
export function durationText(seconds: number): string {
  if (seconds === 0) return '0s';
  let rest = Math.round(seconds * 1000);
  let text = '';
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}

/** The number that a text with a unit stands for; undefined where it says nothing new. */
export function inNumbers(part: Part, text: string): string | undefined {
  if (!isUnit(part.title)) return undefined;
  if (/^-?[0-9.]+%$/.test(text) && part.title !== 'rate') return String(parseShare(text));
  if (/^[0-9.]+(?:ms|s|m|h|d)/.test(text) && (part.title === 'duration' || part.title === 'setting')) {
    const seconds = parseDuration(text);
    return `${seconds} s` === text.replace(/s$/, ' s') ? undefined : `${seconds} s`;
  }
  if (part.title === 'size' && /[A-Za-z]$/.test(text)) return `${parseSize(text)} bytes`;
  return undefined;
}
