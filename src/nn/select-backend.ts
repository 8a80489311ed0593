/** Chooses the backend that a run computes with. */
import type { Backend } from './backend.ts';
import { createTfjsBackend, createTfjsGpuBackend, PackageMissingError, type GpuOptions } from './tfjs/backend.ts';
import { createWasmBackend, type WasmBackendOptions } from './wasm/backend.ts';

export type BackendName = 'auto' | Backend['name'];

export interface SelectOptions extends WasmBackendOptions, GpuOptions {
  /** Parameters times rows of the largest training step to come. 'auto' looks for a GPU only if one can be faster. */
  readonly largestStep?: number;
}

export interface Selection {
  readonly backend: Backend;
  /** Why this backend: a phrase for after a colon or in parentheses. */
  readonly reason: string;
  /** Set if another backend was wanted and does not load: sentences for the user. */
  readonly warning?: string;
}

/**
 * Parameters x rows from which 'auto' prefers a GPU. A training step through tfjs-node costs 3.3 ms before any arithmetic (measured:
 * 60-8-8-8-36, 8 rows); the WASM kernels do 6 operations per parameter and row at about 45 GFLOP/s on one thread. At 50 million they
 * take 6.7 ms, twice that overhead. Below that size no device can be much faster.
 */
export const GPU_PAYS_FROM = 50e6;

/**
 * `auto` takes WASM, unless the largest training step is large enough (GPU_PAYS_FROM) and tfjs-node-gpu loads and finds a GPU. If a
 * named backend does not load, WASM takes over, and `warning` says why: all backends compute the same up to rounding. Rejects only
 * if WASM itself does not load.
 */
export async function selectBackend(name: BackendName, options: SelectOptions = {}): Promise<Selection> {
  switch (name) {
    case 'wasm':
      return { backend: await createWasmBackend(options), reason: AS_ASKED };
    case 'tfjs':
      return namedOrWasm(name, createTfjsBackend, options);
    case 'tfjs-gpu':
      return namedOrWasm(name, async () => (await createTfjsGpuBackend(options)).backend, options);
    case 'auto':
      return selectAutomatically(options);
  }
}

const AS_ASKED = 'as asked for';

async function namedOrWasm(
  name: BackendName,
  create: () => Promise<Backend>,
  options: SelectOptions,
): Promise<Selection> {
  try {
    return { backend: await create(), reason: AS_ASKED };
  } catch (error) {
    return wasmInsteadOf(name, error as Error, options);
  }
}

async function selectAutomatically(options: SelectOptions): Promise<Selection> {
  const step = options.largestStep ?? 0;
  if (step < GPU_PAYS_FROM)
    return { backend: await createWasmBackend(options), reason: 'the networks are too small for a GPU to pay' };
  let reason: string;
  try {
    const { backend, usesGpu } = await createTfjsGpuBackend(options);
    if (usesGpu) return { backend, reason: 'the networks are large enough for a GPU to pay' };
    reason = `no GPU to use: ${backend.device}`;
    backend.dispose();
  } catch (error) {
    if (!(error instanceof PackageMissingError)) return wasmInsteadOf('tfjs-gpu', error as Error, options);
    reason = `no GPU to use: ${error.message}`;
  }
  return { backend: await createWasmBackend(options), reason };
}

async function wasmInsteadOf(name: BackendName, { message }: Error, options: SelectOptions): Promise<Selection> {
  return {
    backend: await createWasmBackend(options),
    reason: `in place of ${name}: ${message}`,
    warning: `The backend ${name} cannot be used: ${message} The WASM kernels compute instead, with the same results but for rounding.`,
  };
}
