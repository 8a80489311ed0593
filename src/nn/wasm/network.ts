/** A network whose parameters lie in the memory of the WASM kernels. */
import { BETA1, BETA2 } from '../adam.ts';
import { parameterCount } from '../backend.ts';
import type {
  Network,
  NetworkShape,
  NetworkState,
  PolicyBatch,
  PolicyReport,
  RegressionBatch,
  RegressionReport,
  StepSettings,
} from '../backend.ts';
import { checkForward, checkPolicy, checkRegression, checkState, invalidRows, notFinite } from '../checks.ts';
import type { Engine, JobFields, JobResult } from './engine.ts';
import * as layout from './kernels/layout.ts';
import { pack, packShape, unpack, writeRecord, type NetworkAddresses, type PackedShape } from './packing.ts';

export class WasmNetwork implements Network {
  readonly shape: NetworkShape;
  readonly engine: Engine;
  /** Multiplications of one row's forward pass, about. */
  readonly work: number;
  readonly #packed: PackedShape;
  #at: NetworkAddresses | undefined;
  #steps = 0;

  constructor(engine: Engine, shape: NetworkShape) {
    this.shape = { ...shape, hidden: [...shape.hidden] };
    this.engine = engine;
    this.work = parameterCount(shape);
    this.#packed = packShape(shape);
    const { arena, threads } = engine;
    const bytes = this.#packed.length * 4;
    engine.reserveScratch(this.#packed.scratchLength);
    this.#at = {
      record: arena.allocate(this.#packed.recordSize),
      weights: arena.allocate(bytes),
      gradients: arena.allocate(bytes * threads),
      first: arena.allocate(bytes),
      second: arena.allocate(bytes),
      transposed: arena.allocate(this.#packed.transposedLength * 4),
    };
    writeRecord(arena.i32, this.#packed, this.shape, this.#at);
  }

  get #addresses(): NetworkAddresses {
    if (!this.#at) throw new Error('The network was disposed.');
    return this.#at;
  }

  /** Address of the network's record. */
  get record(): number {
    return this.#addresses.record;
  }

  forward(inputs: Float32Array, rows: number, outputs: Float32Array): void {
    checkForward(this.shape, inputs, rows, outputs);
    const { engine, shape } = this;
    const count = rows * shape.outputs;
    engine.beginStaging((rows * shape.inputs + count) * 4, 2);
    const target = engine.stage(count * 4);
    const words: JobFields['words'] = [
      [layout.JOB_NET, this.record],
      [layout.JOB_ROWS, rows],
      [layout.JOB_INPUTS, engine.stageFloats(inputs, rows * shape.inputs)],
      [layout.JOB_TARGETS, target],
    ];
    engine.run(layout.KIND_FORWARD, [{ words }], rows * this.work);
    outputs.set(engine.arena.f32.subarray(target >> 2, (target >> 2) + count));
  }

  trainRegression(batch: RegressionBatch, settings: StepSettings): RegressionReport {
    const { loss, norm } = this.#regression(batch, settings);
    return { loss, gradientNorm: norm };
  }

  regressionGradient(batch: RegressionBatch): Float32Array {
    this.#regression(batch);
    return this.#readFlat(this.#addresses.gradients);
  }

  trainPolicy(batch: PolicyBatch, settings: StepSettings): PolicyReport {
    const { loss, entropy, kl, clipped, norm } = this.#policy(batch, settings);
    return { loss, entropy, kl, clipFraction: clipped, gradientNorm: norm };
  }

  policyGradient(batch: PolicyBatch): Float32Array {
    this.#policy(batch);
    return this.#readFlat(this.#addresses.gradients);
  }

  save(): NetworkState {
    const { weights, first, second } = this.#addresses;
    return {
      weights: this.#readFlat(weights),
      firstMoment: this.#readFlat(first),
      secondMoment: this.#readFlat(second),
      steps: this.#steps,
    };
  }

  load(state: NetworkState): void {
    checkState(this.shape, state);
    const { record, weights, first, second } = this.#addresses;
    const { f32 } = this.engine.arena;
    pack(this.#packed, state.weights, f32, weights);
    pack(this.#packed, state.firstMoment, f32, first);
    pack(this.#packed, state.secondMoment, f32, second);
    this.engine.transposeWeights(record);
    this.#steps = state.steps;
  }

  dispose(): void {
    if (!this.#at) return;
    for (const address of Object.values(this.#at)) this.engine.arena.release(address);
    this.#at = undefined;
  }

  #regression(batch: RegressionBatch, settings?: StepSettings): JobResult {
    checkRegression(this.shape, batch);
    const { engine, shape } = this;
    const { rows, weights } = batch;
    engine.beginStaging(rows * (shape.inputs + shape.outputs + 1) * 4, 3);
    const words: JobFields['words'] = [
      [layout.JOB_INPUTS, engine.stageFloats(batch.inputs, rows * shape.inputs)],
      [layout.JOB_TARGETS, engine.stageFloats(batch.targets, rows * shape.outputs)],
      [layout.JOB_ROW_WEIGHTS, weights ? engine.stageFloats(weights, rows) : 0],
    ];
    return this.#train(layout.KIND_REGRESSION, rows, { words }, settings);
  }

  #policy(batch: PolicyBatch, settings?: StepSettings): JobResult {
    checkPolicy(this.shape, batch);
    const { engine, shape } = this;
    const { rows, heads } = batch;
    engine.beginStaging(rows * (shape.inputs * 4 + shape.outputs + heads * 4 + 8), 5);
    const words: JobFields['words'] = [
      [layout.JOB_INPUTS, engine.stageFloats(batch.inputs, rows * shape.inputs)],
      [layout.JOB_HEADS, heads],
      [layout.JOB_MASKS, engine.stageBytes(batch.masks, rows * shape.outputs)],
      [layout.JOB_ACTIONS, engine.stageInts(batch.actions, rows * heads)],
      [layout.JOB_LOG_PROBABILITIES, engine.stageFloats(batch.logProbabilities, rows)],
      [layout.JOB_ADVANTAGES, engine.stageFloats(batch.advantages, rows)],
    ];
    const doubles: JobFields['doubles'] = [
      [layout.JOB_CLIP, batch.clip],
      [layout.JOB_ENTROPY, batch.entropy],
    ];
    return this.#train(layout.KIND_POLICY, rows, { words, doubles }, settings);
  }

  #train(kind: number, rows: number, fields: JobFields, settings?: StepSettings): JobResult {
    const next = this.#steps + 1;
    const words: JobFields['words'] = [
      [layout.JOB_NET, this.record],
      [layout.JOB_ROWS, rows],
      [layout.JOB_STEP, settings ? 1 : 0],
    ];
    const step: JobFields['doubles'] = settings
      ? [
          [layout.JOB_RATE, settings.learningRate],
          [layout.JOB_MAX_GRADIENT, settings.maxGradient],
          [layout.JOB_CORRECTION1, 1 / (1 - BETA1 ** next)],
          [layout.JOB_CORRECTION2, 1 / (1 - BETA2 ** next)],
        ]
      : [];
    const job = { words: [...words, ...fields.words], doubles: [...step, ...(fields.doubles ?? [])] };
    const result = this.engine.run(kind, [job], rows * this.work * 3);
    if (result.invalid > 0) throw invalidRows(result.invalid);
    if (settings) {
      if (!Number.isFinite(result.norm)) throw notFinite(result.norm);
      this.#steps = next;
    }
    return result;
  }

  #readFlat(address: number): Float32Array {
    return unpack(this.#packed, this.engine.arena.f32, address, new Float32Array(parameterCount(this.shape)));
  }
}
