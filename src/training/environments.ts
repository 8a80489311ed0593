/**
 * The environments of a training: short episodes, cut out of generated ones and started from random replicas. For a paired reward
 * there is a second copy of each under the default HPA, with the same load, events and luck. What the HPA earns there does not depend
 * on the actions of the agents, so that subtracting it takes noise out of the reward and changes nothing else.
 */
import { initialReplicas } from '../cluster/episodes/warm-start.ts';
import { HistoryRing, MEMORY } from '../cluster/history.ts';
import { HpaController } from '../cluster/hpa/controller.ts';
import { DEFAULT_HPA } from '../cluster/hpa/settings.ts';
import type { Random } from '../cluster/random.ts';
import { ACCOUNTING_INTERVAL, type Episode, type Outcome, type Simulation } from '../cluster/simulation/simulation.ts';
import type { Algorithm, Cluster } from '../spec/model.ts';

/** Random starts are at most this many pods away from what the load needs. */
const START_SPREAD = 2;

export interface TrainingEnvironmentsOptions {
  readonly cluster: Cluster;
  readonly makeSimulation: (environments: number) => Simulation;
  /** Episodes to cut from. */
  readonly episodeAt: (index: number) => Episode;
  readonly episodes: number;
  readonly environments: number;
  /** Seconds of one training episode. */
  readonly episodeSeconds: number;
  readonly algorithm: Pick<Algorithm, 'starts' | 'pairedReward'>;
  readonly random: Random;
}

export class TrainingEnvironments {
  readonly history: HistoryRing;
  /** [environment x service] replicas asked for; change it, then call `step`. */
  readonly desired: Int32Array;
  /** [environment] seconds since the start of the current episode. */
  readonly elapsed: Float64Array;
  /** [environment] 1 = the episode was cut by the last step; `resetEnded` starts the next. */
  readonly ended: Uint8Array;
  readonly simulation: Simulation;
  readonly #options: TrainingEnvironmentsOptions;
  readonly #pair: HpaPair | undefined;
  /** [environment] index of the episode, second of its end. */
  readonly #episode: Int32Array;
  readonly #length: Float64Array;

  constructor(options: TrainingEnvironmentsOptions) {
    const { cluster, environments, makeSimulation } = options;
    const services = cluster.services.length;
    this.#options = options;
    this.simulation = makeSimulation(environments);
    this.history = new HistoryRing(environments, services, cluster.decisionInterval, MEMORY);
    this.desired = new Int32Array(environments * services);
    this.elapsed = new Float64Array(environments);
    this.ended = new Uint8Array(environments);
    this.#episode = new Int32Array(environments);
    this.#length = new Float64Array(environments);
    this.#pair = options.algorithm.pairedReward ? new HpaPair(cluster, makeSimulation(environments)) : undefined;
  }

  /** Starts all environments. The first episodes end at different times, so that later resets spread out. */
  start(): void {
    const { random, environments, episodeSeconds, cluster } = this.#options;
    this.ended.fill(1);
    this.resetEnded();
    const interval = cluster.decisionInterval;
    for (let e = 0; e < environments; e++)
      this.#length[e] = interval * random.integer(1, Math.round(episodeSeconds / interval));
  }

  /** Applies `desired`, runs one decision interval and observes. */
  step(): void {
    const { cluster, environments } = this.#options;
    const { simulation } = this;
    simulation.setDesired(this.desired);
    simulation.advance(cluster.decisionInterval);
    this.#pair?.advance(cluster.decisionInterval);
    this.history.push(simulation);
    this.desired.set(simulation.desired);
    for (let e = 0; e < environments; e++) {
      this.elapsed[e] += cluster.decisionInterval;
      this.ended[e] = Number(this.elapsed[e] >= this.#length[e]);
    }
  }

  get outcome(): Outcome {
    return this.simulation.outcome;
  }

  /** [environment] J of the paired HPA over the last step; undefined without pairing. */
  get hpaObjective(): Float64Array | undefined {
    return this.#pair?.objective;
  }

  /** Starts a new episode in every environment whose episode was cut. */
  resetEnded(): void {
    const { environments, cluster } = this.#options;
    const services = cluster.services.length;
    let any = false;
    for (let e = 0; e < environments; e++) {
      if (!this.ended[e]) continue;
      this.#reset(e);
      any = true;
    }
    if (!any) return;
    this.simulation.observe(this.history.at(0));
    this.#pair?.observe();
    for (let e = 0; e < environments; e++) {
      if (!this.ended[e]) continue;
      this.history.fill(e);
      this.#pair?.startHistory(e);
      for (let i = e * services; i < (e + 1) * services; i++) this.desired[i] = this.simulation.desired[i];
      this.ended[e] = 0;
    }
  }

  #reset(e: number): void {
    const { random, cluster, episodeSeconds, algorithm } = this.#options;
    this.#episode[e] = random.integer(0, this.#options.episodes - 1);
    const episode = this.#options.episodeAt(this.#episode[e]);
    const latest = Math.max(0, Math.floor((episode.seconds - episodeSeconds) / ACCOUNTING_INTERVAL));
    const second = ACCOUNTING_INTERVAL * random.integer(0, latest);
    const seed = random.nextUint32();
    const rule = initialReplicas(cluster, episode, second);
    const replicas = Int32Array.from(rule, (count, s) => {
      if (algorithm.starts === 'warm') return count;
      const { min, max } = cluster.services[s].replicas;
      return Math.max(min, Math.min(max, count + random.integer(-START_SPREAD, START_SPREAD)));
    });
    this.simulation.reset(e, episode, { second, seed, replicas });
    this.#pair?.reset(e, episode, { second, seed, replicas: rule });
    this.elapsed[e] = 0;
    this.#length[e] = Math.min(episodeSeconds, episode.seconds);
  }

  save(): Record<string, Uint8Array | Int32Array | Float64Array> {
    return {
      simulation: this.simulation.save(),
      history: this.history.save(),
      desired: this.desired.slice(),
      elapsed: this.elapsed.slice(),
      episode: this.#episode.slice(),
      length: this.#length.slice(),
      ...this.#pair?.save(),
    };
  }

  restore(saved: Record<string, unknown>): void {
    this.#episode.set(saved.episode as Int32Array);
    const episodes = Array.from(this.#episode, (index) => this.#options.episodeAt(index));
    this.simulation.restore(saved.simulation as Uint8Array, episodes);
    this.history.restore(saved.history as Uint8Array);
    this.desired.set(saved.desired as Int32Array);
    this.elapsed.set(saved.elapsed as Float64Array);
    this.#length.set(saved.length as Float64Array);
    this.#pair?.restore(saved, episodes);
    this.ended.fill(0);
  }
}

/** The second copy of every environment, under the default HPA, which decides every 15 s. */
class HpaPair {
  /** [environment] mean J over the last `advance`. */
  readonly objective: Float64Array;
  readonly #simulation: Simulation;
  readonly #controller: HpaController;
  readonly #history: HistoryRing;
  readonly #desired: Int32Array;

  constructor(cluster: Cluster, simulation: Simulation) {
    const { environments, services } = simulation;
    this.#simulation = simulation;
    this.#controller = new HpaController(cluster, environments, DEFAULT_HPA);
    this.#history = new HistoryRing(environments, services, this.#controller.interval, 0);
    this.#desired = new Int32Array(environments * services);
    this.objective = new Float64Array(environments);
  }

  reset(environment: number, episode: Episode, start: Parameters<Simulation['reset']>[2]): void {
    this.#simulation.reset(environment, episode, start);
    this.#controller.reset(environment);
  }

  observe(): void {
    this.#simulation.observe(this.#history.at(0));
  }

  startHistory(environment: number): void {
    this.#history.fill(environment);
  }

  advance(seconds: number): void {
    const decisions = seconds / this.#controller.interval;
    this.objective.fill(0);
    for (let d = 0; d < decisions; d++) {
      this.#desired.set(this.#simulation.desired);
      this.#controller.decide(this.#history, this.#desired);
      this.#simulation.setDesired(this.#desired);
      this.#simulation.advance(this.#controller.interval);
      this.#history.push(this.#simulation);
      for (let e = 0; e < this.objective.length; e++)
        this.objective[e] += this.#simulation.outcome.objective[e] / decisions;
    }
  }

  save(): Record<string, Uint8Array> {
    return {
      pairSimulation: this.#simulation.save(),
      pairHistory: this.#history.save(),
      pairController: this.#controller.save(),
    };
  }

  restore(saved: Record<string, unknown>, episodes: readonly Episode[]): void {
    this.#simulation.restore(saved.pairSimulation as Uint8Array, episodes);
    this.#history.restore(saved.pairHistory as Uint8Array);
    this.#controller.restore(saved.pairController as Uint8Array);
  }
}
