/**
 * Predictions along a recorded segment: from an origin on, recorded loads and replicas, but no recorded state. Twins
 * give several members (runs with different luck, or the networks of an ensemble): their mean is the prediction, their
 * spread the fan.
 */
import { breathe } from '../../cluster/breathe.ts';
import type { Cluster } from '../../spec/model.ts';
import { Emulator } from '../../cluster/emulator/emulator.ts';
import type { EmulatorParameters } from '../../cluster/emulator/parameters.ts';
import type { LearnedModel } from '../network/learned-model.ts';
import { alignedSeeds, episodeOf, foreseenFrom, Replay } from '../replay.ts';
import { observedIndicators } from '../traces/indicators.ts';
import { INDICATORS, stateOf, stateSize, type Transition } from '../traces/layout.ts';
import type { Segment } from '../traces/trace.ts';

/** What a twin says of the end of transition `origin + ahead - 1`, `ahead` intervals after the origin. */
export type OnPrediction = (
  origin: number,
  ahead: number,
  /** [members x stateSize] and [members x INDICATORS]. */
  states: Float64Array,
  indicators: Float64Array,
) => void;

export interface OpenLoopModel {
  readonly members: number;
  /** `origins` ascending: indices of transitions; `horizon` intervals from each, as far as the segment goes. */
  run(
    segment: Segment,
    origins: readonly number[],
    horizon: number,
    onPrediction: OnPrediction,
    signal: AbortSignal,
  ): Promise<void>;
}

const movesOf = (transition: Transition): number => transition.move.reduce((sum, pods) => sum + Math.abs(pods), 0);

/**
 * The queueing model. Up to an origin it follows the record, faults included, so that its hidden state is that of the
 * cluster as far as anyone can know; from there on it does not know of any fault to come.
 */
export function queueingOpenLoop(
  cluster: Cluster,
  parameters: EmulatorParameters,
  seed: number,
  members: number,
): OpenLoopModel {
  const services = cluster.services.length;
  const size = stateSize(services);
  const seeds = alignedSeeds(cluster, seed, members);
  return {
    members,
    async run(segment, origins, horizon, onPrediction, signal) {
      const episode = episodeOf(segment, cluster);
      const replay = new Replay(cluster, parameters, segment, episode, seeds);
      const branch = new Emulator(cluster, members, parameters);
      const desired = new Int32Array(members * services);
      const states = new Float64Array(members * size);
      const indicators = new Float64Array(members * INDICATORS.length);
      const due = new Set(origins);
      const last = origins.at(-1) ?? -1;
      for (let k = 0; k <= last; k++) {
        if (due.has(k)) {
          const foreseen = foreseenFrom(episode, k * segment.interval, services);
          branch.restore(
            replay.emulator.save(),
            seeds.map(() => foreseen),
          );
          for (let ahead = 1; ahead <= horizon && k + ahead <= segment.transitions.length; ahead++) {
            const transition = segment.transitions[k + ahead - 1];
            for (let i = 0; i < desired.length; i++) desired[i] = transition.desired[i % services];
            branch.setDesired(desired);
            branch.advance(segment.interval);
            branch.observe(replay.observation);
            for (let m = 0; m < members; m++) {
              stateOf(replay.observation, m, states.subarray(m * size, (m + 1) * size));
              indicators.set(
                observedIndicators(cluster, replay.observation, segment.interval, movesOf(transition), m),
                m * INDICATORS.length,
              );
            }
            onPrediction(k, ahead, states, indicators);
          }
          await breathe();
          signal.throwIfAborted();
        }
        replay.step(k);
      }
    },
  };
}

/** The learned model, from the recorded state at the origin. */
export function learnedOpenLoop(model: LearnedModel): OpenLoopModel {
  const { codec } = model.network;
  const members = model.network.members.length;
  const { services, stateSize: size } = codec;
  return {
    members,
    async run(segment, origins, horizon, onPrediction, signal) {
      const states = new Float64Array(origins.length * members * size);
      const indicators = new Float64Array(origins.length * members * INDICATORS.length);
      origins.forEach((origin, i) => {
        for (let m = 0; m < members; m++) states.set(segment.transitions[origin].state, (i * members + m) * size);
      });
      const rows = origins.length * members;
      const column = (of: (transition: Transition) => Float64Array, ahead: number): Float64Array => {
        const values = new Float64Array(rows * services);
        origins.forEach((origin, i) => {
          // Past the segment's end the row runs on, unreported.
          const { transitions } = segment;
          const row = of(transitions[Math.min(transitions.length, origin + ahead) - 1]);
          for (let m = 0; m < members; m++) values.set(row, (i * members + m) * services);
        });
        return values;
      };
      const member = Int32Array.from({ length: rows }, (_, row) => row % members);
      for (let ahead = 1; ahead <= horizon; ahead++) {
        model.step({
          rows,
          states,
          desired: column((t) => t.desired, ahead),
          move: column((t) => t.move, ahead),
          arrivals: column((t) => t.arrivals, ahead),
          member,
          indicators,
        });
        origins.forEach((origin, i) => {
          if (origin + ahead > segment.transitions.length) return;
          onPrediction(
            origin,
            ahead,
            states.subarray(i * members * size, (i + 1) * members * size),
            indicators.subarray(i * members * INDICATORS.length, (i + 1) * members * INDICATORS.length),
          );
        });
        await breathe();
        signal.throwIfAborted();
      }
    },
  };
}
