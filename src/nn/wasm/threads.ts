/** The worker threads of the WASM backend, and how a job is handed to them: through words of the shared memory. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

// Words of the control record.
/** Counts up when a job is there. */
export const CONTROL_GENERATION = 0;
/** Address of the job; 0 = end. */
export const CONTROL_JOB = 1;
/** Workers that have finished the job. */
export const CONTROL_DONE = 2;
export const CONTROL_WORDS = 16;

export interface WorkerSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the control record. */
  readonly control: number;
  /** 1, 2, ...: the main thread is 0. */
  readonly thread: number;
}

/** No job lasts nearly as long. A thread that takes longer is lost, and waiting for it would hang the process. */
const LOST_AFTER_MS = 60_000;
/** The workers finish a small job within microseconds of the main thread, so that it polls for a while before it sleeps. */
const SPINS = 5000;

export class Threads {
  readonly #workers: readonly Worker[];
  readonly #words: Int32Array;

  private constructor(workers: readonly Worker[], words: Int32Array) {
    this.#workers = workers;
    this.#words = words;
  }

  /** Starts `count` workers and waits until all are ready. They do not keep the process alive. */
  static async start(count: number, setup: Omit<WorkerSetup, 'thread'>, workerUrl: URL): Promise<Threads> {
    const workers: Worker[] = [];
    for (let thread = 1; thread <= count; thread++) {
      const workerData: WorkerSetup = { ...setup, thread };
      // Without the flags of this process: `--eval` would keep a thread from loading its file.
      workers.push(new Worker(workerUrl, { workerData, execArgv: [] }));
    }
    try {
      await Promise.all(workers.map((worker) => once(worker, 'message')));
    } catch (cause) {
      await Promise.all(workers.map((worker) => worker.terminate()));
      throw new Error(`A thread of the WASM backend does not start: ${(cause as Error).message}`, { cause });
    }
    for (const worker of workers) worker.unref();
    return new Threads(workers, new Int32Array(setup.memory.buffer, setup.control, CONTROL_WORDS));
  }

  /** Runs a job: `ownShare` here while the workers do theirs. Returns when all have finished. */
  run(job: number, ownShare: () => void): void {
    this.#post(job);
    ownShare();
    const words = this.#words;
    const all = this.#workers.length;
    for (let i = 0; i < SPINS; i++) {
      if (Atomics.load(words, CONTROL_DONE) === all) return;
    }
    for (let done = Atomics.load(words, CONTROL_DONE); done < all; done = Atomics.load(words, CONTROL_DONE)) {
      if (Atomics.wait(words, CONTROL_DONE, done, LOST_AFTER_MS) === 'timed-out') {
        throw new Error(`A thread of the WASM backend did not answer within ${LOST_AFTER_MS / 1000} s.`);
      }
    }
  }

  /** Lets the workers end. */
  end(): void {
    this.#post(0);
  }

  #post(job: number): void {
    Atomics.store(this.#words, CONTROL_DONE, 0);
    Atomics.store(this.#words, CONTROL_JOB, job);
    Atomics.add(this.#words, CONTROL_GENERATION, 1);
    Atomics.notify(this.#words, CONTROL_GENERATION);
  }
}
