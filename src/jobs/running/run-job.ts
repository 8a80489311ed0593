import { ClusterError } from '../../cluster/live/live-cluster.ts';
import type { Json } from '../../runs/events.ts';
import { readJournal } from '../../runs/journal.ts';
import type { Progress } from '../../runs/progress-file.ts';
import { openRun, type RunWriter } from '../../runs/run-directory.ts';
import { clearStop, watchStop } from '../../runs/stop.ts';
import type { Model } from '../../spec/model.ts';
import { thisProcess } from '../this-process.ts';
import type { JobContext } from './context.ts';
import { asJson } from './summaries.ts';

/** What to do in a run directory, whatever process hosts it. */
export interface Work {
  readonly kind: string;
  readonly seeds: readonly number[];
  readonly model: Model;
  /** See JobContext. */
  readonly folder: string;
  readonly runs: string;
  readonly job: (context: JobContext) => Promise<object>;
}

export interface JobHost {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Aborts when the host requests a stop (Ctrl-C, or its parent is gone). */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly onLog: (message: string, level: 'info' | 'warning') => void;
}

export type JobEnd =
  | { readonly state: 'finished'; readonly summary: Json }
  | { readonly state: 'stopped'; readonly step: number }
  | { readonly state: 'failed'; readonly error: unknown };

/**
 * Runs a job in its run directory from the newest checkpoint on. It takes the lease, journals the beginning and the end, and
 * turns a stop (file or host) into an abort. A finished job is left as it is. Errors of the job do not throw; the result
 * contains them. Throws LeaseHeldError and IoError if the work cannot begin.
 */
export async function runJob(directory: string, work: Work, host: JobHost): Promise<JobEnd> {
  const process = thisProcess(host.now);
  const run = openRun(directory, process);
  const stop = new AbortController();
  const release: (() => void)[] = [];
  try {
    const done = finishedSummary(run.journal.path);
    if (done !== undefined) return { state: 'finished', summary: done };
    clearStop(directory);
    const { checkpoint, problems } = run.begin(work.kind, work.seeds);
    for (const problem of problems) host.onLog(problem, 'warning');
    release.push(
      watchStop(directory, process.every, () => stop.abort(new StopRequest('file'))),
      onAbort(host.signal, () => stop.abort(new StopRequest('signal'))),
      onAbort(run.lease.lost, () => stop.abort(run.lease.lost.reason)),
      onAbort(stop.signal, () => acknowledge(run, stop.signal.reason)),
    );
    const log = (message: string, level: 'info' | 'warning' = 'info') => {
      run.journal.append('note', { level, message });
      host.onLog(message, level);
    };
    const { model, folder, runs, seeds } = work;
    const { now, onProgress } = host;
    const context = { model, folder, runs, run, seeds, checkpoint, signal: stop.signal, now, onProgress, log };
    return await perform(context, work);
  } finally {
    for (const undo of release) undo();
    run.close();
  }
}

/** Returns the summary of a run that has nothing left to do, or undefined. */
function finishedSummary(journal: string): Json | undefined {
  return readJournal(journal).events.findLast((event) => event.type === 'finished')?.summary;
}

async function perform(context: JobContext, work: Work): Promise<JobEnd> {
  const { run, signal, now } = context;
  const begin = now();
  try {
    signal.throwIfAborted();
    const summary = asJson(await work.job(context));
    run.journal.append('finished', { summary, seconds: (now() - begin) / 1000 });
    run.journal.sync();
    return { state: 'finished', summary };
  } catch (error) {
    return ending(run, signal, error);
  }
}

function ending(run: RunWriter, signal: AbortSignal, error: unknown): JobEnd {
  // Once the lease is lost, the directory belongs to another process.
  if (run.lease.lost.aborted) return { state: 'failed', error: run.lease.lost.reason };
  try {
    if (signal.aborted && isAbort(error)) {
      run.journal.append('stopped', { step: run.step });
      run.journal.sync();
      return { state: 'stopped', step: run.step };
    }
    run.journal.append('failed', { message: error instanceof Error ? error.message : String(error) });
  } catch {
    // The journal cannot be written, for example on a full disk. The first error says why, and the run counts as stale.
  }
  return { state: 'failed', error };
}

/** A stop was requested. This is the reason of JobContext.signal. */
class StopRequest extends Error {
  readonly by: 'file' | 'signal';
  constructor(by: 'file' | 'signal') {
    super('Stopped on request.');
    this.name = 'AbortError';
    this.by = by;
  }
}

/** Tells whether a stopping job threw this: the signal's reason, or the error that a library makes of it. */
function isAbort(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'AbortError' || (error instanceof ClusterError && error.reason === 'aborted');
}

function acknowledge(run: RunWriter, reason: unknown): void {
  if (!(reason instanceof StopRequest)) return;
  try {
    run.journal.append('stopRequested', { by: reason.by });
  } catch {
    // Stopping continues. The job's own next write meets the same error and reports it.
  }
}

function onAbort(signal: AbortSignal, action: () => void): () => void {
  if (signal.aborted) action();
  else signal.addEventListener('abort', action, { once: true });
  return () => signal.removeEventListener('abort', action);
}
