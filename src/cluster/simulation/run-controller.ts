/** Runs a system through episodes, side by side in batches, counted at the one accounting interval. */
import { breathe } from '../breathe.ts';
import type { Cluster } from '../../spec/model.ts';
import { initialReplicas } from '../episodes/warm-start.ts';
import { HistoryRing, MEMORY } from '../history.ts';
import { Random } from '../random.ts';
import { ACCOUNTING_INTERVAL, type Episode, type Outcome, type Simulation, type System } from './simulation.ts';

/** Episodes stepped together. */
const BATCH = 128;

export interface RunEpisodesOptions {
  readonly signal: AbortSignal;
  /** Luck of the episodes: systems under the same seed meet the same, episode by episode. */
  readonly seed?: number;
  /** Luck of each episode by itself, in place of `seed`. */
  readonly luck?: readonly number[];
  /** Called after each accounting interval of each episode, which is this environment in the outcome. */
  readonly onInterval?: (episode: number, outcome: Outcome, environment: number) => void;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a system got in one episode. */
export interface EpisodeResult {
  /** Means over the accounting intervals: J, or(s), share of them within the maximum latency, latency (s), requests waiting. */
  readonly objective: number;
  readonly resilience: number;
  readonly latencyCompliance: number;
  readonly latency: number;
  readonly pending: number;
  /** Succeeded over received requests of the whole episode; 1 where none was received. */
  readonly success: number;
  readonly received: number;
  /** Pods and cores that scheduled pods occupied, times seconds. */
  readonly podSeconds: number;
  readonly coreSeconds: number;
  /** Replica changes, pods per hour. */
  readonly movesPerHour: number;
}

/**
 * One result per episode, in their order. Every system starts from the same replicas, right for the first load. Rejects
 * with the signal's reason when aborted.
 */
export async function runEpisodes(
  makeSimulation: (environments: number) => Simulation,
  system: System,
  cluster: Cluster,
  episodes: readonly Episode[],
  { signal, seed = 1, luck, onInterval, onProgress }: RunEpisodesOptions,
): Promise<EpisodeResult[]> {
  const results: EpisodeResult[] = [];
  const total = episodes.reduce((sum, episode) => sum + episode.seconds, 0);
  let before = 0;
  for (let first = 0; first < episodes.length; first += BATCH) {
    const batch = episodes.slice(first, first + BATCH);
    const simulation = makeSimulation(batch.length);
    batch.forEach((episode, e) => {
      const replicas = initialReplicas(cluster, episode, 0);
      const own = luck ? luck[first + e] : new Random(seed, first + e).nextUint32();
      simulation.reset(e, episode, { second: 0, seed: own, replicas });
    });
    const seconds = batch.reduce((sum, episode) => sum + episode.seconds, 0);
    const advanced = (share: number): void => onProgress?.(before + share * seconds, total);
    const counted = (e: number, outcome: Outcome): void => onInterval?.(first + e, outcome, e);
    const report = { signal, onProgress: advanced, onInterval: counted };
    results.push(...(await runBatch(simulation, system, batch, report)));
    before += seconds;
  }
  return results;
}

interface BatchOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
  readonly onInterval: (environment: number, outcome: Outcome) => void;
}

async function runBatch(
  simulation: Simulation,
  system: System,
  episodes: readonly Episode[],
  { signal, onProgress, onInterval }: BatchOptions,
): Promise<EpisodeResult[]> {
  const { environments, services } = simulation;
  const controller = system.make(simulation.cluster, environments);
  const history = new HistoryRing(environments, services, controller.interval, MEMORY);
  const desired = new Int32Array(environments * services);
  const sums = episodes.map(() => new EpisodeSums());
  const longest = Math.max(...episodes.map((episode) => episode.seconds));
  for (let e = 0; e < environments; e++) controller.reset(e);

  for (let t = 0; t < longest; t += ACCOUNTING_INTERVAL) {
    if (t % controller.interval === 0) {
      history.push(simulation);
      if (t === 0) for (let e = 0; e < environments; e++) history.fill(e);
      desired.set(simulation.desired);
      controller.decide(history, desired);
      simulation.setDesired(desired);
    }
    simulation.advance(ACCOUNTING_INTERVAL);
    for (let e = 0; e < environments; e++) {
      if (t >= episodes[e].seconds) continue;
      sums[e].add(simulation.outcome, e);
      onInterval(e, simulation.outcome);
    }
    onProgress(Math.min(1, (t + ACCOUNTING_INTERVAL) / longest));
    await breathe();
    signal.throwIfAborted();
  }
  return sums.map((sum) => sum.result());
}

const ADDED = [
  'objective',
  'resilience',
  'latencyCompliance',
  'latency',
  'pending',
  'received',
  'succeeded',
  'podSeconds',
  'coreSeconds',
  'moves',
] as const satisfies readonly (keyof Outcome)[];

/** Adds up one episode, one accounting interval at a time. */
export class EpisodeSums {
  readonly #sums = Object.fromEntries(ADDED.map((name) => [name, 0])) as Record<(typeof ADDED)[number], number>;
  #intervals = 0;

  add(outcome: Outcome, environment: number): void {
    for (const name of ADDED) this.#sums[name] += outcome[name][environment];
    this.#intervals++;
  }

  result(): EpisodeResult {
    const sums = this.#sums;
    const intervals = this.#intervals;
    return {
      objective: sums.objective / intervals,
      resilience: sums.resilience / intervals,
      latencyCompliance: sums.latencyCompliance / intervals,
      latency: sums.latency / intervals,
      pending: sums.pending / intervals,
      success: sums.received > 0 ? Math.min(1, sums.succeeded / sums.received) : 1,
      received: sums.received,
      podSeconds: sums.podSeconds,
      coreSeconds: sums.coreSeconds,
      movesPerHour: sums.moves / ((intervals * ACCOUNTING_INTERVAL) / 3600),
    };
  }
}
