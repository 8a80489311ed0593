import { createTfjsBackend, createTfjsGpuBackend, PackageMissingError } from '../../nn/tfjs/backend.ts';
import type { Backend } from '../../nn/backend.ts';
import { gpuPackagePath } from './gpu-package.ts';
import type { Probe } from './probe.ts';

/** Loads a backend and computes with it once. Two backends would share one engine, so use one process for each. Never rejects. */
export async function probeBackend(name: string): Promise<Probe> {
  try {
    if (name !== 'tfjs-gpu') {
      const backend = await createTfjsBackend();
      compute(backend);
      return { loads: true, device: backend.device };
    }
    const packagePath = gpuPackagePath(process.env);
    const { backend, ...about } = await createTfjsGpuBackend({
      environment: process.env,
      ...(packagePath === undefined ? {} : { packagePath }),
    });
    compute(backend);
    return { loads: true, device: backend.device, ...about };
  } catch (error) {
    const { message } = error as Error;
    const missing = error instanceof PackageMissingError || /Cannot find (?:package|module) '@tensorflow/.test(message);
    return { loads: false, missing, message };
  }
}

/** A backend that loads may still fail at its first operation. */
function compute(backend: Backend): void {
  const network = backend.network({ inputs: 2, hidden: [], outputs: 1, activation: 'tanh' });
  const zeros = new Float32Array(3);
  network.load({ weights: Float32Array.of(2, 3, 1), firstMoment: zeros, secondMoment: zeros, steps: 0 });
  const output = new Float32Array(1);
  network.forward(Float32Array.of(4, 5), 1, output);
  if (Math.abs(output[0] - 24) > 1e-4) throw new Error(`It computes wrongly: 24 was expected, not ${output[0]}.`);
}
