// Forward and backward through the layers of one network, for a chunk of rows whose activations lie in a thread's scratch memory.
import {
  ACTIVATION_RELU,
  LAYER_ACTIVATIONS,
  LAYER_BIAS,
  LAYER_COLUMNS,
  LAYER_INPUTS,
  LAYER_OUTPUTS,
  LAYER_SIZE,
  LAYER_STRIDE,
  LAYER_TRANSPOSED,
  LAYER_WEIGHTS,
  NET_ACTIVATION,
  NET_DELTA,
  NET_HEADER,
  NET_LAYERS,
  NET_TRANSPOSED,
  NET_WEIGHTS,
} from './layout';
import {
  accumulateProduct,
  accumulateRows,
  multiply,
  STORE_LINEAR,
  STORE_RELU_BACKWARD,
  STORE_TANH_BACKWARD,
} from './tiles';

export function layerAt(net: usize, index: i32): usize {
  return net + NET_HEADER + <usize>index * LAYER_SIZE;
}

export function lastLayer(net: usize): usize {
  return layerAt(net, load<i32>(net, NET_LAYERS) - 1);
}

/** Fills the activations of every layer; those of the last are the outputs, at the returned address, LAYER_STRIDE bytes a row. */
export function forwardChunk(net: usize, scratch: usize, inputs: usize, rows: i32): usize {
  const layers = load<i32>(net, NET_LAYERS);
  const weights = load<usize>(net, NET_WEIGHTS);
  const activation = load<i32>(net, NET_ACTIVATION);
  let x = inputs;
  let xStride = <usize>load<i32>(layerAt(net, 0), LAYER_INPUTS) * 4;
  for (let i = 0; i < layers; i++) {
    const layer = layerAt(net, i);
    const y = scratch + load<usize>(layer, LAYER_ACTIVATIONS);
    const yStride = load<usize>(layer, LAYER_STRIDE);
    multiply(
      x,
      xStride,
      rows,
      load<i32>(layer, LAYER_INPUTS),
      weights + load<usize>(layer, LAYER_WEIGHTS),
      weights + load<usize>(layer, LAYER_BIAS),
      load<i32>(layer, LAYER_COLUMNS),
      y,
      yStride,
      i == layers - 1 ? STORE_LINEAR : activation,
    );
    x = y;
    xStride = yStride;
  }
  return x;
}

/**
 * Adds the chunk's gradient to `gradients` (layout of the weights), given the gradient by the outputs at NET_DELTA. The gradient by a hidden
 * layer's sums overwrites its activations, which nothing needs any more by then.
 */
export function backwardChunk(net: usize, scratch: usize, inputs: usize, rows: i32, gradients: usize): void {
  const transposed = load<usize>(net, NET_TRANSPOSED);
  const mode = load<i32>(net, NET_ACTIVATION) == ACTIVATION_RELU ? STORE_RELU_BACKWARD : STORE_TANH_BACKWARD;
  let d = scratch + load<usize>(net, NET_DELTA);
  for (let i = load<i32>(net, NET_LAYERS) - 1; i >= 0; i--) {
    const layer = layerAt(net, i);
    const dStride = load<usize>(layer, LAYER_STRIDE);
    const columns = load<i32>(layer, LAYER_COLUMNS);
    const layerInputs = load<i32>(layer, LAYER_INPUTS);
    let x = inputs;
    let xStride = <usize>layerInputs * 4;
    if (i > 0) {
      const previous = layerAt(net, i - 1);
      x = scratch + load<usize>(previous, LAYER_ACTIVATIONS);
      xStride = load<usize>(previous, LAYER_STRIDE);
    }
    accumulateProduct(
      x,
      xStride,
      layerInputs,
      d,
      dStride,
      columns,
      rows,
      gradients + load<usize>(layer, LAYER_WEIGHTS),
    );
    accumulateRows(d, dStride, columns, rows, gradients + load<usize>(layer, LAYER_BIAS));
    if (i > 0) {
      multiply(
        d,
        dStride,
        rows,
        load<i32>(layer, LAYER_OUTPUTS),
        transposed + load<usize>(layer, LAYER_TRANSPOSED),
        0,
        load<i32>(layerAt(net, i - 1), LAYER_COLUMNS),
        x,
        xStride,
        mode,
      );
    }
    d = x;
  }
}

/** Writes the transposed weights of all layers but the first: what the backward pass multiplies with. */
export function transposeWeights(net: usize): void {
  const weights = load<usize>(net, NET_WEIGHTS);
  const transposed = load<usize>(net, NET_TRANSPOSED);
  for (let i = 1; i < load<i32>(net, NET_LAYERS); i++) {
    const layer = layerAt(net, i);
    const inputs = load<i32>(layer, LAYER_INPUTS);
    const outputs = load<i32>(layer, LAYER_OUTPUTS);
    const from = weights + load<usize>(layer, LAYER_WEIGHTS);
    const to = transposed + load<usize>(layer, LAYER_TRANSPOSED);
    for (let output = 0; output < outputs; output++) {
      const column = from + <usize>((output >> 3) * inputs * 8 + (output & 7)) * 4;
      const target = to + <usize>output * 32;
      for (let input = 0; input < inputs; input++) {
        const panel = <usize>((input >> 3) * outputs * 8 + (input & 7)) * 4;
        store<f32>(target + panel, load<f32>(column + <usize>input * 32));
      }
    }
  }
}
