import type { Backend } from '../../nn/backend.ts';
import { selectBackend, type BackendName, type Selection } from '../../nn/select-backend.ts';
import { gpuPackagePath } from './gpu-package.ts';
import { kernelFiles } from '../assets.ts';

/**
 * Opens what computes the networks for as long as `work` takes. `largestStep`: see SelectOptions. Where the GPU package lies is a fact
 * of this machine, not of the run: the environment tells.
 */
export async function withBackend<T>(
  name: BackendName,
  work: (backend: Backend, chosen: Selection) => Promise<T>,
  largestStep = 0,
): Promise<T> {
  const packagePath = gpuPackagePath(process.env);
  const chosen = await selectBackend(name, {
    files: kernelFiles(),
    largestStep,
    environment: process.env,
    ...(packagePath === undefined ? {} : { packagePath }),
  });
  try {
    return await work(chosen.backend, chosen);
  } finally {
    chosen.backend.dispose();
  }
}
