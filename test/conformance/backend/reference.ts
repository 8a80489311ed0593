/** The numbers that every backend must give: networks, losses, gradients and Adam in float64, written to be read. */
import type { ActBatch, NetworkShape, PolicyBatch, RegressionBatch, StepSettings } from '../../../src/nn/backend.ts';

export interface ReferenceNetwork {
  readonly shape: NetworkShape;
  weights: Float64Array;
  firstMoment: Float64Array;
  secondMoment: Float64Array;
  steps: number;
}

interface LossAndGradient {
  /** The value whose gradient it is. */
  readonly objective: number;
  readonly gradient: Float64Array;
}

export function referenceNetwork(shape: NetworkShape, weights: ArrayLike<number>): ReferenceNetwork {
  return {
    shape,
    weights: Float64Array.from(weights),
    firstMoment: new Float64Array(weights.length),
    secondMoment: new Float64Array(weights.length),
    steps: 0,
  };
}

/** Activations of one row: the input, every hidden layer, the outputs. */
function activations({ shape, weights }: ReferenceNetwork, input: ArrayLike<number>): Float64Array[] {
  const sizes = [shape.inputs, ...shape.hidden, shape.outputs];
  const all = [Float64Array.from(input)];
  let at = 0;
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const [inputs, outputs] = [sizes[layer], sizes[layer + 1]];
    const sums = weights.slice(at + inputs * outputs, at + inputs * outputs + outputs);
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) sums[o] += all[layer][i] * weights[at + i * outputs + o];
    }
    at += (inputs + 1) * outputs;
    const last = layer + 2 === sizes.length;
    all.push(last ? sums : sums.map((x) => (shape.activation === 'tanh' ? Math.tanh(x) : Math.max(0, x))));
  }
  return all;
}

/** Adds the gradient of one row, given the gradient by its outputs. */
function accumulate(
  network: ReferenceNetwork,
  all: Float64Array[],
  byOutputs: Float64Array,
  gradient: Float64Array,
): void {
  const { shape, weights } = network;
  let delta = byOutputs;
  let end = weights.length;
  for (let layer = all.length - 2; layer >= 0; layer--) {
    const x = all[layer];
    const outputs = delta.length;
    const at = end - (x.length + 1) * outputs;
    const previous = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) {
      for (let o = 0; o < outputs; o++) {
        gradient[at + i * outputs + o] += x[i] * delta[o];
        previous[i] += weights[at + i * outputs + o] * delta[o];
      }
      if (shape.activation === 'tanh') previous[i] *= 1 - x[i] ** 2;
      else if (x[i] <= 0) previous[i] = 0;
    }
    for (let o = 0; o < outputs; o++) gradient[at + x.length * outputs + o] += delta[o];
    delta = previous;
    end = at;
  }
}

const rowOf = (matrix: Float32Array, row: number, columns: number): Float32Array =>
  matrix.subarray(row * columns, (row + 1) * columns);

export function referenceForward(network: ReferenceNetwork, inputs: Float32Array, rows: number): Float64Array {
  const { shape } = network;
  const outputs = new Float64Array(rows * shape.outputs);
  for (let row = 0; row < rows; row++) {
    outputs.set(activations(network, rowOf(inputs, row, shape.inputs)).at(-1)!, row * shape.outputs);
  }
  return outputs;
}

export function referenceRegression(network: ReferenceNetwork, batch: RegressionBatch): LossAndGradient {
  const { shape } = network;
  const gradient = new Float64Array(network.weights.length);
  const share = 1 / (batch.rows * shape.outputs);
  let loss = 0;
  for (let row = 0; row < batch.rows; row++) {
    const all = activations(network, rowOf(batch.inputs, row, shape.inputs));
    const weight = batch.weights?.[row] ?? 1;
    const errors = all.at(-1)!.map((output, o) => output - batch.targets[row * shape.outputs + o]);
    for (const error of errors) loss += weight * error ** 2 * share;
    accumulate(
      network,
      all,
      errors.map((error) => 2 * weight * error * share),
      gradient,
    );
  }
  return { objective: loss, gradient };
}

interface Head {
  readonly probabilities: number[];
  readonly logs: number[];
  readonly entropy: number;
}

/** Softmax over the allowed options; log-probability -Infinity where masked. */
function softmax(logits: Float64Array, mask: Uint8Array): Head {
  const top = Math.max(...logits.filter((_, j) => mask[j]));
  const exponentials = Array.from(logits, (logit, j) => (mask[j] ? Math.exp(logit - top) : 0));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  const probabilities = exponentials.map((e) => e / sum);
  const logs = Array.from(logits, (logit, j) => (mask[j] ? logit - top - Math.log(sum) : -Infinity));
  const entropy = probabilities.reduce((total, p, j) => (p > 0 ? total - p * logs[j] : total), 0);
  return { probabilities, logs, entropy };
}

function headsOf(outputs: Float64Array, masks: Uint8Array, row: number, heads: number): Head[] {
  const options = outputs.length / heads;
  return Array.from({ length: heads }, (_, h) => {
    const start = row * outputs.length + h * options;
    return softmax(outputs.subarray(h * options, (h + 1) * options), masks.subarray(start, start + options));
  });
}

export interface ReferencePolicy extends LossAndGradient {
  readonly loss: number;
  readonly entropy: number;
  readonly kl: number;
  readonly clipFraction: number;
}

export function referencePolicy(network: ReferenceNetwork, batch: PolicyBatch): ReferencePolicy {
  const { shape } = network;
  const gradient = new Float64Array(network.weights.length);
  const options = shape.outputs / batch.heads;
  let [loss, entropy, kl, clipped] = [0, 0, 0, 0];
  for (let row = 0; row < batch.rows; row++) {
    const all = activations(network, rowOf(batch.inputs, row, shape.inputs));
    const heads = headsOf(all.at(-1)!, batch.masks, row, batch.heads);
    const actions = heads.map((_, h) => batch.actions[row * batch.heads + h]);
    const log = heads.reduce((sum, head, h) => sum + head.logs[actions[h]], 0);
    const change = log - batch.logProbabilities[row];
    const ratio = Math.exp(change);
    const advantage = batch.advantages[row];
    const bounded = Math.min(Math.max(ratio, 1 - batch.clip), 1 + batch.clip);
    loss -= Math.min(ratio * advantage, bounded * advantage) / batch.rows;
    entropy += heads.reduce((sum, head) => sum + head.entropy, 0) / batch.rows;
    kl += (ratio - 1 - change) / batch.rows;
    if (bounded !== ratio) clipped += 1 / batch.rows;
    // d(-ratio * advantage) / d log p, where the unclipped term is the lesser.
    const byLog = ratio * advantage <= bounded * advantage ? (-ratio * advantage) / batch.rows : 0;
    const byOutputs = new Float64Array(shape.outputs);
    heads.forEach((head, h) => {
      head.probabilities.forEach((p, j) => {
        if (p === 0) return;
        const byEntropy = -p * (head.logs[j] + head.entropy);
        byOutputs[h * options + j] =
          byLog * ((j === actions[h] ? 1 : 0) - p) - (batch.entropy / batch.rows) * byEntropy;
      });
    });
    accumulate(network, all, byOutputs, gradient);
  }
  return { objective: loss - batch.entropy * entropy, loss, entropy, kl, clipFraction: clipped, gradient };
}

export const normOf = (gradient: Float64Array): number => Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));

/** Adam, b1 .9, b2 .999, eps 1e-8, on the gradient scaled down to the limit on its norm. */
export function referenceStep(network: ReferenceNetwork, gradient: Float64Array, settings: StepSettings): void {
  const norm = normOf(gradient);
  const scale = settings.maxGradient > 0 && norm > settings.maxGradient ? settings.maxGradient / norm : 1;
  network.steps++;
  for (let i = 0; i < gradient.length; i++) {
    const g = gradient[i] * scale;
    network.firstMoment[i] = 0.9 * network.firstMoment[i] + 0.1 * g;
    network.secondMoment[i] = 0.999 * network.secondMoment[i] + 0.001 * g * g;
    const m = network.firstMoment[i] / (1 - 0.9 ** network.steps);
    const v = network.secondMoment[i] / (1 - 0.999 ** network.steps);
    network.weights[i] -= (settings.learningRate * m) / (Math.sqrt(v) + 1e-8);
  }
}

export interface ReferenceChoice {
  readonly action: number;
  /** Log-probability of the action. */
  readonly log: number;
  /** How far the uniform lies from the nearest border between two options, or the best logit above the second. */
  readonly margin: number;
}

/** Per row, per head. */
export function referenceAct(
  network: ReferenceNetwork,
  batch: Omit<ActBatch, 'actions' | 'logProbabilities'>,
): ReferenceChoice[][] {
  const { shape } = network;
  return Array.from({ length: batch.rows }, (_, row) => {
    const outputs = activations(network, rowOf(batch.inputs, row, shape.inputs)).at(-1)!;
    return headsOf(outputs, batch.masks, row, batch.heads).map((head, h) => {
      const uniform = batch.uniforms?.[row * batch.heads + h];
      return uniform === undefined ? best(head) : sample(head, uniform);
    });
  });
}

function best({ logs }: Head): ReferenceChoice {
  const action = logs.indexOf(Math.max(...logs));
  const others = logs.filter((log, j) => j !== action && log > -Infinity);
  return { action, log: logs[action], margin: others.length ? logs[action] - Math.max(...others) : Infinity };
}

function sample({ probabilities, logs }: Head, uniform: number): ReferenceChoice {
  let cumulative = 0;
  let action = -1;
  let margin = Infinity;
  probabilities.forEach((p, j) => {
    if (p === 0) return;
    if (action < 0 || cumulative <= uniform) action = j;
    if (cumulative > 0) margin = Math.min(margin, Math.abs(cumulative - uniform));
    cumulative += p;
  });
  return { action, log: logs[action], margin };
}
