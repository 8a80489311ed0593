/** The moves that agents made, one service at a time, with what a rule could know when they were made. */
import type { ActionSequence } from '../groups/action-sequences.ts';
import type { RuleTerm } from './rule-terms.ts';
import type { SeedTrajectories } from '../trajectories/trajectories.ts';

/**
 * Columns over samples; a sample is one service in the scope of one agent at one step whose state is known: where a field
 * is not a number, no rule can be evaluated.
 */
export interface TakenMoves {
  readonly services: readonly string[];
  /** [terms][samples] */
  readonly values: readonly Float64Array[];
  /** What the agent did to the service; 0 = it left it alone. */
  readonly move: Int8Array;
  readonly service: Uint16Array;
  /** 1 = kept for judging rules, not for fitting them. */
  readonly heldOut: Uint8Array;
  /** Moves that an agent can choose for one service. */
  readonly choices: readonly number[];
}

export function takenMoves(
  seeds: readonly SeedTrajectories[],
  terms: readonly (readonly RuleTerm[])[],
  members: readonly ActionSequence[],
): TakenMoves {
  const { services, agents } = seeds[0].trajectories;
  const isHeldOut = heldOutSteps(members, seeds);
  const scopes = agents.map(({ options }) => [...new Set(options.map(({ service }) => service))].filter((s) => s >= 0));
  const known = knownSteps(members, seeds);
  const stepsOf = ({ source, episode }: ActionSequence) => known[source].get(episode) ?? [];
  const size = members.reduce((sum, member) => sum + stepsOf(member).length * scopes[member.agent].length, 0);
  const values = terms[0].map(() => new Float64Array(size));
  const [move, service, heldOut] = [new Int8Array(size), new Uint16Array(size), new Uint8Array(size)];
  let sample = 0;
  for (const member of members) {
    const { source, episode, agent } = member;
    const { options } = agents[agent];
    const { actions, steps } = seeds[source].trajectories.episodes[episode];
    for (const t of stepsOf(member)) {
      const taken = options[actions[agent * steps + t]];
      for (const s of scopes[agent]) {
        for (let k = 0; k < values.length; k++) values[k][sample] = terms[source][k].value(episode, t, s);
        move[sample] = taken.service === s ? taken.move : 0;
        service[sample] = s;
        heldOut[sample] = Number(isHeldOut(member, t));
        sample++;
      }
    }
  }
  const choices = [...new Set(agents.flatMap(({ options }) => options.map((option) => option.move)))];
  return { services, values, move, service, heldOut, choices: choices.filter((choice) => choice !== 0) };
}

/** Per seed: the steps of the members' episodes whose state has numbers only. */
function knownSteps(members: readonly ActionSequence[], seeds: readonly SeedTrajectories[]): Map<number, number[]>[] {
  return seeds.map(({ trajectories }, source) => {
    const fields = trajectories.stateFields.length;
    const episodes = new Set(members.filter((member) => member.source === source).map((member) => member.episode));
    return new Map(
      [...episodes].map((episode) => {
        const { states, steps } = trajectories.episodes[episode];
        const isKnown = (step: number) => states.subarray(step * fields, (step + 1) * fields).every(Number.isFinite);
        return [episode, Array.from({ length: steps }, (_, step) => step).filter(isKnown)];
      }),
    );
  });
}

/**
 * Which steps judge rules rather than fit them: every fourth episode, whole, since steps of one episode resemble each other;
 * the last quarter of each where there are few.
 */
export function heldOutSteps(members: readonly ActionSequence[], seeds: readonly SeedTrajectories[]) {
  const episodes = [...new Set(members.map((member) => member.episode))].sort((a, b) => a - b);
  const chosen = new Set(episodes.filter((_, i) => i % 4 === 3));
  if (chosen.size > 0) return ({ episode }: Pick<ActionSequence, 'episode'>) => chosen.has(episode);
  return ({ source, episode }: Pick<ActionSequence, 'source' | 'episode'>, step: number) =>
    step >= 0.75 * seeds[source].trajectories.episodes[episode].steps;
}
