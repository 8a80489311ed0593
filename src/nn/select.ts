/** Which backend a run computes on. */
import type { Backend } from './backend.ts';
import { createTfjsBackend, createTfjsGpuBackend } from './tfjs/backend.ts';
import { createWasmBackend, type WasmBackendOptions } from './wasm/backend.ts';

export type BackendName = 'auto' | Backend['name'];

export interface SelectOptions extends WasmBackendOptions {
  /** Folder whose node_modules holds @tensorflow/tfjs-node-gpu; see createTfjsGpuBackend. */
  readonly packagePath?: string;
  /** Parameters times rows of the largest training step to come; 'auto' looks for a GPU only where one can win. */
  readonly largestStep?: number;
}

export interface Selection {
  readonly backend: Backend;
  /** One sentence for the user: what was chosen and why. */
  readonly note: string;
}

/**
 * Parameters x rows from which 'auto' prefers a GPU. A training step through tfjs-node costs 3.3 ms before any arithmetic (measured:
 * 60-8-8-8-36, 8 rows); the WASM kernels do 6 operations per parameter and row at about 45 GFLOP/s on one thread. At 50 million they
 * take 6.7 ms, twice that overhead: below, no device can win by much, however fast it is.
 */
export const GPU_PAYS_FROM = 50e6;

/**
 * `auto` takes WASM, unless the largest training step is large enough (GPU_PAYS_FROM) and tfjs-node-gpu loads and finds a GPU. A named
 * backend that does not load is an error with its reason.
 */
export async function selectBackend(name: BackendName, options: SelectOptions = {}): Promise<Selection> {
  switch (name) {
    case 'wasm':
      return described(await createWasmBackend(options), 'as asked for');
    case 'tfjs':
      return described(await createTfjsBackend(), 'as asked for');
    case 'tfjs-gpu':
      return described((await createTfjsGpuBackend(options)).backend, 'as asked for');
    case 'auto':
      return selectAutomatically(options);
  }
}

async function selectAutomatically(options: SelectOptions): Promise<Selection> {
  const step = options.largestStep ?? 0;
  if (step < GPU_PAYS_FROM)
    return described(await createWasmBackend(options), 'the networks are too small for a GPU to pay');
  let reason: string;
  try {
    const { backend, usesGpu } = await createTfjsGpuBackend(options);
    if (usesGpu) return described(backend, 'the networks are large enough for a GPU to pay');
    reason = `no GPU to use: ${backend.device}`;
    backend.dispose();
  } catch (error) {
    reason = `no GPU to use: ${(error as Error).message}`;
  }
  return described(await createWasmBackend(options), reason);
}

function described(backend: Backend, reason: string): Selection {
  return { backend, note: `${backend.device} (${reason})` };
}
