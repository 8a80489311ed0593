// Losses of a chunk: sums for the report, and the gradient by the outputs, whose padding columns must be 0.
import {
  JOB_ACTIONS,
  JOB_ADVANTAGES,
  JOB_CLIP,
  JOB_ENTROPY,
  JOB_HEADS,
  JOB_LOG_PROBABILITIES,
  JOB_MASKS,
  JOB_ROWS,
  JOB_ROW_WEIGHTS,
  JOB_TARGETS,
  LAYER_COLUMNS,
  LAYER_OUTPUTS,
  LAYER_STRIDE,
  NET_OPTIONS,
  RESULT_CLIPPED,
  RESULT_ENTROPY,
  RESULT_INVALID,
  RESULT_KL,
  RESULT_LOSS,
} from './layout';
import { sum4 } from './math';
import { headSize, headStatistics, HEAD_ENTROPY, logProbability, policyGradientHead, softmaxHead } from './policy';

export function addTo(result: usize, value: f64): void {
  store<f64>(result, load<f64>(result) + value);
}

/** Weighted mean square error over all rows and outputs of the job; `first` is the chunk's first row. */
export function regressionLoss(
  job: usize,
  layer: usize,
  outputs: usize,
  delta: usize,
  first: i32,
  rows: i32,
  result: usize,
): void {
  const count = load<i32>(layer, LAYER_OUTPUTS);
  const whole = count & ~3;
  const columns = load<i32>(layer, LAYER_COLUMNS);
  const stride = load<usize>(layer, LAYER_STRIDE);
  const weights = load<usize>(job, JOB_ROW_WEIGHTS);
  const share = 1.0 / (<f64>load<i32>(job, JOB_ROWS) * <f64>count);
  let target = load<usize>(job, JOB_TARGETS) + <usize>(first * count) * 4;
  let loss: f64 = 0;
  for (let row = 0; row < rows; row++) {
    const weight: f64 = weights ? <f64>load<f32>(weights + <usize>(first + row) * 4) : 1;
    const factor = <f32>(2 * weight * share);
    const factor4 = f32x4.splat(factor);
    const y = outputs + <usize>row * stride;
    const d = delta + <usize>row * stride;
    let squares = f32x4.splat(0);
    for (let j = 0; j < whole; j += 4) {
      const error = f32x4.sub(v128.load(y + <usize>j * 4), v128.load(target + <usize>j * 4));
      squares = f32x4.add(squares, f32x4.mul(error, error));
      v128.store(d + <usize>j * 4, f32x4.mul(error, factor4));
    }
    let sum = sum4(squares);
    for (let j = whole; j < count; j++) {
      const error = load<f32>(y + <usize>j * 4) - load<f32>(target + <usize>j * 4);
      sum += error * error;
      store<f32>(d + <usize>j * 4, error * factor);
    }
    for (let j = count; j < columns; j++) store<f32>(d + <usize>j * 4, 0);
    loss += <f64>sum * weight;
    target += <usize>count * 4;
  }
  addTo(result + RESULT_LOSS, loss * share);
}

/** PPO's clipped surrogate with entropy bonus, mean over the rows of the job (Schulman et al. 2017, eq. 7 and 9). */
export function policyLoss(
  job: usize,
  net: usize,
  layer: usize,
  outputs: usize,
  delta: usize,
  scratch: usize,
  first: i32,
  rows: i32,
  result: usize,
): void {
  const count = load<i32>(layer, LAYER_OUTPUTS);
  const columns = load<i32>(layer, LAYER_COLUMNS);
  const stride = load<usize>(layer, LAYER_STRIDE);
  const heads = load<i32>(job, JOB_HEADS);
  const options = count / heads;
  const size = <usize>headSize(options);
  const start = scratch + load<usize>(net, NET_OPTIONS);
  const clip = load<f64>(job, JOB_CLIP);
  const share = 1.0 / <f64>load<i32>(job, JOB_ROWS);
  const entropyWeight = <f32>(load<f64>(job, JOB_ENTROPY) * share);
  let loss: f64 = 0;
  let entropy: f64 = 0;
  let kl: f64 = 0;
  let clipped: f64 = 0;
  let invalid: f64 = 0;
  for (let r = 0; r < rows; r++) {
    const row = first + r;
    const y = outputs + <usize>r * stride;
    const d = delta + <usize>r * stride;
    const masks = load<usize>(job, JOB_MASKS) + <usize>(row * count);
    const actions = load<usize>(job, JOB_ACTIONS) + <usize>(row * heads) * 4;
    let log: f64 = 0;
    let valid = true;
    for (let h = 0; h < heads; h++) {
      const action = load<i32>(actions + <usize>h * 4);
      const logits = y + <usize>(h * options) * 4;
      const headMasks = masks + <usize>(h * options);
      const head = start + <usize>h * size;
      if (<u32>action >= <u32>options || !load<u8>(headMasks + <usize>action)) {
        valid = false;
        break;
      }
      softmaxHead(logits, headMasks, options, head);
      log += <f64>logProbability(logits, action, head, options);
      entropy += <f64>load<f32>(headStatistics(head, options), HEAD_ENTROPY);
    }
    if (!valid) {
      // The step is refused; until then the row must not push with what another chunk left here.
      memory.fill(d, 0, <usize>columns * 4);
      invalid += 1;
      continue;
    }
    const advantage = <f64>load<f32>(load<usize>(job, JOB_ADVANTAGES) + <usize>row * 4);
    const change = log - <f64>load<f32>(load<usize>(job, JOB_LOG_PROBABILITIES) + <usize>row * 4);
    const ratio = Math.exp(change);
    const bounded = max(min(ratio, 1 + clip), 1 - clip);
    const surrogate = ratio * advantage;
    const limit = bounded * advantage;
    loss -= min(surrogate, limit);
    kl += ratio - 1 - change;
    if (bounded != ratio) clipped += 1;
    // The minimum passes a gradient only where the unclipped term is the lesser: d surrogate / d log p = ratio * advantage.
    const byLog: f32 = surrogate <= limit ? <f32>(-surrogate * share) : 0;
    for (let h = 0; h < heads; h++) {
      const action = load<i32>(actions + <usize>h * 4);
      const offset = <usize>(h * options) * 4;
      policyGradientHead(y + offset, action, start + <usize>h * size, options, byLog, entropyWeight, d + offset);
    }
    for (let j = count; j < columns; j++) store<f32>(d + <usize>j * 4, 0);
  }
  addTo(result + RESULT_LOSS, loss * share);
  addTo(result + RESULT_ENTROPY, entropy * share);
  addTo(result + RESULT_KL, kl * share);
  addTo(result + RESULT_CLIPPED, clipped * share);
  addTo(result + RESULT_INVALID, invalid);
}
