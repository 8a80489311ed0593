import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DEFAULT_TRACE_STORE } from '../../modeling/traces/trace-store.ts';
import { hasManifest, readManifest, type Manifest } from '../../runs/manifest.ts';
import { artifactPath, runsFolder } from '../../runs/run-directory.ts';
import { findRun, listRuns, type RunInfo } from '../../runs/run-list.ts';
import type { Model, Training } from '../../spec/model.ts';
import { POLICIES_FOLDER, TWIN_FOLDER } from '../../runs/artifacts.ts';
import { JobError } from '../failure.ts';
import { cores } from '../machine.ts';
import type { JobKind, JobOptions } from '../options/job-table.ts';

/** A request for a job that is complete except for its open options. */
export interface JobDraft<K extends JobKind = JobKind> {
  readonly kind: K;
  /** Absolute folder of the specs. */
  readonly folder: string;
  readonly options: JobOptions[K];
  /** Empty for the seeds of the Training. */
  readonly seeds: readonly number[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Prepared<K extends JobKind = JobKind> {
  /** Used in the name of the run. */
  readonly name: string;
  readonly options: JobOptions[K];
  readonly seeds: readonly number[];
}

/** Resolves what a request leaves open: the Training, its seeds, and the earlier results that the job needs. */
export function prepare<K extends JobKind>(draft: JobDraft<K>, model: Model): Prepared<K> {
  const { kind, folder, options, now } = draft;
  const training = trainingOf(model, options.training);
  const seeds = draft.seeds.length > 0 ? draft.seeds : training.seeds;
  const place = { folder, runs: runsFolder(folder), now, model, training };
  const common = { training: training.name, cores: options.cores || cores() };
  return { name: training.name, options: { ...options, ...common, ...SETTLE[kind](options, place) }, seeds };
}

/** What is needed to resolve open options. */
interface Place {
  readonly folder: string;
  /** Folder of the runs beside the specs. */
  readonly runs: string;
  readonly now: number;
  readonly model: Model;
  readonly training: Training;
}

const SETTLE: { readonly [K in JobKind]: (given: JobOptions[K], place: Place) => Partial<JobOptions[K]> } = {
  run: ({ refines }, place) => (refines === '' ? {} : refinementOf(refines, place)),
  collect: ({ traces }, place) => ({ traces: storeOf(traces, place) }),
  fit: ({ traces, twin }, place) => ({ traces: storeOf(traces, place), twin: twin || place.training.twin.kind }),
  train: ({ twin, backend }, place) => ({ twin: twinOf(twin, place), backend: backend || place.training.backend }),
  analyze: ({ policies }, place) => ({ policies: policiesOf(policies, place) }),
  evaluate: ({ policies, before }, place) => ({
    policies: policiesOf(policies, place),
    before: before === '' ? '' : policiesOf(before, place),
  }),
  transfer: ({ policies, twin, transfer, traces }, place) => ({
    policies: policiesOf(policies, place),
    twin: resultOf(twin, ['fit', 'run'], TWIN_FOLDER, place) ?? '',
    transfer: transferOf(place.model, transfer, place.training),
    traces: storeOf(traces, place),
  }),
};

const storeOf = (traces: string, { folder }: Place): string =>
  traces === '' ? join(folder, DEFAULT_TRACE_STORE) : resolve(traces);

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

/** Returns the folder of the twin. It is empty for the emulator with the numbers of the spec. */
function twinOf(name: string, place: Place): string {
  const { training } = place;
  const found = resultOf(name, ['fit', 'run'], TWIN_FOLDER, place);
  if (found) return found;
  if (training.twin.kind === 'emulator') return '';
  throw new JobError(
    `Training ${training.name} needs a twin, and none has been fitted yet: run karma-mas collect and karma-mas fit, or set twin.kind to emulator.`,
  );
}

/** Returns what a refining run takes over from another. An analysis may be a run of its own, with policies from elsewhere. */
function refinementOf(name: string, place: Place): Pick<JobOptions['run'], 'refines' | 'before' | 'twin'> {
  const { directory, manifest } = findRun(place.runs, name, () => place.now);
  const own = artifactPath(directory, POLICIES_FOLDER);
  const before = existsSync(own) ? own : (textOption(manifest, 'policies') ?? '');
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
    twin: trained ?? textOption(manifest, 'twin') ?? twinOfTraining(before) ?? twinOf('', place),
  };
}

/** Returns the folder of the twin in which policies were trained, or undefined if they belong to no run. */
function twinOfTraining(policies: string): string | undefined {
  const directory = dirname(dirname(policies));
  if (!hasManifest(directory)) return undefined;
  return textOption(readManifest(directory), 'twin');
}

/** Reads an option of a run of any kind and version; undefined if it has none. */
function textOption({ options }: Manifest, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** Returns the folder of the policies, with one file per seed. */
function policiesOf(name: string, place: Place): string {
  if (name !== '' && existsSync(name) && !hasManifest(name)) return resolve(name);
  const found = resultOf(name, ['train', 'run'], POLICIES_FOLDER, place);
  if (found) return found;
  throw new JobError('No policies have been trained yet: run karma-mas train first, or name a folder (--policies).');
}

/** Returns an artifacts folder of the named run, or else of the newest finished run of these kinds. */
function resultOf(
  name: string,
  kinds: readonly JobKind[],
  artifact: string,
  { runs, now }: Pick<Place, 'runs' | 'now'>,
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

/** Returns the name of the Transfer to use. */
export function transferOf(model: Model, name: string, training: Training): string {
  const candidates = model.transfers.filter((transfer) =>
    name === '' ? transfer.training === training.name : transfer.name === name,
  );
  if (candidates.length === 1) return candidates[0].name;
  const known = model.transfers.map((transfer) => transfer.name).join(', ') || 'none';
  throw new JobError(`Name the Transfer to go by (--transfer); the specs have ${known}.`);
}
