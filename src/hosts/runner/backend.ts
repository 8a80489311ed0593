import type { Backend } from '../../nn/backend.ts';
import { selectBackend, type BackendName } from '../../nn/select.ts';
import { kernelFiles } from './assets.ts';

/** Opens what computes the networks for as long as `work` takes. */
export async function withBackend<T>(name: BackendName, work: (backend: Backend) => Promise<T>): Promise<T> {
  const { backend } = await selectBackend(name, { files: kernelFiles() });
  try {
    return await work(backend);
  } finally {
    backend.dispose();
  }
}
