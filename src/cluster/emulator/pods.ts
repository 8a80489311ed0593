/**
 * The life of pods: Pending (no room on the nodes), starting, ready, crashed, and back. A pod keeps its room on the nodes
 * while it is crashed, so room changes only when desired replicas do. A removed pod is gone at
 * once: terminating pods are not modeled (see emulator.ts).
 */
import { hashUniform } from '../random.ts';
import type { Constants } from './constants.ts';
import type { Columns } from './columns.ts';

// States of a pod's slot.
const NONE = 0;
const PENDING = 1;
const STARTING = 2;
const READY = 3;
const CRASHED = 4;

const NEVER = 0x7fffffff;

/** Back-off of a crashed container: 10 s, doubling to 300 s, forgotten after 600 s up (Kubernetes' kubelet). */
const BACKOFF_FIRST = 10;
const BACKOFF_MAX = 300;
const BACKOFF_FORGOTTEN = 600;

// Streams of luck under one seed.
const LUCK_STARTUP = 0x51a7;
const LUCK_CRASH = 0xc4a5;

/** The pods of all environments of one emulator. Services are indices; a second is one of the episode. */
export class Pods {
  readonly #constants: Constants;
  readonly #columns: Columns;

  constructor(constants: Constants, columns: Columns) {
    this.#constants = constants;
    this.#columns = columns;
  }

  /** Sets up an environment with the given replicas, all ready as far as the nodes have room. */
  placeAtStart(environment: number, replicas: ArrayLike<number>, second: number): void {
    const c = this.#constants;
    const columns = this.#columns;
    const firstPod = environment * c.pods;
    columns.podState.fill(NONE, firstPod, firstPod + c.pods);
    columns.born[environment] = 0;
    for (let s = 0; s < c.services; s++) {
      const i = environment * c.services + s;
      columns.desired[i] = bounded(c, s, replicas[s]);
      columns.scheduled[i] = 0;
    }
    this.#createMissing(environment);
    this.#schedule(environment, second);
    for (let pod = firstPod; pod < firstPod + c.pods; pod++) {
      if (columns.podState[pod] !== STARTING) continue;
      columns.podState[pod] = READY;
      // Long up: no warm-up, no back-off.
      columns.podSince[pod] = second - BACKOFF_FORGOTTEN;
    }
    for (let s = 0; s < c.services; s++) this.#recount(environment, s, second);
  }

  /** Sets the desired replicas of one environment, adds and removes pods. Returns by how many pods they changed. */
  scale(environment: number, desired: ArrayLike<number>, offset: number): number {
    const c = this.#constants;
    const columns = this.#columns;
    const second = columns.second[environment];
    let moved = 0;
    for (let s = 0; s < c.services; s++) {
      const i = environment * c.services + s;
      const target = bounded(c, s, desired[offset + s]);
      let surplus = columns.desired[i] - target;
      if (surplus === 0) continue;
      moved += Math.abs(surplus);
      columns.desired[i] = target;
      for (; surplus > 0; surplus--) this.#removeOne(environment, s);
    }
    if (moved === 0) return 0;
    for (let s = 0; s < c.services; s++) this.#recount(environment, s, second);
    this.#createMissing(environment);
    this.#schedule(environment, second);
    for (let s = 0; s < c.services; s++) this.#recount(environment, s, second);
    return moved;
  }

  /** Creates pods until each service has as many as desired, one per service in turn, as controllers that run side by side do. */
  #createMissing(environment: number): void {
    const c = this.#constants;
    const columns = this.#columns;
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
  #schedule(environment: number, second: number): void {
    const c = this.#constants;
    const columns = this.#columns;
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
          if (columns.podState[pod] !== PENDING || columns.podBorn[pod] <= last || columns.podBorn[pod] >= born)
            continue;
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
      this.#start(environment, service, oldest, second);
    }
  }

  #start(environment: number, service: number, pod: number, second: number): void {
    const c = this.#constants;
    const columns = this.#columns;
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
  #removeOne(environment: number, service: number): void {
    const c = this.#constants;
    const columns = this.#columns;
    let victim = -1;
    for (let k = c.podStart[service]; k < c.podStart[service + 1]; k++) {
      const pod = environment * c.pods + k;
      if (columns.podState[pod] === NONE) continue;
      if (victim < 0 || goesBefore(columns, pod, victim)) victim = pod;
    }
    if (victim >= 0) columns.podState[victim] = NONE;
  }

  /** Carries out what is due at this second: starts end, back-offs end, warm-ups end. */
  runEvents(environment: number, service: number, second: number): void {
    const c = this.#constants;
    const columns = this.#columns;
    for (let k = c.podStart[service]; k < c.podStart[service + 1]; k++) {
      const pod = environment * c.pods + k;
      const state = columns.podState[pod];
      if (columns.podUntil[pod] > second) continue;
      if (state === STARTING) {
        columns.podState[pod] = READY;
        columns.podSince[pod] = second;
      } else if (state === CRASHED) {
        this.#start(environment, service, pod, second);
      }
    }
    this.#recount(environment, service, second);
  }

  /** Lets each ready pod crash with this probability in this second. Returns whether one did. */
  drawCrashes(environment: number, service: number, second: number, probability: number): boolean {
    const c = this.#constants;
    const columns = this.#columns;
    let crashed = false;
    for (let k = c.podStart[service]; k < c.podStart[service + 1]; k++) {
      const pod = environment * c.pods + k;
      if (columns.podState[pod] !== READY) continue;
      if (hashUniform(columns.seed[environment], second, k, LUCK_CRASH) >= probability) continue;
      this.#crash(pod, second);
      crashed = true;
    }
    if (crashed) this.#recount(environment, service, second);
    return crashed;
  }

  /** Crashes `pods` ready pods, those that have been up longest first. */
  kill(environment: number, service: number, second: number, pods: number): void {
    const c = this.#constants;
    const columns = this.#columns;
    for (let left = pods; left > 0; left--) {
      let oldest = -1;
      for (let k = c.podStart[service]; k < c.podStart[service + 1]; k++) {
        const pod = environment * c.pods + k;
        if (columns.podState[pod] !== READY) continue;
        if (oldest < 0 || columns.podSince[pod] < columns.podSince[oldest]) oldest = pod;
      }
      if (oldest < 0) break;
      this.#crash(oldest, second);
    }
    this.#recount(environment, service, second);
  }

  #crash(pod: number, second: number): void {
    const columns = this.#columns;
    if (second - columns.podSince[pod] >= BACKOFF_FORGOTTEN) columns.podRestarts[pod] = 0;
    const restarts = columns.podRestarts[pod]++;
    const backoff = Math.min(BACKOFF_MAX, BACKOFF_FIRST * 2 ** restarts);
    columns.podState[pod] = CRASHED;
    columns.podUntil[pod] = second + backoff;
  }

  /** Counts a service's pods again, and with them its capacity and the second of its next event. */
  #recount(environment: number, service: number, second: number): void {
    const c = this.#constants;
    const columns = this.#columns;
    const i = environment * c.services + service;
    const warmSeconds = c.warmSeconds[service];
    let ready = 0;
    let starting = 0;
    let failed = 0;
    let pending = 0;
    // Ready pods; one that still warms up counts as the share that it serves.
    let serving = 0;
    let next = NEVER;
    for (let k = c.podStart[service]; k < c.podStart[service + 1]; k++) {
      const pod = environment * c.pods + k;
      const state = columns.podState[pod];
      if (state === READY) {
        ready++;
        const warm = columns.podSince[pod] + warmSeconds;
        if (warm > second) {
          serving += c.warmFactor[service];
          if (warm < next) next = warm;
        } else {
          serving++;
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
    columns.capacity[i] = c.throughput[service] * (exponent === 1 ? serving : Math.pow(serving, exponent));
  }
}

function bounded(c: Constants, service: number, replicas: number): number {
  const whole = Math.round(replicas);
  // NaN falls to the minimum.
  return whole >= c.max[service] ? c.max[service] : whole > c.min[service] ? whole : c.min[service];
}

/** Whether Kubernetes would remove pod `a` before pod `b`. */
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
