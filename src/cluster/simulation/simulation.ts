/**
 * The vectorized environment: N clusters stepped together. The emulator and every twin are Simulations; training and
 * evaluation see nothing else.
 */
import type { Cluster, SplitName } from '../../spec/model.ts';
import type { Observation, ObservationHistory } from '../../spec/observation.ts';

export type { SplitName };

/** Every system is counted over intervals of this many seconds: resilience clips inside each, so the interval is part of the score. */
export const ACCOUNTING_INTERVAL = 15;

/** One course of load and events, second by second. Never changed once made; shared by environments. */
export interface Episode {
  readonly scenario: string;
  /** The load profile that was drawn, for tables. */
  readonly load: string;
  readonly split: SplitName;
  readonly seconds: number;
  /** [second * services + service] requests/s from outside, attack included; zero where not an entry point. */
  readonly rate: Float32Array;
  /** [second] requests/s of `rate` (all entry points) that are an attack's. */
  readonly attack: Float32Array;
  /** [second * services + service] probability that a running pod crashes within 30 s. */
  readonly crash: Float32Array;
  /** [second * services + service] factor on the throughput of the pods. */
  readonly factor: Float32Array;
  /** One-off crashes: the second, and how many pods of which service. */
  readonly kills: readonly { readonly second: number; readonly service: number; readonly pods: number }[];
}

/** Sums and means over what `advance` went through, one entry per environment, each by accounting intervals. */
export interface Outcome {
  /** Mean of J = resilience - cost * allocated share of CPU. */
  readonly objective: Float64Array;
  /** Mean of or(s). */
  readonly resilience: Float64Array;
  /** Mean of the five terms of or(s), unweighted: sr, 1 - pfr, 1 - lr, epa, tcr. */
  readonly success: Float64Array;
  readonly pods: Float64Array;
  readonly latencyTerm: Float64Array;
  readonly entryPoints: Float64Array;
  readonly traffic: Float64Array;
  /** Mean latency (s), and the share of accounting intervals with latency within the maximum. */
  readonly latency: Float64Array;
  readonly latencyCompliance: Float64Array;
  /** Requests at the entry points. */
  readonly received: Float64Array;
  readonly succeeded: Float64Array;
  /** Mean requests waiting, all services. */
  readonly pending: Float64Array;
  /** Pods and cores that scheduled pods occupied, times seconds. */
  readonly podSeconds: Float64Array;
  readonly coreSeconds: Float64Array;
  /** Pods by which desired replicas were changed. */
  readonly moves: Float64Array;
}

/** In the order of the columns of a stored trace: it never changes, fields are only added at the end. */
export const OUTCOME_FIELDS = [
  'objective',
  'resilience',
  'success',
  'pods',
  'latencyTerm',
  'entryPoints',
  'traffic',
  'latency',
  'latencyCompliance',
  'received',
  'succeeded',
  'pending',
  'podSeconds',
  'coreSeconds',
  'moves',
] as const satisfies readonly (keyof Outcome)[];

export interface Simulation {
  readonly cluster: Cluster;
  readonly environments: number;
  readonly services: number;

  /**
   * Starts an episode in one environment, the others untouched. `seed` fixes all its luck: two environments with the
   * same episode, start and seed see the same arrivals and the same crash draws whatever is done to them.
   * `replicas`: desired pods of each service, all ready at the start (as far as the nodes have room).
   */
  reset(
    environment: number,
    episode: Episode,
    start: { second: number; seed: number; replicas: ArrayLike<number> },
  ): void;

  /** Current desired replicas, [environment * services + service]. Read-only view. */
  readonly desired: Int32Array;
  /** Sets the desired replicas of all environments, clamped to each service's min..max. Takes effect at once. */
  setDesired(desired: ArrayLike<number>): void;

  /** Runs all environments for `seconds`, a multiple of ACCOUNTING_INTERVAL, and fills `outcome`. Past the episode's end its last second repeats. */
  advance(seconds: number): void;
  readonly outcome: Outcome;

  /** Writes what metrics show now. */
  observe(into: Observation): void;

  /** Simulator-only state for a central critic: [environment * privilegedSize], scaled to about 1. Present and 30 and 90 s ahead. */
  readonly privilegedSize: number;
  privileged(into: Float32Array): void;

  /** The whole dynamic state but for the episodes, which the caller gives again: [index of the episode per environment] is the caller's. */
  save(): Uint8Array;
  restore(bytes: Uint8Array, episodes: readonly Episode[]): void;
}

/** Decides the desired replicas of N environments: the HPA, a rule, a constant, trained policies. */
export interface Controller {
  readonly name: string;
  /** Seconds between decisions, a multiple of ACCOUNTING_INTERVAL. */
  readonly interval: number;
  /** Forgets what it knows of this environment. */
  reset(environment: number): void;
  /** `desired` holds the present replicas, [environment * services + service], and receives the new ones. */
  decide(observations: ObservationHistory, desired: Int32Array): void;
}

/** Makes a controller for a number of environments, so that a system can be listed before it is known how it is run. */
export interface System {
  readonly name: string;
  make(cluster: Cluster, environments: number): Controller;
}
