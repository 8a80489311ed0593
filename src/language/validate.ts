/** Validation of a folder: what the loader found wrong, and what its author probably does not mean. */
import { compareProblems, type Problem } from '../spec/problem.ts';
import type { DiagnosedFolder } from './diagnostics/declared.ts';
import { diagnose, type DiagnoseOptions } from './diagnostics/diagnose.ts';

/** All problems of a folder, sorted by file and place. */
export const validate = (folder: DiagnosedFolder, options: DiagnoseOptions = {}): Problem[] =>
  [...folder.problems, ...diagnose(folder, options)].sort(compareProblems);
