import type { Checkpoint } from '../../runs/checkpoints.ts';
import type { Progress } from '../../runs/progress-file.ts';
import type { RunWriter } from '../../runs/run-directory.ts';
import type { Model } from '../../spec/model.ts';
import type { JobKind, JobOptions } from '../options/job-table.ts';
import type { JobSummaries } from './summaries.ts';

/** What a job gets from its host: the model, its run directory, and the ways to receive a stop and to report. */
export interface JobContext {
  /** The model from the run's own copies of the specs. */
  readonly model: Model;
  /** Folder of the specs. Relative paths in the specs start here. */
  readonly folder: string;
  /** Folder of all runs beside the specs. It contains the results of earlier jobs. */
  readonly runs: string;
  readonly run: RunWriter;
  readonly seeds: readonly number[];
  /** The checkpoint to continue from; undefined to start from the beginning. */
  readonly checkpoint: Checkpoint | undefined;
  /**
   * Aborts when a stop is requested. The job must then save a checkpoint within 5 s and throw `signal.reason`
   * (`signal.throwIfAborted()`).
   */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. For journal times and rates only; no result of a job may depend on it. */
  readonly now: () => number;
  readonly onProgress: (progress: Progress) => void;
  /** Writes a message to the journal and the terminal. */
  readonly log: (message: string, level?: 'info' | 'warning') => void;
}

export type Job<K extends JobKind> = (context: JobContext, options: JobOptions[K]) => Promise<JobSummaries[K]>;
