/** `npm run bench [name ...]`: what is fast, and how fast, beside peers in the same run. Prints the machine first. */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { benchCel } from './cel.ts';
import { benchDecision } from './decision.ts';
import { benchDtw } from './dtw.ts';
import { benchEmulator } from './emulator.ts';
import { benchLanguageServer } from './language-server.ts';
import { benchAnalysis } from './language/analysis.ts';
import { benchNn } from './nn.ts';
import { benchTraining } from './training.ts';
import { benchTwin } from './twin.ts';

const log = (line: string): void => console.log(line);
const BENCHES: Readonly<Record<string, () => unknown>> = {
  nn: () => benchNn(log),
  emulator: () => benchEmulator(),
  twin: () => benchTwin(),
  training: () => benchTraining(log),
  decision: () => benchDecision(log),
  dtw: () => benchDtw(log),
  cel: () => benchCel(log),
  language: async () => {
    await benchAnalysis(log);
    await benchLanguageServer(log);
  },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  process.stderr.write(`There is no bench ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}.\n`);
  process.exit(2);
}
log(`${availableParallelism()} x ${cpus()[0].model.trim()}, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`);
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  log(`\n== ${name}`);
  await bench();
}
