/**
 * `node --expose-gc test/fuzz/typed-edits.ts [count] [seed]`: types into the sample through the language server; prints how
 * the heap does.
 */
import { randomInt } from 'node:crypto';
import { readSpecFolder } from '../../src/spec/folder.ts';
import { typeIntoServer } from './typed-edits-run.ts';

const edits = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
const { files } = await readSpecFolder('examples/chained-services');
const sample = files.map(({ path, text }) => ({ path, text: Buffer.from(text).toString('utf8') }));

process.stdout.write(`${edits} edits of ${sample.length} files, seed ${seed}\n`);
const heaps: number[] = [];
const started = performance.now();
const { comparisons, requests, problems } = await typeIntoServer(sample, {
  edits,
  seed,
  compareEvery: 25,
  onHeap(done, heap) {
    heaps.push(heap);
    process.stdout.write(`${String(done).padStart(8)} edits ${heap.toFixed(1).padStart(8)} MiB\n`);
  },
});
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const [early, late] = [mean(heaps.slice(10, 20)), mean(heaps.slice(-10))];
process.stdout.write(
  `no exception and no wrong range; ${comparisons} times the same as a fresh check (${problems} problems), ${requests} requests, ` +
    `${((performance.now() - started) / 1000).toFixed(0)} s; heap ${early.toFixed(1)} MiB early, ${late.toFixed(1)} MiB late\n`,
);
// 20 % and some MiB are what caches differ by.
if (late > early * 1.2 + 10) {
  process.stderr.write('The heap grows.\n');
  process.exit(1);
}
process.exit(0);
