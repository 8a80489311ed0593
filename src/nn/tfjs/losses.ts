/** The losses of the seam as TensorFlow.js operations. */
import type * as tfjs from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { NetworkShape, PolicyBatch, RegressionBatch } from '../backend.ts';
import { optionsPerHead } from '../checks.ts';

/** The operations. As a namespace of ES modules they also have a default export, which is the same. */
export type TensorFlow = Omit<typeof tfjs, 'default'>;

/** Mean over rows and outputs of weight * (output - target)^2. */
export function regressionLoss(tf: TensorFlow, shape: NetworkShape, batch: RegressionBatch, outputs: Tensor): Scalar {
  const { rows } = batch;
  const targets = tf.tensor2d(batch.targets.subarray(0, rows * shape.outputs), [rows, shape.outputs]);
  const squares = tf.square(tf.sub(outputs, targets));
  if (!batch.weights) return tf.mean(squares);
  return tf.mean(tf.mul(squares, tf.tensor2d(batch.weights.subarray(0, rows), [rows, 1])));
}

export interface PolicyTerms {
  readonly loss: Scalar;
  readonly entropy: Scalar;
  readonly kl: Scalar;
  readonly clipFraction: Scalar;
}

/**
 * PPO's clipped surrogate and its companions. Masked options get a logit of -1e9, so that their probability is exactly 0 and p * log p is
 * 0 and not NaN; the action's log-probability is taken by one-hot, since `gather` has no gradient on every backend.
 */
export function policyTerms(tf: TensorFlow, shape: NetworkShape, batch: PolicyBatch, outputs: Tensor): PolicyTerms {
  const { rows, heads } = batch;
  const options = optionsPerHead(shape, heads);
  const each = [rows * heads, options] as [number, number];
  const masks = tf.tensor2d(Float32Array.from(batch.masks.subarray(0, rows * shape.outputs)), each);
  const logits = tf.add(tf.mul(tf.reshape(outputs, each), masks), tf.mul(tf.sub(masks, 1), 1e9));
  const logs = tf.logSoftmax(logits);
  const perRow = (perHead: Tensor): Tensor => tf.sum(tf.reshape(perHead, [rows, heads]), 1);

  const chosen = tf.tensor2d(oneHot(batch.actions, rows * heads, options), each);
  const log = perRow(tf.sum(tf.mul(logs, chosen), 1));
  const entropy = tf.neg(tf.sum(tf.mul(tf.exp(logs), logs), 1));

  const change = tf.sub(log, tf.tensor1d(batch.logProbabilities.subarray(0, rows)));
  const ratio = tf.exp(change);
  const advantages = tf.tensor1d(batch.advantages.subarray(0, rows));
  const bounded = tf.clipByValue(ratio, 1 - batch.clip, 1 + batch.clip);
  const surrogate = tf.minimum(tf.mul(ratio, advantages), tf.mul(bounded, advantages));
  return {
    loss: tf.neg(tf.mean(surrogate)),
    entropy: tf.mean(perRow(entropy)),
    kl: tf.mean(tf.sub(tf.sub(ratio, 1), change)),
    clipFraction: tf.mean(tf.cast(tf.notEqual(bounded, ratio), 'float32')),
  };
}

/** [row x depth] 1 at the index of the row, else 0. The operation `oneHot` refuses a depth of 1. */
function oneHot(indices: Int32Array, rows: number, depth: number): Float32Array {
  const matrix = new Float32Array(rows * depth);
  for (let row = 0; row < rows; row++) matrix[row * depth + indices[row]] = 1;
  return matrix;
}
