import { join } from 'node:path';
import { toIoError } from '../../runs/io-error.ts';
import { copySpec, type Manifest, type SpecCopy } from '../../runs/manifest.ts';
import { readSpecFolder } from '../../spec/folder.ts';
import { loadSpecs, type SpecDocument } from '../../spec/load.ts';
import type { Model } from '../../spec/model.ts';
import { formatProblem, type Problem } from '../../spec/problem.ts';
import { SpecError } from './spec-error.ts';

export interface Specs {
  readonly model: Model;
  readonly problems: readonly Problem[];
  readonly documents: readonly SpecDocument[];
  /** Copies of the specs, for a manifest. */
  readonly copies: readonly SpecCopy[];
}

/** Reads the specs of a folder and finds their problems. Rejects with IoError if the folder cannot be read. */
export async function readSpecs(folder: string): Promise<Specs> {
  const { model, problems, documents, files } = await readSpecFolder(folder).catch((error: unknown) => {
    throw toIoError(error, folder);
  });
  const copies = files.map(({ path, text }) =>
    copySpec(path, typeof text === 'string' ? text : new TextDecoder().decode(text)),
  );
  return { model, problems, documents, copies };
}

/** Returns the model of a run from the run's own copies of the specs. */
export function modelOfRun(manifest: Manifest): Model {
  const { model, problems } = loadSpecs(manifest.specs);
  assertNoErrors(manifest.folder, problems);
  return model;
}

export function assertNoErrors(folder: string, problems: readonly Problem[]): void {
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) throw new SpecError(folder, errors);
}

/** Formats a problem as `folder/file:line:column: severity code: message`, which terminals turn into a link. */
export function formatIn(folder: string, problem: Problem): string {
  return formatProblem({ ...problem, file: join(folder, problem.file) });
}
