/** The moves that agents made, one service at a time, with what a rule could know when they were made. */
import type { ActionSequence } from './action-sequences.ts';
import type { RuleTerm } from './rule-terms.ts';
import type { SeedTrajectories } from './trajectories.ts';

/** Columns over samples; a sample is one service in the scope of one agent at one step. */
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
  const isHeldOut = holdOut(members, seeds);
  const scopes = agents.map(({ options }) => [...new Set(options.map(({ service }) => service))].filter((s) => s >= 0));
  const stepsOf = ({ source, episode }: ActionSequence) => seeds[source].trajectories.episodes[episode].steps;
  const size = members.reduce((sum, member) => sum + stepsOf(member) * scopes[member.agent].length, 0);
  const values = terms[0].map(() => new Float64Array(size));
  const [move, service, heldOut] = [new Int8Array(size), new Uint16Array(size), new Uint8Array(size)];
  let sample = 0;
  for (const member of members) {
    const { source, episode, agent } = member;
    const { options } = agents[agent];
    const { actions, steps } = seeds[source].trajectories.episodes[episode];
    for (let t = 0; t < steps; t++) {
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

/** Every fourth episode, whole, since steps of one episode resemble each other; the last quarter of each where there are few. */
function holdOut(members: readonly ActionSequence[], seeds: readonly SeedTrajectories[]) {
  const episodes = [...new Set(members.map((member) => member.episode))].sort((a, b) => a - b);
  const chosen = new Set(episodes.filter((_, i) => i % 4 === 3));
  if (chosen.size > 0) return (member: ActionSequence) => chosen.has(member.episode);
  return ({ source, episode }: ActionSequence, step: number) =>
    step >= 0.75 * seeds[source].trajectories.episodes[episode].steps;
}
