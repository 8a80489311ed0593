import type { Problem } from '../../spec/problem.ts';
import { JobError } from '../failure.ts';

/** The specs have errors: nothing can be run by them. */
export class SpecError extends JobError {
  readonly folder: string;
  /** Their files are relative to the folder. */
  readonly problems: readonly Problem[];
  constructor(folder: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? 'an error' : `${problems.length} errors`;
    super(`The specs in ${folder} have ${count}: correct them first (karma-mas validate shows them).`);
    this.name = 'SpecError';
    this.folder = folder;
    this.problems = problems;
  }
}
