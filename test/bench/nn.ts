/**
 * Networks: training step, forward pass and rollout of the WASM kernels against TensorFlow.js in plain JavaScript and on its own WASM
 * backend. Every figure is the best of many repetitions: other work on the machine only ever makes one slower.
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Random } from '../../src/cluster/random.ts';
import { parameterCount, type ActBatch, type Backend, type Network, type NetworkShape } from '../../src/nn/backend.ts';
import { initialState } from '../../src/nn/initialize.ts';
import { createTfjsBackend } from '../../src/nn/tfjs/backend.ts';
import type { TensorFlow } from '../../src/nn/tfjs/losses.ts';
import { TfNetwork } from '../../src/nn/tfjs/network.ts';
import { createWasmBackend } from '../../src/nn/wasm/backend.ts';

export interface NnRow {
  readonly what: string;
  readonly backend: string;
  /** Rows of the batch, or environments. */
  readonly rows: number;
  readonly milliseconds: number;
}

type MakeNetwork = (shape: NetworkShape) => Network;
type Act = Backend['act'];

interface Contestant {
  readonly name: string;
  readonly network: MakeNetwork;
  readonly act: Act;
  readonly dispose: () => void;
}

const mlp: NetworkShape = { inputs: 60, hidden: [128, 128, 128], outputs: 36, activation: 'relu' };
const batches = [16, 64, 256, 1024, 4096];
const settings = { learningRate: 1e-4, maxGradient: 0.5 };

/** Milliseconds of the fastest call within the time given; at least 3 calls after a first one that warms up. */
function fastest(call: () => void, milliseconds = 700): number {
  call();
  let best = Infinity;
  const end = performance.now() + milliseconds;
  for (let i = 0; i < 3 || performance.now() < end; i++) {
    const start = performance.now();
    call();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

function initialized(make: MakeNetwork, shape: NetworkShape, random: Random): Network {
  const network = make(shape);
  network.load(initialState(shape, { outputGain: 0.5, uniform: () => random.uniform() }));
  return network;
}

const normals = (random: Random, count: number): Float32Array =>
  Float32Array.from({ length: count }, () => random.normal());

async function wasm(threads: number): Promise<Contestant> {
  const backend = await createWasmBackend({ threads });
  return contestant(`wasm, ${threads} thread${threads > 1 ? 's' : ''}`, backend);
}

function contestant(name: string, backend: Backend): Contestant {
  return {
    name,
    network: (shape) => backend.network(shape),
    act: (policies, acts) => backend.act(policies, acts),
    dispose: () => backend.dispose(),
  };
}

/** TensorFlow.js' WASM backend, by the networks of src/nn/tfjs: it is only measured against, not offered. */
async function tfjsWasm(): Promise<Contestant> {
  const core = await import('@tensorflow/tfjs-core');
  const tf: TensorFlow = core.default ?? core;
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  if (!(await tf.setBackend('wasm')) || tf.getBackend() !== 'wasm')
    throw new Error("TensorFlow.js' WASM backend does not load.");
  const activate = (): TensorFlow => {
    if (tf.getBackend() !== 'wasm') void tf.setBackend('wasm');
    return tf;
  };
  return {
    name: 'TensorFlow.js WASM',
    network: (shape) => new TfNetwork(activate, shape),
    act: (policies, acts) => policies.forEach((policy, i) => (policy as TfNetwork).act(acts[i])),
    dispose: () => undefined,
  };
}

function trainAndForward({ name, network: make }: Contestant): NnRow[] {
  const random = new Random(1);
  const network = initialized(make, mlp, random);
  const rows = batches.flatMap((count): NnRow[] => {
    const inputs = normals(random, count * mlp.inputs);
    const targets = normals(random, count * mlp.outputs);
    const outputs = new Float32Array(count * mlp.outputs);
    const train = fastest(() => network.trainRegression({ rows: count, inputs, targets }, settings));
    const forward = fastest(() => network.forward(inputs, count, outputs));
    return [
      { what: 'train', backend: name, rows: count, milliseconds: train },
      { what: 'forward', backend: name, rows: count, milliseconds: forward },
    ];
  });
  network.dispose();
  return rows;
}

const agents = 4;
const actor: NetworkShape = { inputs: 36, hidden: [64, 64], outputs: 6, activation: 'relu' };

/** One step of all environments: the twin's network on state and joint action, then four masked policies on the new state. */
function rolloutStep(
  { network: make, act }: Contestant,
  environments: number,
): { step: () => void; dispose: () => void } {
  const random = new Random(2);
  const twin = initialized(make, mlp, random);
  const actors = Array.from({ length: agents }, () => initialized(make, actor, random));
  const twinInputs = new Float32Array(environments * mlp.inputs);
  const state = normals(random, environments * actor.inputs);
  const acts = actors.map((): ActBatch & { uniforms: Float32Array } => ({
    rows: environments,
    inputs: state,
    heads: 1,
    masks: Uint8Array.from({ length: environments * actor.outputs }, (_, i) =>
      i % actor.outputs === 0 || random.uniform() < 0.7 ? 1 : 0,
    ),
    uniforms: new Float32Array(environments),
    actions: new Int32Array(environments),
    logProbabilities: new Float32Array(environments),
  }));
  const step = (): void => {
    for (let e = 0; e < environments; e++) {
      const at = e * mlp.inputs;
      for (let i = 0; i < actor.inputs; i++) twinInputs[at + i] = state[e * actor.inputs + i];
      twinInputs.fill(0, at + actor.inputs, at + mlp.inputs);
      for (let a = 0; a < agents; a++) twinInputs[at + actor.inputs + a * actor.outputs + acts[a].actions[e]] = 1;
    }
    twin.forward(twinInputs, environments, state);
    for (const { uniforms } of acts) for (let e = 0; e < environments; e++) uniforms[e] = random.uniform();
    act(actors, acts);
  };
  return { step, dispose: () => [twin, ...actors].forEach((network) => network.dispose()) };
}

function rollout(who: Contestant, sizes: readonly number[]): NnRow[] {
  return sizes.map((environments) => {
    const { step, dispose } = rolloutStep(who, environments);
    const milliseconds = fastest(step);
    dispose();
    return { what: 'rollout', backend: who.name, rows: environments, milliseconds };
  });
}

/** The sizes of training: microseconds a row at a minibatch of 512. */
function trainingUse({ name, network: make }: Contestant): NnRow[] {
  const random = new Random(3);
  const rows = 512;
  const policy: NetworkShape = { inputs: 60, hidden: [64, 64], outputs: 25, activation: 'tanh' };
  const critic: NetworkShape = { inputs: 100, hidden: [128, 128], outputs: 4, activation: 'tanh' };
  const actorNetwork = initialized(make, policy, random);
  const criticNetwork = initialized(make, critic, random);
  const batch = {
    rows,
    inputs: normals(random, rows * policy.inputs),
    heads: 1,
    masks: new Uint8Array(rows * policy.outputs).fill(1),
    actions: Int32Array.from({ length: rows }, () => random.integer(0, policy.outputs - 1)),
    logProbabilities: new Float32Array(rows).fill(-Math.log(policy.outputs)),
    advantages: normals(random, rows),
    clip: 0.2,
    entropy: 0.01,
  };
  const regression = {
    rows,
    inputs: normals(random, rows * critic.inputs),
    targets: normals(random, rows * critic.outputs),
  };
  const actorTime = fastest(() => actorNetwork.trainPolicy(batch, settings));
  const criticTime = fastest(() => criticNetwork.trainRegression(regression, settings));
  actorNetwork.dispose();
  criticNetwork.dispose();
  return [
    { what: 'policy step 60-64-64-25', backend: name, rows, milliseconds: actorTime },
    { what: 'critic step 100-128-128-4', backend: name, rows, milliseconds: criticTime },
  ];
}

/** Prints and returns the rows. */
export async function benchNn(log: (line: string) => void = console.log): Promise<NnRow[]> {
  const rows: NnRow[] = [];
  const run = async (create: () => Promise<Contestant>, measure: (who: Contestant) => NnRow[]): Promise<void> => {
    const who = await create();
    rows.push(...measure(who));
    who.dispose();
  };
  const environments = [1, 64, 512, 2048];
  for (const threads of [1, 2]) {
    await run(
      () => wasm(threads),
      (who) => [...trainAndForward(who), ...trainingUse(who), ...rollout(who, environments)],
    );
  }
  const plain = async (): Promise<Contestant> => contestant('TensorFlow.js plain', await createTfjsBackend());
  await run(plain, (who) => [...trainAndForward(who), ...rollout(who, [512])]);
  await run(tfjsWasm, (who) => [...trainAndForward(who), ...rollout(who, [512])]);
  report(rows, log);
  return rows;
}

function report(rows: readonly NnRow[], log: (line: string) => void): void {
  const find = (what: string, backend: string, count: number): NnRow =>
    rows.find((row) => row.what === what && row.backend === backend && row.rows === count)!;
  // A training step is three products of the size of the forward pass; the first layer needs no gradient by its inputs.
  const forwardFlops = 2 * parameterCount(mlp);
  const flops = { forward: forwardFlops, train: 3 * forwardFlops - 2 * mlp.inputs * mlp.hidden[0] };
  for (const what of ['train', 'forward'] as const) {
    for (const count of batches) {
      const own = find(what, 'wasm, 1 thread', count).milliseconds;
      const others = rows
        .filter((row) => row.what === what && row.rows === count)
        .map(({ backend, milliseconds }) => {
          const speed = ((flops[what] * count) / milliseconds / 1e6).toFixed(1);
          return `${backend} ${milliseconds.toFixed(3)} ms (x ${(milliseconds / own).toFixed(1)}, ${speed} GFLOP/s)`;
        });
      log(`MLP 60-128-128-128-36 ${what}, batch ${count}: ${others.join('; ')}`);
    }
  }
  for (const row of rows) {
    if (row.what === 'rollout') {
      const rate = Math.round((row.rows / row.milliseconds) * 1000).toLocaleString('en');
      log(
        `rollout, twin and ${agents} actors, ${row.rows} environments, ${row.backend}: ${rate} environment steps a second`,
      );
    } else if (row.what.includes('step')) {
      log(
        `${row.what}, batch ${row.rows}, ${row.backend}: ${((row.milliseconds / row.rows) * 1000).toFixed(2)} us a row`,
      );
    }
  }
}
