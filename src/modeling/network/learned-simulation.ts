/**
 * The learned model as a Simulation: the state that is carried is the observation. Loads come from the episode; its
 * faults (crashes, contention) are not inputs of the network, which has learned their average. Each environment follows
 * one member of the ensemble through an episode, drawn by its seed (as in Chua et al. 2018, "TS-infinity").
 * An episode starts from what the queueing model shows at these replicas and this load.
 */
import { Emulator } from '../../cluster/emulator/emulator.ts';
import type { EmulatorParameters } from '../../cluster/emulator/parameters.ts';
import { poisson } from '../../cluster/emulator/poisson.ts';
import { hashUniform } from '../../cluster/random.ts';
import { averageOutcome, clearOutcome, emptyOutcome } from '../../cluster/simulation/outcome.ts';
import type { Episode, Outcome, Simulation } from '../../cluster/simulation/simulation.ts';
import type { Cluster } from '../../spec/model.ts';
import { emptyObservation, SERVICE_FIELDS, type Observation, type ServiceField } from '../../spec/observation.ts';
import { INDICATORS, stateOf, writeState } from '../traces/layout.ts';
import type { LearnedModel } from './learned-model.ts';

const LUCK_ARRIVALS = 0xa442;
const POD_FIELDS = (Object.keys(SERVICE_FIELDS) as ServiceField[]).filter(
  (field) => SERVICE_FIELDS[field].unit === 'pods',
);

export class LearnedSimulation implements Simulation {
  readonly cluster: Cluster;
  readonly environments: number;
  readonly services: number;
  readonly desired: Int32Array;
  readonly outcome: Outcome;
  /** It knows nothing that metrics do not show. */
  readonly privilegedSize = 0;
  readonly #model: LearnedModel;
  readonly #start: Emulator;
  readonly #states: Float64Array;
  readonly #indicators: Float64Array;
  /** Replicas before the decisions of this interval. */
  readonly #before: Int32Array;
  readonly #member: Int32Array;
  readonly #seed: Float64Array;
  readonly #second: Float64Array;
  readonly #episodes: (Episode | undefined)[];

  constructor(cluster: Cluster, environments: number, model: LearnedModel, start: EmulatorParameters) {
    const { stateSize, services } = model.network.codec;
    this.cluster = cluster;
    this.environments = environments;
    this.services = services;
    this.outcome = emptyOutcome(environments);
    this.#model = model;
    this.#start = new Emulator(cluster, 1, start);
    this.desired = new Int32Array(environments * services);
    this.#before = new Int32Array(environments * services);
    this.#states = new Float64Array(environments * stateSize);
    this.#indicators = new Float64Array(environments * INDICATORS.length);
    this.#member = new Int32Array(environments);
    this.#seed = new Float64Array(environments);
    this.#second = new Float64Array(environments);
    this.#episodes = new Array<Episode | undefined>(environments).fill(undefined);
  }

  reset(
    environment: number,
    episode: Episode,
    start: { second: number; seed: number; replicas: ArrayLike<number> },
  ): void {
    const { stateSize } = this.#model.network.codec;
    const seen = emptyObservation(1, this.services);
    this.#start.reset(0, episode, start);
    this.#start.observe(seen);
    stateOf(seen, 0, this.#states.subarray(environment * stateSize, (environment + 1) * stateSize));
    this.desired.set(this.#start.desired, environment * this.services);
    this.#before.set(this.#start.desired, environment * this.services);
    this.#member[environment] = Math.floor(
      hashUniform(start.seed, 0, 0, LUCK_ARRIVALS) * this.#model.network.members.length,
    );
    this.#seed[environment] = start.seed;
    this.#second[environment] = start.second;
    this.#episodes[environment] = episode;
    clearOutcome(this.outcome, environment);
  }

  /** Of all environments, or of one: then `desired` holds one number per service. */
  setDesired(desired: ArrayLike<number>, environment?: number): void {
    const first = environment === undefined ? 0 : environment * this.services;
    const count = environment === undefined ? this.desired.length : this.services;
    for (let i = 0; i < count; i++) {
      const { min, max } = this.cluster.services[(first + i) % this.services].replicas;
      this.desired[first + i] = Math.min(max, Math.max(min, desired[i]));
    }
  }

  /** Throws RangeError where `seconds` is not a multiple of the interval of the traces. */
  advance(seconds: number): void {
    const { codec } = this.#model.network;
    const intervals = seconds / codec.interval;
    if (!Number.isInteger(intervals) || intervals < 1)
      throw new RangeError(
        `This twin was learned from traces every ${codec.interval} s and cannot advance by ${seconds} s; collect traces at a shorter interval.`,
      );
    const { environments, services } = this;
    for (let e = 0; e < environments; e++) clearOutcome(this.outcome, e);
    for (let n = 0; n < intervals; n++) {
      const move = this.desired.map((replicas, i) => replicas - this.#before[i]);
      this.#model.step({
        rows: environments,
        states: this.#states,
        desired: this.desired,
        move,
        arrivals: this.#arrivals(codec.interval),
        member: this.#member,
        indicators: this.#indicators,
      });
      this.#before.set(this.desired);
      for (let e = 0; e < environments; e++) {
        INDICATORS.forEach((name, i) => {
          // A replayed record holds its own moves, not these.
          if (name !== 'moves') this.outcome[name][e] += this.#indicators[e * INDICATORS.length + i];
        });
        for (let s = 0; s < services; s++) this.outcome.moves[e] += Math.abs(move[e * services + s]);
        this.#second[e] += codec.interval;
      }
    }
    for (let e = 0; e < environments; e++) averageOutcome(this.outcome, e, intervals);
  }

  /** Pod counts are rounded to what a cluster can show. */
  observe(into: Observation): void {
    const { stateSize } = this.#model.network.codec;
    for (let e = 0; e < this.environments; e++) {
      writeState(this.#states.subarray(e * stateSize, (e + 1) * stateSize), into, e);
      for (let i = e * this.services; i < (e + 1) * this.services; i++) {
        for (const field of POD_FIELDS) into.service[field][i] = Math.round(into.service[field][i]);
        into.service.desired[i] = this.desired[i];
      }
    }
  }

  privileged(): void {}

  save(): Uint8Array {
    const parts = this.#parts();
    const values = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      values.set(part, at);
      at += part.length;
    }
    return new Uint8Array(values.buffer);
  }

  /** Throws RangeError where the bytes are of another shape. */
  restore(bytes: Uint8Array, episodes: readonly Episode[]): void {
    const values = new Float64Array(bytes.slice().buffer);
    const parts = this.#parts();
    if (values.length !== parts.reduce((sum, part) => sum + part.length, 0) || episodes.length !== this.environments)
      throw new RangeError('The saved state is of a twin of another shape.');
    let at = 0;
    for (const part of parts) {
      part.set(values.subarray(at, at + part.length));
      at += part.length;
    }
    episodes.forEach((episode, e) => (this.#episodes[e] = episode));
  }

  #parts(): (Int32Array | Float64Array)[] {
    return [this.desired, this.#before, this.#member, this.#seed, this.#second, this.#states];
  }

  /** [environment x service] requests/s that come from outside in the next interval: Poisson around the episode's rate. */
  #arrivals(interval: number): Float64Array {
    const { services } = this;
    const arrivals = new Float64Array(this.environments * services);
    for (let e = 0; e < this.environments; e++) {
      const episode = this.#episodes[e];
      if (!episode) throw new Error(`Environment ${e} has no episode: reset it first.`);
      for (let s = 0; s < services; s++) {
        if (!this.cluster.services[s].entryPoint) continue;
        let expected = 0;
        for (let i = 0; i < interval; i++) {
          const second = Math.min(episode.seconds - 1, Math.max(0, this.#second[e] + i));
          expected += episode.rate[second * services + s];
        }
        const luck = hashUniform(this.#seed[e], this.#second[e], s, LUCK_ARRIVALS);
        arrivals[e * services + s] = poisson(expected, luck) / interval;
      }
    }
    return arrivals;
  }
}
