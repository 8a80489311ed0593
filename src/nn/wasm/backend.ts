/** The default backend: WASM SIMD kernels (kernels/), optionally with worker threads over one shared memory. */
import type { ActBatch, Backend, Network, NetworkShape } from '../backend.ts';
import { checkAct, checkShape, invalidRows } from '../checks.ts';
import { Engine, type EngineFiles, type JobFields } from './engine.ts';
import * as layout from './kernels/layout.ts';
import { WasmNetwork } from './network.ts';

export interface WasmBackendOptions {
  /**
   * Threads that share the rows of large batches (default 1). The number of threads changes results in their last bits; nothing else
   * does.
   */
  readonly threads?: number;
  /** For a bundle, in which the compiled kernels and the worker's program do not lie beside this file. */
  readonly files?: EngineFiles;
}

const sourceFiles: EngineFiles = {
  kernels: new URL('./kernels.wasm', import.meta.url),
  worker: new URL('./worker.ts', import.meta.url),
};

/** Loads the kernels and starts the threads. Throws if the kernels were not built or a thread does not start. */
export async function createWasmBackend(options: WasmBackendOptions = {}): Promise<Backend> {
  const { threads = 1, files = sourceFiles } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new Error(`The number of threads must be a whole number from 1 to 64, not ${threads}.`);
  }
  return new WasmBackend(await Engine.start(threads, files));
}

/** Of each batch: inputs, masks, uniforms, actions, log-probabilities. */
const ARRAYS_TO_ACT = 5;

class WasmBackend implements Backend {
  readonly name = 'wasm';
  readonly device: string;
  readonly #engine: Engine;
  #disposed = false;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.device = `CPU, WASM SIMD, ${engine.threads} ${engine.threads === 1 ? 'thread' : 'threads'}`;
  }

  network(shape: NetworkShape): Network {
    if (this.#disposed) throw new Error('The backend was disposed.');
    checkShape(shape);
    return new WasmNetwork(this.#engine, shape);
  }

  act(policies: readonly Network[], batches: readonly ActBatch[]): void {
    const engine = this.#engine;
    const networks = policies.map((policy) => {
      if (!(policy instanceof WasmNetwork) || policy.engine !== engine)
        throw new Error('The policy belongs to another backend.');
      return policy;
    });
    if (networks.length !== batches.length) {
      throw new Error(`${networks.length} policies need as many batches, not ${batches.length}.`);
    }
    if (networks.length === 0) return;
    let bytes = 0;
    let work = 0;
    batches.forEach((batch, i) => {
      const { shape } = networks[i];
      checkAct(shape, batch);
      bytes += batch.rows * (shape.inputs * 4 + shape.outputs + batch.heads * 8 + 4);
      work += batch.rows * networks[i].work;
    });
    engine.beginStaging(bytes, batches.length * ARRAYS_TO_ACT);
    const outputs: { actions: number; logProbabilities: number }[] = [];
    const jobs = batches.map((batch, i): JobFields => {
      const { shape, record } = networks[i];
      const { rows, heads, uniforms } = batch;
      const actions = engine.stage(rows * heads * 4);
      const logProbabilities = engine.stage(rows * 4);
      outputs.push({ actions, logProbabilities });
      const words: JobFields['words'] = [
        [layout.JOB_NET, record],
        [layout.JOB_ROWS, rows],
        [layout.JOB_INPUTS, engine.stageFloats(batch.inputs, rows * shape.inputs)],
        [layout.JOB_HEADS, heads],
        [layout.JOB_MASKS, engine.stageBytes(batch.masks, rows * shape.outputs)],
        [layout.JOB_UNIFORMS, uniforms ? engine.stageFloats(uniforms, rows * heads) : 0],
        [layout.JOB_ACTIONS, actions],
        [layout.JOB_LOG_PROBABILITIES, logProbabilities],
      ];
      return { words };
    });
    const { invalid } = engine.run(layout.KIND_ACT, jobs, work);
    if (invalid > 0) throw invalidRows(invalid);
    const { i32, f32 } = engine.arena;
    batches.forEach((batch, i) => {
      const actions = outputs[i].actions >> 2;
      const logProbabilities = outputs[i].logProbabilities >> 2;
      batch.actions.set(i32.subarray(actions, actions + batch.rows * batch.heads));
      batch.logProbabilities.set(f32.subarray(logProbabilities, logProbabilities + batch.rows));
    });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#engine.end();
  }
}
