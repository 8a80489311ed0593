/** How roles, declared or inferred, fit what agents did: what their guides would have allowed in the recorded states. */
import type { Cluster, Role } from '../../spec/model.ts';
import { makeRoleGuide } from '../../deciding/role-guide.ts';
import type { ActionSequence } from '../groups/action-sequences.ts';
import { replay } from '../trajectories/recorded-history.ts';
import type { InferredRole } from './roles.ts';
import { heldOutSteps } from './taken-moves.ts';
import type { SeedTrajectories, TrajectoryAgent } from '../trajectories/trajectories.ts';

export interface GuideFit {
  /** On held-out steps: moves (not hold) that were taken, and the share of them that the roles allow. */
  readonly moves: number;
  readonly taken: number;
  /** Share of all moves open to the agents that the roles allow. */
  readonly all: number;
}

/** Recall minus what is allowed at all: 1 = all that was done and hardly more; 0 = no better than chance. */
export const fitScore = ({ taken, all }: GuideFit): number => taken - all;

/** An inferred role as the model would have it after its YAML was added. */
export function asRole({ name, rules }: Pick<InferredRole, 'name' | 'rules'>): Role {
  return {
    kind: 'Role',
    name,
    origin: { file: 'inferred', line: 1 },
    description: '',
    hardness: 1,
    bonus: 0,
    settings: {},
    rules: rules.map(({ when, scale, services }) => ({ when, scale, services })),
    otherwise: 'hold',
  };
}

/** `members`: sequences of agents that would all have these roles. */
export function guideFit(
  seeds: readonly SeedTrajectories[],
  cluster: Cluster,
  roles: readonly Role[],
  members: readonly ActionSequence[],
): GuideFit {
  const isHeldOut = heldOutSteps(members, seeds);
  let [moves, taken, open, allowed] = [0, 0, 0, 0];
  for (const [{ agent, source }, own] of byAgent(members)) {
    const { trajectories } = seeds[source];
    const { options } = trajectories.agents[agent];
    const choices = options.flatMap(({ move }, o) => (move === 0 ? [] : [o]));
    const episodes = own.map(({ episode }) => episode);
    const may = allowedBy(trajectories.agents[agent], roles, cluster);
    replay(trajectories, episodes, (environments) => {
      const guide = may(environments);
      return (history, step, playing) => {
        const mask = guide(history);
        for (const [e, episode] of playing.entries()) {
          if (episode < 0 || !isHeldOut({ source, episode }, step)) continue;
          open += choices.length;
          for (const o of choices) allowed += mask[e * options.length + o];
          const { actions, steps } = trajectories.episodes[episode];
          const action = actions[agent * steps + step];
          if (options[action].move === 0) continue;
          moves++;
          taken += mask[e * options.length + action];
        }
      };
    });
  }
  return { moves, taken: moves === 0 ? 0 : taken / moves, all: open === 0 ? 0 : allowed / open };
}

/** The agent's mask under these roles, [environment x options]. */
function allowedBy({ name, options }: TrajectoryAgent, roles: readonly Role[], cluster: Cluster) {
  const layout = { name, roles, observes: [], heads: 1, options };
  return (environments: number) => {
    const guide = makeRoleGuide(layout, cluster, environments);
    const mask = new Uint8Array(environments * options.length);
    const active = new Uint8Array(environments);
    return (history: Parameters<typeof guide.evaluate>[0]): Uint8Array => {
      guide.evaluate(history, mask, active);
      return mask;
    };
  };
}

function byAgent(members: readonly ActionSequence[]): [ActionSequence, ActionSequence[]][] {
  const groups = Map.groupBy(members, ({ agent, source }) => `${agent} ${source}`);
  return [...groups.values()].map((own) => [own[0], own]);
}
