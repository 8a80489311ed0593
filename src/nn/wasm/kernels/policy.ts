// Masked categorical policies: the outputs of a row are `heads` groups of options of equal size, a softmax over the allowed ones of each.
import { exp4, max4, sum4 } from './math';

/** Below every logit, far above -infinity: masked options must not produce NaN. */
const LOWEST: f32 = -3e38;

// Per head, after its options: the greatest allowed logit, the log of the sum, the entropy, the sum.
export const HEAD_MAX: i32 = 0;
export const HEAD_LOG: i32 = 4;
export const HEAD_ENTROPY: i32 = 8;
export const HEAD_SUM: i32 = 12;
const HEAD_STATISTICS: i32 = 16;

/** Bytes of scratch memory that one head takes: exp(logit - max) of its options, 0 where masked, padded to 4, then its statistics. */
export function headSize(options: i32): i32 {
  return ((options + 3) & ~3) * 4 + HEAD_STATISTICS;
}

export function headStatistics(head: usize, options: i32): usize {
  return head + <usize>headSize(options) - HEAD_STATISTICS;
}

/** All bits set in the lanes of the options that are allowed, from option `j` on; lanes past the end are 0. */
// @ts-ignore: decorator
@inline
function allowedLanes(masks: usize, j: i32, options: i32): v128 {
  const bytes = v128.load32_zero(masks + <usize>j);
  const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
  const inside = i32x4.lt_s(i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(j)), i32x4.splat(options));
  return v128.and(i32x4.ne(words, i32x4.splat(0)), inside);
}

/** Fills a head's scratch memory from its logits. False if no option is allowed. */
export function softmaxHead(logits: usize, masks: usize, options: i32, head: usize): bool {
  let greatest = f32x4.splat(LOWEST);
  let any = i32x4.splat(0);
  for (let j = 0; j < options; j += 4) {
    const allowed = allowedLanes(masks, j, options);
    any = v128.or(any, allowed);
    greatest = f32x4.pmax(greatest, v128.bitselect(v128.load(logits + <usize>j * 4), f32x4.splat(LOWEST), allowed));
  }
  if (!v128.any_true(any)) return false;
  const top = max4(greatest);
  const top4 = f32x4.splat(top);
  let sums = f32x4.splat(0);
  let products = f32x4.splat(0);
  for (let j = 0; j < options; j += 4) {
    const allowed = allowedLanes(masks, j, options);
    const below = f32x4.pmin(f32x4.splat(0), f32x4.sub(v128.load(logits + <usize>j * 4), top4));
    const e = v128.and(exp4(below), allowed);
    sums = f32x4.add(sums, e);
    products = f32x4.add(products, f32x4.mul(e, below));
    v128.store(head + <usize>j * 4, e);
  }
  const sum = sum4(sums);
  const log = Mathf.log(sum);
  const statistics = headStatistics(head, options);
  store<f32>(statistics, top, HEAD_MAX);
  store<f32>(statistics, log, HEAD_LOG);
  store<f32>(statistics, log - sum4(products) / sum, HEAD_ENTROPY);
  store<f32>(statistics, sum, HEAD_SUM);
  return true;
}

/** Log-probability of an allowed option. */
export function logProbability(logits: usize, option: i32, head: usize, options: i32): f32 {
  const statistics = headStatistics(head, options);
  return load<f32>(logits + <usize>option * 4) - load<f32>(statistics, HEAD_MAX) - load<f32>(statistics, HEAD_LOG);
}

/**
 * Gradient of (byLog * log p[option] - entropyWeight * entropy) by the logits:
 *   byLog * (1[j = option] - p_j) + entropyWeight * p_j * (log p_j + entropy), 0 where masked.
 * Stores whole vectors: up to 3 zeros past the head's end.
 */
export function policyGradientHead(
  logits: usize,
  option: i32,
  head: usize,
  options: i32,
  byLog: f32,
  entropyWeight: f32,
  delta: usize,
): void {
  const statistics = headStatistics(head, options);
  const inverse = f32x4.splat(1 / load<f32>(statistics, HEAD_SUM));
  const log = load<f32>(statistics, HEAD_LOG);
  const top4 = f32x4.splat(load<f32>(statistics, HEAD_MAX));
  const shift = f32x4.splat(load<f32>(statistics, HEAD_ENTROPY) - log);
  const byLog4 = f32x4.splat(byLog);
  const weight4 = f32x4.splat(entropyWeight);
  for (let j = 0; j < options; j += 4) {
    const p = f32x4.mul(v128.load(head + <usize>j * 4), inverse);
    const below = f32x4.pmin(f32x4.splat(0), f32x4.sub(v128.load(logits + <usize>j * 4), top4));
    const factor = f32x4.sub(f32x4.mul(weight4, f32x4.add(below, shift)), byLog4);
    v128.store(delta + <usize>j * 4, f32x4.mul(p, factor));
  }
  const chosen = delta + <usize>option * 4;
  store<f32>(chosen, load<f32>(chosen) + byLog);
}

/** The option at which the cumulative probability of the allowed options, in order, first exceeds `uniform`. */
export function sampleHead(head: usize, masks: usize, options: i32, uniform: f32): i32 {
  // Sum in order and in double: the choice then depends on the order of the options only, not on the vector width.
  let sum: f64 = 0;
  for (let j = 0; j < options; j++) sum += load<f32>(head + <usize>j * 4);
  const target = <f64>uniform * sum;
  let cumulative: f64 = 0;
  let choice = 0;
  for (let j = 0; j < options; j++) {
    if (!load<u8>(masks + <usize>j)) continue;
    choice = j;
    cumulative += load<f32>(head + <usize>j * 4);
    if (cumulative > target) break;
  }
  return choice;
}

/** The most probable allowed option, the first of equals. */
export function bestOfHead(logits: usize, masks: usize, options: i32): i32 {
  let best: f32 = LOWEST;
  let choice = -1;
  for (let j = 0; j < options; j++) {
    if (!load<u8>(masks + <usize>j)) continue;
    const logit = load<f32>(logits + <usize>j * 4);
    if (choice < 0 || logit > best) {
      best = logit;
      choice = j;
    }
  }
  return choice;
}
