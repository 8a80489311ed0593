/**
 * Compiles the AssemblyScript kernels to kernels.wasm, unless that file is newer than every source. `npm run build` runs it.
 */
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const here = import.meta.dirname;
const target = join(here, 'kernels.wasm');
const sources = readdirSync(join(here, 'kernels')).map((name) => join(here, 'kernels', name));
sources.push(fileURLToPath(import.meta.url));

const changed = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (changed(target) < Math.max(...sources.map(changed))) {
  // Shared memory always: one module serves one thread and many, at the same speed.
  const temporary = `kernels.${process.pid}.tmp`;
  const { error, stderr } = await asc.main([
    'kernels/index.ts',
    ...['--baseDir', here, '--outFile', temporary],
    ...['--runtime', 'stub', '--use', 'abort='],
    ...['--enable', 'simd,threads,bulk-memory', '--importMemory', '--sharedMemory'],
    ...['--initialMemory', '16', '--maximumMemory', '32768'],
    // No optimiser passes: they move loads and sums about until accumulators spill (37 instead of 49 GFLOP/s); V8 optimises what remains.
    ...['-O0', '--noAssert'],
  ]);
  if (error) {
    rmSync(join(here, temporary), { force: true });
    process.stderr.write(`The kernels do not compile:\n${stderr.toString()}`);
    process.exit(1);
  }
  renameSync(join(here, temporary), target);
  process.stdout.write(`kernels.wasm: ${statSync(target).size} bytes\n`);
}
