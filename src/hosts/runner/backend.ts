import type { Backend } from '../../nn/backend.ts';
import { createWasmBackend } from '../../nn/wasm/backend.ts';
import type { BackendName } from '../../spec/model.ts';
import { kernelFiles } from './assets.ts';
import { JobError } from './context.ts';

/** Opens what computes the networks. 'auto' takes the WASM kernels. Dispose it in the end. */
export async function openBackend(name: BackendName): Promise<Backend> {
  if (name === 'auto' || name === 'wasm') return createWasmBackend({ files: kernelFiles() });
  throw new JobError(`Backend ${name} is not installed: use wasm.`);
}

/** Opens a backend for as long as `work` takes. */
export async function withBackend<T>(name: BackendName, work: (backend: Backend) => Promise<T>): Promise<T> {
  const backend = await openBackend(name);
  try {
    return await work(backend);
  } finally {
    backend.dispose();
  }
}
