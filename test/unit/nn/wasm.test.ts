import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { Network, NetworkShape } from '../../../src/nn/backend.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import type { WasmNetwork } from '../../../src/nn/wasm/network.ts';
import { assertSame } from '../../conformance/backend/asserts.ts';
import {
  actBatch,
  normals,
  policyBatch,
  randomState,
  regressionBatch,
  TestRandom,
} from '../../conformance/backend/batches.ts';
import { describeBackend } from '../../conformance/backend.ts';

describeBackend('WASM, 1 thread', () => createWasmBackend());
describeBackend('WASM, 2 threads', () => createWasmBackend({ threads: 2 }));

const root = new URL('../../..', import.meta.url);
const shape: NetworkShape = { inputs: 60, hidden: [64, 64], outputs: 25, activation: 'tanh' };
const settings = { learningRate: 1e-3, maxGradient: 0.5 };

describe('nn: WASM backend', () => {
  it('The WASM backend gives the same result on every run with the same number of threads', async () => {
    const train = async (threads: number): Promise<unknown[]> => {
      const backend = await createWasmBackend({ threads });
      const network = backend.network(shape);
      const state = randomState(shape, 1);
      network.load(state);
      const reports: unknown[] = [];
      for (let i = 0; i < 5; i++) {
        reports.push(network.trainRegression(regressionBatch(shape, 333, i, true), settings));
        reports.push(network.trainPolicy(policyBatch(shape, state.weights, 333, 1, i), settings));
      }
      const batch = actBatch(shape, 777, 1, 2, true);
      backend.act([network], [batch]);
      const outputs = new Float32Array(777 * shape.outputs);
      network.forward(batch.inputs, 777, outputs);
      const result = [reports, network.save(), batch, outputs];
      backend.dispose();
      return result;
    };
    for (const threads of [1, 3]) {
      assertSame(await train(threads), await train(threads), `runs with ${threads} threads`);
    }
  });

  it('Outputs and actions are the same bit for bit with one thread and with several', async () => {
    const results: unknown[] = [];
    for (const threads of [1, 2, 3]) {
      const backend = await createWasmBackend({ threads });
      const network = backend.network(shape);
      network.load(randomState(shape, 3));
      const batch = actBatch(shape, 1001, 1, 4, true);
      backend.act([network], [batch]);
      const outputs = new Float32Array(1001 * shape.outputs);
      network.forward(batch.inputs, 1001, outputs);
      results.push([batch, outputs]);
      backend.dispose();
    }
    assertSame(results[1], results[0], 'one thread and two');
    assertSame(results[2], results[0], 'one thread and three');
  });

  it('Networks keep their weights while others come and go and the memory grows', async () => {
    const backend = await createWasmBackend({ threads: 2 });
    const first = backend.network(shape) as WasmNetwork;
    const state = randomState(shape, 5);
    first.load(state);
    const { arena } = first.engine;
    const size = arena.memory.buffer.byteLength;
    const big: NetworkShape = { inputs: 300, hidden: [700, 700], outputs: 4, activation: 'relu' };
    const second = backend.network(big);
    assert.ok(arena.memory.buffer.byteLength > size);
    second.load(randomState(big, 6));
    second.trainRegression(regressionBatch(big, 600, 7, false), settings);
    assertSame(first.save().weights, state.weights, 'weights');
    const rows = 5000;
    const inputs = normals(new TestRandom(8), rows * shape.inputs);
    const outputs = new Float32Array(rows * shape.outputs);
    first.forward(inputs, rows, outputs);
    const last = new Float32Array(shape.outputs);
    first.forward(inputs.slice((rows - 1) * shape.inputs), 1, last);
    assertSame(outputs.slice((rows - 1) * shape.outputs), last, 'outputs of the last row');
    second.dispose();
    backend.dispose();
  });

  it('The thousandth network needs no more memory than the first', async () => {
    const backend = await createWasmBackend();
    const once = (): Network => {
      const network = backend.network(shape);
      network.trainRegression(regressionBatch(shape, 10, 1, false), settings);
      network.dispose();
      return network;
    };
    const { arena } = (once() as WasmNetwork).engine;
    const { allocated } = arena;
    const size = arena.memory.buffer.byteLength;
    for (let i = 0; i < 1000; i++) once();
    assert.deepEqual([arena.allocated, arena.memory.buffer.byteLength], [allocated, size]);
    backend.dispose();
  });

  it('One call acts for more policies than there was room for', async () => {
    const backend = await createWasmBackend();
    const networks = Array.from({ length: 20 }, (_, i) => {
      const network = backend.network(shape);
      network.load(randomState(shape, i));
      return network;
    });
    const together = networks.map((_, i) => actBatch(shape, 3, 1, i, true));
    backend.act(networks, together);
    const alone = networks.map((_, i) => actBatch(shape, 3, 1, i, true));
    networks.forEach((network, i) => backend.act([network], [alone[i]]));
    assertSame(together, alone, 'actions');
    backend.act([], []);
    backend.dispose();
  });

  it('The WASM backend does not keep the process alive, disposed or not', () => {
    for (const end of ['', 'backend.dispose();']) {
      const program = `
        import { createWasmBackend } from './src/nn/wasm/backend.ts';
        const backend = await createWasmBackend({ threads: 3 });
        const network = backend.network({ inputs: 100, hidden: [100], outputs: 10, activation: 'relu' });
        network.forward(new Float32Array(100000), 1000, new Float32Array(10000));
        ${end}
        process.stdout.write(backend.device);`;
      const options = { cwd: root, encoding: 'utf8', timeout: 300_000 } as const;
      const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], options);
      assert.equal(output, 'CPU, WASM SIMD, 3 threads');
    }
  });

  it('The WASM backend says what is wrong with its settings and files', async () => {
    for (const threads of [0, 1.5, 65])
      await assert.rejects(createWasmBackend({ threads }), /whole number from 1 to 64/);
    const kernels = new URL('./src/nn/wasm/kernels.wasm', root);
    const nowhere = new URL('./no-such-file', root);
    await assert.rejects(
      createWasmBackend({ files: { kernels: nowhere, worker: nowhere } }),
      /kernels are missing.*npm run build/,
    );
    await assert.rejects(
      createWasmBackend({ threads: 2, files: { kernels, worker: nowhere } }),
      /thread of the WASM backend does not start/,
    );
  });

  it('A disposed WASM backend makes no networks', async () => {
    const backend = await createWasmBackend();
    backend.dispose();
    backend.dispose();
    assert.throws(() => backend.network(shape), /disposed/);
  });
});

describe('nn: build of the kernels', () => {
  it('The build of the kernels does nothing if they are up to date', () => {
    const build = new URL('./tools/build-kernels.ts', root);
    const run = (): string => execFileSync(process.execPath, [build.pathname], { encoding: 'utf8' });
    assert.match(run(), /^([\w/]+\.wasm: \d+ bytes\n)*$/);
    assert.equal(run(), '');
  });
});
