/**
 * `npm run crash [kills] [seed]`: trains two seeds of the sample in processes, kills the whole group with SIGKILL at random
 * moments, resumes each time, and compares policies and journals with those of a straight run, byte by byte.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../src/cluster/random.ts';
import { journalPath, seedDirectory } from '../../src/runs/run-directory.ts';
import { ensureBuilt } from '../../tools/build-once.ts';
import { resultOf } from './result-of.ts';

const kills = Number(process.argv[2] ?? 10);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const random = new Random(seed);
const SEEDS = [1, 2];
/** As long for each kill, whatever their number. */
const STEPS = String(20_480 * kills);
/** Milliseconds, at most, from the line of the journal to the kill: some iterations. */
const LATER = 300;
const cli = join(ensureBuilt(), 'karma-mas.mjs');
const folder = mkdtempSync(join(tmpdir(), 'karma-crash-'));
const specs = join(folder, 'specs');

function run(...args: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`karma-mas ${args.join(' ')} ended with ${status}: ${stderr}`);
}

/** Lines that the training has written to its journals so far. */
function progressOf(directory: string): number {
  return SEEDS.map((seed) => journalPath(seedDirectory(directory, seed)))
    .filter((path) => existsSync(path))
    .reduce((lines, path) => lines + readFileSync(path, 'utf8').split('\n').length - 1, 0);
}

/** Starts a command in a process group of its own, and kills it a moment after it has written `lines`; false where it ended before. */
async function killAfter(lines: number, directory: string, ...args: string[]): Promise<boolean> {
  const before = progressOf(directory);
  const child = spawn(process.execPath, [cli, ...args], { detached: true, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  while (child.exitCode === null && progressOf(directory) < before + lines) await sleep(20);
  await sleep(random.between(0, LATER));
  const isKilled = child.exitCode === null;
  if (isKilled) process.kill(-child.pid!, 'SIGKILL');
  await ended;
  // The processes of the seeds see that their parent is gone; killed or not, they are through with it by then.
  await sleep(200);
  return isKilled;
}

const train = ['train', specs, '--training', 'in-emulator', '--seeds', SEEDS.join(','), '--steps', STEPS];
try {
  run('init', specs);
  const straight = join(folder, 'straight');
  run(...train, '--out', straight);
  // All lives together get through half of it, so that none comes to the end, however fast the machine is.
  const longest = Math.floor(progressOf(straight) / (2 * kills));

  const crashed = join(folder, 'crashed');
  let done = 0;
  while (done < kills) {
    // The first life must get as far as a run directory; the others die anywhere, as they start too.
    const lines = random.integer(done === 0 ? 1 : 0, longest);
    const args = done === 0 ? [...train, '--out', crashed] : ['runs', 'resume', crashed];
    if (!(await killAfter(lines, crashed, ...args))) break;
    done++;
  }
  spawnSync(process.execPath, [cli, 'runs', 'resume', crashed]);
  const expected = resultOf(straight, SEEDS);
  const actual = resultOf(crashed, SEEDS);
  const same = expected.length === actual.length && expected.every((line, i) => line === actual[i]);
  process.stdout.write(
    `${done} of ${kills} kills (seed ${seed}): ${same ? 'the same' : 'DIFFERENT'} policies and journals\n`,
  );
  process.exitCode = same && done === kills ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
