/** Checks that every backend makes before it computes. An array that is too short would otherwise be read beyond its end. */
import { parameterCount } from './backend.ts';
import type { ActBatch, NetworkShape, NetworkState, PolicyBatch, RegressionBatch } from './backend.ts';

export function checkShape(shape: NetworkShape): void {
  for (const size of [shape.inputs, ...shape.hidden, shape.outputs]) {
    if (!Number.isInteger(size) || size < 1)
      throw new Error(`A layer of a network needs a whole number of units, not ${size}.`);
  }
}

/** Arrays may be longer than needed, so that callers can reuse their buffers. */
function checkLength(name: string, array: { readonly length: number }, needed: number): void {
  if (array.length < needed) throw new Error(`${name} holds ${array.length} numbers; ${needed} are needed.`);
}

function checkRows(rows: number): void {
  if (!Number.isInteger(rows) || rows < 1) throw new Error(`A batch needs at least one row, not ${rows}.`);
}

/** Options per head. */
export function optionsPerHead(shape: NetworkShape, heads: number): number {
  const options = shape.outputs / heads;
  if (!Number.isInteger(options) || options < 1) {
    throw new Error(`${shape.outputs} outputs cannot be split into ${heads} heads of equal size.`);
  }
  return options;
}

export function checkForward(shape: NetworkShape, inputs: Float32Array, rows: number, outputs: Float32Array): void {
  checkRows(rows);
  checkLength('inputs', inputs, rows * shape.inputs);
  checkLength('outputs', outputs, rows * shape.outputs);
}

export function checkRegression(shape: NetworkShape, batch: RegressionBatch): void {
  checkRows(batch.rows);
  checkLength('inputs', batch.inputs, batch.rows * shape.inputs);
  checkLength('targets', batch.targets, batch.rows * shape.outputs);
  if (batch.weights) checkLength('weights', batch.weights, batch.rows);
}

function checkHeads(shape: NetworkShape, batch: PolicyBatch | ActBatch): void {
  checkRows(batch.rows);
  optionsPerHead(shape, batch.heads);
  checkLength('inputs', batch.inputs, batch.rows * shape.inputs);
  checkLength('masks', batch.masks, batch.rows * shape.outputs);
  checkLength('actions', batch.actions, batch.rows * batch.heads);
  checkLength('logProbabilities', batch.logProbabilities, batch.rows);
}

export function checkPolicy(shape: NetworkShape, batch: PolicyBatch): void {
  checkHeads(shape, batch);
  checkLength('advantages', batch.advantages, batch.rows);
}

/** Finds forbidden actions for backends whose loss is made of tensor operations. The kernels find them themselves. */
export function checkPolicyActions(shape: NetworkShape, batch: PolicyBatch): void {
  const options = optionsPerHead(shape, batch.heads);
  let invalid = 0;
  for (let row = 0; row < batch.rows; row++) {
    for (let head = row * batch.heads; head < (row + 1) * batch.heads; head++) {
      const action = batch.actions[head];
      if (action >= 0 && action < options && batch.masks[head * options + action]) continue;
      invalid++;
      break;
    }
  }
  if (invalid > 0) throw invalidRows(invalid);
}

export function checkAct(shape: NetworkShape, batch: ActBatch): void {
  checkHeads(shape, batch);
  if (batch.uniforms) checkLength('uniforms', batch.uniforms, batch.rows * batch.heads);
}

export function checkState(shape: NetworkShape, state: NetworkState): void {
  const count = parameterCount(shape);
  for (const name of ['weights', 'firstMoment', 'secondMoment'] as const) {
    if (state[name].length !== count) {
      throw new Error(`The saved ${name} holds ${state[name].length} numbers; a network of this shape has ${count}.`);
    }
  }
}

/** Rows whose mask allows no option, or not the action taken, have no log-probability. */
export function invalidRows(count: number): Error {
  return new Error(
    `${count} of the batch's rows have no allowed option in a head, or an action that its mask forbids.`,
  );
}

export function notFinite(norm: number): Error {
  return new Error(`The gradient is not finite (norm ${norm}); the weights were left as they were.`);
}
