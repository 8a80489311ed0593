/** `node test/fuzz/spec-mutations.ts [count] [seed]`: damages the sample at random; prints what was met. */
import { randomInt } from 'node:crypto';
import { readSpecFolder } from '../../src/spec/folder.ts';
import { runMutations } from './mutation-run.ts';

const count = Number(process.argv[2] ?? 20_000);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
const { files } = await readSpecFolder('examples/chained-services');
const sample = files.map(({ path, text }) => ({ path, text: Buffer.from(text).toString('utf8') }));

process.stdout.write(`${count} mutations of ${sample.length} files, seed ${seed}\n`);
const { harmless, problems, codes, slowestMilliseconds } = runMutations(sample, count, seed);
process.stdout.write(
  `no exception; ${harmless} harmless, ${problems} problems, slowest load ${slowestMilliseconds.toFixed(0)} ms\n`,
);
for (const [code, times] of [...codes].sort((a, b) => b[1] - a[1]))
  process.stdout.write(`${String(times).padStart(8)} ${code}\n`);
