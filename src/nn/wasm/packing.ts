/**
 * How a network lies in the memory of the kernels, and how the flat vectors of the seam are copied to the packed ones of the kernels and
 * back. The records are those of kernels/layout.ts.
 */
import type { NetworkShape } from '../backend.ts';
import * as layout from './kernels/layout.ts';

interface PackedLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly columns: number;
  /** Offsets in floats. */
  readonly weights: number;
  readonly bias: number;
  readonly transposed: number;
  readonly stride: number;
  readonly activations: number;
}

export interface PackedShape {
  readonly layers: readonly PackedLayer[];
  /** Floats of a flat packed vector, of the transposed weights, and of one thread's scratch memory. */
  readonly length: number;
  readonly transposedLength: number;
  readonly scratchLength: number;
  readonly delta: number;
  readonly options: number;
  /** Bytes of the network's record. */
  readonly recordSize: number;
}

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/** An odd multiple of 16 floats, so that rows do not compete for the same cache sets; at least 4 floats longer than a row. */
function strideOf(units: number): number {
  const lines = Math.ceil((units + 4) / 16);
  return (lines % 2 === 0 ? lines + 1 : lines) * 16;
}

export function packShape(shape: NetworkShape): PackedShape {
  const sizes = [shape.inputs, ...shape.hidden, shape.outputs];
  const layers: PackedLayer[] = [];
  let length = 0;
  let transposedLength = 0;
  let scratch = 0;
  for (let i = 0; i + 1 < sizes.length; i++) {
    const inputs = sizes[i];
    const outputs = sizes[i + 1];
    const columns = roundUp(outputs, 8);
    const stride = strideOf(columns);
    const bias = length + inputs * columns;
    layers.push({
      inputs,
      outputs,
      columns,
      weights: length,
      bias,
      transposed: transposedLength,
      stride,
      activations: scratch,
    });
    length = bias + columns;
    if (i > 0) transposedLength += roundUp(inputs, 8) * outputs;
    scratch += layout.CHUNK * stride;
  }
  const delta = scratch;
  const options = delta + layout.CHUNK * layers[layers.length - 1].stride;
  // With as many heads as outputs, each head takes 4 floats of options and 4 of statistics.
  const scratchLength = roundUp(options + shape.outputs * 8, 16);
  const recordSize = layout.NET_HEADER + layers.length * layout.LAYER_SIZE;
  return { layers, length, transposedLength, scratchLength, delta, options, recordSize };
}

export interface NetworkAddresses {
  readonly record: number;
  readonly weights: number;
  readonly gradients: number;
  readonly first: number;
  readonly second: number;
  readonly transposed: number;
}

/** Writes the network's record for the kernels. */
export function writeRecord(i32: Int32Array, packed: PackedShape, shape: NetworkShape, at: NetworkAddresses): void {
  const put = (offset: number, value: number): void => {
    i32[offset >> 2] = value;
  };
  const activation = shape.activation === 'relu' ? layout.ACTIVATION_RELU : layout.ACTIVATION_TANH;
  put(at.record + layout.NET_LAYERS, packed.layers.length);
  put(at.record + layout.NET_ACTIVATION, activation);
  put(at.record + layout.NET_WEIGHTS, at.weights);
  put(at.record + layout.NET_GRADIENTS, at.gradients);
  put(at.record + layout.NET_FIRST, at.first);
  put(at.record + layout.NET_SECOND, at.second);
  put(at.record + layout.NET_TRANSPOSED, at.transposed);
  put(at.record + layout.NET_LENGTH, packed.length);
  put(at.record + layout.NET_DELTA, packed.delta * 4);
  put(at.record + layout.NET_OPTIONS, packed.options * 4);
  packed.layers.forEach((layer, i) => {
    const record = at.record + layout.NET_HEADER + i * layout.LAYER_SIZE;
    put(record + layout.LAYER_INPUTS, layer.inputs);
    put(record + layout.LAYER_OUTPUTS, layer.outputs);
    put(record + layout.LAYER_COLUMNS, layer.columns);
    put(record + layout.LAYER_WEIGHTS, layer.weights * 4);
    put(record + layout.LAYER_BIAS, layer.bias * 4);
    put(record + layout.LAYER_TRANSPOSED, layer.transposed * 4);
    put(record + layout.LAYER_STRIDE, layer.stride * 4);
    put(record + layout.LAYER_ACTIVATIONS, layer.activations * 4);
  });
}

/** Calls `visit(flat, packed)` with the places of every parameter in both vectors. */
function forEachParameter(packed: PackedShape, visit: (flat: number, packed: number) => void): void {
  let flat = 0;
  for (const layer of packed.layers) {
    for (let input = 0; input < layer.inputs; input++) {
      for (let output = 0; output < layer.outputs; output++) {
        const panel = layer.weights + (output >> 3) * layer.inputs * 8;
        visit(flat++, panel + input * 8 + (output & 7));
      }
    }
    for (let output = 0; output < layer.outputs; output++) visit(flat++, layer.bias + output);
  }
}

/** From the order of the seam to the packed one. The padding is 0 and stays 0. */
export function pack(packed: PackedShape, flat: Float32Array, f32: Float32Array, address: number): void {
  const base = address >> 2;
  forEachParameter(packed, (from, to) => {
    f32[base + to] = flat[from];
  });
}

export function unpack(packed: PackedShape, f32: Float32Array, address: number, flat: Float32Array): Float32Array {
  const base = address >> 2;
  forEachParameter(packed, (to, from) => {
    flat[to] = f32[base + from];
  });
  return flat;
}
