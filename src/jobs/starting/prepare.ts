import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DEFAULT_TRACE_STORE } from '../../modeling/traces/trace-store.ts';
import { readManifest } from '../../runs/manifest.ts';
import { artifactPath, runsFolder } from '../../runs/run-directory.ts';
import { findRun, listRuns, type RunInfo } from '../../runs/run-list.ts';
import type { Model, Training } from '../../spec/model.ts';
import { POLICIES_FOLDER, TWIN_FOLDER } from '../../runs/artifacts.ts';
import { JobError } from '../running/context.ts';
import type { RunRequest } from './new-run.ts';
import type { JobKind, JobOptions, Refinement } from '../options/options.ts';

export interface Prepared {
  /** For the name of the run. */
  readonly name: string;
  readonly options: JobOptions[JobKind];
  readonly seeds: readonly number[];
}

/** Settles what a request leaves open: the Training, its seeds, and the results of earlier runs that the job takes. */
export function prepare(request: RunRequest, model: Model): Prepared {
  const training = trainingOf(model, request.options.training);
  const seeds = request.seeds.length > 0 ? request.seeds : training.seeds;
  const options = { ...request.options, training: training.name, ...inputsOf(request, model, training) };
  return { name: training.name, options, seeds };
}

function inputsOf(request: RunRequest, model: Model, training: Training): Record<string, string> {
  const { kind, folder, now } = request;
  const runs = runsFolder(folder);
  const given = request.options as unknown as Record<string, string>;
  switch (kind) {
    case 'fit':
      return {
        traces: given.traces ? resolve(given.traces) : join(folder, DEFAULT_TRACE_STORE),
        twin: given.twin || training.twin.kind,
      };
    case 'train':
      return { twin: twinOf(runs, given.twin, training, now), backend: given.backend || training.backend };
    case 'analyze':
    case 'evaluate':
      return {
        policies: policiesOf(runs, given.policies, now),
        ...(kind === 'evaluate' ? { before: given.before ? policiesOf(runs, given.before, now) : '' } : {}),
      };
    case 'transfer':
      return {
        policies: policiesOf(runs, given.policies, now),
        twin: resultOf(runs, given.twin, ['fit', 'run'], TWIN_FOLDER, now) ?? '',
        transfer: transferOf(model, given.transfer, training),
        traces: given.traces ? resolve(given.traces) : join(folder, DEFAULT_TRACE_STORE),
      };
    case 'collect':
      return { traces: given.traces ? resolve(given.traces) : join(folder, DEFAULT_TRACE_STORE) };
    case 'run':
      return given.refines ? { ...refinementOf(runs, given.refines, training, now) } : { before: '', twin: '' };
  }
}

export function trainingOf(model: Model, name: string): Training {
  const found = name === '' ? model.trainings[0] : model.trainings.find((training) => training.name === name);
  if (found) return found;
  const known = model.trainings.map((training) => training.name).join(', ');
  throw new JobError(
    known === ''
      ? 'The specs have no Training: add one (karma-mas init copies a sample to start from).'
      : `There is no Training named ${name}: name one of ${known} (--training).`,
  );
}

/** Folder of the twin; empty for the emulator with the numbers of the spec. */
function twinOf(runs: string, name: string, training: Training, now: number): string {
  const found = resultOf(runs, name, ['fit', 'run'], TWIN_FOLDER, now);
  if (found) return found;
  if (training.twin.kind === 'emulator') return '';
  throw new JobError(
    `Training ${training.name} needs a twin, and none has been fitted yet: run karma-mas collect and karma-mas fit, or set twin.kind to emulator.`,
  );
}

/** What a run that refines another one takes over from it: an analysis of policies may be in a run of its own. */
function refinementOf(runs: string, name: string, training: Training, now: number): Refinement {
  const { directory, manifest } = findRun(runs, name, () => now);
  const own = artifactPath(directory, POLICIES_FOLDER);
  const { policies, twin } = manifest.options as { readonly policies?: string; readonly twin?: string };
  const before = existsSync(own) ? own : (policies ?? '');
  if (before === '' || !existsSync(before))
    throw new JobError(
      `Run ${manifest.id} (${manifest.kind}) has no policies to refine: name a run that trained or analyzed some.`,
    );
  const trained = [directory, dirname(dirname(before))]
    .map((each) => artifactPath(each, TWIN_FOLDER))
    .find((each) => existsSync(each));
  return {
    refines: manifest.id,
    before,
    twin: trained ?? twin ?? twinOfTraining(before) ?? twinOf(runs, '', training, now),
  };
}

/** Folder of the twin that policies were trained in; undefined where they are in no run. */
function twinOfTraining(policies: string): string | undefined {
  const directory = dirname(dirname(policies));
  if (!existsSync(join(directory, 'manifest.json'))) return undefined;
  return (readManifest(directory).options as { readonly twin?: string }).twin;
}

/** Folder of the policies, one file per seed. */
function policiesOf(runs: string, name: string, now: number): string {
  if (name !== '' && existsSync(name) && !existsSync(join(name, 'manifest.json'))) return resolve(name);
  const found = resultOf(runs, name, ['train', 'run'], POLICIES_FOLDER, now);
  if (found) return found;
  throw new JobError('No policies have been trained yet: run karma-mas train first, or name a folder (--policies).');
}

/** An artifacts folder of the run that is named, or else of the newest finished one of these kinds. */
function resultOf(
  runs: string,
  name: string,
  kinds: readonly JobKind[],
  artifact: string,
  now: number,
): string | undefined {
  const has = (run: RunInfo) => existsSync(artifactPath(run.directory, artifact));
  if (name === '' || name === 'latest') {
    const done = listRuns(runs, () => now).runs.find(
      ({ manifest, state }) => state === 'finished' && (kinds as readonly string[]).includes(manifest.kind),
    );
    return done && has(done) ? artifactPath(done.directory, artifact) : undefined;
  }
  const run = findRun(runs, name, () => now);
  if (!has(run))
    throw new JobError(
      `Run ${run.manifest.id} (${run.manifest.kind}, ${run.state}) has no ${artifact}: name another run.`,
    );
  return artifactPath(run.directory, artifact);
}

/** Name of the Transfer to go by. */
export function transferOf(model: Model, name: string, training: Training): string {
  const candidates = model.transfers.filter((transfer) =>
    name === '' ? transfer.training === training.name : transfer.name === name,
  );
  if (candidates.length === 1) return candidates[0].name;
  const known = model.transfers.map((transfer) => transfer.name).join(', ') || 'none';
  throw new JobError(`Name the Transfer to go by (--transfer); the specs have ${known}.`);
}
