/**
 * The embedded emulator: N clusters of queueing services, pods and shared nodes, stepped together in ticks of 1 s.
 * Randomness is keyed by (seed, second, service): what is done to an environment does not change its luck. Environments
 * never touch each other, so a seed gives the same run in any company.
 *
 * Parts: `Pods` is the life of pods, `RequestFlow` takes requests through the services, metrics.ts shows what a scraper sees,
 * accounting.ts turns an interval into J, and columns.ts holds all state, so that saving is a copy of bytes.
 *
 * Terminating pods are not modeled. A removed pod frees its room on the nodes at once, and drops no request; Kubernetes
 * keeps the room for up to the grace period of the pod (30 s by default). On nodes that are nearly full, a cluster that
 * scales one service down and another up therefore gets the new pods sooner here than in reality.
 */
import type { Cluster } from '../../spec/model.ts';
import type { Observation } from '../../spec/observation.ts';
import { hashUniform } from '../random.ts';
import { averageOutcome, clearOutcome, emptyOutcome } from '../simulation/outcome.ts';
import { ACCOUNTING_INTERVAL, type Episode, type Outcome, type Simulation } from '../simulation/simulation.ts';
import { makeAccounting, type Accounting } from './accounting.ts';
import { makeEmulatorState, type EmulatorState } from './columns.ts';
import { makeConstants, type Constants } from './constants.ts';
import { RequestFlow } from './flow.ts';
import { observeInto, scrape, SCRAPE_PERIOD } from './metrics.ts';
import { specParameters, type EmulatorParameters } from './parameters.ts';
import { Pods } from './pods.ts';
import { privilegedSizeOf, writePrivileged } from './privileged.ts';

/** Seconds run before an episode starts, at its first load and without faults, so that its metrics begin full. */
const LEAD_IN = 2 * SCRAPE_PERIOD;

const LUCK_PHASE = 0x9a5e;

export class Emulator implements Simulation {
  readonly cluster: Cluster;
  readonly environments: number;
  readonly services: number;
  readonly desired: Int32Array;
  readonly outcome: Outcome;
  readonly privilegedSize: number;
  readonly #constants: Constants;
  readonly #state: EmulatorState;
  readonly #pods: Pods;
  readonly #flow: RequestFlow;
  readonly #accounting: Accounting;
  readonly #episodes: (Episode | undefined)[];

  /** Throws RangeError where the parameters are not of this cluster. */
  constructor(cluster: Cluster, environments: number, parameters: EmulatorParameters = specParameters(cluster)) {
    this.cluster = cluster;
    this.environments = environments;
    this.services = cluster.services.length;
    this.#constants = makeConstants(cluster, parameters);
    this.#state = makeEmulatorState(environments, this.services, this.#constants.pods);
    this.#pods = new Pods(this.#constants, this.#state.columns);
    this.#flow = new RequestFlow(this.#constants, this.#state.columns, this.#pods);
    this.#accounting = makeAccounting(this.#constants, this.#state.columns, cluster, this.#flow.interval);
    this.desired = this.#state.columns.desired;
    this.outcome = emptyOutcome(environments);
    this.privilegedSize = privilegedSizeOf(this.#constants);
    this.#episodes = new Array<Episode | undefined>(environments).fill(undefined);
  }

  reset(
    environment: number,
    episode: Episode,
    start: { second: number; seed: number; replicas: ArrayLike<number> },
  ): void {
    const { columns } = this.#state;
    this.#episodes[environment] = episode;
    columns.seed[environment] = start.seed;
    columns.moved[environment] = 0;
    columns.scrapeLength[environment] = 0;
    this.#state.clearFloats(environment);
    // The second scrape of the lead-in ends 0 to 14 s before the start.
    const age = Math.floor(hashUniform(start.seed, 0, 0, LUCK_PHASE) * SCRAPE_PERIOD);
    columns.untilScrape[environment] = SCRAPE_PERIOD - age;
    columns.second[environment] = start.second - LEAD_IN;
    this.#pods.placeAtStart(environment, start.replicas, start.second - LEAD_IN);
    this.#run(environment, LEAD_IN, false);
    this.#flow.interval.fill(0);
    clearOutcome(this.outcome, environment);
  }

  /** Of all environments, or of one: then `desired` holds one number per service. */
  setDesired(desired: ArrayLike<number>, environment?: number): void {
    const { columns } = this.#state;
    if (environment !== undefined) {
      columns.moved[environment] += this.#pods.scale(environment, desired, 0);
      return;
    }
    for (let e = 0; e < this.environments; e++) {
      columns.moved[e] += this.#pods.scale(e, desired, e * this.services);
    }
  }

  advance(seconds: number): void {
    const intervals = seconds / ACCOUNTING_INTERVAL;
    if (!Number.isInteger(intervals) || intervals < 1)
      throw new RangeError(`An emulator advances by multiples of ${ACCOUNTING_INTERVAL} s, not by ${seconds} s.`);
    const { columns } = this.#state;
    for (let e = 0; e < this.environments; e++) {
      clearOutcome(this.outcome, e);
      this.outcome.moves[e] = columns.moved[e];
      columns.moved[e] = 0;
      for (let n = 0; n < intervals; n++) {
        this.#run(e, ACCOUNTING_INTERVAL, true);
        this.#accounting.close(this.outcome, e);
      }
      averageOutcome(this.outcome, e, intervals);
    }
  }

  observe(into: Observation): void {
    observeInto(this.#constants, this.#state.columns, this.cluster, this.environments, into);
  }

  privileged(into: Float32Array): void {
    for (let e = 0; e < this.environments; e++) {
      const second = this.#state.columns.second[e];
      writePrivileged(this.#constants, this.#episodeOf(e), second, into, e * this.privilegedSize);
    }
  }

  /** The second of its episode at which an environment stands. */
  secondOf(environment: number): number {
    return this.#state.columns.second[environment];
  }

  /** Seconds since the metrics of an environment were last scraped, 0..14. */
  scrapeAge(environment: number): number {
    return this.#state.columns.scrapeLength[environment];
  }

  save(): Uint8Array {
    return this.#state.bytes.slice();
  }

  /** Throws RangeError where the bytes are of another cluster or number of environments. */
  restore(bytes: Uint8Array, episodes: readonly Episode[]): void {
    if (bytes.length !== this.#state.bytes.length || episodes.length !== this.environments)
      throw new RangeError('The saved state is of an emulator of another shape.');
    this.#state.bytes.set(bytes);
    for (let e = 0; e < this.environments; e++) this.#episodes[e] = episodes[e];
  }

  /** Makes one environment an exact copy of one of another emulator of the same cluster: the branches of a planner. */
  copyEnvironment(source: Emulator, from: number, to: number): void {
    this.#state.copyFrom(source.#state, from, to);
    this.#episodes[to] = source.#episodes[from];
  }

  #episodeOf(environment: number): Episode {
    const episode = this.#episodes[environment];
    if (!episode) throw new Error(`Environment ${environment} has no episode: reset it first.`);
    return episode;
  }

  /** Runs one environment, in segments that end where a scrape does. */
  #run(environment: number, seconds: number, crashes: boolean): void {
    const { columns } = this.#state;
    const episode = this.#episodeOf(environment);
    const longest = this.#constants.retryShare > 0 ? 1 : SCRAPE_PERIOD;
    for (let left = seconds; left > 0;) {
      const length = Math.min(left, columns.untilScrape[environment], longest);
      this.#flow.run(environment, episode, length, crashes);
      left -= length;
      columns.scrapeLength[environment] += length;
      columns.untilScrape[environment] -= length;
      if (columns.untilScrape[environment] === 0) scrape(this.#constants, columns, environment);
    }
  }
}
