/**
 * What the agents of an organization base their decisions on, for all environments at once: features, what their roles allow,
 * and the mask under which they choose. Training, evaluation and transfer use the same code, so that a policy always sees
 * what it was trained on.
 */
import type { Algorithm, Cluster } from '../spec/model.ts';
import type { ObservationHistory } from '../spec/observation.ts';
import type { AgentLayout } from './agents.ts';
import { makeFeatures, type Features } from './features.ts';
import { makeRoleGuide, type RoleGuide } from './role-guide.ts';

export interface AgentView {
  readonly layout: AgentLayout;
  readonly features: Features;
  readonly guide: RoleGuide;
  /** [environment x features.size] */
  readonly inputs: Float32Array;
  /** [environment x options] 1 = the roles allow it. */
  readonly allowed: Uint8Array;
  /** [environment] 1 = a rule of the roles matched. */
  readonly active: Uint8Array;
  /** [environment x options] 1 = the move would change something: the service is not at its minimum or maximum. */
  readonly possible: Uint8Array;
}

export interface Perception {
  readonly agents: readonly AgentView[];
  /** Refreshes every view. `desired`: [environment x service] present replicas. */
  update(history: ObservationHistory, desired: Int32Array): void;
}

export function makePerception(
  cluster: Cluster,
  layouts: readonly AgentLayout[],
  kind: Algorithm['observation'],
  environments: number,
): Perception {
  const agents = layouts.map((layout): AgentView => {
    const features = makeFeatures(cluster, layout.observes, kind);
    return {
      layout,
      features,
      guide: makeRoleGuide(layout, cluster, environments),
      inputs: new Float32Array(environments * features.size),
      allowed: new Uint8Array(environments * layout.options.length),
      active: new Uint8Array(environments),
      possible: new Uint8Array(environments * layout.options.length),
    };
  });

  const update = (history: ObservationHistory, desired: Int32Array): void => {
    const now = history.at(0);
    for (const [index, view] of agents.entries()) {
      const before = agents.findIndex((other) => sameView(other.layout, view.layout));
      if (before < index) view.inputs.set(agents[before].inputs);
      else view.features.write(now, view.inputs);
      view.guide.evaluate(history, view.allowed, view.active);
      markPossible(cluster, view, desired, environments);
    }
  };
  return { agents, update };
}

const sameView = (a: AgentLayout, b: AgentLayout): boolean =>
  a.observes.length === b.observes.length && a.observes.every((service, i) => service === b.observes[i]);

function markPossible(cluster: Cluster, view: AgentView, desired: Int32Array, environments: number): void {
  const services = cluster.services.length;
  const { options } = view.layout;
  for (let o = 0; o < options.length; o++) {
    const { service, move } = options[o];
    if (service < 0) {
      for (let e = 0; e < environments; e++) view.possible[e * options.length + o] = 1;
      continue;
    }
    const bound = move > 0 ? cluster.services[service].replicas.max : cluster.services[service].replicas.min;
    for (let e = 0; e < environments; e++)
      view.possible[e * options.length + o] = Number(desired[e * services + service] !== bound);
  }
}

/** Writes the mask of a hard step, [environment x options]: what is both allowed and possible. */
export function combineMasks(view: AgentView, into: Uint8Array): void {
  for (let i = 0; i < into.length; i++) into[i] = view.allowed[i] & view.possible[i];
}

/** Whether the roles of the agent allow what it chose in every head. `actions`: [row x heads]; the row is that of environment 0. */
export function complies(view: AgentView, actions: Int32Array, row: number, environment: number): boolean {
  const { heads, options } = view.layout;
  const perHead = options.length / heads;
  for (let h = 0; h < heads; h++) {
    const action = actions[(row + environment) * heads + h];
    if (!view.allowed[environment * options.length + h * perHead + action]) return false;
  }
  return true;
}

/**
 * Applies the agents' choices: moves on one service add up, are capped at maxMove and at the service's bounds.
 * `actions[agent]`: [environment x heads], index within the head. `desired` is changed in place.
 */
export function applyActions(
  cluster: Cluster,
  layouts: readonly AgentLayout[],
  actions: readonly Int32Array[],
  desired: Int32Array,
  environments: number,
): void {
  const services = cluster.services.length;
  const moves = new Int32Array(services);
  for (let e = 0; e < environments; e++) {
    moves.fill(0);
    for (let a = 0; a < layouts.length; a++) {
      const { heads, options } = layouts[a];
      const perHead = options.length / heads;
      for (let h = 0; h < heads; h++) {
        const { service, move } = options[h * perHead + actions[a][e * heads + h]];
        if (service >= 0) moves[service] += move;
      }
    }
    for (let s = 0; s < services; s++) {
      const { min, max } = cluster.services[s].replicas;
      const move = Math.max(-cluster.maxMove, Math.min(cluster.maxMove, moves[s]));
      const i = e * services + s;
      desired[i] = Math.max(min, Math.min(max, desired[i] + move));
    }
  }
}
