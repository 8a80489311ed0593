/** One instance of the kernels with its memory and threads: writes jobs, runs them, reads their results. */
import { readFile } from 'node:fs/promises';
import { Arena, MAXIMUM_PAGES } from './arena.ts';
import * as layout from './kernels/layout.ts';
import { CONTROL_WORDS, Threads } from './threads.ts';

interface Kernels {
  share(job: number, thread: number): void;
  finish(job: number): void;
  transposeWeights(network: number): void;
  readonly heapBase: WebAssembly.Global;
}

/** The compiled kernels, or the file that holds them, and the program of the worker threads. */
export interface EngineFiles {
  readonly kernels: URL | Uint8Array<ArrayBuffer>;
  readonly worker: URL;
}

async function bytesOf(kernels: EngineFiles['kernels']): Promise<Uint8Array<ArrayBuffer>> {
  if (!(kernels instanceof URL)) return kernels;
  return readFile(kernels).catch((cause: unknown) => {
    throw new Error(`The compiled kernels are missing (${kernels.pathname}): run \`npm run build\`.`, { cause });
  });
}

/** A job of fewer multiplications is not worth the microseconds that handing it to other threads takes. */
const THREADING_PAYS = 500_000;

type Field = readonly [offset: number, value: number];

/** Fields of a job by their offset in its record (kernels/layout.ts). */
export interface JobFields {
  /** 32-bit integers: counts and addresses. */
  readonly words: readonly Field[];
  readonly doubles?: readonly Field[];
}

/** Kernels load whole vectors, and arrays begin on cache lines. */
const VECTOR = 16;
const CACHE_LINE = 64;
/** An array takes at most this many bytes more than it holds. */
const SLACK = VECTOR + CACHE_LINE - 1;

export interface JobResult {
  readonly loss: number;
  readonly entropy: number;
  readonly kl: number;
  readonly clipped: number;
  readonly norm: number;
  readonly invalid: number;
}

export class Engine {
  readonly arena: Arena;
  readonly threads: number;
  readonly #kernels: Kernels;
  readonly #workers: Threads | undefined;
  readonly #results: number;
  #jobs: number;
  #jobCapacity = 8;
  #scratch = 0;
  #scratchLength = 0;
  #staging = 0;
  #stagingSize = 0;
  #stagingEnd = 0;

  private constructor(arena: Arena, kernels: Kernels, workers: Threads | undefined, threads: number) {
    this.arena = arena;
    this.#kernels = kernels;
    this.#workers = workers;
    this.threads = threads;
    this.#results = arena.allocate(threads * layout.RESULT_SIZE);
    this.#jobs = arena.allocate(this.#jobCapacity * layout.JOB_SIZE);
  }

  static async start(threads: number, files: EngineFiles): Promise<Engine> {
    const module = await WebAssembly.compile(await bytesOf(files.kernels));
    const memory = new WebAssembly.Memory({ initial: 64, maximum: MAXIMUM_PAGES, shared: true });
    const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Kernels;
    const arena = new Arena(memory, kernels.heapBase.value);
    const control = arena.allocate(CONTROL_WORDS * 4);
    const workers =
      threads > 1 ? await Threads.start(threads - 1, { module, memory, control }, files.worker) : undefined;
    return new Engine(arena, kernels, workers, threads);
  }

  /** Makes room for a network's activations in every thread's scratch memory. */
  reserveScratch(floats: number): void {
    if (floats <= this.#scratchLength) return;
    if (this.#scratch) this.arena.release(this.#scratch);
    this.#scratchLength = floats;
    this.#scratch = this.arena.allocate(this.threads * floats * 4);
  }

  /** Makes room for the arrays of a new call, `held` bytes in all: the next `stage...` calls fill it. */
  beginStaging(held: number, arrays: number): void {
    const bytes = held + arrays * SLACK;
    if (bytes > this.#stagingSize) {
      if (this.#staging) this.arena.release(this.#staging);
      this.#staging = 0;
      this.#stagingSize = 0;
      this.#staging = this.arena.allocate(bytes);
      this.#stagingSize = bytes;
    }
    this.#stagingEnd = this.#staging;
  }

  /** Room for `bytes` bytes, and for a vector that is loaded at their end. */
  stage(bytes: number): number {
    const address = this.#stagingEnd;
    this.#stagingEnd += (bytes + SLACK) & -CACHE_LINE;
    return address;
  }

  stageFloats(values: Float32Array, count: number): number {
    const address = this.stage(count * 4);
    this.arena.f32.set(values.length === count ? values : values.subarray(0, count), address >> 2);
    return address;
  }

  stageInts(values: Int32Array, count: number): number {
    const address = this.stage(count * 4);
    this.arena.i32.set(values.length === count ? values : values.subarray(0, count), address >> 2);
    return address;
  }

  stageBytes(values: Uint8Array, count: number): number {
    const address = this.stage(count);
    this.arena.u8.set(values.length === count ? values : values.subarray(0, count), address);
    return address;
  }

  /**
   * Runs jobs of one kind as one call; only KIND_ACT takes several. `work` is the number of
   * multiplications: it alone decides about threads, so that equal calls give equal results.
   */
  run(kind: number, jobs: readonly JobFields[], work: number): JobResult {
    this.#reserveJobs(jobs.length);
    const workers = work >= THREADING_PAYS ? this.#workers : undefined;
    const { i32, f64 } = this.arena;
    jobs.forEach((fields, i) => {
      const record = this.#jobs + i * layout.JOB_SIZE;
      i32.fill(0, record >> 2, (record + layout.JOB_SIZE) >> 2);
      for (const [offset, value] of fields.words) i32[(record + offset) >> 2] = value;
      for (const [offset, value] of fields.doubles ?? []) f64[(record + offset) >> 3] = value;
    });
    const first = this.#jobs >> 2;
    i32[first + (layout.JOB_KIND >> 2)] = kind;
    i32[first + (layout.JOB_COUNT >> 2)] = jobs.length;
    i32[first + (layout.JOB_THREADS >> 2)] = workers ? this.threads : 1;
    i32[first + (layout.JOB_SCRATCH >> 2)] = this.#scratch;
    i32[first + (layout.JOB_SCRATCH_SIZE >> 2)] = this.#scratchLength * 4;
    i32[first + (layout.JOB_RESULTS >> 2)] = this.#results;
    if (workers) workers.run(this.#jobs, () => this.#kernels.share(this.#jobs, 0));
    else this.#kernels.share(this.#jobs, 0);
    this.#kernels.finish(this.#jobs);
    return this.#readResult();
  }

  transposeWeights(network: number): void {
    this.#kernels.transposeWeights(network);
  }

  end(): void {
    this.#workers?.end();
  }

  #reserveJobs(count: number): void {
    if (count <= this.#jobCapacity) return;
    this.arena.release(this.#jobs);
    this.#jobCapacity = count;
    this.#jobs = this.arena.allocate(count * layout.JOB_SIZE);
  }

  #readResult(): JobResult {
    const { f64 } = this.arena;
    const at = (offset: number): number => f64[(this.#results + offset) >> 3];
    return {
      loss: at(layout.RESULT_LOSS),
      entropy: at(layout.RESULT_ENTROPY),
      kl: at(layout.RESULT_KL),
      clipped: at(layout.RESULT_CLIPPED),
      norm: at(layout.RESULT_NORM),
      invalid: at(layout.RESULT_INVALID),
    };
  }
}
