/**
 * Runs the queueing model along a recorded trace: recorded replicas, recorded arrivals, and the faults that can be read
 * off the record. The model's hidden state (queues, pod timers, back-offs) is carried from the first transition to the
 * last and never restarted.
 */
import type { Cluster } from '../spec/model.ts';
import { emptyObservation, type Observation } from '../spec/observation.ts';
import { Emulator } from '../cluster/emulator/emulator.ts';
import type { EmulatorParameters } from '../cluster/emulator/parameters.ts';
import { ACCOUNTING_INTERVAL, type Episode } from '../cluster/simulation/simulation.ts';
import { stateColumn, type Transition } from './traces/layout.ts';
import type { Segment } from './traces/trace.ts';

/** Below this utilization the throughput factor cannot be read off the metrics. */
const FACTOR_MIN_UTILIZATION = 0.2;
/** A factor nearer to 1 than this is noise, warm-up or pods hindering each other. */
const FACTOR_DEAD_BAND = 0.15;
/** Intervals on either side over which the factor's median is taken: contention lasts, warm-up does not. */
const FACTOR_REACH = 3;
/** CPU of an idle and of a fully busy pod, as shares of its request, as in the emulator. */
const IDLE_CPU = 0.05;
const BUSY_CPU = 0.95;

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/**
 * The load and the faults of a segment as an episode. Rates are the recorded arrivals, constant within an interval; an
 * unexplained loss of ready pods is a crash; where pods do less work for the same CPU over minutes, their throughput
 * has a factor (median-filtered, relative to the segment's own median).
 */
export function episodeOf(segment: Segment, cluster: Cluster): Episode {
  const { transitions, interval } = segment;
  const services = cluster.services.length;
  const seconds = transitions.length * interval;
  const rate = new Float32Array(seconds * services);
  const factor = new Float32Array(seconds * services).fill(1);
  const kills: { second: number; service: number; pods: number }[] = [];
  for (let service = 0; service < services; service++) {
    const factors = factorsOf(transitions, service, cluster.services[service].cpu);
    transitions.forEach((transition, k) => {
      const pods = crashedPods(transition, service);
      // Some time within the interval: its middle is right on average.
      if (pods > 0) kills.push({ second: k * interval + Math.floor(interval / 2), service, pods });
      for (let second = k * interval; second < (k + 1) * interval; second++) {
        rate[second * services + service] = transition.arrivals[service];
        factor[second * services + service] = factors[k];
      }
    });
  }
  return {
    scenario: 'recorded',
    load: 'recorded',
    split: 'train',
    seconds,
    rate,
    attack: new Float32Array(seconds),
    crash: new Float32Array(seconds * services),
    factor,
    kills: kills.sort((a, b) => a.second - b.second),
  };
}

/** The same load from `second` on, but no fault that cannot be known then: factors stay as they are, nothing crashes. */
export function foreseenFrom(episode: Episode, second: number, services: number): Episode {
  const factor = episode.factor.slice();
  const row = Math.max(0, second - 1) * services;
  for (let at = second * services; at < factor.length; at++) factor[at] = factor[row + (at % services)];
  return { ...episode, factor, kills: [] };
}

/** Ready pods that the interval lost without having been asked to, or pods that newly failed. */
function crashedPods({ state, next, desired }: Transition, service: number): number {
  const at = (vector: Float64Array, field: 'ready' | 'failed'): number => vector[stateColumn(service, field)];
  const lost = at(state, 'ready') - at(next, 'ready');
  const asked = Math.max(0, at(state, 'ready') - desired[service]);
  return Math.max(0, Math.round(lost - asked), Math.round(at(next, 'failed') - at(state, 'failed')));
}

function factorsOf(transitions: readonly Transition[], service: number, cpu: number): Float64Array {
  const perPod = transitions.map(({ next }) => perPodThroughput(next, service, cpu));
  const usual = median(perPod.filter((value) => value !== undefined));
  return Float64Array.from(transitions, (_, k) => {
    const near = perPod
      .slice(Math.max(0, k - FACTOR_REACH), k + FACTOR_REACH + 1)
      .filter((value) => value !== undefined);
    if (near.length <= FACTOR_REACH || !(usual > 0)) return 1;
    const factor = median(near) / usual;
    return Math.abs(factor - 1) > FACTOR_DEAD_BAND ? factor : 1;
  });
}

/** Requests/s of one pod at full CPU, as the metrics suggest: served requests over the share of CPU they took. */
export function perPodThroughput(state: Float64Array, service: number, cpu: number): number | undefined {
  const utilization = state[stateColumn(service, 'utilization')];
  if (utilization < FACTOR_MIN_UTILIZATION) return undefined;
  const pods = state[stateColumn(service, 'cpu')] / (utilization * cpu);
  return (BUSY_CPU * state[stateColumn(service, 'served')]) / ((utilization - IDLE_CPU) * pods);
}

/**
 * Seeds under which the emulator's metrics are scraped exactly at the ends of the intervals, so that recorded rates
 * (themselves means over a scrape) come out again as they went in. Found by showing the emulator a step of load: the part
 * of it that the next scrape has seen shows the phase.
 */
export function alignedSeeds(cluster: Cluster, first: number, count: number): number[] {
  const services = cluster.services.length;
  const entry = cluster.services.findIndex(({ entryPoint }) => entryPoint);
  const seconds = 2 * ACCOUNTING_INTERVAL;
  const rate = new Float32Array(seconds * services);
  for (let second = ACCOUNTING_INTERVAL; second < seconds; second++) rate[second * services + entry] = 1000;
  const episode: Episode = {
    scenario: 'probe',
    load: 'step',
    split: 'train',
    seconds,
    rate,
    attack: new Float32Array(seconds),
    crash: new Float32Array(seconds * services),
    factor: new Float32Array(seconds * services).fill(1),
    kills: [],
  };
  const emulator = new Emulator(cluster, 1);
  const seen = emptyObservation(1, services);
  const replicas = cluster.services.map((service) => service.replicas.max);
  const seeds: number[] = [];
  for (let seed = first; seeds.length < count; seed++) {
    emulator.reset(0, episode, { second: 0, seed, replicas });
    emulator.advance(ACCOUNTING_INTERVAL);
    emulator.observe(seen);
    const before = seen.service.received[entry];
    emulator.advance(ACCOUNTING_INTERVAL);
    emulator.observe(seen);
    // A scrape one second early would have missed a fifteenth of the load.
    if (before === 0 && seen.service.received[entry] > 1000 * (1 - 0.5 / ACCOUNTING_INTERVAL)) seeds.push(seed);
  }
  return seeds;
}

/** A model that runs along one segment, one environment per seed. */
export class Replay {
  readonly emulator: Emulator;
  readonly observation: Observation;
  readonly #segment: Segment;
  readonly #desired: Int32Array;

  /** Throws RangeError where the segment's interval is not a multiple of ACCOUNTING_INTERVAL. */
  constructor(
    cluster: Cluster,
    parameters: EmulatorParameters,
    segment: Segment,
    episode: Episode,
    seeds: readonly number[],
  ) {
    if (segment.interval % ACCOUNTING_INTERVAL !== 0)
      throw new RangeError(
        `traces every ${segment.interval} s cannot be replayed; collect them every ${ACCOUNTING_INTERVAL} s or a multiple`,
      );
    const services = cluster.services.length;
    this.emulator = new Emulator(cluster, seeds.length, parameters);
    this.observation = emptyObservation(seeds.length, services);
    this.#segment = segment;
    this.#desired = new Int32Array(seeds.length * services);
    const { state } = segment.transitions[0];
    const replicas = cluster.services.map((_, s) => state[stateColumn(s, 'desired')]);
    seeds.forEach((seed, e) => this.emulator.reset(e, episode, { second: 0, seed, replicas }));
  }

  /** Runs through transition k; `observation` then shows what the model has instead of its `next`. */
  step(k: number): void {
    const { desired } = this.#segment.transitions[k];
    for (let i = 0; i < this.#desired.length; i++) this.#desired[i] = desired[i % desired.length];
    this.emulator.setDesired(this.#desired);
    this.emulator.advance(this.#segment.interval);
    this.emulator.observe(this.observation);
  }
}
