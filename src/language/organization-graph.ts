/** An organization as a graph: what there is and how it hangs together. Where it is drawn is a view's matter. */
import type { Group, Model, Organization } from '../spec/model.ts';

export interface GraphNode {
  /** Unique in the graph, such as 'role/grower'. */
  readonly id: string;
  readonly kind: 'group' | 'role' | 'agent' | 'mission' | 'service';
  /** Its name in the specification. */
  readonly name: string;
}

export type GraphEdge =
  | { readonly kind: 'member'; readonly from: string; readonly to: string; readonly min: number; readonly max: number }
  | {
      readonly kind: 'acquaintance' | 'authority' | 'communication' | 'compatibility';
      readonly from: string;
      readonly to: string;
    }
  | {
      readonly kind: 'obligation' | 'permission';
      readonly from: string;
      readonly to: string;
      /** Seconds from the start of an episode; without, it always holds. */
      readonly during?: { readonly from: number; readonly to: number };
    }
  /** An agent holds a role, sees or moves a service; a role extends another. */
  | { readonly kind: 'holds' | 'observes' | 'moves' | 'extends'; readonly from: string; readonly to: string };

export interface OrganizationGraph {
  readonly name: string;
  readonly cluster: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphOptions {
  /** Parents of a role by its name: the model has them merged in. */
  readonly parentsOf?: (role: string) => readonly string[];
}

/** Undefined where there is no such organization. Names that refer to nothing are left out. */
export function organizationGraph(
  model: Model,
  name: string,
  { parentsOf = () => [] }: GraphOptions = {},
): OrganizationGraph | undefined {
  const organization = model.organizations.find((each) => each.name === name);
  if (!organization) return undefined;
  const nodes = nodesOf(model, organization, parentsOf);
  const known = new Set(nodes.map(({ id }) => id));
  const edges = [
    ...organization.groups.flatMap(groupEdges),
    ...dutyEdges(organization),
    ...agentEdges(model, organization),
    ...nodes
      .filter(({ kind }) => kind === 'role')
      .flatMap(({ id, name: role }) => parentsOf(role).map((parent) => edge('extends', id, idOf('role', parent)))),
  ];
  return {
    name,
    cluster: organization.cluster,
    nodes,
    edges: edges.filter(({ from, to }) => known.has(from) && known.has(to)),
  };
}

const idOf = (kind: GraphNode['kind'], name: string): string => `${kind}/${name}`;

const edge = (
  kind: 'holds' | 'observes' | 'moves' | 'extends' | 'compatibility',
  from: string,
  to: string,
): GraphEdge => ({ kind, from, to });

/** Groups, roles with what they extend, missions, agents, services; in the order of the specification. */
function nodesOf(
  model: Model,
  organization: Organization,
  parentsOf: (role: string) => readonly string[],
): GraphNode[] {
  const { groups, agents, missions, obligations, permissions } = organization;
  const duties = [...obligations, ...permissions];
  const roles = new Set([
    ...groups.flatMap((group) => group.roles.map(({ role }) => role)),
    ...agents.flatMap((agent) => agent.roles),
    ...duties.map(({ role }) => role),
  ]);
  // A set is gone through in the order in which its entries are added, also those added meanwhile.
  for (const role of roles) for (const parent of parentsOf(role)) roles.add(parent);
  const declared = (kind: 'roles' | 'missions', names: Iterable<string>): string[] =>
    [...names].filter((each) => model[kind].some((object) => object.name === each));
  const cluster = model.clusters.find((each) => each.name === organization.cluster);
  const named: readonly (readonly [GraphNode['kind'], readonly string[]])[] = [
    ['group', groups.map((group) => group.name)],
    ['role', declared('roles', roles)],
    ['mission', declared('missions', new Set([...missions, ...duties.map(({ mission }) => mission)]))],
    ['agent', agents.map((agent) => agent.name)],
    ['service', cluster?.services.map((service) => service.name) ?? []],
  ];
  return named.flatMap(([kind, names]) =>
    [...new Set(names)].map((each) => ({ id: idOf(kind, each), kind, name: each })),
  );
}

function groupEdges({ name, roles, links, compatibilities }: Group): GraphEdge[] {
  return [
    ...roles.map(({ role, min, max }): GraphEdge => ({
      kind: 'member',
      from: idOf('group', name),
      to: idOf('role', role),
      min,
      max,
    })),
    ...links.map(({ type, from, to }): GraphEdge => ({ kind: type, from: idOf('role', from), to: idOf('role', to) })),
    ...compatibilities.map(({ from, to }) => edge('compatibility', idOf('role', from), idOf('role', to))),
  ];
}

const dutyEdges = ({ obligations, permissions }: Organization): GraphEdge[] =>
  (
    [
      ['obligation', obligations],
      ['permission', permissions],
    ] as const
  ).flatMap(([kind, duties]) =>
    duties.map(({ role, mission, timeConstraint }): GraphEdge => ({
      kind,
      from: idOf('role', role),
      to: idOf('mission', mission),
      ...(timeConstraint !== 'any' && { during: timeConstraint }),
    })),
  );

/** An agent that names no services sees, and may move, all of them. */
function agentEdges(model: Model, { cluster, agents }: Organization): GraphEdge[] {
  const all = model.clusters.find(({ name }) => name === cluster)?.services.map(({ name }) => name) ?? [];
  const services = (named: readonly string[]): readonly string[] => (named.length > 0 ? named : all);
  return agents.flatMap(({ name, roles, observes, scope }) => {
    const agent = idOf('agent', name);
    return [
      ...roles.map((role) => edge('holds', agent, idOf('role', role))),
      ...services(observes).map((service) => edge('observes', agent, idOf('service', service))),
      ...services(scope).map((service) => edge('moves', agent, idOf('service', service))),
    ];
  });
}
