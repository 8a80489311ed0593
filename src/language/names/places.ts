/** Where names stand in each kind of object, and what they name. */
import { definitionOf, EVENT_NAMES, RANDOM_EVENT_NAMES } from '../../spec/scenario-events.ts';
import type { Kind } from '../../spec/schema/validators.ts';
import type { Path } from '../../spec/text/locate.ts';

/** What can have a name beside whole objects: parts of one object. */
export type PartKind = 'service' | 'setting' | 'agent' | 'group' | 'goal';
export type NameKind = Kind | PartKind;

/** A path with its list indices left out: 'spec.rules[].when'. */
export function shapeOf(path: Path): string {
  let shape = '';
  for (const step of path) shape += typeof step === 'number' ? '[]' : shape === '' ? step : `.${step}`;
  return shape;
}

/** Values that are the name of something that is declared elsewhere, by their place below `spec`. */
const REFERENCES: Readonly<Record<Kind, Readonly<Record<string, NameKind>>>> = {
  Cluster: { 'services[].calls[].service': 'service' },
  Role: { extends: 'Role', 'extends[]': 'Role', 'rules[].services[]': 'service' },
  Mission: {},
  Organization: {
    cluster: 'Cluster',
    'structural.groups[].roles[].role': 'Role',
    'structural.groups[].links[].from': 'Role',
    'structural.groups[].links[].to': 'Role',
    'structural.groups[].compatibilities[].from': 'Role',
    'structural.groups[].compatibilities[].to': 'Role',
    'functional.missions[]': 'Mission',
    'deontic.obligations[].role': 'Role',
    'deontic.obligations[].mission': 'Mission',
    'deontic.permissions[].role': 'Role',
    'deontic.permissions[].mission': 'Mission',
    'agents[].role': 'Role',
    'agents[].roles[]': 'Role',
    'agents[].observes[]': 'service',
    'agents[].scope[]': 'service',
  },
  Scenario: {
    extends: 'Scenario',
    'load[].entryPoint': 'service',
    ...Object.fromEntries(
      EVENT_NAMES.map((type) => [`events[].${type}.${definitionOf(type).place}`, 'service' as const]),
    ),
    ...Object.fromEntries(
      RANDOM_EVENT_NAMES.map((type) => [`random[].${type}.${definitionOf(type).place}s[]`, 'service' as const]),
    ),
  },
  Training: { organization: 'Organization', 'scenarios[]': 'Scenario' },
  Transfer: { training: 'Training', 'stages[].canary.services[]': 'service' },
};

/** Values that give a part of the object its name. */
const DECLARATIONS: Partial<Record<Kind, Readonly<Record<string, PartKind>>>> = {
  Cluster: { 'services[].name': 'service' },
  Mission: { 'goals[].name': 'goal' },
  Organization: { 'structural.groups[].name': 'group', 'agents[].name': 'agent' },
};

export interface NamePlace {
  readonly kind: NameKind;
  readonly declares: boolean;
}

/** What the value at a place names; undefined where it is no name. */
export function namePlace(kind: Kind, shape: string): NamePlace | undefined {
  if (shape === 'metadata.name') return { kind, declares: true };
  if (!shape.startsWith('spec.')) return undefined;
  const place = shape.slice('spec.'.length);
  const references = REFERENCES[kind];
  if (Object.hasOwn(references, place)) return { kind: references[place], declares: false };
  const declarations = DECLARATIONS[kind] ?? {};
  return Object.hasOwn(declarations, place) ? { kind: declarations[place], declares: true } : undefined;
}

/** Services at which requests arrive: only entry points fit. */
export const wantsEntryPoint = (shape: string): boolean => /entryPoints?(\[\])?$/.test(shape);

/** Values that are expressions, by their place below `spec`. */
export interface ExpressionPlace {
  readonly result: 'bool' | 'number';
  /** Whether there is a `service`, and settings. */
  readonly perService: boolean;
}

const EXPRESSIONS: Partial<Record<Kind, Readonly<Record<string, ExpressionPlace>>>> = {
  Role: { 'rules[].when': { result: 'bool', perService: true } },
  Mission: {
    'goals[].reward': { result: 'number', perService: false },
    'goals[].satisfiedWhen': { result: 'bool', perService: false },
  },
  Transfer: {
    'stages[].floor.abortWhen': { result: 'bool', perService: false },
    'stages[].canary.abortWhen': { result: 'bool', perService: false },
    'stages[].full.abortWhen': { result: 'bool', perService: false },
  },
};

export function expressionPlace(kind: Kind | undefined, shape: string): ExpressionPlace | undefined {
  const places = kind && EXPRESSIONS[kind];
  const place = shape.slice('spec.'.length);
  return places && Object.hasOwn(places, place) ? places[place] : undefined;
}
