/** What the schemas say about a place: the part for a path, with references followed. */
import { COMMON_SCHEMA, KINDS, SCHEMAS, type Kind } from '../../spec/schema/validators.ts';
import type { Path } from '../../spec/text/locate.ts';

export interface Part {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Part>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Part;
  readonly propertyNames?: { readonly pattern?: string };
  readonly items?: Part;
  readonly enum?: readonly (string | number | boolean)[];
  readonly const?: string | number | boolean;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly uniqueItems?: boolean;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly oneOf?: readonly Part[];
  readonly discriminator?: { readonly propertyName: string };
  readonly $ref?: string;
  /** The schema that a local reference is looked up in; set while references are followed. */
  readonly home?: object;
}

export const isKind = (kind: unknown): kind is Kind => (KINDS as readonly unknown[]).includes(kind);

/** The whole document of a kind. */
export const documentPart = (kind: Kind): Part => resolved({ ...SCHEMAS[kind] } as Part, SCHEMAS[kind]);

/** Any object: before its kind is known. */
export const ANY_DOCUMENT: Part = {
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    ...documentPart('Role').properties,
    kind: { type: 'string', description: 'Kind of the object.', enum: KINDS },
    spec: { type: 'object', description: 'What the object says. Write its kind first.' },
  },
};

/**
 * The part for a path in a document; undefined where nothing may stand there. `read` gives the value beside, so that a
 * choice by a key (the type of a load profile) can be followed.
 */
export function partAt(kind: Kind | undefined, path: Path, read: (path: Path) => unknown): Part | undefined {
  let part: Part | undefined = kind ? documentPart(kind) : ANY_DOCUMENT;
  for (let length = 0; part && length < path.length; length++) {
    part = child(chosen(part, path.slice(0, length), read), path[length]);
  }
  return part && chosen(part, path, read);
}

/** Of alternatives that a key tells apart, the one that is written; else all that they allow, together. */
function chosen(part: Part, path: Path, read: (path: Path) => unknown): Part {
  const key = part.discriminator?.propertyName;
  if (key === undefined || !part.oneOf) return part;
  const written = read([...path, key]);
  const branches = part.oneOf.map((branch) => resolved(branch, part.home));
  const match = branches.find((branch) => branch.properties?.[key].const === written);
  if (match) return { ...match, description: match.description ?? part.description ?? '', title: part.title ?? '' };
  const allowed = branches.map((branch) => branch.properties![key].const as string);
  const about = branches.map((branch) => `${String(branch.properties![key].const)}: ${branch.description ?? ''}`);
  return {
    ...part,
    properties: { [key]: { type: 'string', enum: allowed, description: about.join(' ') } },
  };
}

function child(part: Part, step: string | number): Part | undefined {
  if (typeof step === 'number') return part.items && resolved(part.items, part.home);
  const own = part.properties && Object.hasOwn(part.properties, step) ? part.properties[step] : undefined;
  if (own) return resolved(own, part.home);
  const { additionalProperties } = part;
  return typeof additionalProperties === 'object' ? resolved(additionalProperties, part.home) : undefined;
}

/** The property of a part, with references followed. */
export const propertyOf = (part: Part, key: string): Part | undefined => child(part, key);

export const itemOf = (part: Part): Part | undefined => child(part, 0);

/** A part with what it refers to; what stands beside a reference counts. */
function resolved(part: Part, home: object | undefined): Part {
  let { $ref, ...here } = { home, ...part } as Part & { home?: object };
  while ($ref !== undefined) {
    const [file, pointer] = $ref.split('#');
    const schema: object | undefined = file === '' ? here.home : COMMON_SCHEMA;
    const target = pointer
      .split('/')
      .slice(1)
      .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], schema) as Part;
    const { $ref: next, ...there } = target;
    here = { ...there, ...here, home: schema! };
    $ref = next;
  }
  return here as Part;
}

export const typesOf = ({ type }: Part): readonly string[] => (typeof type === 'string' ? [type] : (type ?? []));
export const isMapPart = (part: Part): boolean => typesOf(part).includes('object') || part.oneOf !== undefined;
export const isListPart = (part: Part): boolean => typesOf(part).includes('array');
/** Whether something other than a mapping or list may stand there. */
export const mayBeScalar = (part: Part): boolean =>
  !part.oneOf && typesOf(part).some((type) => type !== 'object' && type !== 'array');
export const isExpression = ({ title }: Part): boolean => title === 'expression';

/** Keys of which exactly one may stand: the one written leaves no room for the others. */
export const alternatives = (part: Part): readonly string[] =>
  part.discriminator ? [] : (part.oneOf ?? []).flatMap(({ required }) => required ?? []);

/** What a description says about one of the values it lists, as in 'hold: nothing. free: any move.' */
export function aboutValue(part: Part, value: string): string | undefined {
  const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const match = new RegExp(`(?:^|[.:;] )${escaped}: (.+?)(?:\\.(?= |$)|$)`).exec(part.description ?? '');
  return match ? sentence(match[1]) : undefined;
}

const sentence = (text: string): string => `${text[0].toUpperCase()}${text.slice(1)}.`;

/** The kind of value in a few words: 'share', 'list of names', 'whole number'. */
export function valueWords(part: Part): string {
  if (part.enum) return part.enum.map(String).join(' | ');
  if (part.const !== undefined) return String(part.const);
  const title = part.title !== undefined && /^[a-zA-Z ]+$/.test(part.title) ? part.title : undefined;
  if (isListPart(part) && !typesOf(part).includes('number')) {
    const item = itemOf(part);
    const one = typesOf(part).includes('string') ? 'name or ' : '';
    return `${one}list of ${item ? plural(valueWords(item)) : 'values'}`;
  }
  if (title && title !== 'names') return title;
  const words: Record<string, string> = {
    object: 'mapping',
    string: 'text',
    integer: 'whole number',
    number: 'number',
    boolean: 'true | false',
    array: 'list',
  };
  return typesOf(part)
    .map((type) => words[type] ?? type)
    .join(' or ');
}

const plural = (words: string): string => (/[a-z]$/.test(words) && !/s$/.test(words) ? `${words}s` : words);

/** Bounds of a number in words, '' where there are none. */
export function boundsWords(part: Part): string {
  const bounds: string[] = [];
  if (part.minimum !== undefined) bounds.push(`at least ${part.minimum}`);
  if (part.exclusiveMinimum !== undefined) bounds.push(`above ${part.exclusiveMinimum}`);
  if (part.maximum !== undefined) bounds.push(`at most ${part.maximum}`);
  if (part.exclusiveMaximum !== undefined) bounds.push(`below ${part.exclusiveMaximum}`);
  return bounds.join(', ');
}
