/** The request to `runner start`, and the one line of JSON with which it answers. Both sides use these types. */
import type { GivenOptions, JobKind } from '../options/job-table.ts';

export interface StartRequest<K extends JobKind = JobKind> {
  readonly kind: K;
  /** Absolute folder of the specs. */
  readonly folder: string;
  readonly options?: GivenOptions[K];
  /** The seeds of the Training if omitted or empty. */
  readonly seeds?: readonly number[];
}

export type StartAnswer =
  | {
      readonly run: string;
      readonly directory: string;
      /** Warnings about the specs, as sentences with their positions. */
      readonly warnings: readonly string[];
    }
  | { readonly error: string; readonly problems: readonly StartProblem[] };

/** A problem of the specs that prevented the run. */
export interface StartProblem {
  /** Absolute path. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly message: string;
}
