/*
 * Dynamic time warping of one sequence with four others at once, one in each of four lanes (AssemblyScript). The recurrence waits for
 * its own last result at every step; four independent ones fill that wait.
 *
 * A block of four sequences b0..b3 of at most m steps is interleaved: entry [step x dimension x lane]. Shorter ones are padded with
 * anything: column k of the recurrence never sees what stands right of it.
 */

// @ts-nocheck: AssemblyScript, which tsc does not know.

/** From where on the memory is free. */
export const heapBase: usize = __heap_base;

/** Bytes of one step of four lanes. */
const LANES: i32 = 32;

/**
 * Leaves D(n - 1, k) for every column k of every lane in `row` [m x lane]. Steps of `a` [n x dimension]; a step i is aligned with steps
 * i - width .. i + width.
 */
export function warp(a: usize, n: i32, block: usize, m: i32, dimension: i32, width: i32, row: usize): void {
  clear(row, m);
  for (let i = 0; i < n; i++) {
    const x = a + ((<usize>(i * dimension)) << 3);
    const from = max(0, i - width);
    const to = min(m, i + width + 1);
    let at = row + from * LANES;
    let diagonal0 = before(row, i, from, 0);
    let diagonal1 = before(row, i, from, 16);
    let left0 = f64x2.splat(Infinity);
    let left1 = left0;
    let b = block + from * dimension * LANES;
    for (let k = from; k < to; k++) {
      let cost0: v128;
      let cost1: v128;
      if (dimension == 1) {
        const value = v128.load64_splat(x);
        cost0 = f64x2.abs(f64x2.sub(value, v128.load(b)));
        cost1 = f64x2.abs(f64x2.sub(value, v128.load(b, 16)));
        b += LANES;
      } else {
        cost0 = f64x2.splat(0);
        cost1 = cost0;
        for (let d = 0; d < dimension; d++) {
          const value = v128.load64_splat(x + ((<usize>d) << 3));
          const difference0 = f64x2.sub(value, v128.load(b));
          const difference1 = f64x2.sub(value, v128.load(b, 16));
          cost0 = f64x2.add(cost0, f64x2.mul(difference0, difference0));
          cost1 = f64x2.add(cost1, f64x2.mul(difference1, difference1));
          b += LANES;
        }
        cost0 = f64x2.sqrt(cost0);
        cost1 = f64x2.sqrt(cost1);
      }
      const above0 = v128.load(at);
      const above1 = v128.load(at, 16);
      left0 = f64x2.add(cost0, f64x2.pmin(f64x2.pmin(above0, diagonal0), left0));
      left1 = f64x2.add(cost1, f64x2.pmin(f64x2.pmin(above1, diagonal1), left1));
      v128.store(at, left0);
      v128.store(at, left1, 16);
      diagonal0 = above0;
      diagonal1 = above1;
      at += LANES;
    }
  }
}

/**
 * The same for sequences of symbols: `a` [n] and `block` [m x lane] hold 32-bit symbols, `distances` [symbols x symbols] the distance
 * of two.
 */
export function warpSymbols(
  a: usize,
  n: i32,
  block: usize,
  m: i32,
  distances: usize,
  symbols: i32,
  width: i32,
  row: usize,
): void {
  clear(row, m);
  for (let i = 0; i < n; i++) {
    const table = distances + ((<usize>load<i32>(a + ((<usize>i) << 2)) * <usize>symbols) << 3);
    const from = max(0, i - width);
    const to = min(m, i + width + 1);
    let at = row + from * LANES;
    let diagonal0 = before(row, i, from, 0);
    let diagonal1 = before(row, i, from, 16);
    let left0 = f64x2.splat(Infinity);
    let left1 = left0;
    let b = block + ((<usize>from) << 4);
    for (let k = from; k < to; k++) {
      const cost0 = f64x2(distance(table, b, 0), distance(table, b, 4));
      const cost1 = f64x2(distance(table, b, 8), distance(table, b, 12));
      const above0 = v128.load(at);
      const above1 = v128.load(at, 16);
      left0 = f64x2.add(cost0, f64x2.pmin(f64x2.pmin(above0, diagonal0), left0));
      left1 = f64x2.add(cost1, f64x2.pmin(f64x2.pmin(above1, diagonal1), left1));
      v128.store(at, left0);
      v128.store(at, left1, 16);
      diagonal0 = above0;
      diagonal1 = above1;
      at += LANES;
      b += 16;
    }
  }
}

// @ts-ignore: decorator
@inline
function distance(table: usize, b: usize, lane: usize): f64 {
  return load<f64>(table + ((<usize>load<i32>(b + lane)) << 3));
}

// @ts-ignore: decorator
@inline
function clear(row: usize, m: i32): void {
  const infinity = f64x2.splat(Infinity);
  for (let at = row, end = row + m * LANES; at < end; at += 16) v128.store(at, infinity);
}

/** D(i - 1, from - 1): 0 before the start of both, infinite beside it. */
// @ts-ignore: decorator
@inline
function before(row: usize, i: i32, from: i32, half: usize): v128 {
  if (i == 0) return f64x2.splat(0);
  return from > 0 ? v128.load(row + (from - 1) * LANES + half) : f64x2.splat(Infinity);
}
