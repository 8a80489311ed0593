/** Random networks and batches for the tests of nn/, the same on every run. */
import { initialState } from '../../../src/nn/initialize.ts';
import type { ActBatch, NetworkShape, NetworkState, PolicyBatch, RegressionBatch } from '../../../src/nn/backend.ts';
import { referenceAct, referenceNetwork } from './reference.ts';

/** Mulberry32: small, and independent of the engine's generator. */
export class TestRandom {
  #state: number;
  constructor(seed: number) {
    this.#state = seed * 7919;
  }
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.uniform() * items.length)];
  }
}

export function normals(random: TestRandom, count: number, scale = 1): Float32Array {
  return Float32Array.from({ length: count }, () => random.normal() * scale);
}

/** Orthogonal weights, perturbed so that biases are not 0. */
export function randomState(shape: NetworkShape, seed: number): NetworkState {
  const random = new TestRandom(seed);
  const state = initialState(shape, { outputGain: 1, uniform: () => random.uniform() });
  return { ...state, weights: state.weights.map((w) => w + 0.05 * random.normal()) };
}

/** About half of the options allowed, at least one of every head; some heads allow all but one, or only one. */
export function randomMasks(random: TestRandom, rows: number, outputs: number, heads: number): Uint8Array {
  const options = outputs / heads;
  const masks = new Uint8Array(rows * outputs);
  for (let at = 0; at < masks.length; at += options) {
    const share = random.pick([0, 0.5, 0.8, 1]);
    for (let j = 0; j < options; j++) masks[at + j] = random.uniform() < share ? 1 : 0;
    masks[at + Math.floor(random.uniform() * options)] = 1;
  }
  return masks;
}

export function regressionBatch(shape: NetworkShape, rows: number, seed: number, weighted: boolean): RegressionBatch {
  const random = new TestRandom(seed);
  return {
    rows,
    inputs: normals(random, rows * shape.inputs),
    targets: normals(random, rows * shape.outputs),
    ...(weighted && { weights: Float32Array.from({ length: rows }, () => random.pick([0, 0.5, 1, 3])) }),
  };
}

/** Actions drawn from the policy itself; the old log-probabilities lie around the present ones, some beyond the clip. */
export function policyBatch(
  shape: NetworkShape,
  weights: Float32Array,
  rows: number,
  heads: number,
  seed: number,
): PolicyBatch {
  const random = new TestRandom(seed);
  const inputs = normals(random, rows * shape.inputs);
  const masks = randomMasks(random, rows, shape.outputs, heads);
  const uniforms = Float32Array.from({ length: rows * heads }, () => random.uniform());
  const choices = referenceAct(referenceNetwork(shape, weights), { rows, inputs, heads, masks, uniforms });
  return {
    rows,
    inputs,
    heads,
    masks,
    actions: Int32Array.from(choices.flat(), (choice) => choice.action),
    logProbabilities: Float32Array.from(
      choices,
      (row) => row.reduce((sum, choice) => sum + choice.log, 0) + 0.2 * random.normal(),
    ),
    advantages: normals(random, rows),
    clip: 0.2,
    entropy: 0.01,
  };
}

export function actBatch(shape: NetworkShape, rows: number, heads: number, seed: number, sampled: boolean): ActBatch {
  const random = new TestRandom(seed);
  return {
    rows,
    inputs: normals(random, rows * shape.inputs),
    heads,
    masks: randomMasks(random, rows, shape.outputs, heads),
    ...(sampled && { uniforms: Float32Array.from({ length: rows * heads }, () => random.uniform()) }),
    actions: new Int32Array(rows * heads),
    logProbabilities: new Float32Array(rows),
  };
}
