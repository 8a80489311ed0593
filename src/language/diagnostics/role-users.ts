/** Where the rules of a role are evaluated: for which services of which clusters, with which settings. */
import type { Agent, Cluster, Model, Organization, Role, Training } from '../../spec/model.ts';
import { clustersOfRole } from '../../spec/resolve/role.ts';
import type { Declared, DeclaredObjects } from './declared.ts';
import type { Setting } from './ranges/reasoning.ts';

/** A role that has the rules, by itself or by inheriting them, on one cluster. */
export interface RoleUse {
  readonly role: Role;
  readonly cluster: Cluster;
  readonly settings: ReadonlyMap<string, Setting>;
  /** Indices of the services that agents of the role may move; of all services where no agent holds it. */
  readonly services: readonly number[];
}

const keys = new WeakMap<Cluster, string>();

/** What a cluster says, whatever file it stands in. */
export function clusterKey(cluster: Cluster): string {
  const known = keys.get(cluster) ?? JSON.stringify({ ...cluster, origin: undefined });
  keys.set(cluster, known);
  return known;
}

/** What rules under this use depend on. */
export const useKey = ({ cluster, settings, services }: RoleUse): string =>
  `${clusterKey(cluster)} ${JSON.stringify([...settings])} ${services.join()}`;

interface RoleParents {
  readonly extends?: string | readonly string[];
}

export const parentsOf = ({ spec }: Declared<'Role'>): readonly string[] =>
  [(spec as RoleParents).extends ?? []].flat();

/** The role and all that inherit its rules. */
export function withHeirs(name: string, roles: readonly Declared<'Role'>[]): ReadonlySet<string> {
  const heirs = new Set([name]);
  for (let before = 0; before < heirs.size;) {
    before = heirs.size;
    for (const role of roles) if (parentsOf(role).some((parent) => heirs.has(parent))) heirs.add(role.value.name);
  }
  return heirs;
}

/** Of a role that nobody holds, itself on the clusters that it could be for. */
export function usesOf(role: Role, objects: DeclaredObjects): RoleUse[] {
  const { model } = objects;
  const heirs = withHeirs(role.name, objects.of('Role'));
  const held = model.roles.filter(({ name }) => heirs.has(name) && holdersOf(name, model.organizations).length > 0);
  return (held.length > 0 ? held : [role]).flatMap((user) =>
    clustersFor(user.name, model).map((cluster) => ({
      role: user,
      cluster,
      settings: settingsOf(user, model.trainings),
      services: scopeOf(user.name, cluster, model.organizations),
    })),
  );
}

export const holdersOf = (role: string, organizations: readonly Organization[]): readonly Agent[] =>
  organizations.flatMap(({ agents }) => agents.filter(({ roles }) => roles.includes(role)));

function clustersFor(role: string, { organizations, clusters }: Model): readonly Cluster[] {
  const used = clustersOfRole(role, organizations, clusters);
  return used.length > 0 || clusters.length > 1 ? used : clusters;
}

function scopeOf(role: string, cluster: Cluster, organizations: readonly Organization[]): readonly number[] {
  const holders = holdersOf(
    role,
    organizations.filter((organization) => organization.cluster === cluster.name),
  );
  const all = cluster.services.map((_, index) => index);
  if (holders.length === 0 || holders.some(({ scope }) => scope.length === 0)) return all;
  const moved = new Set(holders.flatMap(({ scope }) => scope));
  return all.filter((index) => moved.has(cluster.services[index].name));
}

/** The settings of a role: a range where a hyper-parameter search varies one. */
export function settingsOf(role: Role, trainings: readonly Training[]): ReadonlyMap<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const [name, value] of Object.entries(role.settings)) {
    let [low, high] = [value, value];
    for (const { search } of trainings)
      for (const which of [role.name, '*']) {
        const key = `roles.${which}.settings.${name}`;
        if (!search || !Object.hasOwn(search.space, key)) continue;
        const searched = search.space[key];
        const [from, to] = 'log' in searched ? searched.log : searched.uniform;
        [low, high] = [Math.min(low, from), Math.max(high, to)];
      }
    settings.set(name, { low, high });
  }
  return settings;
}
