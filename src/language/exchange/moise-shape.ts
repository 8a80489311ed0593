/** What is where in an organization of MOISE+MARL as JSON; reader and writer go by it. */
import type { Path } from '../../spec/text/locate.ts';
import { ourNames, plainName } from './names.ts';
import { parsePattern, type Pattern } from './pattern.ts';

/** The key of what MOISE+MARL has no place for. Readers that do not know it leave it alone. */
export const EXTENSION = 'karma-mas';

export type Mapping = Readonly<Record<string, unknown>>;

/** The mapping itself, or an empty one. */
export const asMapping = (value: unknown): Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};

export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What stands at a path; undefined where there is nothing. */
export const at = (value: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>((so, key) => {
    const mapping = asMapping(so);
    return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
  }, value);

export const entriesAt = (value: unknown, ...keys: readonly string[]): [string, unknown][] =>
  Object.entries(asMapping(at(value, ...keys)));

export interface MoiseGroup {
  readonly theirs: string;
  /** Unique among all groups: they may repeat a name in another group. */
  readonly ours: string;
  readonly path: Path;
  readonly value: Mapping;
  readonly groups: readonly MoiseGroup[];
}

/** Their names and ours. */
export interface MoiseNames {
  readonly roles: ReadonlyMap<string, string>;
  readonly missions: ReadonlyMap<string, string>;
  readonly goals: ReadonlyMap<string, string>;
  readonly agents: ReadonlyMap<string, string>;
  readonly groups: readonly MoiseGroup[];
}

export function namesIn(organization: unknown): MoiseNames {
  const schemes = entriesAt(organization, 'functional_specifications', 'social_scheme');
  const duties = (['obligations', 'permissions'] as const).flatMap((list) =>
    asList(at(organization, 'deontic_specifications', list)),
  );
  const agents = [
    ...asList(at(organization, EXTENSION, 'agents')).map((agent) => at(agent, 'name')),
    ...duties.flatMap((duty) => oneOrMore(at(duty, 'agents'))),
  ];
  return {
    roles: ourNames(entriesAt(organization, 'structural_specifications', 'roles').map(([name]) => name)),
    missions: ourNames(schemes.flatMap(([, scheme]) => entriesAt(scheme, 'mission_to_goals').map(([name]) => name))),
    goals: ourNames(entriesAt(organization, 'functional_specifications', 'goals').map(([name]) => name)),
    agents: ourNames(agents.filter((name) => typeof name === 'string')),
    groups: groupsIn(organization),
  };
}

const oneOrMore = (value: unknown): readonly unknown[] => (typeof value === 'string' ? [value] : asList(value));

/** Groups in groups, deeper than anybody nests them, are left out. */
const MOST_DEPTH = 50;

function groupsIn(organization: unknown): readonly MoiseGroup[] {
  const taken = new Set<string>();
  const nested = (groups: Mapping, path: Path): MoiseGroup[] =>
    Object.entries(path.length > 2 * MOST_DEPTH ? {} : groups).map(([theirs, value]) => {
      const plain = plainName(theirs);
      let ours = plain;
      for (let i = 2; taken.has(ours); i++) ours = `${plain.slice(0, 55)}-${i}`;
      taken.add(ours);
      const here = [...path, theirs];
      const group = asMapping(value);
      return {
        theirs,
        ours,
        path: here,
        value: group,
        groups: nested(asMapping(group.sub_groups), [...here, 'sub_groups']),
      };
    });
  return nested(asMapping(at(organization, 'structural_specifications', 'root_groups')), [
    'structural_specifications',
    'root_groups',
  ]);
}

/** All groups, each before those in it. */
export const flattened = (groups: readonly MoiseGroup[]): MoiseGroup[] =>
  groups.flatMap((group) => [group, ...flattened(group.groups)]);

export const LINK_TYPES = { ACQ: 'acquaintance', AUT: 'authority', COM: 'communication' } as const;

/** '(pattern;label)' of a rule; undefined where it is not written so. */
export function splitRuleKey(key: string): { readonly pattern: string; readonly label: string } | undefined {
  const inner = /^\((.*)\)$/s.exec(key.trim())?.[1];
  const cut = inner?.lastIndexOf(';') ?? -1;
  return inner === undefined || cut < 0
    ? undefined
    : { pattern: inner.slice(0, cut), label: inner.slice(cut + 1).trim() };
}

/** Whatever happened before: `[#any](0,*)`. */
export const ANYTHING: Pattern = { type: 'repeat', item: { type: 'any' }, least: 0, most: Infinity };

/** The label of a rule that is about the present state alone, and that the extension gives a CEL condition. */
export function conditionLabel(key: string, labels: Mapping): string | undefined {
  const rule = splitRuleKey(key);
  if (!rule || !Object.hasOwn(labels, rule.label)) return undefined;
  const parsed = parsePattern(rule.pattern);
  return 'pattern' in parsed && JSON.stringify(parsed.pattern) === JSON.stringify(ANYTHING) ? rule.label : undefined;
}
