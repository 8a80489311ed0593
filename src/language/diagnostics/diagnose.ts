/**
 * What a folder that could run is probably not meant to say: what the loader's checks do not see, because it needs reasoning
 * over all states of a cluster, or over several objects. Pure, and never throws on user text.
 */
import { compareProblems, type Problem } from '../../spec/problem.ts';
import { checkGoals, checkRoom, checkTransfers } from './against-cluster.ts';
import { DeclaredObjects, type DiagnosedFolder } from './declared.ts';
import { checkOrganizations } from './organization.ts';
import { checkRules } from './rules.ts';
import type { SampleProvider } from './samples.ts';
import { checkUnused } from './unused.ts';

export type { SampledStates, SampleProvider } from './samples.ts';

export interface DiagnoseOptions {
  /** Sampled states of a cluster, to tell of rules that matched in none. Without them nothing is said of that. */
  readonly samples?: SampleProvider | undefined;
}

/** Beside the problems of the folder itself; sorted as these are. */
export function diagnose(folder: DiagnosedFolder, options: DiagnoseOptions = {}): Problem[] {
  const objects = new DeclaredObjects(folder);
  checkRoom(objects);
  checkRules(objects, options.samples);
  checkGoals(objects);
  checkOrganizations(objects);
  checkTransfers(objects);
  checkUnused(objects);
  return objects.problems.sort(compareProblems);
}
