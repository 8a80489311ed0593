/** A network on TensorFlow.js. The `tf` that is handed in decides on the device. */
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { BETA1, BETA2, EPSILON } from '../adam.ts';
import { parameterCount } from '../backend.ts';
import type {
  ActBatch,
  Network,
  NetworkShape,
  NetworkState,
  PolicyBatch,
  PolicyReport,
  RegressionBatch,
  RegressionReport,
  StepSettings,
} from '../backend.ts';
import {
  checkAct,
  checkForward,
  checkPolicy,
  checkPolicyActions,
  checkRegression,
  checkState,
  notFinite,
} from '../checks.ts';
import { chooseFromLogits } from './choose.ts';
import { policyTerms, regressionLoss, type TensorFlow } from './losses.ts';

/** Makes its backend the active one and gives the operations: all copies of TensorFlow.js in a process share one active backend. */
export type Activate = () => TensorFlow;

interface Gradients {
  readonly terms: Float32Array;
  readonly gradients: Tensor[];
}

export class TfNetwork implements Network {
  readonly shape: NetworkShape;
  readonly activate: Activate;
  /** Per layer the weights [inputs x outputs] and the biases [outputs]. */
  #weights: Tensor[] = [];
  #first: Tensor[] = [];
  #second: Tensor[] = [];
  #steps = 0;

  constructor(activate: Activate, shape: NetworkShape) {
    this.activate = activate;
    this.shape = { ...shape, hidden: [...shape.hidden] };
    const zeros = new Float32Array(parameterCount(shape));
    this.load({ weights: zeros, firstMoment: zeros, secondMoment: zeros, steps: 0 });
  }

  forward(inputs: Float32Array, rows: number, outputs: Float32Array): void {
    checkForward(this.shape, inputs, rows, outputs);
    outputs.set(this.#compute(inputs, rows));
  }

  /** `Backend.act` for this policy alone. */
  act(batch: ActBatch): void {
    checkAct(this.shape, batch);
    chooseFromLogits(this.shape, this.#compute(batch.inputs, batch.rows), batch);
  }

  trainRegression(batch: RegressionBatch, settings: StepSettings): RegressionReport {
    const { terms, gradients } = this.#regression(batch);
    return { loss: terms[0], gradientNorm: this.#step(gradients, settings) };
  }

  regressionGradient(batch: RegressionBatch): Float32Array {
    return this.#readAndDispose(this.#regression(batch).gradients);
  }

  trainPolicy(batch: PolicyBatch, settings: StepSettings): PolicyReport {
    const { terms, gradients } = this.#policy(batch);
    const [loss, entropy, kl, clipFraction] = terms;
    return { loss, entropy, kl, clipFraction, gradientNorm: this.#step(gradients, settings) };
  }

  policyGradient(batch: PolicyBatch): Float32Array {
    return this.#readAndDispose(this.#policy(batch).gradients);
  }

  save(): NetworkState {
    return {
      weights: this.#read(this.#weights),
      firstMoment: this.#read(this.#first),
      secondMoment: this.#read(this.#second),
      steps: this.#steps,
    };
  }

  load(state: NetworkState): void {
    checkState(this.shape, state);
    this.dispose();
    this.#weights = this.#split(state.weights);
    this.#first = this.#split(state.firstMoment);
    this.#second = this.#split(state.secondMoment);
    this.#steps = state.steps;
  }

  dispose(): void {
    const tf = this.activate();
    tf.dispose([this.#weights, this.#first, this.#second]);
    this.#weights = this.#first = this.#second = [];
  }

  #compute(inputs: Float32Array, rows: number): Float32Array {
    const tf = this.activate();
    const outputs = tf.tidy(() => this.#layers(tf, this.#tensorOf(tf, inputs, rows), this.#weights));
    const values = outputs.dataSync<'float32'>();
    outputs.dispose();
    return values;
  }

  #tensorOf(tf: TensorFlow, inputs: Float32Array, rows: number): Tensor2D {
    return tf.tensor2d(inputs.subarray(0, rows * this.shape.inputs), [rows, this.shape.inputs]);
  }

  #layers(tf: TensorFlow, inputs: Tensor2D, weights: Tensor[]): Tensor {
    if (weights.length === 0) throw new Error('The network was disposed.');
    let x: Tensor = inputs;
    for (let i = 0; i < weights.length; i += 2) {
      x = tf.add(tf.matMul(x, weights[i]), weights[i + 1]);
      if (i + 2 < weights.length) x = this.shape.activation === 'tanh' ? tf.tanh(x) : tf.relu(x);
    }
    return x;
  }

  #regression(batch: RegressionBatch): Gradients {
    checkRegression(this.shape, batch);
    return this.#differentiate(batch.inputs, batch.rows, (tf, outputs) => {
      const loss = regressionLoss(tf, this.shape, batch, outputs);
      return { objective: loss, terms: [loss] };
    });
  }

  #policy(batch: PolicyBatch): Gradients {
    checkPolicy(this.shape, batch);
    checkPolicyActions(this.shape, batch);
    return this.#differentiate(batch.inputs, batch.rows, (tf, outputs) => {
      const { loss, entropy, kl, clipFraction } = policyTerms(tf, this.shape, batch, outputs);
      return { objective: tf.sub(loss, tf.mul(entropy, batch.entropy)), terms: [loss, entropy, kl, clipFraction] };
    });
  }

  /** Gradient of the objective by the weights, and the values of the terms of the report. */
  #differentiate(
    inputs: Float32Array,
    rows: number,
    loss: (tf: TensorFlow, outputs: Tensor) => { objective: Scalar; terms: Scalar[] },
  ): Gradients {
    const tf = this.activate();
    return tf.tidy(() => {
      const x = this.#tensorOf(tf, inputs, rows);
      const kept: Tensor[] = [];
      const objective = (...weights: Tensor[]): Scalar => {
        const result = loss(tf, this.#layers(tf, x, weights));
        kept.push(tf.keep(tf.stack(result.terms)));
        return result.objective;
      };
      const gradients = tf.grads(objective)(this.#weights);
      const [stacked] = kept;
      const terms = stacked.dataSync<'float32'>();
      stacked.dispose();
      return { terms, gradients };
    });
  }

  /** One step of Adam on the gradients, which it disposes; returns their norm before clipping. */
  #step(gradients: Tensor[], settings: StepSettings): number {
    const tf = this.activate();
    const norm = Math.sqrt(tf.tidy(() => tf.addN(gradients.map((g) => tf.sum(tf.square(g))))).dataSync()[0]);
    if (!Number.isFinite(norm)) {
      tf.dispose(gradients);
      throw notFinite(norm);
    }
    const { learningRate, maxGradient } = settings;
    const scale = maxGradient > 0 && norm > maxGradient ? maxGradient / norm : 1;
    this.#steps++;
    const rate = learningRate / (1 - BETA1 ** this.#steps);
    const correction = 1 / (1 - BETA2 ** this.#steps);
    const before = [gradients, this.#weights, this.#first, this.#second];
    const scaled = tf.tidy(() => gradients.map((g) => tf.mul(g, scale)));
    this.#first = tf.tidy(() => this.#first.map((m, i) => tf.add(tf.mul(m, BETA1), tf.mul(scaled[i], 1 - BETA1))));
    this.#second = tf.tidy(() =>
      this.#second.map((v, i) => tf.add(tf.mul(v, BETA2), tf.mul(tf.square(scaled[i]), 1 - BETA2))),
    );
    this.#weights = tf.tidy(() =>
      this.#weights.map((w, i) => {
        const denominator = tf.add(tf.sqrt(tf.mul(this.#second[i], correction)), EPSILON);
        return tf.sub(w, tf.div(tf.mul(this.#first[i], rate), denominator));
      }),
    );
    tf.dispose([...before, scaled]);
    return norm;
  }

  #split(flat: Float32Array): Tensor[] {
    const tf = this.activate();
    const sizes = [this.shape.inputs, ...this.shape.hidden, this.shape.outputs];
    const tensors: Tensor[] = [];
    let at = 0;
    for (let i = 0; i + 1 < sizes.length; i++) {
      const [inputs, outputs] = [sizes[i], sizes[i + 1]];
      // Copies: the CPU backend keeps the array it is given.
      tensors.push(tf.tensor2d(flat.slice(at, at + inputs * outputs), [inputs, outputs]));
      at += inputs * outputs;
      tensors.push(tf.tensor1d(flat.slice(at, at + outputs)));
      at += outputs;
    }
    return tensors;
  }

  #read(tensors: Tensor[]): Float32Array {
    this.activate();
    const flat = new Float32Array(parameterCount(this.shape));
    let at = 0;
    for (const tensor of tensors) {
      flat.set(tensor.dataSync(), at);
      at += tensor.size;
    }
    return flat;
  }

  #readAndDispose(tensors: Tensor[]): Float32Array {
    const flat = this.#read(tensors);
    this.activate().dispose(tensors);
    return flat;
  }
}
