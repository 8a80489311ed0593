/** One transition of a live cluster, from what metrics showed before and after a decision. */
import type { Snapshot } from '../../cluster/live/live-cluster.ts';
import { ACCOUNTING_INTERVAL } from '../../cluster/simulation/simulation.ts';
import type { Cluster } from '../../spec/model.ts';
import { observedIndicators } from './indicators.ts';
import { stateOf, type Transition } from './layout.ts';

export interface ObservedStep {
  readonly before: Snapshot;
  /** [services] replicas asked for during the interval. */
  readonly desired: ArrayLike<number>;
  readonly after: Snapshot;
  /** Counts from 0 within the recording. */
  readonly step: number;
  /** Time of the recording's first snapshot, and its interval; seconds. */
  readonly started: number;
  readonly interval: number;
}

export function transitionBetween(
  spec: Cluster,
  { before, desired, after, step, started, interval }: ObservedStep,
): Transition {
  const current = before.observation.service.desired;
  const move = Float64Array.from(desired, (replicas, s) => replicas - current[s]);
  const moves = move.reduce((sum, pods) => sum + Math.abs(pods), 0);
  const { received } = after.observation.service;
  return {
    step,
    time: before.time - started,
    state: stateOf(before.observation),
    desired: Float64Array.from(desired),
    move,
    arrivals: Float64Array.from(spec.services, ({ entryPoint }, s) => (entryPoint ? received[s] : 0)),
    next: stateOf(after.observation),
    indicators: observedIndicators(spec, after.observation, interval, moves),
  };
}

/** Whether a snapshot may stand in a transition: every metric there, and none older than two scrapes. */
export function isFresh({ age, observation }: Snapshot, interval: number): boolean {
  const oldest = 2 * Math.max(interval, ACCOUNTING_INTERVAL);
  return age.every((seconds) => seconds <= oldest) && stateOf(observation).every(Number.isFinite);
}
