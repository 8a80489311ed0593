import { createRun, createRunAt, runsFolder, type NewManifest } from '../../runs/run-directory.ts';
import { basename } from 'node:path';
import { describeMachine, describeVersions } from '../machine.ts';
import type { JobKind } from '../options/job-table.ts';
import { prepare, type JobDraft } from './prepare.ts';
import { assertNoErrors, formatIn, readSpecs } from './specs.ts';

export interface RunRequest<K extends JobKind = JobKind> extends JobDraft<K> {
  /** Absolute path of the run's folder, which must be new or empty; by default a new one in .karma/runs. */
  readonly out?: string;
}

export interface NewRun {
  readonly directory: string;
  readonly id: string;
  /** Warnings about the specs, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Creates the directory of a run, from which any process can run it (executeRun). Open options, such as "the newest twin", are
 * resolved here, so that a resumed run uses the same values. Rejects with SpecError, JobError, IoError.
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
