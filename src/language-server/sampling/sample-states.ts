/**
 * States that a cluster can get into: the embedded emulator under random loads, faults and replica changes. The same seed
 * gives the same states. They tell of rules that never match; nothing is trained or judged on them.
 */
import { Emulator } from '../../cluster/emulator/emulator.ts';
import { initialReplicas } from '../../cluster/episodes/warm-start.ts';
import { Random } from '../../cluster/random.ts';
import type { Episode } from '../../cluster/simulation/simulation.ts';
import type { SampledStates } from '../../language/diagnostics/diagnose.ts';
import { capacityOf } from '../../spec/call-graph.ts';
import type { Cluster } from '../../spec/model.ts';
import { emptyObservation, type Observation } from '../../spec/observation.ts';

/** Clusters side by side; so many moments of each are kept as make up the states wanted. */
const ENVIRONMENTS = 100;
/** Entry point loads, as shares of what the chain can serve: from nearly none to more than it takes. */
const LOADS = [0.02, 1.4] as const;
/** Chance that the replicas of a service change at a moment. */
const CHANGES = 0.15;

/** Draws the states moment by moment, so that a host can do other things between. */
export class StateSampler {
  readonly #cluster: Cluster;
  readonly #emulator: Emulator;
  readonly #random: Random;
  readonly #moments: number;
  readonly #seen: Observation[] = [];

  /** `states` is rounded up to whole moments of 100 clusters. */
  constructor(cluster: Cluster, states: number, seed: number) {
    this.#cluster = cluster;
    this.#random = new Random(seed);
    this.#moments = Math.max(1, Math.ceil(states / ENVIRONMENTS));
    this.#emulator = new Emulator(cluster, ENVIRONMENTS);
    const seconds = this.#moments * cluster.decisionInterval;
    for (let environment = 0; environment < ENVIRONMENTS; environment++) {
      const episode = randomEpisode(cluster, seconds, this.#random);
      const replicas = initialReplicas(cluster, episode, 0);
      this.#emulator.reset(environment, episode, { second: 0, seed: this.#random.nextUint32(), replicas });
    }
  }

  get done(): boolean {
    return this.#seen.length >= this.#moments;
  }

  /** Goes on by one decision interval. */
  step(): void {
    const { services, decisionInterval } = this.#cluster;
    const desired = this.#emulator.desired.slice();
    for (let i = 0; i < desired.length; i++) {
      if (this.#random.uniform() >= CHANGES) continue;
      const { min, max } = services[i % services.length].replicas;
      desired[i] = this.#random.integer(min, max);
    }
    this.#emulator.setDesired(desired);
    this.#emulator.advance(decisionInterval);
    const seen = emptyObservation(ENVIRONMENTS, services.length);
    this.#emulator.observe(seen);
    this.#seen.push(seen);
  }

  /** What was drawn so far. */
  states(): SampledStates {
    const seen = [...this.#seen];
    const moments = seen.map((_, now) => ({
      interval: this.#cluster.decisionInterval,
      at: (ago: number) => seen[Math.max(0, now - Math.max(0, Math.floor(ago)))],
    }));
    return { states: seen.length * ENVIRONMENTS, moments };
  }
}

/** All at once; about a tenth of a second for 10 000 states of four services. */
export function sampleStates(cluster: Cluster, states: number, seed: number): SampledStates {
  const sampler = new StateSampler(cluster, states, seed);
  while (!sampler.done) sampler.step();
  return sampler.states();
}

/** Loads that jump every few minutes, and now and then crashes or slow pods. */
function randomEpisode(cluster: Cluster, seconds: number, random: Random): Episode {
  const services = cluster.services.length;
  const rate = new Float32Array(seconds * services);
  const crash = new Float32Array(seconds * services);
  const factor = new Float32Array(seconds * services).fill(1);
  cluster.services.forEach(({ entryPoint }, service) => {
    if (!entryPoint) return;
    const capacity = capacityOf(cluster, service);
    for (let second = 0; second < seconds;) {
      const until = Math.min(seconds, second + random.integer(20, 300));
      const load = random.between(...LOADS) * capacity;
      for (; second < until; second++) rate[second * services + service] = load;
    }
  });
  for (let second = random.integer(0, 600); second < seconds; second += random.integer(300, 1200)) {
    const service = random.integer(0, services - 1);
    const until = Math.min(seconds, second + random.integer(60, 300));
    const slow = random.uniform() < 0.5;
    for (let at = second; at < until; at++) {
      if (slow) factor[at * services + service] = random.between(0.3, 0.8);
      else crash[at * services + service] = 0.5;
    }
  }
  const attack = new Float32Array(seconds);
  return { scenario: 'sampled', load: 'random', split: 'train', seconds, rate, attack, crash, factor, kills: [] };
}
