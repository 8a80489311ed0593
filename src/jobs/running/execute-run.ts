import { isJobKind } from '../../runs/job-kinds.ts';
import { amendManifest, readManifest, type Manifest } from '../../runs/manifest.ts';
import { runsFolder } from '../../runs/run-directory.ts';
import { JobError } from '../failure.ts';
import { JOBS } from '../kinds/all.ts';
import { trainOptions } from '../kinds/run-all.ts';
import { trainSeedJob } from '../kinds/train.ts';
import { optionsOfRun } from '../options/check-options.ts';
import type { JobKind, JobOptions } from '../options/job-table.ts';
import { trainingOf } from '../starting/prepare.ts';
import { runJob, type JobEnd, type JobHost, type Work } from './run-job.ts';
import { runSeedProcess } from '../seeds/seed-process.ts';
import { modelOfRun } from '../starting/specs.ts';

/** Runs the job that a run directory's manifest describes. Throws LeaseHeldError and IoError if it cannot begin. */
export async function executeRun(directory: string, host: JobHost): Promise<JobEnd> {
  const manifest = readManifest(directory);
  return runJob(directory, workOf(manifest, manifest.seeds, jobOf(manifest, kindOf(manifest))), host);
}

function jobOf<K extends JobKind>(manifest: Manifest, kind: K): Work['job'] {
  const options = optionsOfRun(manifest, kind);
  const job = JOBS[kind];
  return (context) => job(context, options);
}

/** Runs one seed of a run in this process. Resolves with the exit code. */
export async function executeSeed(directory: string, seed: number): Promise<number> {
  return runSeedProcess(directory, seed, () => {
    const manifest = readManifest(directory);
    const options = trainOptionsOf(directory, manifest);
    return workOf(manifest, [seed], (context) =>
      trainSeedJob(context, options, (computed) => amendManifest(directory, computed)),
    );
  });
}

function trainOptionsOf(directory: string, manifest: Manifest): JobOptions['train'] {
  if (kindOf(manifest) === 'train') return optionsOfRun(manifest, 'train');
  const options = optionsOfRun(manifest, 'run');
  const { backend } = trainingOf(modelOfRun(manifest), options.training);
  return trainOptions(directory, options, backend);
}

function workOf(manifest: Manifest, seeds: readonly number[], job: Work['job']): Work {
  const { kind, folder } = manifest;
  return { kind, seeds, model: modelOfRun(manifest), folder, runs: runsFolder(folder), job };
}

function kindOf(manifest: Manifest): JobKind {
  if (isJobKind(manifest.kind)) return manifest.kind;
  throw new JobError(
    `This version does not know runs of kind "${manifest.kind}": use the version that made it (${manifest.versions['karma-mas']}).`,
  );
}
