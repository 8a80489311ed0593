/** The agents of an organization: what each one sees, which roles it has, and between which options it decides. */
import { optionsOf, type Option } from './actions.ts';
import type { Algorithm, Cluster, Model, Organization, Role } from '../spec/model.ts';

export interface AgentLayout {
  readonly name: string;
  readonly roles: readonly Role[];
  /** Indices of the services that the agent sees. */
  readonly observes: readonly number[];
  /** Categorical heads: 1, or one per service for the single agent. */
  readonly heads: number;
  /** Head after head, `hold` first in each; [heads x options per head]. */
  readonly options: readonly Option[];
}

/**
 * The layout for training. `algorithm.organization: false` leaves every agent without a role (free);
 * `algorithm.agentMode: 'single'` puts all roles on one agent that moves every service at once, one head each.
 */
export function layoutAgents(
  model: Pick<Model, 'roles'>,
  organization: Organization,
  cluster: Cluster,
  algorithm: Pick<Algorithm, 'agentMode' | 'organization'>,
): AgentLayout[] {
  const all = cluster.services.map((_, index) => index);
  const indicesOf = (names: readonly string[]) =>
    names.length === 0 ? all : all.filter((index) => names.includes(cluster.services[index].name));
  const rolesOf = (names: readonly string[]) =>
    algorithm.organization ? names.map((name) => roleNamed(model, name)) : [];

  if (algorithm.agentMode === 'single') {
    const names = [...new Set(organization.agents.flatMap((agent) => agent.roles))];
    const options = all.flatMap((service) => optionsOf([service], cluster.maxMove));
    return [{ name: 'single', roles: rolesOf(names), observes: all, heads: all.length, options }];
  }
  return organization.agents.map((agent) => ({
    name: agent.name,
    roles: rolesOf(agent.roles),
    observes: indicesOf(agent.observes),
    heads: 1,
    options: optionsOf(indicesOf(agent.scope), cluster.maxMove),
  }));
}

function roleNamed(model: Pick<Model, 'roles'>, name: string): Role {
  const role = model.roles.find((candidate) => candidate.name === name);
  if (!role) throw new Error(`There is no role named ${name}; validate the specifications first.`);
  return role;
}
