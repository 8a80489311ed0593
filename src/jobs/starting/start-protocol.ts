/** What a host asks of `runner start`, and the one line of JSON that it answers. Both ends derive from these types. */
import type { GivenOptions, JobKind } from '../options/job-table.ts';

export interface StartRequest<K extends JobKind = JobKind> {
  readonly kind: K;
  /** Absolute folder of the specs. */
  readonly folder: string;
  readonly options?: GivenOptions[K];
  /** Left out or empty = as the Training says. */
  readonly seeds?: readonly number[];
}

export type StartAnswer =
  | {
      readonly run: string;
      readonly directory: string;
      /** Of the specs, in sentences with their place. */
      readonly warnings: readonly string[];
    }
  | { readonly error: string; readonly problems: readonly StartProblem[] };

/** A problem of the specs that kept the run from starting. */
export interface StartProblem {
  /** Absolute. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly message: string;
}
