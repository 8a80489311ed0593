import type { Job } from '../running/context.ts';
import type { JobKind } from '../options/job-table.ts';
import { analyzeJob } from './analyze.ts';
import { collectJob } from './collect.ts';
import { evaluateJob } from './evaluate.ts';
import { fitJob } from './fit.ts';
import { runAllJob } from './run-all.ts';
import { trainJob } from './train.ts';
import { transferJob } from './transfer.ts';

/** The job of each kind of run. */
export const JOBS: { readonly [K in JobKind]: Job<K> } = {
  run: runAllJob,
  collect: collectJob,
  fit: fitJob,
  train: trainJob,
  analyze: analyzeJob,
  evaluate: evaluateJob,
  transfer: transferJob,
};
