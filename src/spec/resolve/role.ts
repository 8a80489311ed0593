import type { Cluster, Organization, Role, RoleRule } from '../model.ts';
import { removeItem } from '../edits.ts';
import type { SourceObject } from '../source-object.ts';
import type { CheckedExpressions } from '../cel/check.ts';
import { settingsIn, windowMessage, windowsWithoutLength } from '../cel/windows.ts';
import { checkExpressionAt, reportInExpression } from '../expressions.ts';
import { sortByDependency } from '../graph.ts';
import { parseSetting, parseShare } from '../units.ts';
import { unknownReference, type Context, type Declared } from './context.ts';

export interface RoleSpec {
  readonly description: string;
  readonly extends?: string | readonly string[];
  readonly hardness?: string | number;
  readonly bonus?: number;
  readonly settings: Readonly<Record<string, string | number>>;
  readonly rules: readonly {
    readonly when: string;
    readonly services: readonly string[];
    readonly allow: { readonly scale: readonly number[] };
  }[];
  readonly otherwise?: 'hold' | 'free';
}

const DEFAULTS = { hardness: 1, bonus: 0.02, otherwise: 'hold' } as const;

const parentsOf = (spec: RoleSpec): readonly string[] =>
  spec.extends === undefined ? [] : typeof spec.extends === 'string' ? [spec.extends] : spec.extends;

/** All roles with what they inherit, in the order of the files. Roles in a cycle, or below one, are left out. */
export function resolveRoles(declared: readonly Declared<RoleSpec>[], context: Context): Role[] {
  const byName = new Map(declared.map((role) => [role.object.name, role] as const));
  for (const { object, spec } of declared) {
    parentsOf(spec).forEach((parent, index) => {
      const path = typeof spec.extends === 'string' ? ['spec', 'extends'] : ['spec', 'extends', index];
      context.refers(object, path, 'Role', parent);
    });
  }
  const { order, cycles } = sortByDependency([...byName.keys()], (name) => {
    const role = byName.get(name);
    return role ? parentsOf(role.spec) : [];
  });
  for (const cycle of cycles) {
    const [object, ...others] = cycle.flatMap((name) => byName.get(name)?.object ?? []);
    const way = [...cycle, cycle[0]].join(' -> ');
    object.report(
      ['spec', 'extends'],
      'role-cycle',
      `Roles extend one another in a circle: ${way}. Remove one extends.`,
      { related: others.map((other) => other.place(['spec', 'extends'], 'Of the circle.')) },
    );
  }
  const resolved = new Map<string, Role>();
  const unsure = new Set<string>();
  for (const name of order) {
    const role = byName.get(name);
    if (!role) continue;
    const parents = parentsOf(role.spec);
    // The settings of a parent that is missing or broken are not known.
    if (parents.some((parent) => !resolved.has(parent) || unsure.has(parent))) unsure.add(name);
    const inherited = parents.flatMap((parent) => resolved.get(parent) ?? []);
    resolved.set(name, resolveRole(role, inherited, !unsure.has(name), context.expressions));
  }
  return declared.flatMap(({ object }) => resolved.get(object.name) ?? []);
}

function resolveRole(
  { object, spec }: Declared<RoleSpec>,
  parents: readonly Role[],
  settingsKnown: boolean,
  expressions: CheckedExpressions,
): Role {
  const own = Object.entries(spec.settings).map(([name, value]) => [name, parseSetting(value)] as const);
  const settings = Object.fromEntries([...parents.flatMap((parent) => Object.entries(parent.settings)), ...own]);
  const expression = { result: 'bool', settings: Object.keys(settings), service: true, settingsKnown } as const;
  const rules = spec.rules.map(({ when, services, allow }, index): RoleRule => {
    const path = ['spec', 'rules', index];
    const checked = checkExpressionAt(object, [...path, 'when'], when, expression, expressions);
    for (const { node, seconds } of checked ? windowsWithoutLength(checked, settings) : [])
      reportInExpression(object, [...path, 'when'], {
        start: node.start,
        end: node.end,
        code: 'cel-type',
        message: windowMessage(seconds),
      });
    if (allow.scale.includes(0)) {
      const message = 'Holding still (0) is always allowed. Remove it.';
      const at = allow.scale.indexOf(0);
      const fix = allow.scale.length > 1 ? removeItem(object, [...path, 'allow', 'scale'], at, 'Remove 0') : undefined;
      object.report([...path, 'allow', 'scale', at], 'zero-move', message, { fix });
    }
    const scale = allow.scale.filter((move) => move !== 0).sort((a, b) => a - b);
    return { when, scale, services: [...services] };
  });
  checkInheritedWindows(object, parents, spec.settings, settings, expressions);
  const nearest = parents.at(-1);
  const role: Role = {
    kind: 'Role',
    name: object.name,
    origin: object.origin,
    description: spec.description,
    hardness: spec.hardness === undefined ? (nearest?.hardness ?? DEFAULTS.hardness) : parseShare(spec.hardness),
    bonus: spec.bonus ?? nearest?.bonus ?? DEFAULTS.bonus,
    settings,
    rules: [...parents.flatMap((parent) => parent.rules), ...rules],
    otherwise: spec.otherwise ?? nearest?.otherwise ?? DEFAULTS.otherwise,
  };
  if (role.rules.length === 0 && role.otherwise === 'hold' && settingsKnown) {
    const message = 'The role has no rule and holds otherwise, so that it never acts. Add a rule, or otherwise: free.';
    object.report(['spec'], 'role-never-acts', message, { at: 'key' });
  }
  return role;
}

/** Reports own settings that leave a window of an inherited rule without length. */
function checkInheritedWindows(
  object: SourceObject,
  parents: readonly Role[],
  own: RoleSpec['settings'],
  settings: Role['settings'],
  expressions: CheckedExpressions,
): void {
  const names = Object.keys(settings);
  const told = new Set<string>();
  for (const { when } of parents.flatMap((parent) => parent.rules)) {
    const { expression } = expressions.check(when, { result: 'bool', settings: names, service: true });
    for (const { node, seconds } of expression ? windowsWithoutLength(expression, settings) : []) {
      const name = settingsIn(node).find((each) => Object.hasOwn(own, each));
      if (name === undefined || told.has(name)) continue;
      told.add(name);
      object.report(
        ['spec', 'settings', name],
        'cel-type',
        `${windowMessage(seconds)} The role inherits a rule with it.`,
      );
    }
  }
}

/** What a role's own rules say about services and moves, against the clusters that it works on. */
export function checkRolesOnClusters(
  declared: readonly Declared<RoleSpec>[],
  clustersOf: (role: string) => readonly Cluster[],
): void {
  for (const { object, spec } of declared) {
    for (const cluster of clustersOf(object.name)) {
      const services = cluster.services.map(({ name }) => name);
      spec.rules.forEach((rule, index) => {
        const path = ['spec', 'rules', index];
        rule.services.forEach((name, at) => {
          if (services.includes(name)) return;
          unknownReference(object, [...path, 'services', at], 'service', name, services, ` in cluster ${cluster.name}`);
        });
        rule.allow.scale.forEach((move, at) => {
          if (Math.abs(move) <= cluster.maxMove) return;
          const message = `The rule allows a move of ${move}, but cluster ${cluster.name} has actions.maxMove: ${cluster.maxMove}. Lower the move, or raise maxMove.`;
          const list = [...path, 'allow', 'scale'];
          const fix = rule.allow.scale.length > 1 ? removeItem(object, list, at, `Remove ${move}`) : undefined;
          object.report([...list, at], 'scale-beyond-max-move', message, { fix });
        });
      });
    }
  }
}

/** The clusters of the organizations in which a role is held or listed. */
export function clustersOfRole(
  role: string,
  organizations: readonly Organization[],
  clusters: readonly Cluster[],
): readonly Cluster[] {
  let byRole = known.get(organizations);
  if (!byRole) known.set(organizations, (byRole = clusterNames(organizations)));
  const names = byRole.get(role);
  return names ? clusters.filter(({ name }) => names.has(name)) : [];
}

/** Computed once for a model, because every role asks. */
const known = new WeakMap<readonly Organization[], ReadonlyMap<string, ReadonlySet<string>>>();

function clusterNames(organizations: readonly Organization[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byRole = new Map<string, Set<string>>();
  for (const { agents, groups, cluster } of organizations) {
    const roles = [
      ...agents.flatMap((agent) => agent.roles),
      ...groups.flatMap((group) => group.roles.map(({ role }) => role)),
    ];
    for (const role of roles) byRole.set(role, (byRole.get(role) ?? new Set()).add(cluster));
  }
  return byRole;
}
