// Entry points. A job is carried out by `share`, once per thread over a fixed part of the rows, then by `finish`, once. Records: layout.ts.
import { adamStep, reduceGradients } from './adam';
import {
  CHUNK,
  JOB_ACTIONS,
  JOB_COUNT,
  JOB_HEADS,
  JOB_INPUTS,
  JOB_KIND,
  JOB_LOG_PROBABILITIES,
  JOB_MASKS,
  JOB_NET,
  JOB_RESULTS,
  JOB_ROWS,
  JOB_SCRATCH,
  JOB_SCRATCH_SIZE,
  JOB_SIZE,
  JOB_STEP,
  JOB_TARGETS,
  JOB_THREADS,
  JOB_UNIFORMS,
  KIND_ACT,
  KIND_FORWARD,
  KIND_REGRESSION,
  LAYER_INPUTS,
  LAYER_OUTPUTS,
  LAYER_STRIDE,
  NET_DELTA,
  NET_GRADIENTS,
  NET_LENGTH,
  NET_OPTIONS,
  RESULT_INVALID,
  RESULT_LOSS,
  RESULT_NORM,
  RESULT_SIZE,
} from './layout';
import { addTo, policyLoss, regressionLoss } from './losses';
import { backwardChunk, forwardChunk, lastLayer, layerAt, transposeWeights } from './network';
import { bestOfHead, headSize, logProbability, sampleHead, softmaxHead } from './policy';

export { transposeWeights };

/** First byte of memory that the module does not use itself. */
export const heapBase: usize = __heap_base;

/** First row of a thread's part: the rows in groups of 4, shared out evenly; `thread` = the number of threads gives the end. */
function partStart(rows: i32, thread: i32, threads: i32): i32 {
  const groups = (rows + 3) >> 2;
  return min(rows, ((groups * thread) / threads) * 4);
}

/** Carries out one thread's part of a job. */
export function share(job: usize, thread: i32): void {
  const scratch = load<usize>(job, JOB_SCRATCH) + <usize>thread * load<usize>(job, JOB_SCRATCH_SIZE);
  const result = load<usize>(job, JOB_RESULTS) + <usize>thread * RESULT_SIZE;
  memory.fill(result, 0, RESULT_SIZE);
  const kind = load<i32>(job, JOB_KIND);
  const threads = load<i32>(job, JOB_THREADS);
  if (kind == KIND_ACT) {
    const count = load<i32>(job, JOB_COUNT);
    for (let i = 0; i < count; i++) {
      const each = job + <usize>i * JOB_SIZE;
      const rows = load<i32>(each, JOB_ROWS);
      act(each, scratch, result, partStart(rows, thread, threads), partStart(rows, thread + 1, threads));
    }
    return;
  }
  const rows = load<i32>(job, JOB_ROWS);
  const start = partStart(rows, thread, threads);
  const end = partStart(rows, thread + 1, threads);
  if (kind == KIND_FORWARD) forward(job, scratch, start, end);
  else train(job, scratch, result, start, end, thread);
}

function forward(job: usize, scratch: usize, start: i32, end: i32): void {
  const net = load<usize>(job, JOB_NET);
  const inputs = load<usize>(job, JOB_INPUTS);
  const inputBytes = <usize>load<i32>(layerAt(net, 0), LAYER_INPUTS) * 4;
  const layer = lastLayer(net);
  const count = load<i32>(layer, LAYER_OUTPUTS);
  const stride = load<usize>(layer, LAYER_STRIDE);
  let to = load<usize>(job, JOB_TARGETS) + <usize>(start * count) * 4;
  for (let first = start; first < end; first += CHUNK) {
    const rows = min(CHUNK, end - first);
    let from = forwardChunk(net, scratch, inputs + <usize>first * inputBytes, rows);
    for (let row = 0; row < rows; row++) {
      let j = 0;
      for (; j + 4 <= count; j += 4) v128.store(to + <usize>j * 4, v128.load(from + <usize>j * 4));
      for (; j < count; j++) store<f32>(to + <usize>j * 4, load<f32>(from + <usize>j * 4));
      from += stride;
      to += <usize>count * 4;
    }
  }
}

function train(job: usize, scratch: usize, result: usize, start: i32, end: i32, thread: i32): void {
  const net = load<usize>(job, JOB_NET);
  const inputs = load<usize>(job, JOB_INPUTS);
  const inputBytes = <usize>load<i32>(layerAt(net, 0), LAYER_INPUTS) * 4;
  const layer = lastLayer(net);
  const bytes = load<usize>(net, NET_LENGTH) * 4;
  const gradients = load<usize>(net, NET_GRADIENTS) + <usize>thread * bytes;
  const delta = scratch + load<usize>(net, NET_DELTA);
  const regression = load<i32>(job, JOB_KIND) == KIND_REGRESSION;
  memory.fill(gradients, 0, bytes);
  for (let first = start; first < end; first += CHUNK) {
    const rows = min(CHUNK, end - first);
    const x = inputs + <usize>first * inputBytes;
    const outputs = forwardChunk(net, scratch, x, rows);
    if (regression) regressionLoss(job, layer, outputs, delta, first, rows, result);
    else policyLoss(job, net, layer, outputs, delta, scratch, first, rows, result);
    backwardChunk(net, scratch, x, rows, gradients);
  }
}

function act(job: usize, scratch: usize, result: usize, start: i32, end: i32): void {
  const net = load<usize>(job, JOB_NET);
  const inputs = load<usize>(job, JOB_INPUTS);
  const inputBytes = <usize>load<i32>(layerAt(net, 0), LAYER_INPUTS) * 4;
  const layer = lastLayer(net);
  const count = load<i32>(layer, LAYER_OUTPUTS);
  const stride = load<usize>(layer, LAYER_STRIDE);
  const heads = load<i32>(job, JOB_HEADS);
  const options = count / heads;
  const head = scratch + load<usize>(net, NET_OPTIONS);
  const uniforms = load<usize>(job, JOB_UNIFORMS);
  for (let first = start; first < end; first += CHUNK) {
    const rows = min(CHUNK, end - first);
    const outputs = forwardChunk(net, scratch, inputs + <usize>first * inputBytes, rows);
    for (let r = 0; r < rows; r++) {
      const row = first + r;
      let log: f32 = 0;
      for (let h = 0; h < heads; h++) {
        const logits = outputs + <usize>r * stride + <usize>(h * options) * 4;
        const masks = load<usize>(job, JOB_MASKS) + <usize>(row * count + h * options);
        const choice = <usize>(row * heads + h) * 4;
        if (!softmaxHead(logits, masks, options, head)) {
          addTo(result + RESULT_INVALID, 1);
          break;
        }
        const option = uniforms
          ? sampleHead(head, masks, options, load<f32>(uniforms + choice))
          : bestOfHead(logits, masks, options);
        store<i32>(load<usize>(job, JOB_ACTIONS) + choice, option);
        log += logProbability(logits, option, head, options);
      }
      store<f32>(load<usize>(job, JOB_LOG_PROBABILITIES) + <usize>row * 4, log);
    }
  }
}

/**
 * Sums the threads' results and, for training, their gradients, and takes the step. The weights stay as they are if a row is
 * invalid or the gradient is not finite.
 */
export function finish(job: usize): void {
  const results = load<usize>(job, JOB_RESULTS);
  const threads = load<i32>(job, JOB_THREADS);
  for (let t = 1; t < threads; t++) {
    const from = results + <usize>t * RESULT_SIZE;
    for (let at: usize = RESULT_LOSS; at <= <usize>RESULT_INVALID; at += 8) addTo(results + at, load<f64>(from + at));
  }
  const kind = load<i32>(job, JOB_KIND);
  if (kind == KIND_ACT || kind == KIND_FORWARD || load<f64>(results, RESULT_INVALID) > 0) return;
  const net = load<usize>(job, JOB_NET);
  const norm = reduceGradients(net, threads);
  store<f64>(results, norm, RESULT_NORM);
  if (!load<i32>(job, JOB_STEP) || !isFinite(norm)) return;
  adamStep(job, net, norm);
  transposeWeights(net);
}

/** Bytes that one head takes in a row of masked options (NET_OPTIONS). */
export { headSize };
