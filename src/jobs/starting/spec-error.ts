import type { Problem } from '../../spec/problem.ts';
import { JobError } from '../failure.ts';

/** The specs have errors, so nothing can be run. */
export class SpecError extends JobError {
  readonly folder: string;
  /** File names in them are relative to the folder. */
  readonly problems: readonly Problem[];
  constructor(folder: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? 'an error' : `${problems.length} errors`;
    super(`The specs in ${folder} have ${count}: correct them first (karma-mas validate shows them).`);
    this.name = 'SpecError';
    this.folder = folder;
    this.problems = problems;
  }
}
