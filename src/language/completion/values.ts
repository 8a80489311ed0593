/** Values: those listed, names of what there is, numbers with their units, files. */
import { posix } from 'node:path';
import type { Path } from '../../spec/text/locate.ts';
import { unitHint, isUnit } from '../../spec/unit-hints.ts';
import { partOf, type Cursor } from '../cursor.ts';
import type { HostKnowledge } from '../host-knowledge.ts';
import type { FolderView } from '../folder-view.ts';
import type { DeclaredObject } from '../names/file-names.ts';
import { namesOf, type FolderNames } from '../names/folder-names.ts';
import { namePlace, shapeOf, wantsEntryPoint, type NameKind } from '../names/places.ts';
import { aboutValue, isListPart, isMapPart, itemOf, typesOf, type Part } from '../schema/part.ts';
import { describeName, placeOf, summaryOf } from '../descriptions/objects.ts';
import { defaultWords, plainOrQuoted, valueText } from '../descriptions/schema-parts.ts';
import { find, mapsAt, textAt, textsAt } from '../../spec/text/outline/lookup.ts';
import { escapeSnippet, type Offer } from './completion.ts';
import { Skeleton } from './skeleton.ts';

/** Values that may stand at a path, after a key or as an item. */
export function valueOffers(
  folder: FolderView,
  cursor: Cursor,
  path: Path,
  part: Part,
  typed: string,
  facts: HostKnowledge,
): Offer[] {
  const names = namesOf(folder);
  const { object } = cursor;
  const shape = shapeOf(path);
  const place = object.kind && namePlace(object.kind, shape);
  // A name of one's own is proposed by what runs already, not by an example.
  if (place?.declares) return fromFacts(object, shape, facts);
  if (place) return referenceOffers(names, cursor, path, place.kind);
  const offers = [
    ...listed(part),
    ...fromFacts(object, shape, facts),
    ...withUnits(part, typed),
    ...structures(names, cursor, path, part),
    ...examples(part),
  ];
  // Values that may stand once in a list.
  const siblings =
    typeof path.at(-1) === 'number' ? textsAt(cursor.root, path.slice(0, -1)).filter((text) => text !== typed) : [];
  const unique = partOf(cursor, path.slice(0, -1))?.uniqueItems === true;
  return offers.filter(({ label }) => !unique || !siblings.includes(label));
}

function listed(part: Part): Offer[] {
  const values =
    part.enum ?? (part.const !== undefined ? [part.const] : typesOf(part).includes('boolean') ? [true, false] : []);
  const fallback = defaultWords(part);
  return values.map((value) => {
    const label = String(value);
    const about = aboutValue(part, label);
    return {
      label,
      kind: 'value',
      ...(label === fallback ? { detail: 'default' } : {}),
      documentation: about ?? part.description ?? '',
      text: label,
      snippet: false,
      ...(label === fallback ? { preselect: true } : {}),
    };
  });
}

/** Other ways to write it, of what schemas give as default and examples. */
function examples(part: Part): Offer[] {
  if (part.enum || part.const !== undefined || typesOf(part).includes('boolean')) return [];
  const fallback = part.default;
  const usable = (value: unknown): boolean =>
    value !== undefined &&
    value !== '' &&
    !(typeof value === 'object' && value !== null && !Array.isArray(value)) &&
    !(Array.isArray(value) && value.length === 0);
  return [fallback, ...(part.examples ?? [])].filter(usable).map((value, index) => {
    const text = typeof value === 'string' ? plainOrQuoted(value) : valueText(value);
    return {
      label: text,
      kind: 'value',
      detail: index === 0 && value === fallback ? 'default' : 'example',
      documentation: part.description ?? '',
      text,
      snippet: false,
    };
  });
}

/** A number that lacks its unit, with each one it may have. */
function withUnits(part: Part, typed: string): Offer[] {
  if (!isUnit(part.title) || !/^[0-9]+(?:\.[0-9]+)?$/.test(typed)) return [];
  const units: Record<string, readonly string[]> = {
    duration: ['s', 'm', 'h', 'd', 'ms'],
    setting: ['%', 's', 'm', 'h'],
    memory: ['Mi', 'Gi', 'Ki', 'M', 'G'],
    CPU: ['m'],
    size: ['KiB', 'MiB', 'B', 'kB'],
    share: ['%'],
    ratio: ['%'],
    rate: ['%'],
  };
  const { title } = part;
  const { allowed } = unitHint(title, typed);
  return (units[title] ?? []).map((unit) => ({
    label: `${typed}${unit}`,
    kind: 'unit',
    detail: title,
    documentation: `Must be ${allowed}.`,
    text: `${typed}${unit}`,
    snippet: false,
  }));
}

function fromFacts({ kind, source }: DeclaredObject, shape: string, facts: HostKnowledge): Offer[] {
  const offers = (values: readonly string[] | undefined, detail: string, offerKind: Offer['kind'] = 'value'): Offer[] =>
    (values ?? []).map((value) => ({
      label: value,
      kind: offerKind,
      detail,
      text: plainOrQuoted(value),
      snippet: false,
    }));
  if (kind === 'Scenario' && /\.profiles?(\[\])?\.path$/.test(shape)) {
    const here = posix.dirname(source.path);
    const reachable = (facts.dataFiles ?? []).map((file) => posix.relative(here, file));
    return offers(reachable, 'recorded load', 'file');
  }
  if (kind === 'Transfer' && shape === 'spec.target.context')
    return offers(facts.contexts, 'context of the kubeconfig');
  if (shape === 'spec.target.namespace' || (kind === 'Cluster' && shape === 'spec.namespace'))
    return offers(facts.namespaces, 'namespace of the cluster');
  if (kind === 'Cluster' && shape === 'spec.services[].name')
    return offers(facts.deployments, 'deployment of the namespace');
  return [];
}

/** Mappings and lists, whole. */
function structures(names: FolderNames, { object, root }: Cursor, path: Path, part: Part): Offer[] {
  const shape = shapeOf(path);
  if (isMapPart(part)) {
    const text = new Skeleton(names, object).flow(part, shape);
    return [
      {
        label: '{ }',
        filterText: '{',
        kind: 'snippet',
        detail: 'mapping',
        documentation: part.description ?? '',
        text,
        snippet: true,
      },
    ];
  }
  const item = isListPart(part) ? itemOf(part) : undefined;
  if (!item) return [];
  const place = object.kind && namePlace(object.kind, `${shape}[]`);
  const names_ = place && !place.declares ? candidatesAt(names, object, root, [...path, 0], place.kind) : [];
  const one: Offer[] = names_.map(({ name, declared }) => ({
    label: typesOf(part).includes('string') ? name : `[${name}]`,
    filterText: `${name} [${name}]`,
    kind: 'reference',
    detail: placeOf(declared),
    documentation: (place && describeName(place.kind, name, object, names)) ?? '',
    text: typesOf(part).includes('string') ? name : `[${name}]`,
    snippet: false,
  }));
  const all = names_.map(({ name }) => name);
  if (all.length > 1 && part.uniqueItems && place?.kind !== 'Role')
    one.push({
      label: `[${all.join(', ')}]`,
      kind: 'snippet',
      detail: 'all',
      text: `[${all.join(', ')}]`,
      snippet: false,
    });
  if (item.enum)
    one.push({
      label: `[${item.enum.join(', ')}]`,
      kind: 'snippet',
      detail: 'all',
      documentation: part.description ?? '',
      text: `[${item.enum.join(', ')}]`,
      snippet: false,
    });
  const text = isMapPart(item) ? `[${new Skeleton(names, object).flow(item, `${shape}[]`)}]` : '[$1]';
  one.push({
    label: '[ ]',
    filterText: '[',
    kind: 'snippet',
    detail: 'list',
    documentation: part.description ?? '',
    text,
    snippet: true,
  });
  return one;
}

/** Whole items of a list of mappings. */
export function itemSnippets(names: FolderNames, { object }: Cursor, part: Part, shape: string, pad: string): Offer[] {
  if (!isMapPart(part)) return [];
  const variants: Offer[] = [];
  const about = part.description ?? '';
  const choice = part.oneOf && !part.discriminator ? part.oneOf.flatMap(({ required }) => required ?? []) : [];
  for (const key of choice) {
    const others = { ...part, oneOf: [{ required: [key] }] };
    variants.push({
      label: key,
      filterText: key,
      kind: 'snippet',
      detail: 'whole item',
      documentation: String((part.properties?.[key] as Part | undefined)?.description ?? about),
      text: new Skeleton(names, object).flow(others, shape),
      snippet: true,
    });
  }
  if (part.discriminator)
    for (const branch of part.oneOf ?? []) {
      const type = branch.$ref?.split('/').at(-1);
      if (type) variants.push(profileSnippet(type, part));
    }
  if (choice.length === 0 && !part.discriminator) {
    const text = new Skeleton(names, object).item(part, shape, pad);
    const last = shape.slice(shape.lastIndexOf('.') + 1).replace('[]', '');
    variants.push({
      label: `${singular(last)} (whole item)`,
      filterText: `${singular(last)} ${Object.keys(part.properties ?? {}).join(' ')}`,
      kind: 'snippet',
      detail: 'whole item',
      documentation: about,
      text,
      snippet: true,
    });
  }
  return variants;
}

const PROFILES: Readonly<Record<string, string>> = {
  constant: '{ type: constant, rate: ${1:60%} }',
  steps: '{ type: steps, steps: [{ at: 0s, rate: ${1:50%} }, { at: ${2:10m}, rate: ${3:90%} }] }',
  sine: '{ type: sine, mean: ${1:60%}, amplitude: ${2:15%}, period: ${3:30m} }',
  bursts: '{ type: bursts, base: ${1:40%}, peak: ${2:95%}, every: ${3:10m}, lasts: ${4:2m} }',
  file: '{ type: file, path: ${1:loads/load.csv} }',
};

function profileSnippet(type: string, part: Part): Offer {
  const documentation = aboutValue(part, type) ?? part.description ?? '';
  return {
    label: type,
    filterText: `type ${type}`,
    kind: 'snippet',
    detail: 'load profile',
    documentation,
    text: PROFILES[type] ?? `{ type: ${escapeSnippet(type)} }`,
    snippet: true,
  };
}

const singular = (word: string): string => (word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.replace(/s$/, ''));

function referenceOffers(names: FolderNames, cursor: Cursor, path: Path, kind: NameKind): Offer[] {
  return candidatesAt(names, cursor.object, cursor.root, path, kind).map(({ name, declared, fits }) => {
    const summary = kind === 'service' ? '' : summaryOf(declared);
    const about = describeName(kind, name, cursor.object, names);
    return {
      label: name,
      kind: 'reference',
      detail:
        fits === undefined
          ? `${kind === 'service' ? `service of ${declared.name ?? '(no name)'}` : (declared.kind ?? kind)} (${placeOf(declared)})`
          : fits,
      documentation: about ?? summary,
      text: name,
      snippet: false,
    };
  });
}

interface Candidate {
  readonly name: string;
  readonly declared: DeclaredObject;
  /** Why it fits less than others. */
  readonly fits?: string;
}

/** Names that may stand at a path: those that fit first, those that stand beside already left out. */
function candidatesAt(
  names: FolderNames,
  object: DeclaredObject,
  root: Cursor['root'],
  path: Path,
  kind: NameKind,
): Candidate[] {
  const shape = shapeOf(path);
  const beside = typeof path.at(-1) === 'number' ? otherItems(root, path) : [];
  const own = kind === object.kind ? object.name : undefined;
  const all = names.candidates(kind, object).filter(({ name }) => !beside.includes(name) && name !== own);
  const fitting = wordsThatFit(root, object, path, shape);
  const marked = all.map((candidate): Candidate => {
    if (wantsEntryPoint(shape) && !isEntryPoint(candidate.declared, candidate.name))
      return { ...candidate, fits: 'no entry point' };
    return fitting && !fitting.names.includes(candidate.name) ? { ...candidate, fits: fitting.otherwise } : candidate;
  });
  // A service cannot call itself, or one that calls it.
  const possible =
    shape === 'spec.services[].calls[].service'
      ? marked.filter(({ name }) => name !== textAt(root, [...path.slice(0, 3), 'name']))
      : marked;
  const sorted = [
    ...possible.filter(({ fits }) => fits === undefined),
    ...possible.filter(({ fits }) => fits !== undefined),
  ];
  return wantsEntryPoint(shape) ? sorted.filter(({ fits }) => fits === undefined) : sorted;
}

function otherItems(root: Cursor['root'], path: Path): string[] {
  const list = find(root, path.slice(0, -1))?.value;
  if (list?.type !== 'list') return [];
  return list.items.flatMap(({ value }, index) =>
    index === path.at(-1) || value?.type !== 'scalar' ? [] : value.raw.replace(/^["']|["']$/g, ''),
  );
}

/** What the rest of the object makes likely. */
function wordsThatFit(
  root: Cursor['root'],
  object: DeclaredObject,
  path: Path,
  shape: string,
): { readonly names: readonly string[]; readonly otherwise: string } | undefined {
  if (object.kind !== 'Organization') return undefined;
  if (/\.(?:links|compatibilities)\[\]\.(?:from|to)$/.test(shape)) {
    const group = path.slice(0, 4);
    const members = mapsAt(root, [...group, 'roles']).flatMap((role) => textAt(role, ['role']) ?? []);
    return { names: members, otherwise: 'not in this group' };
  }
  if (/^spec\.agents\[\]\.roles?/.test(shape)) {
    const groups = mapsAt(root, ['spec', 'structural', 'groups']);
    if (groups.length === 0) return undefined;
    const members = groups.flatMap((group) => mapsAt(group, ['roles']).flatMap((role) => textAt(role, ['role']) ?? []));
    return { names: members, otherwise: 'in no group' };
  }
  if (shape.startsWith('spec.deontic.') && shape.endsWith('.mission'))
    return { names: textsAt(root, ['spec', 'functional', 'missions']), otherwise: 'not among functional.missions' };
  if (shape.startsWith('spec.deontic.') && shape.endsWith('.role')) {
    const held = mapsAt(root, ['spec', 'agents']).flatMap((agent) => [
      ...textsAt(agent, ['role']),
      ...textsAt(agent, ['roles']),
    ]);
    return { names: held, otherwise: 'held by no agent' };
  }
  return undefined;
}

const isEntryPoint = (cluster: DeclaredObject, name: string): boolean =>
  mapsAt(cluster.document.root, ['spec', 'services']).some(
    (service) => textAt(service, ['name']) === name && textAt(service, ['entryPoint']) === 'true',
  );
