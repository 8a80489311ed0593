/**
 * From an organization of MOISE+MARL, as JSON, to documents of the specification language. What has no place in these is
 * told, and stays in the JSON, which an export takes it from. Nothing is executed. Never throws, whatever the text.
 */
import { Document } from 'yaml';
import { API_VERSION, type Kind } from '../../spec/schema/validators.ts';
import type { Path } from '../../spec/text/locate.ts';
import { JsonText, type ExchangeProblem } from './json-text.ts';
import {
  asList,
  asMapping,
  at,
  conditionLabel,
  EXTENSION,
  flattened,
  LINK_TYPES,
  namesIn,
  splitRuleKey,
  type Mapping,
  type MoiseNames,
} from './moise-shape.ts';
import { plainName } from './names.ts';
import { parsePattern } from './pattern.ts';

export interface ImportOptions {
  /** Of the organization, where the JSON does not say; made a name of ours. */
  readonly name: string;
  /** Of the cluster that it scales, where the JSON does not say. */
  readonly cluster: string;
}

export interface MoiseImport {
  /** Name of the organization; empty where the text could not be read. */
  readonly organization: string;
  /** Documents of roles, missions and the organization; empty where the text could not be read. */
  readonly yaml: string;
  readonly problems: readonly ExchangeProblem[];
}

export function importMoise(text: string, options: ImportOptions): MoiseImport {
  const json = new JsonText(text);
  if (json.problems.length > 0) return { organization: '', yaml: '', problems: json.problems };
  const { value } = json;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    json.report(
      [],
      'error',
      'A mapping with structural_specifications, functional_specifications and deontic_specifications is expected.',
    );
    return { organization: '', yaml: '', problems: json.problems };
  }
  const { organization, documents } = new Importer(json, value as Mapping, options).run();
  return { organization, yaml: documents.join('---\n'), problems: json.problems };
}

interface Duty {
  readonly role: string;
  readonly mission: string;
  readonly timeConstraint?: unknown;
}

class Importer {
  readonly #json: JsonText;
  readonly #value: Mapping;
  readonly #names: MoiseNames;
  readonly #extension: Mapping;
  readonly #organization: string;
  readonly #cluster: string;
  readonly #documents: string[] = [];
  /** Missions that were written, by their names. */
  readonly #missions = new Set<string>();

  constructor(json: JsonText, value: Mapping, options: ImportOptions) {
    this.#json = json;
    this.#value = value;
    this.#names = namesIn(value);
    this.#extension = asMapping(value[EXTENSION]);
    const named = (key: string, otherwise: string): string => {
      const given = this.#extension[key];
      return plainName(typeof given === 'string' ? given : otherwise);
    };
    this.#organization = named('organization', options.name);
    this.#cluster = named('cluster', options.cluster);
  }

  run(): { readonly organization: string; readonly documents: readonly string[] } {
    this.#roles();
    this.#schemes();
    const groups = this.#groups();
    const obligations = this.#duties('obligations');
    const permissions = this.#duties('permissions');
    const missions = [...this.#missions].flatMap((name) => this.#names.missions.get(name) ?? []);
    this.#write('Organization', this.#organization, {
      cluster: this.#cluster,
      ...(groups.length > 0 && { structural: { groups } }),
      ...(missions.length > 0 && { functional: { missions } }),
      ...((obligations.length > 0 || permissions.length > 0) && {
        deontic: { ...(obligations.length > 0 && { obligations }), ...(permissions.length > 0 && { permissions }) },
      }),
      agents: this.#agents(),
    });
    return { organization: this.#organization, documents: this.#documents };
  }

  #write(kind: Kind, name: string, spec: object, comments: readonly string[] = []): void {
    const document = new Document({ apiVersion: API_VERSION, kind, metadata: { name }, spec });
    if (comments.length > 0)
      document.commentBefore = comments.map((line) => ` ${line.replace(/\s+/g, ' ')}`).join('\n');
    this.#documents.push(document.toString({ lineWidth: 0 }));
  }

  /** Our name of a role that is declared; reports one that is not. */
  #role(name: string, path: Path): string | undefined {
    return this.#known(this.#names.roles, name, path, 'role');
  }

  #known(names: ReadonlyMap<string, string>, name: string, path: Path, what: string): string | undefined {
    const ours = names.get(name);
    if (ours === undefined) this.#json.report(path, 'warning', `There is no ${what} '${name}'. It is left out.`);
    return ours;
  }

  #roles(): void {
    const path = ['structural_specifications', 'roles'];
    const roles = this.#json.mapping(at(this.#value, ...path), path);
    for (const [theirs, value] of Object.entries(roles)) {
      const here = [...path, theirs];
      const role = this.#json.mapping(value, here);
      const extended = at(this.#extension, 'roles', theirs);
      const extension = asMapping(extended);
      const labels = asMapping(extension.labels);
      const comments: string[] = [];
      const weights: number[] = [];
      const rules = Object.entries(this.#json.mapping(role.pattern_rules, [...here, 'pattern_rules'])).flatMap(
        ([key, actions]) => {
          const rule = this.#rule(key, actions, [...here, 'pattern_rules', key], labels, weights);
          if (!rule) comments.push(`Not executed here: ${key} -> ${JSON.stringify(actions)}`);
          return rule ? [rule] : [];
        },
      );
      comments.push(...this.#scripts(role, here));
      // Where we wrote the weights, the role inherits what it does not say.
      const hardness = extended === undefined ? hardnessOf(weights) : extension.hardness;
      this.#write(
        'Role',
        this.#names.roles.get(theirs)!,
        {
          ...kept(extension, ['description']),
          ...this.#parents(theirs),
          ...(hardness !== undefined && { hardness }),
          ...kept(extension, ['bonus', 'settings']),
          ...(rules.length > 0 && { rules }),
          ...kept(extension, ['otherwise']),
        },
        comments,
      );
    }
    for (const theirs of Object.keys(
      asMapping(at(this.#value, 'structural_specifications', 'role_inheritance_relations')),
    ))
      this.#role(theirs, ['structural_specifications', 'role_inheritance_relations', theirs]);
  }

  #parents(theirs: string): object {
    const path = ['structural_specifications', 'role_inheritance_relations', theirs];
    const parents = this.#json.texts(at(this.#value, ...path), path);
    const ours = new Set(parents.flatMap((name, index) => this.#role(name, [...path, index]) ?? []));
    return ours.size > 0 ? { extends: [...ours] } : {};
  }

  /** A rule that the extension gives a condition; undefined, and told, for any other. */
  #rule(key: string, actions: unknown, path: Path, labels: Mapping, weights: number[]): object | undefined {
    const pairs = this.#json.list(actions, path).flatMap((pair) => {
      const [action, weight] = asList(pair);
      return typeof action === 'string' && typeof weight === 'number' ? [{ action, weight }] : [];
    });
    weights.push(...pairs.map(({ weight }) => weight));
    if (pairs.some(({ weight }) => weight < 0))
      this.#json.report(path, 'information', 'A negative weight, a penalty for one action, has no place here.');
    const written = splitRuleKey(key);
    if (!written) {
      this.#json.report(path, 'warning', "A rule is written '(pattern;label)'. It is kept in the JSON.", 'key');
      return undefined;
    }
    if (!this.#patternIsSound(written.pattern, path)) return undefined;
    const label = conditionLabel(key, labels);
    const scale = pairs.map(({ action }) => (/^[+-]?\d{1,2}$/.test(action) ? Number(action) : 0));
    if (label === undefined || scale.length === 0 || scale.includes(0)) {
      const message = `The rule is about labels that mean nothing here. It is kept and not executed: write a rule in CEL in its place.`;
      this.#json.report(path, 'information', message, 'key');
      return undefined;
    }
    const { when, services } = asMapping(labels[label]);
    if (typeof when !== 'string') return undefined;
    return { when, ...(Array.isArray(services) && services.length > 0 && { services }), allow: { scale } };
  }

  #patternIsSound(text: string, path: Path): boolean {
    const parsed = parsePattern(text);
    if ('pattern' in parsed) return true;
    const { message, at: place } = parsed.problem;
    this.#json.report(
      path,
      'warning',
      `The pattern is not understood at character ${place + 1}: ${message} It is kept in the JSON.`,
      'key',
    );
    return false;
  }

  /** Comments for scripts, which are kept and never run. */
  #scripts(part: Mapping, path: Path): string[] {
    return this.#json.list(part.script_rules, [...path, 'script_rules']).map((script, index) => {
      const name = at(script, 'function_name');
      const shown = typeof name === 'string' ? name : `script ${index + 1}`;
      this.#json.report(
        [...path, 'script_rules', index],
        'information',
        `The Python rule ${shown} is kept and not executed.`,
      );
      return `Not executed here: the Python rule ${shown}`;
    });
  }

  #schemes(): void {
    const path = ['functional_specifications', 'social_scheme'];
    const goals = this.#goals();
    for (const [scheme, value] of Object.entries(this.#json.mapping(at(this.#value, ...path), path))) {
      const here = [...path, scheme];
      this.#checkPlan(at(value, 'goals_structure'), [...here, 'goals_structure'], 0);
      const missions = this.#json.mapping(at(value, 'mission_to_goals'), [...here, 'mission_to_goals']);
      for (const [theirs, list] of Object.entries(missions)) {
        const place = [...here, 'mission_to_goals', theirs];
        if (this.#missions.has(theirs)) {
          this.#json.report(
            place,
            'warning',
            `Mission '${theirs}' stands in another scheme too. This one is left out.`,
            'key',
          );
          continue;
        }
        const own = this.#json.texts(list, place).flatMap((goal, index) => {
          if (this.#known(this.#names.goals, goal, [...place, index], 'goal') === undefined) return [];
          return goals.get(goal) ?? [];
        });
        if (own.length === 0) {
          this.#json.report(place, 'warning', `Mission '${theirs}' has no goal. It is left out.`, 'key');
          continue;
        }
        this.#missions.add(theirs);
        const comments = [...new Set(own.flatMap((goal) => goal.comments))];
        const spec = {
          ...kept(at(this.#extension, 'missions', theirs), ['description']),
          goals: own.map((goal) => goal.spec),
        };
        this.#write('Mission', this.#names.missions.get(theirs)!, spec, comments);
      }
    }
    this.#checkPreferences();
  }

  #goals(): ReadonlyMap<string, { readonly spec: object; readonly comments: readonly string[] }> {
    const path = ['functional_specifications', 'goals'];
    const goals = Object.entries(this.#json.mapping(at(this.#value, ...path), path)).map(([theirs, value]) => {
      const here = [...path, theirs];
      const goal = this.#json.mapping(value, here);
      const rules = Object.entries(this.#json.mapping(goal.pattern_rules, [...here, 'pattern_rules']));
      const comments = rules.map(([key, reward]) => {
        const place = [...here, 'pattern_rules', key];
        if (this.#patternIsSound(key, place)) {
          const message =
            'The reward is about labels that mean nothing here. It is kept and not given: write it in CEL.';
          this.#json.report(place, 'information', message, 'key');
        }
        return `Not rewarded here: ${theirs}, ${key} -> ${JSON.stringify(reward)}`;
      });
      comments.push(...this.#scripts(goal, here));
      const extension = asMapping(at(this.#extension, 'goals', theirs));
      const name = typeof extension.name === 'string' ? plainName(extension.name) : this.#names.goals.get(theirs)!;
      // A goal must say something: a constant is worth nothing until somebody writes what is.
      const meaning = typeof extension.reward === 'string' ? extension : { reward: '0', range: [0, 1] };
      const spec = { name, ...kept(meaning, ['reward', 'range', 'weight', 'satisfiedWhen']) };
      return [theirs, { spec, comments }] as const;
    });
    return new Map(goals);
  }

  /** Names of a plan: `{goal, sub_plan: {operator, sub_goals: [name or plan]}}`. */
  #checkPlan(plan: unknown, path: Path, depth: number): void {
    if (plan === undefined || plan === null || depth > 50) return;
    if (typeof plan === 'string') {
      this.#dangling(this.#names.goals, plan, path, 'goal');
      return;
    }
    const { goal, sub_plan: below } = this.#json.mapping(plan, path);
    if (typeof goal === 'string') this.#dangling(this.#names.goals, goal, [...path, 'goal'], 'goal');
    const place = [...path, 'sub_plan', 'sub_goals'];
    asList(at(below, 'sub_goals')).forEach((sub, index) => this.#checkPlan(sub, [...place, index], depth + 1));
  }

  #checkPreferences(): void {
    const path = ['functional_specifications', 'mission_preferences'];
    this.#json.list(at(this.#value, ...path), path).forEach((preference, index) => {
      for (const key of ['prefer', 'over']) {
        const name = at(preference, key);
        if (typeof name === 'string') this.#dangling(this.#names.missions, name, [...path, index, key], 'mission');
      }
    });
  }

  /** A name in a part that is only kept. */
  #dangling(names: ReadonlyMap<string, string>, name: string, path: Path, what: string): void {
    if (!names.has(name)) this.#json.report(path, 'warning', `There is no ${what} '${name}'.`);
  }

  #groups(): object[] {
    return flattened(this.#names.groups).flatMap(({ ours, path, value }) => {
      const roles = new Set<string>();
      this.#json.texts(value.roles, [...path, 'roles']).forEach((name, index) => {
        if (this.#role(name, [...path, 'roles', index]) !== undefined) roles.add(name);
      });
      for (const part of ['inter_links', 'inter_compatibilities', 'sub_group_cardinalities']) {
        const size = Array.isArray(value[part]) ? value[part].length : Object.keys(asMapping(value[part])).length;
        if (size > 0)
          this.#json.report(
            [...path, part],
            'information',
            `${part} have no place here. They are kept in the JSON.`,
            'key',
          );
      }
      if (roles.size === 0) {
        this.#json.report(
          path,
          'information',
          'A group without roles of its own has no place here. It is kept in the JSON.',
          'key',
        );
        return [];
      }
      const links = this.#pairs(value, path, 'intra_links', roles).flatMap(({ from, to, entry, place }) => {
        const type = at(entry, 'type');
        if (typeof type === 'string' && Object.hasOwn(LINK_TYPES, type))
          return [{ type: LINK_TYPES[type as keyof typeof LINK_TYPES], from, to }];
        this.#json.report(place, 'warning', 'The type of a link is ACQ, COM or AUT. It is left out.');
        return [];
      });
      const compatibilities = this.#pairs(value, path, 'intra_compatibilities', roles).map(({ from, to }) => ({
        from,
        to,
      }));
      return [
        {
          name: ours,
          roles: [...roles].map((role) => ({
            role: this.#names.roles.get(role)!,
            ...this.#cardinality(value, path, role),
          })),
          ...(links.length > 0 && { links }),
          ...(compatibilities.length > 0 && { compatibilities }),
        },
      ];
    });
  }

  #cardinality(group: Mapping, path: Path, role: string): object {
    const here = [...path, 'role_cardinalities', role];
    const { lower_bound: lower, upper_bound: upper } = asMapping(at(group, 'role_cardinalities', role));
    const min = lower ?? 0;
    const max = upper === '*' || upper === null ? undefined : upper;
    const sound =
      Number.isInteger(min) &&
      (min as number) >= 0 &&
      (max === undefined || (Number.isInteger(max) && (max as number) >= 1 && (max as number) >= (min as number)));
    if (!sound) {
      this.#json.report(
        here,
        'warning',
        "Bounds are whole numbers, the lower at most the upper, which may be '*'. They are left out.",
      );
      return {};
    }
    if (min === 0 && max === undefined) return {};
    return { cardinality: { ...(min !== 0 && { min }), ...(max !== undefined && { max }) } };
  }

  /** Links and the like between two roles of a group. */
  #pairs(
    group: Mapping,
    path: Path,
    key: string,
    members: ReadonlySet<string>,
  ): { from: string; to: string; entry: unknown; place: Path }[] {
    return this.#json.list(group[key], [...path, key]).flatMap((entry, index) => {
      const place = [...path, key, index];
      const [source, destination] = [at(entry, 'source'), at(entry, 'destination')];
      if (typeof source !== 'string' || typeof destination !== 'string') {
        this.#json.report(place, 'warning', 'A source and a destination are needed. It is left out.');
        return [];
      }
      const from = this.#role(source, [...place, 'source']);
      const to = this.#role(destination, [...place, 'destination']);
      if (from === undefined || to === undefined) return [];
      if (source === destination || !members.has(source) || !members.has(destination)) {
        this.#json.report(place, 'warning', 'This must join two roles of the group. It is left out.');
        return [];
      }
      return [{ from, to, entry, place }];
    });
  }

  #duties(list: 'obligations' | 'permissions'): Duty[] {
    const path = ['deontic_specifications', list];
    const seen = new Set<string>();
    return this.#json.list(at(this.#value, ...path), path).flatMap((entry, index) => {
      const here = [...path, index];
      const theirs = this.#json.text(at(entry, 'role'), [...here, 'role']);
      const role = theirs === undefined ? undefined : this.#role(theirs, [...here, 'role']);
      const missions = this.#json.texts(at(entry, 'missions'), [...here, 'missions']);
      return missions.flatMap((name, at_): Duty[] => {
        const place = typeof at(entry, 'missions') === 'string' ? [...here, 'missions'] : [...here, 'missions', at_];
        const mission = this.#known(this.#names.missions, name, place, 'mission');
        if (role === undefined || mission === undefined || !this.#missions.has(name)) return [];
        const duty = { role, mission, ...this.#time(at(entry, 'time_constraint'), [...here, 'time_constraint']) };
        const key = JSON.stringify(duty);
        if (seen.has(key)) return [];
        seen.add(key);
        return [duty];
      });
    });
  }

  #time(value: unknown, path: Path): { timeConstraint?: object } {
    if (value === undefined || value === null || (typeof value === 'string' && value.toUpperCase() === 'ANY'))
      return {};
    const [from, to] = [at(value, 'from'), at(value, 'to')].map((bound) =>
      typeof bound === 'number' ? `${bound}s` : bound,
    );
    if (typeof from === 'string' && typeof to === 'string') return { timeConstraint: { from, to } };
    this.#json.report(path, 'warning', 'This time constraint is not understood. It holds at any time here.');
    return {};
  }

  /** Those of the extension, and whoever is named by a duty; for a role that nobody holds, as many as it needs. */
  #agents(): object[] {
    const agents = new Map<string, { roles: Set<string>; rest: object }>();
    const add = (name: string, role?: string): { roles: Set<string>; rest: object } => {
      const agent = agents.get(name) ?? { roles: new Set(), rest: {} };
      agents.set(name, agent);
      if (role !== undefined) agent.roles.add(role);
      return agent;
    };
    const path = [EXTENSION, 'agents'];
    this.#json.list(this.#extension.agents, path).forEach((entry, index) => {
      const name = this.#json.text(at(entry, 'name'), [...path, index, 'name']);
      if (name === undefined) return;
      add(name).rest = kept(entry, ['observes', 'scope']);
      this.#json.texts(at(entry, 'roles'), [...path, index, 'roles']).forEach((role, i) => {
        const ours = this.#role(role, [...path, index, 'roles', i]);
        if (ours !== undefined) add(name, ours);
      });
    });
    for (const list of ['obligations', 'permissions'])
      for (const entry of asList(at(this.#value, 'deontic_specifications', list))) {
        const role = at(entry, 'role');
        const ours = typeof role === 'string' ? this.#names.roles.get(role) : undefined;
        const named = at(entry, 'agents');
        for (const name of typeof named === 'string' ? [named] : asList(named))
          if (typeof name === 'string') add(name, ours);
      }
    if (agents.size === 0) this.#inventAgents(add);
    return [...agents].map(([name, { roles, rest }]) => ({
      name: this.#names.agents.get(name) ?? plainName(name),
      ...(roles.size === 1 ? { role: [...roles][0] } : roles.size > 1 ? { roles: [...roles] } : {}),
      ...rest,
    }));
  }

  #inventAgents(add: (name: string, role?: string) => void): void {
    const groups = flattened(this.#names.groups);
    const grouped = groups.flatMap(({ value }) => asList(value.roles).filter((role) => typeof role === 'string'));
    const wanted = grouped.length > 0 ? new Set(grouped) : new Set(this.#names.roles.keys());
    for (const role of wanted) {
      const ours = this.#names.roles.get(role);
      if (ours === undefined) continue;
      const least = groups.map(({ value }) => at(value, 'role_cardinalities', role, 'lower_bound'));
      const count = Math.min(100, Math.max(1, ...least.filter((bound) => typeof bound === 'number')));
      for (let i = 1; i <= count; i++) add(`${ours}-agent${count > 1 ? `-${i}` : ''}`, ours);
    }
    if (wanted.size === 0) add('agent');
    this.#json.report(
      ['deontic_specifications'],
      'information',
      'No agent is named: each role gets as many as it needs.',
      'key',
    );
  }
}

/** Hard where an action must be chosen; advice where it is only rewarded. Undefined without any weight. */
function hardnessOf(weights: readonly number[]): number | undefined {
  if (weights.length === 0) return undefined;
  return weights.some((weight) => weight >= 1) ? 1 : 0;
}

/** These keys of a mapping, where they have a value. */
function kept(value: unknown, keys: readonly string[]): Mapping {
  const mapping = asMapping(value);
  return Object.fromEntries(
    keys.filter((key) => Object.hasOwn(mapping, key) && mapping[key] !== undefined).map((key) => [key, mapping[key]]),
  );
}
