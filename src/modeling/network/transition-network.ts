/**
 * The network that predicts one interval of a cluster: 3 x 128 ReLU as in the paper, Adam 1e-3, squared error, on
 * standardized inputs and outputs; an ensemble whose members differ in their start and in the order of their data, so
 * that their disagreement tells where there were no data (Lakshminarayanan et al. 2017; bootstraps would take a third of
 * the few data from each member, and were worse). For prediction, pictures and drift, and for the twin `recorded-then-mlp`.
 */
import { breathe } from '../../cluster/breathe.ts';
import type { Cluster } from '../../spec/model.ts';
import type { Backend, Network } from '../../nn/backend.ts';
import { initialState } from '../../nn/initialize.ts';
import { Random } from '../../cluster/random.ts';
import { fromBase64, toBase64 } from '../base64.ts';
import type { Transition } from '../traces/layout.ts';
import { TransitionCodec } from './codec.ts';
import { fitScaler, standardize, type Scaler } from './scaler.ts';

export const ENSEMBLE = 5;
/** Transitions that a network needs at least. */
export const FITTABLE = 32;
const BATCH = 64;
/** Epochs without a lower validation error until training ends, and at most. */
const PATIENCE = 12;
const MAX_EPOCHS = 100;
/** The latest part of the transitions, on which training is stopped. */
const VALIDATION_SHARE = 0.15;
/** Batches between two turns of the event loop: about 100 ms. */
const BATCHES_PER_TURN = 16;

export interface NetworkOptions {
  readonly cluster: Cluster;
  readonly interval: number;
  readonly backend: Backend;
  readonly hidden: readonly number[];
  readonly learningRate: number;
  readonly members?: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Epochs done of the most that there can be. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** As saved: plain JSON. */
export interface SavedNetwork {
  readonly interval: number;
  readonly hidden: readonly number[];
  readonly inputs: { readonly mean: string; readonly scale: string };
  readonly outputs: { readonly mean: string; readonly scale: string };
  /** Weights of each member, base64 of 32-bit floats in the order of nn/backend. */
  readonly members: readonly string[];
}

export class TransitionNetwork {
  readonly codec: TransitionCodec;
  readonly inputScaler: Scaler;
  readonly outputScaler: Scaler;
  readonly members: readonly Network[];
  readonly #hidden: readonly number[];

  private constructor(
    codec: TransitionCodec,
    hidden: readonly number[],
    input: Scaler,
    output: Scaler,
    members: readonly Network[],
  ) {
    this.codec = codec;
    this.#hidden = hidden;
    this.inputScaler = input;
    this.outputScaler = output;
    this.members = members;
  }

  /**
   * Fits to transitions in time order. Throws RangeError where there are fewer than FITTABLE. The caller disposes of it.
   */
  static async fit(transitions: readonly Transition[], options: NetworkOptions): Promise<TransitionNetwork> {
    const { cluster, interval, backend, hidden, seed } = options;
    const count = options.members ?? ENSEMBLE;
    if (transitions.length < FITTABLE)
      throw new RangeError(`${transitions.length} transitions are too few for a network; collect more.`);
    const codec = new TransitionCodec(cluster, interval);
    const training = transitions.slice(0, Math.round(transitions.length * (1 - VALIDATION_SHARE)));
    const validation = transitions.slice(training.length);
    const raw = { inputs: codec.inputsOf(training), outputs: codec.outputsOf(training) };
    const inputScaler = fitScaler(raw.inputs, codec.inputs);
    const outputScaler = fitScaler(raw.outputs, codec.outputs);
    const scaled = (rows: readonly Transition[]): Samples => ({
      rows: rows.length,
      inputs: standardize(inputScaler, codec.inputsOf(rows), new Float32Array(rows.length * codec.inputs)),
      targets: standardize(outputScaler, codec.outputsOf(rows), new Float32Array(rows.length * codec.outputs)),
    });
    const samples = scaled(training);
    const held = scaled(validation);

    const shape = { inputs: codec.inputs, hidden, outputs: codec.outputs, activation: 'relu' as const };
    const members: Network[] = [];
    try {
      for (let m = 0; m < count; m++) {
        const random = new Random(seed, 0x7a0 + m);
        const network = backend.network(shape);
        members.push(network);
        network.load(initialState(shape, { outputGain: 0.1, uniform: () => random.uniform() }));
        await trainMember(network, { samples, held }, random, options, (epoch) =>
          options.onProgress?.(m * MAX_EPOCHS + epoch, count * MAX_EPOCHS),
        );
      }
    } catch (error) {
      for (const member of members) member.dispose();
      throw error;
    }
    return new TransitionNetwork(codec, hidden, inputScaler, outputScaler, members);
  }

  /**
   * Raw predictions of one member, in units: `inputs` and `outputs` [rows x codec.inputs / outputs], not standardized.
   */
  predict(member: number, inputs: Float64Array, rows: number, outputs: Float64Array): void {
    const scaled = standardize(
      this.inputScaler,
      inputs.subarray(0, rows * this.codec.inputs),
      new Float32Array(rows * this.codec.inputs),
    );
    const raw = new Float32Array(rows * this.codec.outputs);
    this.members[member].forward(scaled, rows, raw);
    const { mean, scale } = this.outputScaler;
    const columns = this.codec.outputs;
    for (let at = 0; at < raw.length; at++) outputs[at] = raw[at] * scale[at % columns] + mean[at % columns];
  }

  /** Mean of all members, [rows x outputs], and per row their disagreement: standard deviation, in standardized units, mean over outputs. */
  predictMean(inputs: Float64Array, rows: number): { outputs: Float64Array; disagreement: Float64Array } {
    const columns = this.codec.outputs;
    const outputs = new Float64Array(rows * columns);
    const squares = new Float64Array(rows * columns);
    const one = new Float64Array(rows * columns);
    const share = 1 / this.members.length;
    for (let m = 0; m < this.members.length; m++) {
      this.predict(m, inputs, rows, one);
      for (let at = 0; at < one.length; at++) {
        outputs[at] += one[at] * share;
        squares[at] += one[at] ** 2 * share;
      }
    }
    const disagreement = new Float64Array(rows);
    for (let at = 0; at < outputs.length; at++) {
      const deviation = Math.sqrt(Math.max(0, squares[at] - outputs[at] ** 2));
      disagreement[Math.floor(at / columns)] += deviation / this.outputScaler.scale[at % columns] / columns;
    }
    return { outputs, disagreement };
  }

  save(): SavedNetwork {
    const scaler = ({ mean, scale }: Scaler): { mean: string; scale: string } => ({
      mean: toBase64(mean),
      scale: toBase64(scale),
    });
    return {
      interval: this.codec.interval,
      hidden: this.#hidden,
      inputs: scaler(this.inputScaler),
      outputs: scaler(this.outputScaler),
      members: this.members.map((member) => toBase64(member.save().weights)),
    };
  }

  /** Throws RangeError where the file is of another cluster or damaged. */
  static load(saved: SavedNetwork, cluster: Cluster, backend: Backend): TransitionNetwork {
    const codec = new TransitionCodec(cluster, saved.interval);
    const scaler = ({ mean, scale }: { mean: string; scale: string }): Scaler => ({
      mean: Float64Array.from(fromBase64(mean)),
      scale: Float64Array.from(fromBase64(scale)),
    });
    const input = scaler(saved.inputs);
    const output = scaler(saved.outputs);
    if (input.mean.length !== codec.inputs || output.mean.length !== codec.outputs)
      throw new RangeError(`The network was fitted to another cluster than ${cluster.name}; fit the twin again.`);
    const shape = { inputs: codec.inputs, hidden: saved.hidden, outputs: codec.outputs, activation: 'relu' as const };
    const members = saved.members.map((text) => {
      const weights = fromBase64(text);
      const network = backend.network(shape);
      const zeros = (): Float32Array => new Float32Array(weights.length);
      network.load({ weights, firstMoment: zeros(), secondMoment: zeros(), steps: 0 });
      return network;
    });
    return new TransitionNetwork(codec, saved.hidden, input, output, members);
  }

  dispose(): void {
    for (const member of this.members) member.dispose();
  }
}

interface Samples {
  readonly rows: number;
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
}

function gather(from: Samples, inputs: number, outputs: number, rows: Int32Array): Samples {
  const into = {
    rows: rows.length,
    inputs: new Float32Array(rows.length * inputs),
    targets: new Float32Array(rows.length * outputs),
  };
  rows.forEach((row, at) => {
    into.inputs.set(from.inputs.subarray(row * inputs, (row + 1) * inputs), at * inputs);
    into.targets.set(from.targets.subarray(row * outputs, (row + 1) * outputs), at * outputs);
  });
  return into;
}

/** Epochs in random order until the validation error has not fallen for a while; the best weights are kept. */
async function trainMember(
  network: Network,
  { samples, held }: { readonly samples: Samples; readonly held: Samples },
  random: Random,
  { learningRate, signal }: NetworkOptions,
  onEpoch: (epoch: number) => void,
): Promise<void> {
  const { inputs, outputs } = network.shape;
  const order = Int32Array.from({ length: samples.rows }, (_, row) => row);
  let best = { loss: squaredError(network, held), state: network.save(), epoch: 0 };
  for (let epoch = 1; epoch <= MAX_EPOCHS && epoch - best.epoch <= PATIENCE; epoch++) {
    random.shuffle(order);
    for (let from = 0, batch = 0; from < order.length; from += BATCH, batch++) {
      if (batch % BATCHES_PER_TURN === 0) await breathe();
      signal.throwIfAborted();
      network.trainRegression(gather(samples, inputs, outputs, order.slice(from, from + BATCH)), {
        learningRate,
        maxGradient: 0,
      });
    }
    const loss = squaredError(network, held);
    if (loss < best.loss) best = { loss, state: network.save(), epoch };
    onEpoch(epoch);
  }
  network.load(best.state);
  onEpoch(MAX_EPOCHS);
}

function squaredError(network: Network, { rows, inputs, targets }: Samples): number {
  const outputs = new Float32Array(targets.length);
  network.forward(inputs, rows, outputs);
  let sum = 0;
  for (let at = 0; at < outputs.length; at++) sum += (outputs[at] - targets[at]) ** 2;
  return sum / outputs.length;
}
