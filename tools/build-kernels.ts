/**
 * Compiles the AssemblyScript kernels to WebAssembly, each unless its .wasm is newer than every source. `npm run build` runs it.
 */
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

interface Kernel {
  /** Folder of the sources; index.ts is the entry. */
  readonly sources: string;
  /** Other sources that it imports. */
  readonly shared: readonly string[];
  readonly target: string;
  readonly flags: readonly string[];
}

const KERNELS: readonly Kernel[] = [
  {
    sources: 'nn/wasm/kernels',
    shared: ['nn/adam.ts'],
    target: 'nn/wasm/kernels.wasm',
    flags: [
      // Shared memory always: one module serves one thread and many, at the same speed.
      ...['--enable', 'simd,threads,bulk-memory', '--importMemory', '--sharedMemory'],
      ...['--initialMemory', '16', '--maximumMemory', '32768'],
      // No optimizer passes: they move loads and sums about until accumulators spill (37 instead of 49 GFLOP/s); V8 optimizes what remains.
      '-O0',
    ],
  },
  {
    sources: 'analyzing/warping/kernel',
    shared: [],
    target: 'analyzing/warping/kernel.wasm',
    flags: ['--enable', 'simd,bulk-memory', '--initialMemory', '1', '-O3'],
  },
];

for (const kernel of KERNELS) await compile(kernel);

async function compile({ sources, shared, target, flags }: Kernel): Promise<void> {
  const here = join(import.meta.dirname, '..', 'src');
  const files = readdirSync(join(here, sources)).map((name) => join(here, sources, name));
  files.push(...shared.map((file) => join(here, file)), fileURLToPath(import.meta.url));
  if (changed(join(here, target)) >= Math.max(...files.map(changed))) return;

  const temporary = `${target}.${process.pid}.tmp`;
  const { error, stderr } = await asc.main([
    `${basename(sources)}/index.ts`,
    ...['--baseDir', join(here, dirname(sources)), '--outFile', basename(temporary)],
    ...['--runtime', 'stub', '--use', 'abort=', '--noAssert'],
    ...flags,
  ]);
  if (error) {
    rmSync(join(here, temporary), { force: true });
    process.stderr.write(`${sources} does not compile:\n${stderr.toString()}`);
    process.exit(1);
  }
  renameSync(join(here, temporary), join(here, target));
  process.stdout.write(`${target}: ${statSync(join(here, target)).size} bytes\n`);
}

function changed(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
