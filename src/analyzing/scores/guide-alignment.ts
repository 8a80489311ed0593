/** What the guides of their roles say about what the agents did. */
import { share } from './share.ts';
import type { Trajectories } from '../trajectories/trajectories.ts';

/** Shares are undefined where nothing was there to count. */
export interface AgentAlignment {
  readonly agent: string;
  readonly roles: readonly string[];
  readonly steps: number;
  /** Steps at which a rule of the agent's guide matched. */
  readonly activeSteps: number;
  /** Share of the active steps at which the action taken was allowed, as in the KARMA paper. 1 under a hard mask, by construction. */
  readonly alignment: number | undefined;
  /** The same for what the policy chooses without a mask. */
  readonly freeAlignment: number | undefined;
  /**
   * Share of the moves (not hold) that the policy chooses without a mask, at all steps, that are allowed. Holding is always
   * allowed, so a policy that hardly moves looks well aligned by the two above, and not by this.
   */
  readonly freeMoveAlignment: number | undefined;
  /** Share of all steps, a rule matched or not, at which the action taken was allowed. */
  readonly compliance: number | undefined;
  /** The same without a mask. */
  readonly freeCompliance: number | undefined;
  /** Share of steps at which the agent moved something. */
  readonly moving: number | undefined;
}

/** Alignment of each agent, over trajectories (one per training seed) with the same agents. */
export function alignmentOfAgents(seeds: readonly Trajectories[]): AgentAlignment[] {
  return (seeds[0]?.agents ?? []).map(({ name, roles }, a) => {
    const counts = { steps: 0, active: 0, aligned: 0, freeAligned: 0, complied: 0, freeComplied: 0 };
    let [moves, freeMoves, freeMovesAllowed] = [0, 0, 0];
    for (const { agents, episodes } of seeds) {
      const { options } = agents[a];
      for (const { steps, actions, freeActions, allowed, active } of episodes)
        for (let t = 0; t < steps; t++) {
          const [taken, free] = [actions[a * steps + t], freeActions[a * steps + t]];
          const takenAllowed = allowed[a][t * options.length + taken];
          const freeAllowed = allowed[a][t * options.length + free];
          counts.steps++;
          counts.complied += takenAllowed;
          counts.freeComplied += freeAllowed;
          if (options[taken].move !== 0) moves++;
          if (options[free].move !== 0) {
            freeMoves++;
            freeMovesAllowed += freeAllowed;
          }
          if (active[a * steps + t] === 0) continue;
          counts.active++;
          counts.aligned += takenAllowed;
          counts.freeAligned += freeAllowed;
        }
    }
    return {
      agent: name,
      roles,
      steps: counts.steps,
      activeSteps: counts.active,
      alignment: share(counts.aligned, counts.active),
      freeAlignment: share(counts.freeAligned, counts.active),
      freeMoveAlignment: share(freeMovesAllowed, freeMoves),
      compliance: share(counts.complied, counts.steps),
      freeCompliance: share(counts.freeComplied, counts.steps),
      moving: share(moves, counts.steps),
    };
  });
}

/** All agents together, each active step counting once; undefined where no rule ever matched. */
export function meanAlignment(
  agents: readonly AgentAlignment[],
  kind: 'alignment' | 'freeAlignment',
): number | undefined {
  const active = agents.reduce((sum, agent) => sum + agent.activeSteps, 0);
  return share(
    agents.reduce((sum, agent) => sum + (agent[kind] ?? 0) * agent.activeSteps, 0),
    active,
  );
}
