/** Writes the manifests for a run's policies to a folder, together with the controller and its Containerfile. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadTwin } from '../../modeling/twin.ts';
import { writeFileAtomic } from '../../runs/atomic-file.ts';
import { withIoErrors } from '../../runs/io-error.ts';
import type { Manifest } from '../../runs/manifest.ts';
import { artifactPath } from '../../runs/run-directory.ts';
import type { RunInfo } from '../../runs/run-list.ts';
import type { Cluster } from '../../spec/model.ts';
import { named, resolveTraining } from '../../training/setup.ts';
import { packPolicies } from '../../deciding/policy.ts';
import type { Stage } from '../../transferring/ladder.ts';
import { DRIFT_FILE, POLICIES_FILE, SPEC_ENDING } from '../controller/configuration.ts';
import { POLICIES_FOLDER, TWIN_FOLDER } from '../../runs/artifacts.ts';
import { asset } from '../../jobs/assets.ts';
import { JobError } from '../../jobs/failure.ts';
import { readPolicies } from '../../jobs/kinds/policies.ts';
import { packageVersion } from '../../jobs/machine.ts';
import { trainingOf, transferOf } from '../../jobs/starting/prepare.ts';
import { modelOfRun } from '../../jobs/starting/specs.ts';
import type { MountedFiles } from './config-maps.ts';
import { manifestFiles, type ManifestOptions } from './manifests.ts';

export interface InstallOptions {
  readonly stage: Stage['stage'];
  /** If empty, karma-mas-controller of this version. */
  readonly image: string;
  /** Name of the Transfer; empty for the only one. */
  readonly transfer: string;
}

/** Files by path. Only the controller's are bytes. */
export type ExportedFiles = Readonly<Record<string, string | Uint8Array>>;

/** Collects what the run's policies need in order to act. Throws JobError or IoError if the run lacks a part of it. */
export function manifestOptions(
  { directory, manifest }: RunInfo,
  { stage, image, transfer: name }: InstallOptions,
): ManifestOptions {
  const model = modelOfRun(manifest);
  const training = trainingOf(model, optionOf(manifest, 'training'));
  const transfer = named(model.transfers, 'Transfer', transferOf(model, name, training));
  const { cluster: spec } = resolveTraining(model, training.name);
  if (spec.metrics.source === 'emulator')
    throw new JobError(
      `Cluster ${spec.name} is the emulated one (metrics.source: emulator): set it to prometheus, and train again or name the run of a transfer.`,
    );
  assertNoPassword(spec);
  const [policies] = readPolicies(policiesFolder(directory, manifest), spec);
  const twin = twinFolder(directory, manifest);
  const drift = twin === undefined ? undefined : loadTwin(twin).drift;
  const files: MountedFiles = {
    // The key of a ConfigMap entry has no slash.
    texts: Object.fromEntries(
      manifest.specs
        .filter(({ path }) => path.endsWith(SPEC_ENDING))
        .map(({ path, text }) => [path.replaceAll('/', '--'), text]),
    ),
    packed: {
      [POLICIES_FILE]: packPolicies(policies),
      ...(drift ? { [DRIFT_FILE]: Buffer.from(JSON.stringify(drift)) } : {}),
    },
  };
  return { spec, transfer, stage, image: image || `karma-mas-controller:${packageVersion()}`, files };
}

/** Returns the files to write. Throws JobError or IoError. */
export function exportRun(run: RunInfo, options: InstallOptions): ExportedFiles {
  // The controller lies beside the bundled command line. For one that runs from the sources, it is where the build puts it.
  const controller = [asset('controller.mjs'), asset('dist/controller.mjs')].find((path) => existsSync(path));
  if (controller === undefined) throw new JobError('The controller is not built: run npm run build.');
  return {
    ...manifestFiles(manifestOptions(run, options)),
    'image/controller.mjs': withIoErrors(controller, () => readFileSync(controller)),
  };
}

/** Writes the files below a folder, each atomically. Throws IoError. */
export function writeExported(folder: string, files: ExportedFiles): void {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    withIoErrors(target, () => {
      mkdirSync(dirname(target), { recursive: true });
      writeFileAtomic(target, content);
    });
  }
}

/** Throws if the URL contains a password, which everybody who may read ConfigMaps could see. */
function assertNoPassword({ name, metrics }: Cluster): void {
  const url = metrics.source === 'prometheus' ? metrics.url : undefined;
  if (url === undefined || !URL.canParse(url) || new URL(url).password === '') return;
  throw new JobError(
    `metrics.prometheus.url of Cluster ${name} has a password in it, and the specs go into a ConfigMap: take it out, train again, and put a token into the Secret karma-mas-prometheus (key token).`,
  );
}

/** Returns the folder of the run's own policies, or of those that it took to a cluster. */
function policiesFolder(directory: string, manifest: Manifest): string {
  const own = artifactPath(directory, POLICIES_FOLDER);
  const taken = optionOf(manifest, 'policies');
  if (existsSync(own)) return own;
  if (taken !== '' && existsSync(taken)) return taken;
  throw new JobError(`Run ${manifest.id} (${manifest.kind}) has no policies: name a training, or a transfer.`);
}

function twinFolder(directory: string, manifest: Manifest): string | undefined {
  return [artifactPath(directory, TWIN_FOLDER), optionOf(manifest, 'twin')].find(
    (folder) => folder !== '' && existsSync(folder),
  );
}

function optionOf({ options }: Manifest, name: string): string {
  const value = options[name];
  return typeof value === 'string' ? value : '';
}
