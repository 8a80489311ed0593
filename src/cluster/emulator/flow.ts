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
import { crashDraws, kill, podEvents } from './pods.ts';
import { poisson } from './poisson.ts';

/** Longest segment, seconds. */
export const SEGMENT = 15;

const LUCK_ARRIVALS = 0xa441;

/** CPU of an idle and of a fully busy ready pod, as shares of what it requests. */
const IDLE_CPU = 0.05;
const BUSY_CPU = 0.95;

// What one accounting interval adds up: places in Flow.interval.
export const RECEIVED = 0;
export const SUCCEEDED = 1;
export const LATENCY = 2;
export const AVAILABLE = 3;
export const OUTGOING = 4;
export const EXPECTED = 5;
export const READY_SECONDS = 6;
export const FAILED_SECONDS = 7;
export const PENDING_SECONDS = 8;

/** Scratch of one emulator; holds nothing between two calls of `advance`. Buffers are [service * SEGMENT + second]. */
export interface Flow {
  readonly arrivals: Float64Array;
  readonly served: Float64Array;
  /** Arrivals from outside; only at entry points. */
  readonly outside: Float64Array;
  /** Share of the arrivals that were not dropped in the service itself. */
  readonly pass: Float64Array;
  /** Share of the served requests whose calls all succeeded; only where `lossy`. */
  readonly success: Float64Array;
  /** Latency of the service itself, then with its calls. */
  readonly latency: Float64Array;
  /** 1 = something was dropped in the service itself, or (2) behind it. */
  readonly lossy: Uint8Array;
  /** [service] requests served in the segment. */
  readonly sumServed: Float64Array;
  readonly interval: Float64Array;
}

export function makeFlow(services: number): Flow {
  const buffer = (): Float64Array => new Float64Array(services * SEGMENT);
  return {
    arrivals: buffer(),
    served: buffer(),
    outside: buffer(),
    pass: buffer(),
    success: buffer(),
    latency: buffer(),
    lossy: new Uint8Array(services),
    sumServed: new Float64Array(services),
    interval: new Float64Array(9),
  };
}

/**
 * Runs one environment for `length` seconds. `crashes` = false leaves crashes out (before an episode's start).
 */
export function runSegment(
  c: Constants,
  columns: Columns,
  flow: Flow,
  episode: Episode,
  environment: number,
  length: number,
  crashes: boolean,
): void {
  const second = columns.second[environment];
  arrive(c, columns, flow, episode, environment, length);
  for (let n = 0; n < c.services; n++) {
    const service = c.order[n];
    serve(c, columns, flow, episode, environment, service, length, crashes);
    for (let k = c.calleeStart[service]; k < c.calleeStart[service + 1]; k++) {
      const from = service * SEGMENT;
      const to = c.callees[k] * SEGMENT;
      for (let i = 0; i < length; i++) flow.arrivals[to + i] += flow.served[from + i];
    }
  }
  answer(c, columns, flow, environment, length);
  if (c.retryShare > 0) retry(c, columns, flow, environment);
  columns.second[environment] = second + length;
}

/** Requests from outside. */
function arrive(
  c: Constants,
  columns: Columns,
  flow: Flow,
  episode: Episode,
  environment: number,
  length: number,
): void {
  const { arrivals, outside, interval } = flow;
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

/** The episode's row of a second: its first before it, its last behind it. */
function rowOf(second: number, last: number): number {
  return second > last ? last : second > 0 ? second : 0;
}

/** One service through the segment: pods' events, queue, work, time-outs. */
function serve(
  c: Constants,
  columns: Columns,
  flow: Flow,
  episode: Episode,
  environment: number,
  service: number,
  length: number,
  crashes: boolean,
): void {
  const e = environment * c.services + service;
  const buffer = service * SEGMENT;
  const second = columns.second[environment];
  const last = episode.seconds - 1;
  const stride = c.services;
  const { arrivals, served: servedBuffer, pass, latency: latencyBuffer } = flow;
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
    if (columns.nextEvent[e] <= second + i) podEvents(c, columns, environment, service, second + i);
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
        if (kills && killNow(c, columns, episode, environment, service, second + i)) break;
        const perSecond = crash[row] > 0 && ready > 0 ? crashPerSecond(crash[row]) : 0;
        if (perSecond > 0 && crashDraws(c, columns, environment, service, second + i, perSecond)) break;
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
          lossy = 1;
          for (let k = 0; k < i; k++) pass[buffer + k] = 1;
        }
        pass[buffer + i] = dropped < arrived ? 1 - dropped / arrived : 0;
      } else if (lossy === 1) {
        pass[buffer + i] = 1;
      }
      const load = capacity > 0 ? work * perRequest : queue > 0 ? 1 : 0;
      let waiting = capacity > 0 ? queue * perRequest : queue > 0 ? timeout : 0;
      if (waiting > timeout) waiting = timeout;
      const latency = waiting + baseLatency * (1 + (load * load) / (2 * (1.05 - load)));
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
  flow.lossy[service] = lossy;
  flow.sumServed[service] = sumServed;
  const { interval } = flow;
  interval[READY_SECONDS] += readySeconds;
  interval[FAILED_SECONDS] += failedSeconds;
  interval[PENDING_SECONDS] += sumQueue;
  if (c.isEntry[service] === 1) interval[AVAILABLE] += available;
  if (c.isLeaf[service] === 1) interval[OUTGOING] += sumServed;
}

let lastProbability = 0;
let lastPerSecond = 0;

/** Probability in one second from that in 30 s; the last answer is kept, since it holds for minutes. */
function crashPerSecond(probability: number): number {
  if (probability !== lastProbability) {
    lastProbability = probability;
    lastPerSecond = probability < 1 ? 1 - Math.pow(1 - probability, 1 / 30) : 1;
  }
  return lastPerSecond;
}

function killNow(
  c: Constants,
  columns: Columns,
  episode: Episode,
  environment: number,
  service: number,
  second: number,
): boolean {
  let killed = false;
  for (const event of episode.kills) {
    if (event.second !== second || event.service !== service) continue;
    kill(c, columns, environment, service, second, event.pods);
    killed = true;
  }
  return killed;
}

/**
 * Success and latency along the calls, callees first: success of a request at service s = product over its calls of
 * (1 - f of the callee) * (success at the callee), f = dropped / arrived in that second; latency adds the slowest call.
 */
function answer(c: Constants, columns: Columns, flow: Flow, environment: number, length: number): void {
  const { served, pass, success, latency, lossy, interval } = flow;
  for (let n = c.services - 1; n >= 0; n--) {
    const service = c.order[n];
    const e = environment * c.services + service;
    const at = service * SEGMENT;
    const firstCall = c.calleeStart[service];
    const endCall = c.calleeStart[service + 1];

    let lossyCalls = false;
    for (let k = firstCall; k < endCall; k++) if (lossy[c.callees[k]] !== 0) lossyCalls = true;
    let succeeded = flow.sumServed[service];
    if (lossyCalls) {
      lossy[service] |= 2;
      for (let i = 0; i < length; i++) success[at + i] = 1;
      for (let k = firstCall; k < endCall; k++) {
        const callee = c.callees[k];
        const from = callee * SEGMENT;
        if ((lossy[callee] & 1) !== 0) for (let i = 0; i < length; i++) success[at + i] *= pass[from + i];
        if ((lossy[callee] & 2) !== 0) for (let i = 0; i < length; i++) success[at + i] *= success[from + i];
      }
      succeeded = 0;
      for (let i = 0; i < length; i++) succeeded += served[at + i] * success[at + i];
    }
    columns.sumSucceeded[e] += succeeded;
    if (c.isEntry[service] === 1) {
      const answered = c.isCalled[service] === 1 ? succeeded * shareFromOutside(flow, at, length) : succeeded;
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
  const chain = latencyAtEntries(c, flow, length);
  interval[LATENCY] += chain;
  columns.sumChainLatency[environment] += chain;
}

/** Of the arrivals at an entry point that other services call too. */
function shareFromOutside({ outside, arrivals }: Flow, at: number, length: number): number {
  let fromOutside = 0;
  let all = 0;
  for (let i = 0; i < length; i++) {
    fromOutside += outside[at + i];
    all += arrivals[at + i];
  }
  return all > 0 ? fromOutside / all : 0;
}

/** Sum over the seconds of the latency at the entry points, each weighted by its requests (equally where none came). */
function latencyAtEntries(c: Constants, flow: Flow, length: number): number {
  const { outside, latency } = flow;
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
function retry(c: Constants, columns: Columns, flow: Flow, environment: number): void {
  for (let n = 0; n < c.entries.length; n++) {
    const service = c.entries[n];
    const at = service * SEGMENT;
    let failed = 0;
    if ((flow.lossy[service] & 1) !== 0) failed += flow.outside[at] * (1 - flow.pass[at]);
    if ((flow.lossy[service] & 2) !== 0) {
      const fromOutside = c.isCalled[service] === 1 ? shareFromOutside(flow, at, 1) : 1;
      failed += flow.served[at] * fromOutside * (1 - flow.success[at]);
    }
    columns.retries[environment * c.services + service] = c.retryShare * failed;
  }
}
