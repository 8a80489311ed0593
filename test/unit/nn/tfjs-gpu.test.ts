import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createTfjsGpuBackend } from '../../../src/nn/tfjs/backend.ts';
import { GPU_PAYS_FROM, selectBackend } from '../../../src/nn/select-backend.ts';
import { describeBackend } from '../../conformance/backend.ts';
import { installGpuPackage } from './gpu-package.ts';

describeBackend('@tensorflow/tfjs-node-gpu', async () => {
  const { backend } = await createTfjsGpuBackend({ packagePath: await installGpuPackage() });
  return backend;
});

describe('@tensorflow/tfjs-node-gpu, the real package', () => {
  let packagePath: string;
  before(async () => {
    packagePath = await installGpuPackage();
  });

  it('The GPU backend names the device that it computes on', async () => {
    const { backend, usesGpu } = await createTfjsGpuBackend({ packagePath });
    assert.equal(backend.name, 'tfjs-gpu');
    assert.match(
      backend.device,
      usesGpu ? /TensorFlow 2\.\d+/ : /^CPU, TensorFlow 2\.\d+\.\d+ \(@tensorflow\/tfjs-node-gpu found no GPU/,
    );
  });

  it("The backend 'auto' takes tfjs-node-gpu only if it finds a GPU", async () => {
    const { usesGpu } = await createTfjsGpuBackend({ packagePath });
    const { backend, reason } = await selectBackend('auto', { packagePath, largestStep: GPU_PAYS_FROM });
    assert.equal(backend.name, usesGpu ? 'tfjs-gpu' : 'wasm');
    assert.match(reason, usesGpu ? /large enough/ : /no GPU to use: CPU, TensorFlow/);
    backend.dispose();
  });

  it('The GPU backend is taken if it is asked for by name', async () => {
    const { backend } = await selectBackend('tfjs-gpu', { packagePath });
    assert.equal(backend.name, 'tfjs-gpu');
    backend.dispose();
  });

  it('The GPU backend and plain TensorFlow.js compute in one process, each on its own device', () => {
    const program = `
      import { createTfjsBackend, createTfjsGpuBackend } from './src/nn/tfjs/backend.ts';
      const shape = { inputs: 2, hidden: [3], outputs: 1, activation: 'relu' };
      const gpu = (await createTfjsGpuBackend({ packagePath: ${JSON.stringify(packagePath)} })).backend.network(shape);
      const cpu = (await createTfjsBackend()).network(shape);
      const weights = Float32Array.of(1, 2, 3, 4, 5, 6, 1, 1, 1, 1, 2, 3, 7);
      const outputs = [gpu, cpu, gpu].map((network) => {
        const zeros = new Float32Array(13);
        network.load({ weights, firstMoment: zeros, secondMoment: zeros, steps: 0 });
        const output = new Float32Array(1);
        network.forward(Float32Array.of(1, -0.5), 1, output);
        return output[0];
      });
      process.stdout.write(JSON.stringify(outputs));`;
    const root = new URL('../../..', import.meta.url);
    const result = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: root,
      encoding: 'utf8',
    });
    // Hidden: 1 - 2 + 1, 2 - 2.5 + 1, 3 - 3 + 1 -> 0, 0.5, 1; output: 0 + 2 * 0.5 + 3 * 1 + 7.
    assert.deepEqual(JSON.parse(result), [11, 11, 11]);
  });
});
