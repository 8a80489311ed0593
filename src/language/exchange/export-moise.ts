/**
 * From an organization of the specification language to JSON as MOISE+MARL has it. Rules become pattern rules over the
 * present state, whose labels an extension gives their meaning; what an imported JSON said beside that is put back.
 */
import type { Deontic, Group, Model } from '../../spec/model.ts';
import { DeclaredObjects, type Declared, type DiagnosedFolder } from '../diagnostics/declared.ts';
import { parentsOf } from '../diagnostics/role-users.ts';
import {
  ANYTHING,
  asMapping,
  at,
  conditionLabel,
  entriesAt,
  EXTENSION,
  flattened,
  LINK_TYPES,
  namesIn,
  type Mapping,
  type MoiseGroup,
} from './moise-shape.ts';
import { writePattern } from './pattern.ts';

const THEIR_TYPES = Object.fromEntries(Object.entries(LINK_TYPES).map(([theirs, ours]) => [ours, theirs]));

interface RoleSpec {
  readonly description: string;
  readonly hardness?: string | number;
  readonly bonus?: number;
  readonly otherwise?: string;
  readonly settings: Mapping;
  readonly rules: readonly {
    readonly when: string;
    readonly services: readonly string[];
    readonly allow: { readonly scale: readonly number[] };
  }[];
}

/**
 * `original`: the JSON that the organization was imported from, for its names and for what has no place in our documents.
 * Undefined where the folder has no such organization without errors.
 */
export function exportMoise(folder: DiagnosedFolder, organization: string, original: unknown = {}): object | undefined {
  const objects = new DeclaredObjects(folder);
  const declared = objects.find('Organization', organization);
  return declared && new Exporter(objects, declared, original).run();
}

class Exporter {
  readonly #objects: DeclaredObjects;
  readonly #organization: Declared<'Organization'>;
  readonly #original: unknown;
  readonly #roleNames: ReadonlyMap<string, string>;
  readonly #missionNames: ReadonlyMap<string, string>;
  readonly #agentNames: ReadonlyMap<string, string>;
  readonly #goalNames: ReadonlyMap<string, string>;
  readonly #groups: readonly MoiseGroup[];

  constructor(objects: DeclaredObjects, organization: Declared<'Organization'>, original: unknown) {
    this.#objects = objects;
    this.#organization = organization;
    this.#original = original;
    const { roles, missions, agents, goals, groups } = namesIn(original);
    [this.#roleNames, this.#missionNames, this.#agentNames, this.#goalNames] = [roles, missions, agents, goals].map(
      inverse,
    );
    this.#groups = groups;
  }

  run(): object {
    const { value: organization } = this.#organization;
    const original = asMapping(this.#original);
    const roles = this.#roles();
    const missions = this.#missions();
    const goals = this.#goals(missions);
    const duties = (list: readonly Deontic[]): object[] => list.map((duty) => this.#duty(duty));
    return {
      ...original,
      structural_specifications: {
        ...asMapping(original.structural_specifications),
        roles: Object.fromEntries(roles.map((role) => [this.#role(role.value.name), this.#roleJson(role)])),
        role_inheritance_relations: Object.fromEntries(
          roles.flatMap((role) => {
            const parents = parentsOf(role).map((parent) => this.#role(parent));
            return parents.length > 0 ? [[this.#role(role.value.name), parents]] : [];
          }),
        ),
        root_groups: this.#rootGroups(),
      },
      functional_specifications: {
        mission_preferences: [],
        ...asMapping(original.functional_specifications),
        goals: goals.json,
        social_scheme: this.#schemes(missions, goals.idOf),
      },
      deontic_specifications: {
        ...asMapping(original.deontic_specifications),
        permissions: duties(organization.permissions),
        obligations: duties(organization.obligations),
      },
      [EXTENSION]: {
        ...asMapping(original[EXTENSION]),
        organization: organization.name,
        cluster: organization.cluster,
        agents: organization.agents.map(({ name, roles: held, observes, scope }) => ({
          name: this.#agent(name),
          roles: held.map((role) => this.#role(role)),
          ...(observes.length > 0 && { observes }),
          ...(scope.length > 0 && { scope }),
        })),
        roles: Object.fromEntries(roles.map((role) => [this.#role(role.value.name), roleExtension(role)])),
        missions: Object.fromEntries(
          missions.flatMap(({ name, description }) =>
            description === '' ? [] : [[this.#mission(name), { description }]],
          ),
        ),
        goals: goals.extension,
      },
    };
  }

  #role = (ours: string): string => this.#roleNames.get(ours) ?? ours;
  #mission = (ours: string): string => this.#missionNames.get(ours) ?? ours;
  #agent = (ours: string): string => this.#agentNames.get(ours) ?? ours;

  /** Those that the organization names, with their parents, and those that were imported; in the order of the files. */
  #roles(): readonly Declared<'Role'>[] {
    const { agents, groups, obligations, permissions } = this.#organization.value;
    const wanted = new Set([
      ...agents.flatMap(({ roles }) => roles),
      ...groups.flatMap(({ roles }) => roles.map(({ role }) => role)),
      ...[...obligations, ...permissions].map(({ role }) => role),
      ...this.#roleNames.keys(),
    ]);
    const all = this.#objects.of('Role');
    for (let before = 0; before < wanted.size;) {
      before = wanted.size;
      for (const role of all) if (wanted.has(role.value.name)) for (const parent of parentsOf(role)) wanted.add(parent);
    }
    return all.filter(({ value }) => wanted.has(value.name));
  }

  #roleJson(role: Declared<'Role'>): object {
    const { rules } = role.spec as RoleSpec;
    const theirs = this.#role(role.value.name);
    const original = asMapping(at(this.#original, 'structural_specifications', 'roles', theirs));
    const labels = asMapping(at(this.#original, EXTENSION, 'roles', theirs, 'labels'));
    const opaque = entriesAt(original, 'pattern_rules').filter(([key]) => conditionLabel(key, labels) === undefined);
    const own = rules.map(({ allow }, index): [string, unknown] => [
      `(${writePattern(ANYTHING)};${labelOf(index)})`,
      allow.scale
        .filter((move) => move !== 0)
        .map((move) => [move > 0 ? `+${move}` : String(move), role.value.hardness]),
    ]);
    return {
      ...orNew(original),
      pattern_rules: Object.fromEntries([...opaque, ...own]),
    };
  }

  #missions(): Model['missions'] {
    const { missions, obligations, permissions } = this.#organization.value;
    const wanted = new Set([...missions, ...[...obligations, ...permissions].map(({ mission }) => mission)]);
    const all = this.#objects.model.missions;
    return [...wanted].flatMap((name) => all.find((mission) => mission.name === name) ?? []);
  }

  /** Goals by an id that is unique over all missions: their name, unless two of one name differ. */
  #goals(missions: Model['missions']): {
    readonly json: object;
    readonly extension: object;
    readonly idOf: (mission: string, goal: string) => string;
  } {
    const functional = at(this.#original, 'functional_specifications');
    const meanings = new Map<string, string>();
    const ids = new Map<string, string>();
    const extension: Record<string, unknown> = {};
    for (const { name: mission, goals } of missions)
      for (const { name, ...meaning } of goals) {
        const text = JSON.stringify(meaning);
        const plain = this.#goalNames.get(name) ?? name;
        let id = plain;
        for (let i = 1; meanings.has(id) && meanings.get(id) !== `${name} ${text}`; i++)
          id = `${this.#mission(mission)}.${plain}${i > 1 ? `.${i}` : ''}`;
        meanings.set(id, `${name} ${text}`);
        ids.set(`${mission} ${name}`, id);
        const { reward, range, weight, satisfiedWhen } = meaning;
        extension[id] = {
          ...(id !== name && { name }),
          reward,
          range,
          ...(weight !== 0 && { weight }),
          ...(satisfiedWhen !== '' && { satisfiedWhen }),
        };
      }
    const referred = new Set(
      entriesAt(functional, 'social_scheme').flatMap(([, scheme]) =>
        entriesAt(scheme, 'mission_to_goals').flatMap(([, goals]) => [goals].flat().map(String)),
      ),
    );
    // Goals that no mission had are not in our documents at all.
    const others = entriesAt(functional, 'goals').filter(([id]) => !referred.has(id) && !meanings.has(id));
    const json = [...meanings.keys()].map((id) => [id, orNew(asMapping(at(functional, 'goals', id)))]);
    return {
      json: Object.fromEntries([...json, ...others]),
      extension,
      idOf: (mission, goal) => ids.get(`${mission} ${goal}`)!,
    };
  }

  /** Each mission in the scheme that it came from; new ones in one of the organization's name. */
  #schemes(missions: Model['missions'], idOf: (mission: string, goal: string) => string): object {
    const placed = new Set<string>();
    const goalsOf = ({ name, goals }: Model['missions'][number]): string[] =>
      goals.map((goal) => idOf(name, goal.name));
    const schemes = entriesAt(this.#original, 'functional_specifications', 'social_scheme').map(([name, scheme]) => {
      const own = entriesAt(scheme, 'mission_to_goals').flatMap(([theirs]) => {
        const mission = missions.find((each) => this.#mission(each.name) === theirs && !placed.has(each.name));
        if (!mission) return [];
        placed.add(mission.name);
        return [[theirs, goalsOf(mission)] as const];
      });
      return [name, { ...asMapping(scheme), mission_to_goals: Object.fromEntries(own) }] as const;
    });
    const added = missions.filter(({ name }) => !placed.has(name));
    if (added.length === 0) return Object.fromEntries(schemes);
    const [goal, ...others] = [...new Set(added.flatMap(goalsOf))];
    const scheme = {
      goals_structure: {
        goal,
        ...(others.length > 0 && { sub_plan: { operator: 'PARALLEL', sub_goals: others } }),
        probability: 1,
      },
      mission_to_goals: Object.fromEntries(added.map((mission) => [this.#mission(mission.name), goalsOf(mission)])),
      mission_to_agent_cardinality: {},
    };
    return Object.fromEntries([...schemes, [this.#organization.value.name, scheme]]);
  }

  /** Groups in groups where they were so; new ones beside them. */
  #rootGroups(): object {
    const { groups } = this.#organization.value;
    const place = (nested: readonly MoiseGroup[]): [string, object][] =>
      nested.flatMap(({ theirs, ours, value, groups: below }) => {
        const group = groups.find(({ name }) => name === ours);
        const kept = Object.fromEntries(place(below));
        // A group without roles of its own has no place in our documents; one with roles may have been removed there.
        const hadRoles = Array.isArray(value.roles) && value.roles.length > 0;
        if (group) return [[theirs, { ...this.#group(group, value), sub_groups: kept }]];
        return hadRoles ? Object.entries(kept) : [[theirs, { ...value, sub_groups: kept }]];
      });
    const known = new Set(flattened(this.#groups).map(({ ours }) => ours));
    const added = groups.filter(({ name }) => !known.has(name)).map((group) => [group.name, this.#group(group, {})]);
    return Object.fromEntries([...place(this.#groups), ...added]);
  }

  #group({ roles, links, compatibilities }: Group, original: Mapping): object {
    const pair = ({ from, to }: { from: string; to: string }): object => ({
      source: this.#role(from),
      destination: this.#role(to),
    });
    return {
      inter_links: [],
      inter_compatibilities: [],
      sub_group_cardinalities: {},
      sub_groups: {},
      ...original,
      roles: roles.map(({ role }) => this.#role(role)),
      intra_links: links.map((link) => ({ ...pair(link), type: THEIR_TYPES[link.type] })),
      intra_compatibilities: compatibilities.map(pair),
      role_cardinalities: Object.fromEntries(
        roles.map(({ role, min, max }) => [
          this.#role(role),
          { lower_bound: min, upper_bound: this.#isUnlimited(role, max) ? '*' : max },
        ]),
      ),
    };
  }

  /** A maximum that is not written counts as the number of agents in the model. */
  #isUnlimited(role: string, max: number): boolean {
    const { structural } = this.#organization.spec as {
      readonly structural: {
        readonly groups: readonly {
          readonly roles: readonly { readonly role: string; readonly cardinality: { readonly max?: number } }[];
        }[];
      };
    };
    const written = structural.groups
      .flatMap(({ roles }) => roles)
      .find((entry) => entry.role === role && entry.cardinality.max === max);
    return written === undefined;
  }

  #duty({ role, mission, timeConstraint }: Deontic): object {
    const holders = this.#organization.value.agents.filter(({ roles }) => roles.includes(role));
    return {
      role: this.#role(role),
      agents: holders.map(({ name }) => this.#agent(name)),
      missions: [this.#mission(mission)],
      // MOISE+MARL knows ANY; seconds from the start of the episode are an extension.
      time_constraint: timeConstraint === 'any' ? 'ANY' : { ...timeConstraint },
    };
  }
}

const inverse = (names: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map([...names].map(([theirs, ours]) => [ours, theirs]));

/** A role or goal as it was imported; one that was not, without any rule. */
const orNew = (original: Mapping): Mapping =>
  Object.keys(original).length > 0
    ? original
    : { label_manager: {}, pattern_rules: {}, reward_reshape_standard: 100, script_rules: [] };

const labelOf = (index: number): string => `rule-${index + 1}`;

function roleExtension({ spec }: Declared<'Role'>): object {
  const { description, hardness, bonus, otherwise, settings, rules } = spec as RoleSpec;
  return {
    ...(description !== '' && { description }),
    ...(hardness !== undefined && { hardness }),
    ...(bonus !== undefined && { bonus }),
    ...(Object.keys(settings).length > 0 && { settings: { ...settings } }),
    ...(otherwise !== undefined && { otherwise }),
    labels: Object.fromEntries(
      rules.map(({ when, services }, index) => [labelOf(index), { when, ...(services.length > 0 && { services }) }]),
    ),
  };
}
