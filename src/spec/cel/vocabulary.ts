/** What a CEL expression of the specifications may name: types, units and descriptions. Checker, hover and completion read it. */
import { CLUSTER_FIELDS, SERVICE_FIELDS, type ClusterField, type ServiceField } from '../observation.ts';
import type { Priority } from '../model.ts';

export type ScalarType = 'number' | 'bool' | 'string';

export interface FieldVocabulary {
  readonly type: ScalarType;
  /** '' where there is none. */
  readonly unit: string;
  readonly about: string;
  /** False for what the specification says: it has no history. */
  readonly changes: boolean;
}

/** What the specification says about a service. */
const STATIC_FIELDS = {
  throughput: { type: 'number', unit: 'requests/s', about: 'requests that one ready pod serves' },
  min: { type: 'number', unit: 'pods', about: 'fewest replicas allowed' },
  max: { type: 'number', unit: 'pods', about: 'most replicas allowed' },
  priority: { type: 'string', unit: '', about: "'critical', 'normal' or 'low'" },
  entryPoint: { type: 'bool', unit: '', about: 'takes requests from outside' },
  name: { type: 'string', unit: '', about: 'name of the service' },
} as const;

/** What follows from a service's observation and the specification. */
const DERIVED_FIELDS = {
  demand: {
    unit: 'requests/s',
    about:
      'requests that arrive or are on their way: the larger of received and entry points’ received x calls per request',
  },
  capacity: { unit: 'requests/s', about: 'requests that all ready pods serve: ready x throughput' },
} as const;

export type StaticField = keyof typeof STATIC_FIELDS;
export type DerivedField = keyof typeof DERIVED_FIELDS;
/** Fields that have a value per environment and a history. */
export type ChangingField = ServiceField | DerivedField;
export type AnyServiceField = ChangingField | StaticField;

type Words = Readonly<Record<string, { readonly unit: string; readonly about: string; readonly type?: ScalarType }>>;
const vocabularyOf = <K extends string>(words: Words, changes: boolean): Readonly<Record<K, FieldVocabulary>> =>
  Object.fromEntries(
    Object.entries(words).map(([name, { unit, about, type }]) => [
      name,
      { type: type ?? 'number', unit, about, changes },
    ]),
  ) as Record<K, FieldVocabulary>;

/** The fields of `service`, and of every element of `services`. */
export const SERVICE_VOCABULARY: Readonly<Record<AnyServiceField, FieldVocabulary>> = {
  ...vocabularyOf<ServiceField>(SERVICE_FIELDS, true),
  ...vocabularyOf<DerivedField>(DERIVED_FIELDS, true),
  ...vocabularyOf<StaticField>(STATIC_FIELDS, false),
};

/** The fields of `cluster`. */
export const CLUSTER_VOCABULARY: Readonly<Record<ClusterField, FieldVocabulary>> = vocabularyOf<ClusterField>(
  CLUSTER_FIELDS,
  true,
);

export const PRIORITIES: readonly Priority[] = ['critical', 'normal', 'low'];

export const isServiceField = (name: string): name is AnyServiceField => Object.hasOwn(SERVICE_VOCABULARY, name);
export const isClusterField = (name: string): name is ClusterField => Object.hasOwn(CLUSTER_VOCABULARY, name);
export const isStaticField = (name: AnyServiceField): name is StaticField => Object.hasOwn(STATIC_FIELDS, name);
export const isDerivedField = (name: AnyServiceField): name is DerivedField => Object.hasOwn(DERIVED_FIELDS, name);

export const ROOTS = {
  service: 'the service that a rule is evaluated for; only in rules of roles',
  services: 'all services of the cluster, a list',
  cluster: 'the whole cluster',
  settings: 'the numbers in the settings of the role',
} as const;

export interface FunctionVocabulary {
  readonly name: string;
  readonly kind: 'function' | 'method' | 'macro';
  readonly signature: string;
  readonly about: string;
  readonly example: string;
}

export const FUNCTIONS: readonly FunctionVocabulary[] = [
  {
    name: 'change',
    kind: 'function',
    signature: 'change(field, window) -> number',
    about:
      'Relative change of a field since `window` ago: (now - then) / |then|; where it was 0: 1, or 0 if it still is. ' +
      "The window is a number of seconds, a duration such as '30s', or a setting; it is rounded to decision intervals, at least one.",
    example: "change(service.received, '1m') > 0.2",
  },
  {
    name: 'mean',
    kind: 'function',
    signature: 'mean(field, window) -> number',
    about: 'Mean of the values of a field from `window` ago until now, the present one included.',
    example: "mean(cluster.latency, '2m') < 0.5",
  },
  {
    name: 'map',
    kind: 'macro',
    signature: 'list.map(x, value) or list.map(x, condition, value) -> list',
    about: 'The value of each element, of those that meet the condition.',
    example: 'services.map(s, s.pending).sum()',
  },
  {
    name: 'filter',
    kind: 'macro',
    signature: 'list.filter(x, condition) -> list',
    about: 'The elements that meet the condition.',
    example: 'services.filter(s, s.entryPoint).size()',
  },
  {
    name: 'all',
    kind: 'macro',
    signature: 'list.all(x, condition) -> bool',
    about: 'Whether every element meets the condition.',
    example: 'services.all(s, s.pending < 10)',
  },
  {
    name: 'exists',
    kind: 'macro',
    signature: 'list.exists(x, condition) -> bool',
    about: 'Whether some element meets the condition.',
    example: 'services.exists(s, s.failed > 0)',
  },
  {
    name: 'exists_one',
    kind: 'macro',
    signature: 'list.exists_one(x, condition) -> bool',
    about: 'Whether exactly one element meets the condition.',
    example: 'services.exists_one(s, s.utilization > 0.9)',
  },
  {
    name: 'sum',
    kind: 'method',
    signature: 'list.sum() -> number',
    about: 'Sum of a list of numbers; 0 of none.',
    example: 'services.map(s, s.pending).sum()',
  },
  {
    name: 'min',
    kind: 'method',
    signature: 'list.min() -> number',
    about: 'Smallest of a list of numbers; 0 of none.',
    example: 'services.map(s, s.capacity - s.demand).min()',
  },
  {
    name: 'max',
    kind: 'method',
    signature: 'list.max() -> number',
    about: 'Largest of a list of numbers; 0 of none.',
    example: '[service.received, service.demand].max()',
  },
  {
    name: 'size',
    kind: 'method',
    signature: 'list.size() or size(list) -> number',
    about: 'How many elements a list has.',
    example: 'services.filter(s, s.failed > 0).size()',
  },
];

const MACROS: ReadonlySet<string> = new Set(FUNCTIONS.filter(({ kind }) => kind === 'macro').map(({ name }) => name));
export const isMacro = (name: string): boolean => MACROS.has(name);
