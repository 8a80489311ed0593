/**
 * `npm run crash [kills] [seed]`: trains two seeds of the sample in processes, kills the whole group with SIGKILL at random
 * moments, resumes each time, and compares policies and journals with those of a straight run, byte by byte.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../src/cluster/random.ts';
import { resultOf } from './result-of.ts';

const kills = Number(process.argv[2] ?? 10);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const random = new Random(seed);
const SEEDS = [1, 2];
const STEPS = '204800';
const cli = join(import.meta.dirname, '..', '..', 'src', 'hosts', 'cli', 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'karma-crash-'));
const specs = join(folder, 'specs');

function run(...args: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`karma-mas ${args.join(' ')} ended with ${status}: ${stderr}`);
}

/** Starts a command in a process group of its own; true when it was killed, false when it ended by itself. */
async function killAfter(milliseconds: number, ...args: string[]): Promise<boolean> {
  const child = spawn(process.execPath, [cli, ...args], { detached: true, stdio: 'ignore' });
  const ended = new Promise<boolean>((resolve) => child.on('exit', () => resolve(false)));
  const killed = await Promise.race([ended, sleep(milliseconds, true)]);
  if (killed) process.kill(-child.pid!, 'SIGKILL');
  await ended;
  // The processes of the seeds see that their parent is gone; killed or not, they are through with it by then.
  await sleep(200);
  return killed;
}

const train = ['train', specs, '--training', 'in-emulator', '--seeds', SEEDS.join(','), '--steps', STEPS];
try {
  run('init', specs);
  const began = performance.now();
  run(...train, '--out', join(folder, 'straight'));
  const duration = performance.now() - began;

  const crashed = join(folder, 'crashed');
  let done = 0;
  // The first life must get as far as a run directory; the others die anywhere.
  while (done < kills) {
    const life = duration * random.between(0.1, done === 0 ? 0.6 : 0.3);
    const args = done === 0 ? [...train, '--out', crashed] : ['runs', 'resume', crashed];
    if (!(await killAfter(life, ...args))) break;
    done++;
  }
  spawnSync(process.execPath, [cli, 'runs', 'resume', crashed]);
  const expected = resultOf(join(folder, 'straight'), SEEDS);
  const actual = resultOf(crashed, SEEDS);
  const same = expected.length === actual.length && expected.every((line, i) => line === actual[i]);
  process.stdout.write(`${done} kills (seed ${seed}): ${same ? 'the same' : 'DIFFERENT'} policies and journals\n`);
  process.exitCode = same && done > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
