/** The choices of all agents in one part of every episode, and the same with all timing between agents broken. */
import type { Random } from '../../cluster/random.ts';
import type { Trajectories } from '../trajectories/trajectories.ts';

export interface RelationWindow {
  readonly fromStep: number;
  readonly toStep: number;
  readonly agents: number;
  readonly services: number;
  readonly segments: readonly Segment[];
}

/** One episode's part of a window. */
export interface Segment {
  readonly steps: number;
  /** Per agent [steps]: 0 down, 1 hold, 2 up. */
  readonly directions: readonly Uint8Array[];
  /** Per agent [services]: pods moved, in either direction. */
  readonly moved: readonly Float64Array[];
  /** Per agent: indices of the services that it may move. */
  readonly scopes: readonly (readonly number[])[];
  /** [steps] */
  readonly situation: Uint8Array;
}

/** Episodes cut into `count` windows of equal length by the longest; a shorter one has no part in the last. */
export function windowsOf(
  seeds: readonly Trajectories[],
  situations: readonly (readonly Uint8Array[])[],
  count: number,
): RelationWindow[] {
  const longest = Math.max(0, ...seeds.flatMap(({ episodes }) => episodes.map((episode) => episode.steps)));
  const agents = seeds[0]?.agents ?? [];
  const services = seeds[0]?.services.length ?? 0;
  const scopes = agents.map(({ options }) => [...new Set(options.map(({ service }) => service))].filter((s) => s >= 0));
  const parts = Math.max(1, Math.min(count, longest));
  return Array.from({ length: parts }, (_, w) => {
    const fromStep = Math.floor((w * longest) / parts);
    const toStep = Math.floor(((w + 1) * longest) / parts);
    const segments = seeds.flatMap((trajectories, source) =>
      trajectories.episodes.flatMap((episode, e) => {
        const end = Math.min(toStep, episode.steps);
        const steps = end - fromStep;
        if (steps < 2) return [];
        const chosen = trajectories.agents.map(({ options }, a) =>
          Array.from({ length: steps }, (_, t) => options[episode.actions[a * episode.steps + fromStep + t]]),
        );
        return {
          steps,
          directions: chosen.map((choices) => Uint8Array.from(choices, ({ move }) => 1 + Math.sign(move))),
          moved: chosen.map((choices) => {
            const moved = new Float64Array(services);
            for (const { service, move } of choices) if (service >= 0) moved[service] += Math.abs(move);
            return moved;
          }),
          scopes,
          situation: situations[source][e].subarray(fromStep, end),
        };
      }),
    );
    return { fromStep, toStep, agents: agents.length, services, segments };
  });
}

/** As under chance: choices shifted in time, services exchanged within the agent's scope. */
export function shuffledWindow(window: RelationWindow, random: Random): RelationWindow {
  return {
    ...window,
    segments: window.segments.map((segment) => ({
      ...segment,
      directions: segment.directions.map((values) => rotated(values, random.integer(0, segment.steps - 1))),
      moved: segment.moved.map((values, agent) => exchanged(values, segment.scopes[agent], random)),
    })),
  };
}

function rotated(values: Uint8Array, by: number): Uint8Array {
  const result = new Uint8Array(values.length);
  result.set(values.subarray(by));
  result.set(values.subarray(0, by), values.length - by);
  return result;
}

function exchanged(values: Float64Array, scope: readonly number[], random: Random): Float64Array {
  const order = Int32Array.from(scope);
  random.shuffle(order);
  const result = values.slice();
  for (const [i, service] of scope.entries()) result[service] = values[order[i]];
  return result;
}
