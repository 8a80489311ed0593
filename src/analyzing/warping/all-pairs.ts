/** The distances of all pairs: blocks of four sequences with all before them, in this thread or shared out to several. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { breathe } from '../../cluster/breathe.ts';
import { condensedIndex, type CondensedDistances } from '../groups/condensed-distances.ts';
import { BlockWarper, LANES, type WarpingProblem } from './block-warper.ts';
import type { WarpingSetup } from './worker.ts';

export interface WarpingOptions {
  /**
   * Sakoe-Chiba band: a step may be aligned with steps at most this far from it in time. Widened to the difference of the
   * lengths, so that an alignment exists. Default: none.
   */
  readonly band?: number;
}

/** Where the compiled kernel and the thread's program lie. */
export interface WarpingFiles {
  readonly kernel: URL;
  readonly worker: URL;
}

export interface MatrixOptions extends WarpingOptions {
  /** Default 1: in this thread. The result does not depend on it. */
  readonly threads?: number;
  /** For a bundle, in which they do not lie beside this file. */
  readonly files?: WarpingFiles;
  readonly signal?: AbortSignal;
  /** Pairs done. */
  readonly onProgress?: (done: number, total: number) => void;
}

const SOURCE_FILES: WarpingFiles = {
  kernel: new URL('./kernel.wasm', import.meta.url),
  worker: new URL('./worker.ts', import.meta.url),
};
/** Steps aligned with steps (cells) between two chances for other work of this thread: about 10 ms. */
const SLICE = 2_000_000;
/** Cells from which a thread, which takes some 50 ms to start, is worth it. */
const THREADING_PAYS = 50_000_000;

/** Rejects with a RangeError where a value is not a number, and with the signal's reason when aborted. */
export async function allPairs(problem: WarpingProblem, options: MatrixOptions): Promise<CondensedDistances> {
  const { files = SOURCE_FILES, signal, onProgress } = options;
  assertNumbers(problem);
  const module = await compile(files.kernel);
  const { sequences } = problem;
  const count = sequences.length;
  const values = new Float64Array((count * (count - 1)) / 2);
  let done = 0;
  const keep = (first: number, block: Float64Array): void => {
    for (let j = first; j < Math.min(first + LANES, count); j++)
      for (let i = 0; i < j; i++) values[condensedIndex(count, i, j)] = block[i * LANES + (j - first)];
    done = Math.max(done, pairsBefore(Math.min(first + LANES, count)));
    onProgress?.(done, values.length);
  };
  signal?.throwIfAborted();
  const threads = cellsOf(problem) < THREADING_PAYS ? 1 : (options.threads ?? 1);
  if (threads > 1) await inThreads({ module, problem }, threads, files.worker, signal, keep);
  else await inThisThread({ module, problem }, signal, keep);
  return { count, values };
}

type Keep = (first: number, block: Float64Array) => void;

async function inThisThread({ module, problem }: WarpingSetup, signal: AbortSignal | undefined, keep: Keep) {
  const warper = new BlockWarper(module, problem);
  const { sequences } = problem;
  const cells = cellsOf(problem) / Math.max(1, pairsBefore(sequences.length));
  let since = 0;
  for (let first = 0; first < sequences.length; first += LANES) {
    keep(first, warper.distances(first));
    since += (first + LANES) * LANES * cells;
    if (since < SLICE) continue;
    since = 0;
    await breathe();
    signal?.throwIfAborted();
  }
}

/** The widest blocks, which take longest, first, so that the threads end together. */
async function inThreads(
  setup: WarpingSetup,
  threads: number,
  entry: URL,
  signal: AbortSignal | undefined,
  keep: Keep,
): Promise<void> {
  const blocks = Math.ceil(setup.problem.sequences.length / LANES);
  const firsts = Array.from({ length: blocks }, (_, block) => block * LANES);
  const stop = new AbortController();
  const lane = async (): Promise<void> => {
    const worker = new Worker(entry, { workerData: setup, execArgv: [] });
    try {
      for (let first = firsts.pop(); first !== undefined; first = firsts.pop()) {
        worker.postMessage(first);
        const [block] = (await once(worker, 'message', { signal: stop.signal })) as [Float64Array];
        keep(first, block);
        signal?.throwIfAborted();
      }
    } catch (error) {
      stop.abort();
      throw error;
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, blocks) }, lane));
}

function assertNumbers(problem: WarpingProblem): void {
  const columns = problem.kind === 'vectors' ? problem.sequences : [problem.distances];
  if (columns.some((column) => column.some(Number.isNaN)))
    throw new RangeError('A value of a sequence is not a number: the sequences cannot be compared.');
}

async function compile(kernel: URL): Promise<WebAssembly.Module> {
  const bytes = await readFile(kernel).catch((cause: unknown) => {
    throw new Error(`The compiled kernel is missing (${kernel.pathname}): run \`npm run build\`.`, { cause });
  });
  return WebAssembly.compile(bytes);
}

const pairsBefore = (count: number): number => (count * (count - 1)) / 2;

/** Steps aligned with steps, over all pairs, about. */
function cellsOf({ sequences, ...problem }: WarpingProblem): number {
  const width = problem.kind === 'vectors' ? problem.dimension : 1;
  const steps = sequences.reduce((sum, sequence) => sum + sequence.length / width, 0);
  return (steps * steps) / 2;
}
