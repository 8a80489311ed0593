/**
 * Requests through the services of one environment, second by second. Calls reach the callee in the same second: services
 * are gone through callers first, each for the whole segment, so that its state stays in registers. Inside a segment no
 * metric is scraped and no interval is counted, so sums may be added at its end.
 *
 * Where users retry, failures of one second are arrivals of the next; a segment is then one second long.
 */
import { hashUniform } from '../random.ts';
import type { Episode } from '../simulation/simulation.ts';
import type { Columns } from './columns.ts';
import type { Constants } from './constants.ts';
import type { Pods } from './pods.ts';
import { poisson } from './poisson.ts';

/** Longest segment, seconds. */
const SEGMENT = 15;

const LUCK_ARRIVALS = 0xa441;

/** CPU of an idle and of a fully busy ready pod, as shares of what it requests. */
const IDLE_CPU = 0.05;
const BUSY_CPU = 0.95;

// What one accounting interval adds up: places in RequestFlow.interval.
export const RECEIVED = 0;
export const SUCCEEDED = 1;
export const LATENCY = 2;
export const AVAILABLE = 3;
export const OUTGOING = 4;
export const EXPECTED = 5;
export const READY_SECONDS = 6;
export const FAILED_SECONDS = 7;
export const PENDING_SECONDS = 8;
const INTERVAL_SIZE = 9;

/**
 * Latency of a service at the share rho of its capacity, without the queue that the emulator counts itself: base * (1 +
 * rho^2 / (2 (SATURATION - rho))). With 1 in place of SATURATION this is Pollaczek-Khinchine's formula for an M/D/1 queue
 * (Poisson arrivals, equal work), which has no bound at full load. 1.05 gives it one: 11 times the base latency.
 */
const SATURATION = 1.05;

// Bits of RequestFlow.#lossy: requests were dropped in the service itself, or in what it calls.
const OWN_LOSS = 1;
const LOSS_BEHIND = 2;

/**
 * Runs the requests of one emulator. The buffers are scratch, [service * SEGMENT + second], and hold nothing between two
 * calls of `run`; only `interval` does, until its reader clears it.
 */
export class RequestFlow {
  /** What the present accounting interval has added up so far; its places are the constants above. */
  readonly interval = new Float64Array(INTERVAL_SIZE);
  readonly #constants: Constants;
  readonly #columns: Columns;
  readonly #pods: Pods;
  readonly #arrivals: Float64Array;
  readonly #served: Float64Array;
  /** Arrivals from outside; only at entry points. */
  readonly #outside: Float64Array;
  /** Share of the arrivals that were not dropped in the service itself. */
  readonly #pass: Float64Array;
  /** Share of the served requests whose calls all succeeded; only where `#lossy`. */
  readonly #success: Float64Array;
  /** Latency of the service itself, then with its calls. */
  readonly #latency: Float64Array;
  /** [service] bits: OWN_LOSS, LOSS_BEHIND. */
  readonly #lossy: Uint8Array;
  /** [service] requests served in the segment. */
  readonly #sumServed: Float64Array;
  /** The last answer of `#crashPerSecond`: it holds for minutes. */
  #lastProbability = 0;
  #lastPerSecond = 0;

  constructor(constants: Constants, columns: Columns, pods: Pods) {
    const buffer = (): Float64Array => new Float64Array(constants.services * SEGMENT);
    this.#constants = constants;
    this.#columns = columns;
    this.#pods = pods;
    this.#arrivals = buffer();
    this.#served = buffer();
    this.#outside = buffer();
    this.#pass = buffer();
    this.#success = buffer();
    this.#latency = buffer();
    this.#lossy = new Uint8Array(constants.services);
    this.#sumServed = new Float64Array(constants.services);
  }

  /** Runs one environment for `length` seconds, at most SEGMENT. `crashes` = false leaves crashes out (before an episode's start). */
  run(environment: number, episode: Episode, length: number, crashes: boolean): void {
    const c = this.#constants;
    const arrivals = this.#arrivals;
    const served = this.#served;
    this.#arrive(environment, episode, length);
    for (let n = 0; n < c.services; n++) {
      const service = c.order[n];
      this.#serve(environment, service, episode, length, crashes);
      for (let k = c.calleeStart[service]; k < c.calleeStart[service + 1]; k++) {
        const from = service * SEGMENT;
        const to = c.callees[k] * SEGMENT;
        for (let i = 0; i < length; i++) arrivals[to + i] += served[from + i];
      }
    }
    this.#answer(environment, length);
    if (c.retryShare > 0) this.#retry(environment);
    this.#columns.second[environment] += length;
  }

  /** Requests from outside. */
  #arrive(environment: number, episode: Episode, length: number): void {
    const c = this.#constants;
    const columns = this.#columns;
    const arrivals = this.#arrivals;
    const outside = this.#outside;
    const interval = this.interval;
    const { rate } = episode;
    const last = episode.seconds - 1;
    const second = columns.second[environment];
    const seed = columns.seed[environment];
    for (let s = 0; s < c.services; s++) {
      const at = s * SEGMENT;
      if (c.isEntry[s] === 0) {
        for (let i = 0; i < length; i++) arrivals[at + i] = 0;
        continue;
      }
      let sum = 0;
      for (let i = 0; i < length; i++) {
        const row = rowOf(second + i, last);
        const count = poisson(rate[row * c.services + s], hashUniform(seed, second + i, s, LUCK_ARRIVALS));
        outside[at + i] = count;
        arrivals[at + i] = count;
        sum += count;
      }
      const retries = columns.retries[environment * c.services + s];
      outside[at] += retries;
      arrivals[at] += retries;
      sum += retries;
      interval[RECEIVED] += sum;
      interval[EXPECTED] += sum * c.leafCalls[s];
      columns.sumOutside[environment] += sum;
    }
  }

  /** One service through the segment: pods' events, queue, work, time-outs. */
  #serve(environment: number, service: number, episode: Episode, length: number, crashes: boolean): void {
    const c = this.#constants;
    const columns = this.#columns;
    const pods = this.#pods;
    const e = environment * c.services + service;
    const buffer = service * SEGMENT;
    const second = columns.second[environment];
    const last = episode.seconds - 1;
    const stride = c.services;
    const arrivals = this.#arrivals;
    const servedBuffer = this.#served;
    const pass = this.#pass;
    const latencyBuffer = this.#latency;
    const { factor: factors, crash } = episode;
    const timeout = c.timeout[service];
    const queueLimit = c.queue[service];
    const baseLatency = c.baseLatency[service];
    const kills = crashes && episode.kills.length > 0;

    let queue = columns.queue[e];
    let sumReceived = 0;
    let sumServed = 0;
    let sumDropped = 0;
    let sumQueue = 0;
    let sumBusy = 0;
    let sumLatency = 0;
    let readySeconds = 0;
    let failedSeconds = 0;
    let available = 0;
    let lossy = 0;
    let drawn = -1;

    for (let i = 0; i < length;) {
      if (columns.nextEvent[e] <= second + i) pods.runEvents(environment, service, second + i);
      const next = columns.nextEvent[e] - second;
      const stop = next < length ? next : length;
      const ready = columns.ready[e];
      const failed = columns.failed[e];
      const unhindered = columns.capacity[e];
      let factor = 1;
      let capacity = unhindered;
      let perRequest = capacity > 0 ? 1 / capacity : 0;
      const from = i;
      for (; i < stop; i++) {
        const row = rowOf(second + i, last) * stride + service;
        if (crashes && i > drawn) {
          drawn = i;
          if (kills && this.#killNow(environment, service, episode, second + i)) break;
          const perSecond = crash[row] > 0 && ready > 0 ? this.#crashPerSecond(crash[row]) : 0;
          if (perSecond > 0 && pods.drawCrashes(environment, service, second + i, perSecond)) break;
        }
        if (factors[row] !== factor) {
          factor = factors[row];
          capacity = unhindered * factor;
          perRequest = capacity > 0 ? 1 / capacity : 0;
        }
        const arrived = arrivals[buffer + i];
        sumReceived += arrived;
        queue += arrived;
        const work = queue < capacity ? queue : capacity;
        queue -= work;
        servedBuffer[buffer + i] = work;
        sumServed += work;
        // Half of what would wait longer than the time-out goes each second, and all that finds no room.
        const excess = queue - capacity * timeout;
        if (excess > 0 || queue > queueLimit) {
          let dropped = excess > 0 ? excess / 2 : 0;
          queue -= dropped;
          if (queue > queueLimit) {
            dropped += queue - queueLimit;
            queue = queueLimit;
          }
          sumDropped += dropped;
          if (lossy === 0) {
            lossy = OWN_LOSS;
            for (let k = 0; k < i; k++) pass[buffer + k] = 1;
          }
          pass[buffer + i] = dropped < arrived ? 1 - dropped / arrived : 0;
        } else if (lossy !== 0) {
          pass[buffer + i] = 1;
        }
        const load = capacity > 0 ? work * perRequest : queue > 0 ? 1 : 0;
        let waiting = capacity > 0 ? queue * perRequest : queue > 0 ? timeout : 0;
        if (waiting > timeout) waiting = timeout;
        const latency = waiting + baseLatency * (1 + (load * load) / (2 * (SATURATION - load)));
        latencyBuffer[buffer + i] = latency;
        sumLatency += latency;
        sumQueue += queue;
        sumBusy += ready * (IDLE_CPU + BUSY_CPU * load);
      }
      const seconds = i - from;
      readySeconds += ready * seconds;
      failedSeconds += failed * seconds;
      if (ready > 0) available += seconds;
    }

    columns.queue[e] = queue;
    columns.sumReceived[e] += sumReceived;
    columns.sumServed[e] += sumServed;
    columns.sumDropped[e] += sumDropped;
    columns.sumQueue[e] += sumQueue;
    columns.sumBusy[e] += sumBusy;
    columns.sumReady[e] += readySeconds;
    columns.sumLatency[e] += sumLatency;
    this.#lossy[service] = lossy;
    this.#sumServed[service] = sumServed;
    const interval = this.interval;
    interval[READY_SECONDS] += readySeconds;
    interval[FAILED_SECONDS] += failedSeconds;
    interval[PENDING_SECONDS] += sumQueue;
    if (c.isEntry[service] === 1) interval[AVAILABLE] += available;
    if (c.isLeaf[service] === 1) interval[OUTGOING] += sumServed;
  }

  /** Probability in one second from that in 30 s. */
  #crashPerSecond(probability: number): number {
    if (probability !== this.#lastProbability) {
      this.#lastProbability = probability;
      this.#lastPerSecond = probability < 1 ? 1 - Math.pow(1 - probability, 1 / 30) : 1;
    }
    return this.#lastPerSecond;
  }

  #killNow(environment: number, service: number, episode: Episode, second: number): boolean {
    let killed = false;
    for (const event of episode.kills) {
      if (event.second !== second || event.service !== service) continue;
      this.#pods.kill(environment, service, second, event.pods);
      killed = true;
    }
    return killed;
  }

  /**
   * Success and latency along the calls, callees first: success of a request at service s = product over its calls of
   * (1 - f of the callee) * (success at the callee), f = dropped / arrived in that second; latency adds the slowest call.
   */
  #answer(environment: number, length: number): void {
    const c = this.#constants;
    const columns = this.#columns;
    const served = this.#served;
    const pass = this.#pass;
    const success = this.#success;
    const latency = this.#latency;
    const lossy = this.#lossy;
    const interval = this.interval;
    for (let n = c.services - 1; n >= 0; n--) {
      const service = c.order[n];
      const e = environment * c.services + service;
      const at = service * SEGMENT;
      const firstCall = c.calleeStart[service];
      const endCall = c.calleeStart[service + 1];

      let lossyCalls = false;
      for (let k = firstCall; k < endCall; k++) if (lossy[c.callees[k]] !== 0) lossyCalls = true;
      let succeeded = this.#sumServed[service];
      if (lossyCalls) {
        lossy[service] |= LOSS_BEHIND;
        for (let i = 0; i < length; i++) success[at + i] = 1;
        for (let k = firstCall; k < endCall; k++) {
          const callee = c.callees[k];
          const from = callee * SEGMENT;
          if ((lossy[callee] & OWN_LOSS) !== 0) for (let i = 0; i < length; i++) success[at + i] *= pass[from + i];
          if ((lossy[callee] & LOSS_BEHIND) !== 0)
            for (let i = 0; i < length; i++) success[at + i] *= success[from + i];
        }
        succeeded = 0;
        for (let i = 0; i < length; i++) succeeded += served[at + i] * success[at + i];
      }
      columns.sumSucceeded[e] += succeeded;
      if (c.isEntry[service] === 1) {
        const answered = c.isCalled[service] === 1 ? succeeded * this.#shareFromOutside(at, length) : succeeded;
        interval[SUCCEEDED] += answered;
        columns.sumAnswered[environment] += answered;
      }

      if (endCall === firstCall) continue;
      for (let i = 0; i < length; i++) {
        let slowest = 0;
        for (let k = firstCall; k < endCall; k++) {
          const call = latency[c.callees[k] * SEGMENT + i];
          if (call > slowest) slowest = call;
        }
        latency[at + i] += slowest;
      }
    }
    const chain = this.#latencyAtEntries(length);
    interval[LATENCY] += chain;
    columns.sumChainLatency[environment] += chain;
  }

  /** Of the arrivals at an entry point that other services call too. */
  #shareFromOutside(at: number, length: number): number {
    const outside = this.#outside;
    const arrivals = this.#arrivals;
    let fromOutside = 0;
    let all = 0;
    for (let i = 0; i < length; i++) {
      fromOutside += outside[at + i];
      all += arrivals[at + i];
    }
    return all > 0 ? fromOutside / all : 0;
  }

  /** Sum over the seconds of the latency at the entry points, each weighted by its requests (equally where none came). */
  #latencyAtEntries(length: number): number {
    const c = this.#constants;
    const outside = this.#outside;
    const latency = this.#latency;
    let sum = 0;
    if (c.entries.length === 1) {
      const at = c.entries[0] * SEGMENT;
      for (let i = 0; i < length; i++) sum += latency[at + i];
      return sum;
    }
    for (let i = 0; i < length; i++) {
      let weighted = 0;
      let weight = 0;
      let plain = 0;
      for (let n = 0; n < c.entries.length; n++) {
        const at = c.entries[n] * SEGMENT + i;
        weighted += latency[at] * outside[at];
        weight += outside[at];
        plain += latency[at];
      }
      sum += weight > 0 ? weighted / weight : plain / c.entries.length;
    }
    return sum;
  }

  /** Users send a share of what failed in this second again in the next: dropped at the entry point, or failed behind it. */
  #retry(environment: number): void {
    const c = this.#constants;
    for (let n = 0; n < c.entries.length; n++) {
      const service = c.entries[n];
      const at = service * SEGMENT;
      let failed = 0;
      if ((this.#lossy[service] & OWN_LOSS) !== 0) failed += this.#outside[at] * (1 - this.#pass[at]);
      if ((this.#lossy[service] & LOSS_BEHIND) !== 0) {
        const fromOutside = c.isCalled[service] === 1 ? this.#shareFromOutside(at, 1) : 1;
        failed += this.#served[at] * fromOutside * (1 - this.#success[at]);
      }
      this.#columns.retries[environment * c.services + service] = c.retryShare * failed;
    }
  }
}

/** The episode's row of a second: its first before it, its last behind it. */
function rowOf(second: number, last: number): number {
  return second > last ? last : second > 0 ? second : 0;
}
