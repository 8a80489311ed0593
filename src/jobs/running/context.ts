import type { Checkpoint } from '../../runs/checkpoints.ts';
import type { Progress } from '../../runs/progress-file.ts';
import type { RunWriter } from '../../runs/run-directory.ts';
import type { Model } from '../../spec/model.ts';
import type { JobKind, JobOptions } from '../options/job-table.ts';
import type { JobSummaries } from './summaries.ts';

/** What a job is given by its host: the model, its own run directory, and the ways to be told and to tell. */
export interface JobContext {
  /** From the run's own copy of the specs. */
  readonly model: Model;
  /** Folder of the specs: relative paths in them begin here. */
  readonly folder: string;
  /** Folder of all runs beside the specs, where the results of earlier jobs are. */
  readonly runs: string;
  readonly run: RunWriter;
  readonly seeds: readonly number[];
  /** Where to go on from; undefined = from the beginning. */
  readonly checkpoint: Checkpoint | undefined;
  /**
   * Aborts when a stop is asked for: the job then saves a checkpoint within 5 s and throws `signal.reason`
   * (`signal.throwIfAborted()`).
   */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. For journal times and rates only: nothing that a job computes may depend on it. */
  readonly now: () => number;
  readonly onProgress: (progress: Progress) => void;
  /** Says something in the journal and on the terminal. */
  readonly log: (message: string, level?: 'info' | 'warning') => void;
}

export type Job<K extends JobKind> = (context: JobContext, options: JobOptions[K]) => Promise<JobSummaries[K]>;
