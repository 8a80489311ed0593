/**
 * The seam of nn/: networks compute outputs, take a training step or act, with one call per batch. Backends: WASM SIMD
 * (default), TensorFlow.js on the CPU, TensorFlow on a GPU. All pass one conformance suite (test/conformance/backend.ts).
 * Matrices are row-major Float32Arrays, [rows x columns].
 */
export interface NetworkShape {
  readonly inputs: number;
  readonly hidden: readonly number[];
  /** Linear outputs. */
  readonly outputs: number;
  readonly activation: 'tanh' | 'relu';
}

/** Number of parameters: per layer the weights [inputs x outputs] row-major, then the biases [outputs]. */
export function parameterCount(shape: NetworkShape): number {
  const sizes = [shape.inputs, ...shape.hidden, shape.outputs];
  let count = 0;
  for (let i = 0; i + 1 < sizes.length; i++) count += (sizes[i] + 1) * sizes[i + 1];
  return count;
}

/** What a checkpoint keeps of a network. Flat parameter vectors in the order of `parameterCount`. */
export interface NetworkState {
  readonly weights: Float32Array;
  /** Adam's first and second moments, and the steps taken. */
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly steps: number;
}

export interface StepSettings {
  readonly learningRate: number;
  /** Limit on the norm of the whole gradient; 0 = none. */
  readonly maxGradient: number;
}

/** Mean over rows and outputs of weight * (output - target)^2. */
export interface RegressionBatch {
  readonly rows: number;
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
  /** [rows], default 1 each. */
  readonly weights?: Float32Array;
}
export interface RegressionReport {
  readonly loss: number;
  readonly gradientNorm: number;
}

/**
 * PPO's clipped surrogate with entropy bonus over masked categorical policies (Schulman et al. 2017, eq. 7 and 9), mean
 * over rows. `heads` splits the outputs into categorical heads of equal size (1 for an agent with one choice); a row's
 * log-probability and entropy are sums over heads.
 */
export interface PolicyBatch {
  readonly rows: number;
  readonly inputs: Float32Array;
  readonly heads: number;
  /** [rows x outputs], 1 = allowed: the mask under which the action was taken. */
  readonly masks: Uint8Array;
  /** [rows x heads] index within its head. */
  readonly actions: Int32Array;
  readonly logProbabilities: Float32Array;
  readonly advantages: Float32Array;
  readonly clip: number;
  readonly entropy: number;
}
export interface PolicyReport {
  /** Surrogate loss without the entropy bonus. */
  readonly loss: number;
  readonly entropy: number;
  /** Mean of (ratio - 1) - log ratio. */
  readonly kl: number;
  /** Share of rows whose ratio was outside 1 +- clip. */
  readonly clipFraction: number;
  readonly gradientNorm: number;
}

export interface Network {
  readonly shape: NetworkShape;
  forward(inputs: Float32Array, rows: number, outputs: Float32Array): void;
  /** One step of Adam (constants: adam.ts) after clipping the gradient. */
  trainRegression(batch: RegressionBatch, settings: StepSettings): RegressionReport;
  trainPolicy(batch: PolicyBatch, settings: StepSettings): PolicyReport;
  /** Gradients without a step, for the conformance suite. */
  regressionGradient(batch: RegressionBatch): Float32Array;
  policyGradient(batch: PolicyBatch): Float32Array;
  save(): NetworkState;
  load(state: NetworkState): void;
  dispose(): void;
}

export interface ActBatch {
  readonly rows: number;
  readonly inputs: Float32Array;
  readonly heads: number;
  readonly masks: Uint8Array;
  /** [rows x heads] uniforms in [0, 1) to sample with; absent = the most probable allowed option. */
  readonly uniforms?: Float32Array;
  /** Receives [rows x heads]. */
  readonly actions: Int32Array;
  /** Receives [rows]. */
  readonly logProbabilities: Float32Array;
}

export interface Backend {
  readonly name: 'wasm' | 'tfjs' | 'tfjs-gpu';
  /** The device that computes, in words: 'CPU, WASM SIMD, 1 thread', a GPU's name. */
  readonly device: string;
  network(shape: NetworkShape): Network;
  /** Forward, mask, sample and log-probability of several policies in one call: one rollout step of all agents. */
  act(policies: readonly Network[], batches: readonly ActBatch[]): void;
  dispose(): void;
}
