import { createRun, createRunAt, runsFolder, type NewManifest } from '../../runs/run-directory.ts';
import { basename } from 'node:path';
import { describeMachine, describeVersions } from '../machine.ts';
import type { JobKind } from '../options/job-table.ts';
import { prepare, type JobDraft } from './prepare.ts';
import { assertNoErrors, formatIn, readSpecs } from './specs.ts';

export interface RunRequest<K extends JobKind = JobKind> extends JobDraft<K> {
  /** Absolute folder for the run, new or empty; default: a new one in .karma/runs. */
  readonly out?: string;
}

export interface NewRun {
  readonly directory: string;
  readonly id: string;
  /** Of the specs, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * Makes the directory of a run, from which any process can do it (executeRun). What the options leave open, such as "the
 * newest twin", is settled here, so that a resumed run goes by the same. Rejects with SpecError, JobError, IoError.
 */
export async function newRun<K extends JobKind>(request: RunRequest<K>): Promise<NewRun> {
  const { kind, folder, now, out } = request;
  const specs = await readSpecs(folder);
  assertNoErrors(folder, specs.problems);
  const { name, options, seeds } = prepare(request, specs.model);
  const manifest: NewManifest = {
    kind,
    name,
    createdAt: now,
    folder,
    specs: specs.copies,
    options: { ...options },
    seeds,
    versions: describeVersions(),
    machine: describeMachine(),
  };
  if (out) createRunAt(out, manifest);
  const directory = out ?? createRun(runsFolder(folder), manifest);
  return {
    directory,
    id: out ? out : basename(directory),
    warnings: specs.problems.map((problem) => formatIn(folder, problem)),
  };
}
