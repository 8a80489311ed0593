/**
 * The whole dynamic state of N environments in one buffer, so that saving is a copy of bytes and copying an environment a
 * copy of one row per column. Rows: [environment * services + service], [environment * pods + slot] or [environment].
 */

export type Columns = ReturnType<typeof makeColumns>;

export interface EmulatorState {
  readonly columns: Columns;
  /** All columns. */
  readonly bytes: Uint8Array;
  /** Sets all floats of one environment to zero. */
  clearFloats(environment: number): void;
  /** Copies one environment from a state of the same cluster. */
  copyFrom(source: EmulatorState, from: number, to: number): void;
}

export function makeEmulatorState(environments: number, services: number, pods: number): EmulatorState {
  const measured = new Columnar(new ArrayBuffer(0));
  makeColumns(measured, environments, services, pods);
  const columnar = new Columnar(new ArrayBuffer(measured.size));
  const columns = makeColumns(columnar, environments, services, pods);
  const all = Object.values(columns);
  const widthOf = (column: Float64Array | Int32Array): number => column.length / environments;
  return {
    columns,
    bytes: new Uint8Array(columnar.buffer),
    clearFloats(environment) {
      for (const column of all) {
        const width = widthOf(column);
        if (column instanceof Float64Array) column.fill(0, environment * width, (environment + 1) * width);
      }
    },
    copyFrom(source, from, to) {
      const others = Object.values(source.columns);
      all.forEach((column, k) => {
        const width = widthOf(column);
        column.set(others[k].subarray(from * width, (from + 1) * width), to * width);
      });
    },
  };
}

/** A literal, not a loop over names: V8 keeps objects that are filled by computed names in a slow form. */
function makeColumns(columnar: Columnar, environments: number, services: number, pods: number) {
  const perService = environments * services;
  const perPod = environments * pods;
  return {
    queue: columnar.floats(perService),
    /** Failed requests of the last second that come again in the next. */
    retries: columnar.floats(perService),
    /** Requests/s of the ready pods, warm-up and mutual hindrance counted, contention not. */
    capacity: columnar.floats(perService),

    // Sums since the last scrape.
    sumReceived: columnar.floats(perService),
    sumServed: columnar.floats(perService),
    sumSucceeded: columnar.floats(perService),
    sumDropped: columnar.floats(perService),
    sumQueue: columnar.floats(perService),
    sumLatency: columnar.floats(perService),
    /** Used CPU in pods' requests, and ready pods, both times seconds. */
    sumBusy: columnar.floats(perService),
    sumReady: columnar.floats(perService),
    /** Requests from outside, and those of them answered with success. */
    sumOutside: columnar.floats(environments),
    sumAnswered: columnar.floats(environments),
    sumChainLatency: columnar.floats(environments),

    // What the last scrape showed: means per second.
    received: columnar.floats(perService),
    served: columnar.floats(perService),
    succeeded: columnar.floats(perService),
    dropped: columnar.floats(perService),
    pending: columnar.floats(perService),
    latency: columnar.floats(perService),
    busy: columnar.floats(perService),
    utilization: columnar.floats(perService),
    chainLatency: columnar.floats(environments),
    successRate: columnar.floats(environments),

    desired: columnar.integers(perService),
    ready: columnar.integers(perService),
    /** Pending and starting. */
    starting: columnar.integers(perService),
    failed: columnar.integers(perService),
    /** Pods that have room on the nodes: starting, ready and crashed. */
    scheduled: columnar.integers(perService),
    /** Second at which a pod of this service next changes by itself. */
    nextEvent: columnar.integers(perService),

    podState: columnar.integers(perPod),
    /** Second at which the present state ends. */
    podUntil: columnar.integers(perPod),
    /** Second at which it got ready. */
    podSince: columnar.integers(perPod),
    /** Order of creation. */
    podBorn: columnar.integers(perPod),
    /** Crashes that still count for the back-off. */
    podRestarts: columnar.integers(perPod),

    seed: columnar.integers(environments),
    second: columnar.integers(environments),
    /** Seconds until the next scrape ends, 1..15, and seconds in the present one. */
    untilScrape: columnar.integers(environments),
    scrapeLength: columnar.integers(environments),
    born: columnar.integers(environments),
    /** Replica changes since the last advance. */
    moved: columnar.integers(environments),
  };
}

/** Hands out columns of a buffer one behind the other; of an empty one nothing but their total size. Floats come first. */
class Columnar {
  readonly buffer: ArrayBuffer;
  size = 0;

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
  }

  floats(length: number): Float64Array {
    const at = this.#take(length * Float64Array.BYTES_PER_ELEMENT);
    return this.buffer.byteLength === 0 ? new Float64Array(0) : new Float64Array(this.buffer, at, length);
  }

  integers(length: number): Int32Array {
    const at = this.#take(length * Int32Array.BYTES_PER_ELEMENT);
    return this.buffer.byteLength === 0 ? new Int32Array(0) : new Int32Array(this.buffer, at, length);
  }

  #take(bytes: number): number {
    const at = this.size;
    this.size += bytes;
    return at;
  }
}
