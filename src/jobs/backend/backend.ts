import type { Backend } from '../../nn/backend.ts';
import { selectBackend, type BackendName, type Selection } from '../../nn/select-backend.ts';
import { gpuPackagePath } from './gpu-package.ts';
import { kernelFiles } from '../assets.ts';

/**
 * Opens the backend that computes the networks, for the duration of `work`. For `largestStep` see SelectOptions. The location of
 * the GPU package comes from the environment, since it is a property of this machine and not of the run.
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
