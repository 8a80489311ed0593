import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/*
 * Files that come with the program, whether it runs from the sources or bundled in dist/, where tools/build.ts puts
 * them beside the bundles.
 */
const here = dirname(fileURLToPath(import.meta.url));
const isBundled = existsSync(join(here, 'runner.mjs'));
const root = isBundled ? here : join(here, '..', '..');

/** A file or folder by its path in the package: 'examples/chained-services', 'package.json'. */
export function asset(path: string): string {
  return join(root, path);
}

/** The runner's program, for processes of their own. */
export function runnerEntry(): string {
  return isBundled ? join(here, 'runner.mjs') : asset('src/hosts/runner/main.ts');
}

/** Where the WASM backend finds its kernels and the program of its threads. */
export function kernelFiles(): { readonly kernels: URL; readonly worker: URL } {
  const [kernels, worker] = isBundled
    ? ['kernels.wasm', 'kernels-worker.mjs']
    : ['src/nn/wasm/kernels.wasm', 'src/nn/wasm/worker.ts'];
  return { kernels: pathToFileURL(asset(kernels)), worker: pathToFileURL(asset(worker)) };
}

/** Where the analysis finds its kernel for distances of sequences, and the program of its threads. */
export function warpingFiles(): { readonly kernel: URL; readonly worker: URL } {
  const [kernel, worker] = isBundled
    ? ['warping.wasm', 'warping-worker.mjs']
    : ['src/analyzing/warping/kernel.wasm', 'src/analyzing/warping/worker.ts'];
  return { kernel: pathToFileURL(asset(kernel)), worker: pathToFileURL(asset(worker)) };
}
