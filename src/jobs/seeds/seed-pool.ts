import { fork, type ChildProcess } from 'node:child_process';
import type { Json } from '../../runs/events.ts';
import { IoError } from '../../runs/io-error.ts';
import type { Progress } from '../../runs/progress-file.ts';
import { runnerEntry } from '../assets.ts';
import { JobError } from '../failure.ts';
import type { FromSeed, ToSeed } from './seed-protocol.ts';

/** Milliseconds that a process has after a stop to save its checkpoint before it is killed. */
const GRACE = 8_000;

export interface SeedPoolOptions {
  readonly runDirectory: string;
  readonly seeds: readonly number[];
  /** Maximum number of processes at the same time. */
  readonly cores: number;
  readonly signal: AbortSignal;
  /** Receives the progress of all seeds together. */
  readonly onProgress: (progress: Progress) => void;
  readonly onLog: (message: string, level: 'info' | 'warning') => void;
  /** The program that handles `seed <runDirectory> <seed>`; by default the runner itself. */
  readonly entry?: string;
}

/**
 * Runs the seeds of a job in separate processes, up to `cores` at a time, each in its own run directory seeds/<n>. Resolves with
 * their summaries in the order of `seeds`. If one fails, the others are stopped at their checkpoints, and the error names the
 * seed. Rejects with `signal.reason` when stopped. No process outlives the call.
 */
export async function runSeeds(options: SeedPoolOptions): Promise<Json[]> {
  const { seeds, signal } = options;
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  const total = new ProgressSum(seeds.length, options.onProgress);
  const summaries = new Array<Json>(seeds.length);
  let next = 0;
  const lane = async () => {
    while (next < seeds.length && !stop.aborted) {
      const index = next++;
      try {
        const summary = await runSeed(options, seeds[index], stop, {
          onProgress: (progress) => total.update(index, progress),
          fail: (error) => failure.abort(error),
        });
        if (summary !== undefined) summaries[index] = summary;
      } catch (error) {
        failure.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(options.cores, seeds.length)) }, lane));
  stop.throwIfAborted();
  return summaries;
}

/** Resolves with undefined if the seed was stopped. */
function runSeed(
  options: SeedPoolOptions,
  seed: number,
  stop: AbortSignal,
  parent: { readonly onProgress: (progress: Progress) => void; readonly fail: (error: unknown) => void },
): Promise<Json | undefined> {
  const child = fork(options.entry ?? runnerEntry(), ['seed', options.runDirectory, String(seed)], {
    // Errors arrive as messages. Anything that Node itself prints goes to the terminal.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    let end: FromSeed | undefined;
    let kill: NodeJS.Timeout | undefined;
    const askToStop = () => {
      send(child, { type: 'stop' });
      kill = setTimeout(() => child.kill('SIGKILL'), GRACE);
    };
    if (stop.aborted) askToStop();
    else stop.addEventListener('abort', askToStop, { once: true });
    child.on('message', (message) => {
      const told = message as FromSeed;
      try {
        if (told.type === 'progress') parent.onProgress(told.progress);
        else if (told.type === 'log') options.onLog(`Seed ${seed}: ${told.message}`, told.level);
        else end = told;
      } catch (error) {
        parent.fail(error); // The job's own journal may not be writable, but an event handler must not throw.
      }
    });
    const settle = (settlement: () => void) => {
      stop.removeEventListener('abort', askToStop);
      clearTimeout(kill);
      settlement();
    };
    child.on('error', (error) =>
      settle(() =>
        reject(new JobError(`The process of seed ${seed} did not start: ${error.message}`, { cause: error })),
      ),
    );
    child.on('exit', (code, killedBy) =>
      settle(() => {
        if (end?.type === 'finished') resolve(end.summary);
        else if (end?.type === 'failed') reject(seedError(seed, end, options.runDirectory));
        else if (end?.type === 'stopped' || stop.aborted) resolve(undefined);
        else
          reject(
            new JobError(
              `The process of seed ${seed} ended unexpectedly (${killedBy ?? `exit code ${code}`}): resume the run to go on from its last checkpoint.`,
            ),
          );
      }),
    );
  });
}

function seedError(seed: number, end: Extract<FromSeed, { type: 'failed' }>, directory: string): Error {
  const message = `Seed ${seed}: ${end.message}`;
  const error = end.io ? new IoError('', directory, message) : new JobError(message);
  if (end.stack !== '') error.stack = end.stack;
  return error;
}

function send(child: ChildProcess, message: ToSeed): void {
  if (child.connected) child.send(message, () => undefined); // If it is ending right now, its exit counts.
}

/** Combines the progress of parallel seeds. */
class ProgressSum {
  readonly #latest: (Progress | undefined)[];
  readonly #onProgress: (progress: Progress) => void;

  constructor(seeds: number, onProgress: (progress: Progress) => void) {
    this.#latest = new Array<Progress | undefined>(seeds).fill(undefined);
    this.#onProgress = onProgress;
  }

  update(index: number, progress: Progress): void {
    this.#latest[index] = progress;
    const known = this.#latest.filter((entry) => entry !== undefined);
    const sum = (of: (entry: Progress) => number) => known.reduce((total, entry) => total + of(entry), 0);
    // A seed that has not begun is assumed to be as long as the others on average.
    const total = Math.round((sum((entry) => entry.total) / known.length) * this.#latest.length);
    this.#onProgress({ ...progress, done: sum((entry) => entry.done), total });
  }
}
