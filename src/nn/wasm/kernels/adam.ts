// The end of a training step: sum of the threads' gradients, its norm, and Adam over the whole flat vector.
import { BETA1, BETA2, EPSILON } from '../../adam';
import {
  JOB_CORRECTION1,
  JOB_CORRECTION2,
  JOB_MAX_GRADIENT,
  JOB_RATE,
  NET_FIRST,
  NET_GRADIENTS,
  NET_LENGTH,
  NET_SECOND,
  NET_WEIGHTS,
} from './layout';

/** Adds the gradients of threads 1, 2, ... to that of thread 0, always in this order, and returns the norm of the sum. */
export function reduceGradients(net: usize, threads: i32): f64 {
  const bytes = load<usize>(net, NET_LENGTH) * 4;
  const gradients = load<usize>(net, NET_GRADIENTS);
  let squares = f64x2.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    let g = v128.load(gradients + at);
    for (let t = 1; t < threads; t++) g = f32x4.add(g, v128.load(gradients + <usize>t * bytes + at));
    v128.store(gradients + at, g);
    const low = f64x2.promote_low_f32x4(g);
    const high = f64x2.promote_low_f32x4(i64x2.shuffle(g, g, 1, 0));
    squares = f64x2.add(squares, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
  }
  return Math.sqrt(f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1));
}

/** One step of Adam (Kingma & Ba 2015) with the gradient scaled down to the limit on its norm. */
export function adamStep(job: usize, net: usize, norm: f64): void {
  const bytes = load<usize>(net, NET_LENGTH) * 4;
  const limit = load<f64>(job, JOB_MAX_GRADIENT);
  const scale = f32x4.splat(limit > 0 && norm > limit ? <f32>(limit / norm) : 1);
  const rate = f32x4.splat(<f32>(load<f64>(job, JOB_RATE) * load<f64>(job, JOB_CORRECTION1)));
  const correction2 = f32x4.splat(<f32>load<f64>(job, JOB_CORRECTION2));
  const epsilon = f32x4.splat(<f32>EPSILON);
  const keep1 = f32x4.splat(<f32>BETA1);
  const take1 = f32x4.splat(1 - <f32>BETA1);
  const keep2 = f32x4.splat(<f32>BETA2);
  const take2 = f32x4.splat(1 - <f32>BETA2);
  const weights = load<usize>(net, NET_WEIGHTS);
  const gradients = load<usize>(net, NET_GRADIENTS);
  const first = load<usize>(net, NET_FIRST);
  const second = load<usize>(net, NET_SECOND);
  for (let at: usize = 0; at < bytes; at += 16) {
    const g = f32x4.mul(v128.load(gradients + at), scale);
    const m = f32x4.add(f32x4.mul(v128.load(first + at), keep1), f32x4.mul(g, take1));
    const v = f32x4.add(f32x4.mul(v128.load(second + at), keep2), f32x4.mul(f32x4.mul(g, g), take2));
    v128.store(first + at, m);
    v128.store(second + at, v);
    const step = f32x4.div(f32x4.mul(m, rate), f32x4.add(f32x4.sqrt(f32x4.mul(v, correction2)), epsilon));
    v128.store(weights + at, f32x4.sub(v128.load(weights + at), step));
  }
}
