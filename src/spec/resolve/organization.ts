import type { Agent, Cluster, Deontic, Group, Organization } from '../model.ts';
import { addItem, removeItem } from '../edits.ts';
import { quoted } from '../schema/phrases.ts';
import type { SourceObject } from '../source-object.ts';
import type { Path } from '../text/locate.ts';
import { parseDuration } from '../units.ts';
import {
  checkAscending,
  checkServices,
  checkUniqueNames,
  unknownReference,
  type Context,
  type Declared,
} from './context.ts';

export interface OrganizationSpec {
  readonly cluster: string;
  readonly structural: { readonly groups: readonly GroupSpec[] };
  readonly functional: { readonly missions: readonly string[] };
  readonly deontic: { readonly obligations: readonly DeonticSpec[]; readonly permissions: readonly DeonticSpec[] };
  readonly agents: readonly AgentSpec[];
}

interface GroupSpec {
  readonly name: string;
  readonly roles: readonly {
    readonly role: string;
    readonly cardinality: { readonly min: number; readonly max?: number };
  }[];
  readonly links: Group['links'];
  readonly compatibilities: Group['compatibilities'];
}

interface DeonticSpec {
  readonly role: string;
  readonly mission: string;
  readonly timeConstraint: 'any' | { readonly from: string; readonly to: string };
}

interface AgentSpec {
  readonly name: string;
  readonly role?: string;
  readonly roles?: readonly string[];
  readonly observes: readonly string[];
  readonly scope: readonly string[];
}

export function resolveOrganization(
  { object, spec }: Declared<OrganizationSpec>,
  context: Context,
  clusters: readonly Cluster[],
): Organization {
  const agents = resolveAgents(object, spec.agents, context);
  const groups = resolveGroups(object, spec.structural.groups, agents, context);
  spec.functional.missions.forEach((mission, index) =>
    context.refers(object, ['spec', 'functional', 'missions', index], 'Mission', mission),
  );
  const duties = resolveDuties(object, spec, agents, context);
  const organization: Organization = {
    kind: 'Organization',
    name: object.name,
    origin: object.origin,
    cluster: spec.cluster,
    groups,
    missions: [...spec.functional.missions],
    ...duties,
    agents,
  };
  checkMembership(object, spec.agents, organization);
  context.refers(object, ['spec', 'cluster'], 'Cluster', spec.cluster);
  const cluster = clusters.find(({ name }) => name === spec.cluster);
  if (cluster) checkScopes(object, agents, cluster);
  return organization;
}

function resolveAgents(object: SourceObject, specs: readonly AgentSpec[], context: Context): Agent[] {
  checkUniqueNames(object, ['spec', 'agents'], specs);
  return specs.map(({ name, role, roles, observes, scope }, index) => {
    const path = ['spec', 'agents', index];
    if (role !== undefined && roles !== undefined) {
      object.report([...path, 'roles'], 'one-of', `Agent ${name} has role and roles. Keep one of them.`, { at: 'key' });
    }
    if (role !== undefined) context.refers(object, [...path, 'role'], 'Role', role);
    roles?.forEach((each, at) => context.refers(object, [...path, 'roles', at], 'Role', each));
    return {
      name,
      roles: roles ? [...roles] : role === undefined ? [] : [role],
      observes: [...observes],
      scope: [...scope],
    };
  });
}

function resolveGroups(
  object: SourceObject,
  specs: readonly GroupSpec[],
  agents: readonly Agent[],
  context: Context,
): Group[] {
  checkUniqueNames(object, ['spec', 'structural', 'groups'], specs);
  return specs.map(({ name, roles, links, compatibilities }, index) => {
    const path = ['spec', 'structural', 'groups', index];
    const entries = roles.map(({ role, cardinality }, at) => {
      const here = [...path, 'roles', at];
      context.refers(object, [...here, 'role'], 'Role', role);
      if (roles.findIndex((other) => other.role === role) < at) {
        object.report([...here, 'role'], 'repeated-entry', `Role ${role} stands twice in group ${name}. Remove one.`);
      }
      const { min, max = Math.max(min, agents.length) } = cardinality;
      const minPath = [...here, 'cardinality', 'min'];
      if (checkAscending(object, minPath, min, max, ['cardinality.min', 'cardinality.max'])) {
        checkCardinality(object, here, role, cardinality, agents);
      }
      return { role, min, max };
    });
    const members = entries.map(({ role }) => role);
    links.forEach(({ from, to }, at) => checkPair(object, [...path, 'links', at], from, to, name, members));
    compatibilities.forEach(({ from, to }, at) =>
      checkPair(object, [...path, 'compatibilities', at], from, to, name, members),
    );
    return {
      name,
      roles: entries,
      links: links.map(({ type, from, to }) => ({ type, from, to })),
      compatibilities: compatibilities.map(({ from, to }) => ({ from, to })),
    };
  });
}

function checkCardinality(
  object: SourceObject,
  path: Path,
  role: string,
  { min, max = Infinity }: { readonly min: number; readonly max?: number },
  agents: readonly Agent[],
): void {
  const held = agents.filter(({ roles }) => roles.includes(role)).length;
  if (held >= min && held <= max) return;
  const wanted = min === max ? `exactly ${min}` : held < min ? `at least ${min}` : `at most ${max}`;
  const message = `Role ${role} is held by ${held} ${held === 1 ? 'agent' : 'agents'}, but needs ${wanted}. Change the agents, or the cardinality.`;
  object.report([...path, 'role'], 'role-cardinality', message);
}

function checkPair(
  object: SourceObject,
  path: Path,
  from: string,
  to: string,
  group: string,
  members: readonly string[],
): void {
  for (const [end, role] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (!members.includes(role)) unknownReference(object, [...path, end], 'role', role, members, ` in group ${group}`);
  }
  if (from === to) {
    const index = Number(path.at(-1));
    object.report([...path, 'to'], 'self-link', `This leads from role ${from} to itself. Name another role.`, {
      fix: removeItem(object, path.slice(0, -1), index, 'Remove it'),
    });
  }
}

function resolveDuties(
  object: SourceObject,
  spec: OrganizationSpec,
  agents: readonly Agent[],
  context: Context,
): { obligations: Deontic[]; permissions: Deontic[] } {
  const seen: { readonly duty: Deontic; readonly what: string; readonly path: Path }[] = [];
  const resolve = (list: 'obligations' | 'permissions'): Deontic[] =>
    spec.deontic[list].map(({ role, mission, timeConstraint }, index) => {
      const path = ['spec', 'deontic', list, index];
      checkDuty(object, path, role, mission, spec, agents, context);
      const duty: Deontic = { role, mission, timeConstraint: resolveTimes(object, path, timeConstraint) };
      const what = `${list.slice(0, -1)} ${index + 1}`;
      const other = seen.find(({ duty: earlier }) => overlap(earlier, duty));
      if (other) {
        const message = `Role ${role} has mission ${mission} at the same time by ${other.what}. Remove one, or change its times.`;
        object.report([...path, 'mission'], 'overlapping-duties', message, {
          related: [object.place([...other.path, 'mission'], 'The other duty.')],
          fix: removeItem(object, ['spec', 'deontic', list], index, `Remove ${what}`),
        });
      }
      seen.push({ duty, what, path });
      return duty;
    });
  return { obligations: resolve('obligations'), permissions: resolve('permissions') };
}

function checkDuty(
  object: SourceObject,
  path: Path,
  role: string,
  mission: string,
  spec: OrganizationSpec,
  agents: readonly Agent[],
  context: Context,
): void {
  if (context.refers(object, [...path, 'role'], 'Role', role) && !agents.some(({ roles }) => roles.includes(role))) {
    const message = `No agent holds role ${role}, so that this has no effect. Give the role to an agent.`;
    object.report([...path, 'role'], 'role-not-held', message);
  }
  const listed = spec.functional.missions;
  if (context.refers(object, [...path, 'mission'], 'Mission', mission) && !listed.includes(mission)) {
    const message = `Mission ${mission} is not among functional.missions. Add it there.`;
    object.report([...path, 'mission'], 'mission-not-listed', message, {
      fix: addItem(object, ['spec', 'functional', 'missions'], [mission], `Add ${mission} to missions`),
    });
  }
}

function resolveTimes(
  object: SourceObject,
  path: Path,
  times: DeonticSpec['timeConstraint'],
): Deontic['timeConstraint'] {
  if (times === 'any') return 'any';
  const from = parseDuration(times.from);
  const to = parseDuration(times.to);
  checkAscending(
    object,
    [...path, 'timeConstraint', 'from'],
    from,
    to,
    ['timeConstraint.from', 'timeConstraint.to'],
    true,
  );
  return { from, to };
}

/** Whether two duties are of one role and mission, and hold at one time. */
export function overlap(a: Deontic, b: Deontic): boolean {
  if (a.role !== b.role || a.mission !== b.mission) return false;
  if (a.timeConstraint === 'any' || b.timeConstraint === 'any') return true;
  return a.timeConstraint.from < b.timeConstraint.to && b.timeConstraint.from < a.timeConstraint.to;
}

/** Agents hold roles of a group, and several only where these are compatible. Without groups there is nothing to ask. */
function checkMembership(object: SourceObject, specs: readonly AgentSpec[], { groups, agents }: Organization): void {
  if (groups.length === 0) return;
  const members = new Set(groups.flatMap(({ roles }) => roles.map(({ role }) => role)));
  const compatible = (a: string, b: string): boolean =>
    groups.some(({ compatibilities }) =>
      compatibilities.some(({ from, to }) => (from === a && to === b) || (from === b && to === a)),
    );
  agents.forEach(({ name, roles }, index) => {
    const pathOf = (at: number): Path =>
      specs[index].roles ? ['spec', 'agents', index, 'roles', at] : ['spec', 'agents', index, 'role'];
    roles.forEach((role, at) => {
      if (!members.has(role)) {
        const message = `Agent ${name} holds role ${quoted(role)}, which is in no group. Add it to a group.`;
        object.report(pathOf(at), 'role-outside-group', message);
        return;
      }
      const other = roles.slice(0, at).find((earlier) => members.has(earlier) && !compatible(earlier, role));
      if (other === undefined) return;
      const message = `Agent ${name} holds ${other} and ${role}, which are not compatible. Add the pair to the group's compatibilities.`;
      object.report(pathOf(at), 'incompatible-roles', message);
    });
  });
}

function checkScopes(object: SourceObject, agents: readonly Agent[], cluster: Cluster): void {
  agents.forEach(({ name, observes, scope }, index) => {
    const path = ['spec', 'agents', index];
    checkServices(object, [...path, 'observes'], observes, cluster);
    checkServices(object, [...path, 'scope'], scope, cluster);
    if (observes.length === 0) return;
    const moved = scope.length > 0 ? scope : cluster.services.map((service) => service.name);
    const blind = moved.filter((service) => !observes.includes(service));
    if (blind.length === 0) return;
    const message = `Agent ${name} may move ${blind.join(', ')} without seeing it. Add it to observes, or narrow the scope.`;
    const unseen = blind.join(', ');
    object.report([...path, scope.length > 0 ? 'scope' : 'observes'], 'scope-not-observed', message, {
      at: 'key',
      fix: addItem(object, [...path, 'observes'], blind, `Add ${unseen} to observes`),
    });
  });
  const moved = new Set(
    agents.flatMap(({ scope }) => (scope.length > 0 ? scope : cluster.services.map(({ name }) => name))),
  );
  const left = cluster.services.filter(({ name }) => !moved.has(name)).map(({ name }) => name);
  if (left.length > 0) {
    const message = `No agent may move ${left.join(', ')}. Add it to the scope of an agent.`;
    object.report(['spec', 'agents'], 'service-without-agent', message, { at: 'key' });
  }
}
