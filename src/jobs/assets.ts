import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/*
 * Files that belong to the program. It may run from the sources, or bundled in dist/, where tools/build.ts puts these files
 * beside the bundles.
 */
const here = dirname(fileURLToPath(import.meta.url));
const isBundled = existsSync(join(here, 'runner.mjs'));
const root = isBundled ? here : join(here, '..', '..');

/** Returns the path of a file or folder, given its path in the package: 'examples/chained-services', 'package.json'. */
export function asset(path: string): string {
  return join(root, path);
}

/** Returns the path of the runner's program, for starting it in other processes. */
export function runnerEntry(): string {
  return isBundled ? join(here, 'runner.mjs') : asset('src/hosts/runner/main.ts');
}

/** Returns where the WASM backend finds its kernels and the program of its threads. */
export function kernelFiles(): { readonly kernels: URL; readonly worker: URL } {
  const [kernels, worker] = isBundled
    ? ['kernels.wasm', 'kernels-worker.mjs']
    : ['src/nn/wasm/kernels.wasm', 'src/nn/wasm/worker.ts'];
  return { kernels: pathToFileURL(asset(kernels)), worker: pathToFileURL(asset(worker)) };
}

/** Returns where the analysis finds its kernel for distances between sequences, and the program of its threads. */
export function warpingFiles(): { readonly kernel: URL; readonly worker: URL } {
  const [kernel, worker] = isBundled
    ? ['warping.wasm', 'warping-worker.mjs']
    : ['src/analyzing/warping/kernel.wasm', 'src/analyzing/warping/worker.ts'];
  return { kernel: pathToFileURL(asset(kernel)), worker: pathToFileURL(asset(worker)) };
}
