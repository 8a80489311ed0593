/**
 * `npm run demo`: all four phases on a copy of the sample, sized for a few minutes on two cores. It does the same as `karma-mas run`
 * with fewer seeds, steps and episodes than the results in docs/results.md, and prints how many.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../src/hosts/cli/program.ts';

const SEEDS = '1,2';
const STEPS = '1000000';
const HOURS = '8';
/** Per scenario; there are five scenarios. */
const EPISODES = '4';
const TUNING = '40';
const PLANNED = '1';

const folder = join(await mkdtemp(join(tmpdir(), 'karma-demo-')), 'chained-services');
process.stdout.write(
  `KARMA MAS demo: ${HOURS} h of traces, seeds ${SEEDS} of ${STEPS} steps, ${EPISODES} episodes per scenario, in ${folder}\n`,
);
const created = await runCommandLine(['init', folder]);
const sizes = [
  '--seeds',
  SEEDS,
  '--steps',
  STEPS,
  '--hours',
  HOURS,
  '--episodes',
  EPISODES,
  '--tuning',
  TUNING,
  '--planned',
  PLANNED,
];
process.exitCode = created !== 0 ? created : await runCommandLine(['run', folder, ...sizes]);
