/**
 * The life of pods: Pending (no room on the nodes), starting, ready, crashed, and back. A pod keeps its room on the nodes
 * while it is crashed, so room changes only when desired replicas do.
 */
import { hashUniform } from '../random.ts';
import type { Constants } from './constants.ts';
import type { Columns } from './columns.ts';

export const NONE = 0;
export const PENDING = 1;
export const STARTING = 2;
export const READY = 3;
export const CRASHED = 4;

export const NEVER = 0x7fffffff;

/** Back-off of a crashed container: 10 s, doubling to 300 s, forgotten after 600 s up (Kubernetes' kubelet). */
const BACKOFF_FIRST = 10;
const BACKOFF_MAX = 300;
const BACKOFF_FORGOTTEN = 600;

// Streams of luck under one seed.
const LUCK_STARTUP = 0x51a7;
const LUCK_CRASH = 0xc4a5;

/** Sets up an environment with the given replicas, all ready as far as the nodes have room. */
export function placeAtStart(
  c: Constants,
  columns: Columns,
  environment: number,
  replicas: ArrayLike<number>,
  second: number,
): void {
  const firstPod = environment * c.pods;
  columns.podState.fill(NONE, firstPod, firstPod + c.pods);
  columns.born[environment] = 0;
  for (let s = 0; s < c.services; s++) {
    const i = environment * c.services + s;
    columns.desired[i] = bounded(c, s, replicas[s]);
    columns.scheduled[i] = 0;
  }
  createMissing(c, columns, environment);
  schedule(c, columns, environment, second);
  for (let pod = firstPod; pod < firstPod + c.pods; pod++) {
    if (columns.podState[pod] !== STARTING) continue;
    columns.podState[pod] = READY;
    // Long up: no warm-up, no back-off.
    columns.podSince[pod] = second - BACKOFF_FORGOTTEN;
  }
  for (let s = 0; s < c.services; s++) recount(c, columns, environment, s, second);
}

/** Sets the desired replicas of one environment, adds and removes pods. Returns by how many pods they changed. */
export function scale(
  c: Constants,
  columns: Columns,
  environment: number,
  desired: ArrayLike<number>,
  offset: number,
): number {
  const second = columns.second[environment];
  let moved = 0;
  for (let s = 0; s < c.services; s++) {
    const i = environment * c.services + s;
    const target = bounded(c, s, desired[offset + s]);
    let surplus = columns.desired[i] - target;
    if (surplus === 0) continue;
    moved += Math.abs(surplus);
    columns.desired[i] = target;
    for (; surplus > 0; surplus--) removeOne(c, columns, environment, s);
  }
  if (moved === 0) return 0;
  for (let s = 0; s < c.services; s++) recount(c, columns, environment, s, second);
  createMissing(c, columns, environment);
  schedule(c, columns, environment, second);
  for (let s = 0; s < c.services; s++) recount(c, columns, environment, s, second);
  return moved;
}

function bounded(c: Constants, service: number, replicas: number): number {
  const whole = Math.round(replicas);
  // NaN falls to the minimum.
  return whole >= c.max[service] ? c.max[service] : whole > c.min[service] ? whole : c.min[service];
}

/** Creates pods until each service has as many as desired, one per service in turn, as controllers that run side by side do. */
function createMissing(c: Constants, columns: Columns, environment: number): void {
  const { podState, desired } = columns;
  for (let created = true; created;) {
    created = false;
    for (let s = 0; s < c.services; s++) {
      let present = 0;
      let free = -1;
      for (let k = c.podStart[s]; k < c.podStart[s + 1]; k++) {
        const pod = environment * c.pods + k;
        if (podState[pod] !== NONE) present++;
        else if (free < 0) free = pod;
      }
      if (present >= desired[environment * c.services + s]) continue;
      podState[free] = PENDING;
      columns.podBorn[free] = columns.born[environment]++;
      columns.podRestarts[free] = 0;
      columns.podUntil[free] = NEVER;
      created = true;
    }
  }
}

/** Gives room on the nodes to Pending pods, the oldest first; one that does not fit does not keep younger ones waiting. */
function schedule(c: Constants, columns: Columns, environment: number, second: number): void {
  let cpu = c.nodeCpu;
  let memory = c.nodeMemory;
  for (let s = 0; s < c.services; s++) {
    const scheduled = columns.scheduled[environment * c.services + s];
    cpu -= scheduled * c.cpu[s];
    memory -= scheduled * c.memory[s];
  }
  for (let last = -1; ;) {
    let oldest = -1;
    let service = 0;
    let born = NEVER;
    for (let s = 0; s < c.services; s++) {
      for (let k = c.podStart[s]; k < c.podStart[s + 1]; k++) {
        const pod = environment * c.pods + k;
        if (columns.podState[pod] !== PENDING || columns.podBorn[pod] <= last || columns.podBorn[pod] >= born) continue;
        oldest = pod;
        service = s;
        born = columns.podBorn[pod];
      }
    }
    if (oldest < 0) return;
    last = born;
    if (c.cpu[service] > cpu || c.memory[service] > memory) continue;
    cpu -= c.cpu[service];
    memory -= c.memory[service];
    start(c, columns, environment, service, oldest, second);
  }
}

function start(
  c: Constants,
  columns: Columns,
  environment: number,
  service: number,
  pod: number,
  second: number,
): void {
  let seconds = c.startupMin[service];
  if (c.startupSpan[service] > 0) {
    const slot = pod - environment * c.pods;
    seconds += c.startupSpan[service] * hashUniform(columns.seed[environment], second, slot, LUCK_STARTUP);
  }
  columns.podState[pod] = STARTING;
  columns.podUntil[pod] = second + Math.max(1, Math.round(seconds));
}

/**
 * Removes the pod that Kubernetes would: Pending before unready before ready; of unready ones that with most restarts; of
 * equals the newest (by time of getting ready, then of creation).
 */
function removeOne(c: Constants, columns: Columns, environment: number, service: number): void {
  let victim = -1;
  for (let k = c.podStart[service]; k < c.podStart[service + 1]; k++) {
    const pod = environment * c.pods + k;
    if (columns.podState[pod] === NONE) continue;
    if (victim < 0 || goesBefore(columns, pod, victim)) victim = pod;
  }
  if (victim >= 0) columns.podState[victim] = NONE;
}

function goesBefore(columns: Columns, a: number, b: number): boolean {
  const rank = removalRank(columns.podState[a]) - removalRank(columns.podState[b]);
  if (rank !== 0) return rank < 0;
  if (columns.podState[a] === READY) {
    if (columns.podSince[a] !== columns.podSince[b]) return columns.podSince[a] > columns.podSince[b];
  } else if (columns.podRestarts[a] !== columns.podRestarts[b]) {
    return columns.podRestarts[a] > columns.podRestarts[b];
  }
  return columns.podBorn[a] > columns.podBorn[b];
}

function removalRank(state: number): number {
  return state === PENDING ? 0 : state === READY ? 2 : 1;
}

/** Carries out what is due at this second: starts end, back-offs end, warm-ups end. */
export function podEvents(c: Constants, columns: Columns, environment: number, service: number, second: number): void {
  for (let k = c.podStart[service]; k < c.podStart[service + 1]; k++) {
    const pod = environment * c.pods + k;
    const state = columns.podState[pod];
    if (columns.podUntil[pod] > second) continue;
    if (state === STARTING) {
      columns.podState[pod] = READY;
      columns.podSince[pod] = second;
    } else if (state === CRASHED) {
      start(c, columns, environment, service, pod, second);
    }
  }
  recount(c, columns, environment, service, second);
}

/** Lets each ready pod crash with this probability in this second. Returns whether one did. */
export function crashDraws(
  c: Constants,
  columns: Columns,
  environment: number,
  service: number,
  second: number,
  probability: number,
): boolean {
  let crashed = false;
  for (let k = c.podStart[service]; k < c.podStart[service + 1]; k++) {
    const pod = environment * c.pods + k;
    if (columns.podState[pod] !== READY) continue;
    if (hashUniform(columns.seed[environment], second, k, LUCK_CRASH) >= probability) continue;
    crash(columns, pod, second);
    crashed = true;
  }
  if (crashed) recount(c, columns, environment, service, second);
  return crashed;
}

/** Crashes so many ready pods, those longest up first. */
export function kill(
  c: Constants,
  columns: Columns,
  environment: number,
  service: number,
  second: number,
  pods: number,
): void {
  for (let left = pods; left > 0; left--) {
    let oldest = -1;
    for (let k = c.podStart[service]; k < c.podStart[service + 1]; k++) {
      const pod = environment * c.pods + k;
      if (columns.podState[pod] !== READY) continue;
      if (oldest < 0 || columns.podSince[pod] < columns.podSince[oldest]) oldest = pod;
    }
    if (oldest < 0) break;
    crash(columns, oldest, second);
  }
  recount(c, columns, environment, service, second);
}

function crash(columns: Columns, pod: number, second: number): void {
  if (second - columns.podSince[pod] >= BACKOFF_FORGOTTEN) columns.podRestarts[pod] = 0;
  const restarts = columns.podRestarts[pod]++;
  const backoff = restarts >= 5 ? BACKOFF_MAX : Math.min(BACKOFF_MAX, BACKOFF_FIRST << restarts);
  columns.podState[pod] = CRASHED;
  columns.podUntil[pod] = second + backoff;
}

/** Counts a service's pods again, and with them its capacity and the second of its next event. */
function recount(c: Constants, columns: Columns, environment: number, service: number, second: number): void {
  const i = environment * c.services + service;
  const warmSeconds = c.warmSeconds[service];
  let ready = 0;
  let starting = 0;
  let failed = 0;
  let pending = 0;
  let effective = 0;
  let next = NEVER;
  for (let k = c.podStart[service]; k < c.podStart[service + 1]; k++) {
    const pod = environment * c.pods + k;
    const state = columns.podState[pod];
    if (state === READY) {
      ready++;
      const warm = columns.podSince[pod] + warmSeconds;
      if (warm > second) {
        effective += c.warmFactor[service];
        if (warm < next) next = warm;
      } else {
        effective++;
      }
    } else if (state === PENDING) {
      pending++;
    } else if (state !== NONE) {
      if (state === STARTING) starting++;
      else failed++;
      if (columns.podUntil[pod] < next) next = columns.podUntil[pod];
    }
  }
  columns.ready[i] = ready;
  columns.starting[i] = starting + pending;
  columns.failed[i] = failed;
  columns.scheduled[i] = ready + starting + failed;
  columns.nextEvent[i] = next;
  const exponent = c.exponent[service];
  columns.capacity[i] = c.throughput[service] * (exponent === 1 ? effective : Math.pow(effective, exponent));
}
