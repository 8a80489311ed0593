// Matrix products on register tiles of 4 rows x 8 columns, written out by hand: V8 keeps the 8 accumulators in registers, and more rows
// (5, 6) would spill. A choice of the activation per vector instead of per tile costs 4 % of a rollout step. V8 unrolls the inner loops
// itself. The right operand comes in panels of 8 columns, so that the inner loop reads it in order.
import { tanh4 } from './math';

// What happens to a sum before it is stored; 1 and 2 are ACTIVATION_RELU and ACTIVATION_TANH.
export const STORE_LINEAR: i32 = 0;
export const STORE_RELU: i32 = 1;
export const STORE_TANH: i32 = 2;
/** Times the derivative of the activation whose value lies at the place of the store. */
export const STORE_RELU_BACKWARD: i32 = 3;
export const STORE_TANH_BACKWARD: i32 = 4;

// @ts-ignore: decorator
@inline
function reluBackward(sum: v128, y: usize): v128 {
  return v128.and(sum, f32x4.gt(v128.load(y), f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function tanhBackward(sum: v128, y: usize): v128 {
  const value = v128.load(y);
  return f32x4.mul(sum, f32x4.sub(f32x4.splat(1), f32x4.mul(value, value)));
}

/**
 * y[rows x columns] = store(x[rows x inner] * panels[columns / 8][inner][8] + bias[columns]); bias 0 = none. Strides in bytes. columns is a
 * multiple of 8.
 */
export function multiply(
  x: usize,
  xStride: usize,
  rows: i32,
  inner: i32,
  panels: usize,
  bias: usize,
  columns: i32,
  y: usize,
  yStride: usize,
  store: i32,
): void {
  const tiledRows = rows & ~3;
  for (let column = 0; column < columns; column += 8) {
    const panel = panels + <usize>(column * inner) * 4;
    const out = y + <usize>column * 4;
    let start0 = f32x4.splat(0);
    let start1 = start0;
    if (bias) {
      start0 = v128.load(bias + <usize>column * 4);
      start1 = v128.load(bias + <usize>column * 4, 16);
    }
    for (let row = 0; row < tiledRows; row += 4) {
      multiplyTile(x + <usize>row * xStride, xStride, inner, panel, start0, start1, out + <usize>row * yStride, yStride, store);
    }
    for (let row = tiledRows; row < rows; row++) {
      multiplyRow(x + <usize>row * xStride, inner, panel, start0, start1, out + <usize>row * yStride, store);
    }
  }
}

// @ts-ignore: decorator
@inline
function multiplyTile(
  a: usize,
  xStride: usize,
  inner: i32,
  panel: usize,
  start0: v128,
  start1: v128,
  y0: usize,
  yStride: usize,
  store: i32,
): void {
  let c00 = start0;
  let c01 = start1;
  let c10 = start0;
  let c11 = start1;
  let c20 = start0;
  let c21 = start1;
  let c30 = start0;
  let c31 = start1;
  let a0 = a;
  let a1 = a0 + xStride;
  let a2 = a1 + xStride;
  let a3 = a2 + xStride;
  let b = panel;
  let b0: v128, b1: v128, v: v128;
  const end = panel + <usize>inner * 32;
  while (b < end) {
    b0 = v128.load(b, 0);
    b1 = v128.load(b, 16);
    v = v128.load_splat<f32>(a0, 0);
    c00 = f32x4.add(c00, f32x4.mul(v, b0));
    c01 = f32x4.add(c01, f32x4.mul(v, b1));
    v = v128.load_splat<f32>(a1, 0);
    c10 = f32x4.add(c10, f32x4.mul(v, b0));
    c11 = f32x4.add(c11, f32x4.mul(v, b1));
    v = v128.load_splat<f32>(a2, 0);
    c20 = f32x4.add(c20, f32x4.mul(v, b0));
    c21 = f32x4.add(c21, f32x4.mul(v, b1));
    v = v128.load_splat<f32>(a3, 0);
    c30 = f32x4.add(c30, f32x4.mul(v, b0));
    c31 = f32x4.add(c31, f32x4.mul(v, b1));
    a0 += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    b += 32;
  }
  const y1 = y0 + yStride;
  const y2 = y1 + yStride;
  const y3 = y2 + yStride;
  if (store == STORE_TANH) {
    c00 = tanh4(c00);
    c01 = tanh4(c01);
    c10 = tanh4(c10);
    c11 = tanh4(c11);
    c20 = tanh4(c20);
    c21 = tanh4(c21);
    c30 = tanh4(c30);
    c31 = tanh4(c31);
  } else if (store == STORE_RELU) {
    const zero = f32x4.splat(0);
    c00 = f32x4.pmax(zero, c00);
    c01 = f32x4.pmax(zero, c01);
    c10 = f32x4.pmax(zero, c10);
    c11 = f32x4.pmax(zero, c11);
    c20 = f32x4.pmax(zero, c20);
    c21 = f32x4.pmax(zero, c21);
    c30 = f32x4.pmax(zero, c30);
    c31 = f32x4.pmax(zero, c31);
  } else if (store == STORE_TANH_BACKWARD) {
    c00 = tanhBackward(c00, y0);
    c01 = tanhBackward(c01, y0 + 16);
    c10 = tanhBackward(c10, y1);
    c11 = tanhBackward(c11, y1 + 16);
    c20 = tanhBackward(c20, y2);
    c21 = tanhBackward(c21, y2 + 16);
    c30 = tanhBackward(c30, y3);
    c31 = tanhBackward(c31, y3 + 16);
  } else if (store == STORE_RELU_BACKWARD) {
    c00 = reluBackward(c00, y0);
    c01 = reluBackward(c01, y0 + 16);
    c10 = reluBackward(c10, y1);
    c11 = reluBackward(c11, y1 + 16);
    c20 = reluBackward(c20, y2);
    c21 = reluBackward(c21, y2 + 16);
    c30 = reluBackward(c30, y3);
    c31 = reluBackward(c31, y3 + 16);
  }
  v128.store(y0, c00);
  v128.store(y0, c01, 16);
  v128.store(y1, c10);
  v128.store(y1, c11, 16);
  v128.store(y2, c20);
  v128.store(y2, c21, 16);
  v128.store(y3, c30);
  v128.store(y3, c31, 16);
}

function multiplyRow(a: usize, inner: i32, panel: usize, start0: v128, start1: v128, y: usize, store: i32): void {
  let c0 = start0;
  let c1 = start1;
  let b = panel;
  const end = panel + <usize>inner * 32;
  while (b < end) {
    const v = v128.load_splat<f32>(a);
    c0 = f32x4.add(c0, f32x4.mul(v, v128.load(b)));
    c1 = f32x4.add(c1, f32x4.mul(v, v128.load(b, 16)));
    a += 4;
    b += 32;
  }
  if (store == STORE_TANH) {
    c0 = tanh4(c0);
    c1 = tanh4(c1);
  } else if (store == STORE_RELU) {
    c0 = f32x4.pmax(f32x4.splat(0), c0);
    c1 = f32x4.pmax(f32x4.splat(0), c1);
  } else if (store == STORE_TANH_BACKWARD) {
    c0 = tanhBackward(c0, y);
    c1 = tanhBackward(c1, y + 16);
  } else if (store == STORE_RELU_BACKWARD) {
    c0 = reluBackward(c0, y);
    c1 = reluBackward(c1, y + 16);
  }
  v128.store(y, c0);
  v128.store(y, c1, 16);
}

/**
 * panels[columns / 8][inputs][8] += x^T d for x[rows x inputs], d[rows x columns]: the gradient of a layer's weights, in the layout of the
 * weights. Strides in bytes.
 */
export function accumulateProduct(
  x: usize,
  xStride: usize,
  inputs: i32,
  d: usize,
  dStride: usize,
  columns: i32,
  rows: i32,
  panels: usize,
): void {
  const tiled = inputs & ~3;
  let out = panels;
  for (let column = 0; column < columns; column += 8) {
    const right = d + <usize>column * 4;
    for (let input = 0; input < tiled; input += 4) {
      accumulateTile(x + <usize>input * 4, xStride, right, dStride, rows, out);
      out += 128;
    }
    for (let input = tiled; input < inputs; input++) {
      accumulateRow(x + <usize>input * 4, xStride, right, dStride, rows, out);
      out += 32;
    }
  }
}

// @ts-ignore: decorator
@inline
function accumulateTile(a: usize, xStride: usize, b: usize, dStride: usize, rows: i32, out: usize): void {
  let c00 = v128.load(out, 0);
  let c01 = v128.load(out, 16);
  let c10 = v128.load(out, 32);
  let c11 = v128.load(out, 48);
  let c20 = v128.load(out, 64);
  let c21 = v128.load(out, 80);
  let c30 = v128.load(out, 96);
  let c31 = v128.load(out, 112);
  let v: v128;
  for (let row = 0; row < rows; row++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    v = v128.load_splat<f32>(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(v, b0));
    c01 = f32x4.add(c01, f32x4.mul(v, b1));
    v = v128.load_splat<f32>(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(v, b0));
    c11 = f32x4.add(c11, f32x4.mul(v, b1));
    v = v128.load_splat<f32>(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(v, b0));
    c21 = f32x4.add(c21, f32x4.mul(v, b1));
    v = v128.load_splat<f32>(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(v, b0));
    c31 = f32x4.add(c31, f32x4.mul(v, b1));
    a += xStride;
    b += dStride;
  }
  v128.store(out, c00, 0);
  v128.store(out, c01, 16);
  v128.store(out, c10, 32);
  v128.store(out, c11, 48);
  v128.store(out, c20, 64);
  v128.store(out, c21, 80);
  v128.store(out, c30, 96);
  v128.store(out, c31, 112);
}

function accumulateRow(a: usize, xStride: usize, b: usize, dStride: usize, rows: i32, out: usize): void {
  let c0 = v128.load(out);
  let c1 = v128.load(out, 16);
  for (let row = 0; row < rows; row++) {
    const v = v128.load_splat<f32>(a);
    c0 = f32x4.add(c0, f32x4.mul(v, v128.load(b)));
    c1 = f32x4.add(c1, f32x4.mul(v, v128.load(b, 16)));
    a += xStride;
    b += dStride;
  }
  v128.store(out, c0);
  v128.store(out, c1, 16);
}

/** bias[columns] += the sum of d's rows. */
export function accumulateRows(d: usize, dStride: usize, columns: i32, rows: i32, bias: usize): void {
  for (let column = 0; column < columns; column += 8) {
    let b = d + <usize>column * 4;
    let c0 = v128.load(bias);
    let c1 = v128.load(bias, 16);
    for (let row = 0; row < rows; row++) {
      c0 = f32x4.add(c0, v128.load(b));
      c1 = f32x4.add(c1, v128.load(b, 16));
      b += dStride;
    }
    v128.store(bias, c0);
    v128.store(bias, c1, 16);
    bias += 32;
  }
}
