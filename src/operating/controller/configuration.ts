/** Reads the configuration of the controller: the specs and packed files that its ConfigMaps mount in one folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DriftMeter, type SavedDrift } from '../../modeling/drift.ts';
import { loadSpecs } from '../../spec/load.ts';
import type { Cluster, Transfer } from '../../spec/model.ts';
import { named } from '../../training/setup.ts';
import { unpackPolicies, type Policies } from '../../deciding/policy.ts';
import { assertNoErrors } from '../../jobs/starting/specs.ts';
import { transferNamed } from '../../jobs/starting/target.ts';
import { unpackFile } from './packed-files.ts';

/** Names of the files, all directly in the folder, since keys of a ConfigMap cannot contain slashes. */
export const SPEC_ENDING = '.karma.yaml';
export const POLICIES_FILE = 'policies.bin';
export const DRIFT_FILE = 'drift.json';

export interface Configuration {
  readonly transfer: Transfer;
  readonly spec: Cluster;
  readonly policies: Policies;
  /** Undefined if drift is not watched. */
  readonly drift: DriftMeter | undefined;
}

/** An empty `transferName` means the only Transfer. Throws SpecError, or an Error that says what to do. */
export function readConfiguration(folder: string, transferName: string): Configuration {
  // Entries of a mounted ConfigMap are symbolic links.
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(SPEC_ENDING))
    .map((name) => ({ path: name, text: readFileSync(join(folder, name), 'utf8') }));
  // The load records of a scenario are not mounted; they stay where the policies were trained.
  const { model, problems } = loadSpecs(files);
  assertNoErrors(folder, problems);
  const transfer = transferNamed(model, transferName);
  const training = named(model.trainings, 'Training', transfer.training);
  const organization = named(model.organizations, 'Organization', training.organization);
  const spec = named(model.clusters, 'Cluster', organization.cluster);
  const packed = unpackFile(folder, POLICIES_FILE);
  if (!packed) throw new Error(`${folder} has no ${POLICIES_FILE}: apply all of the exported manifests.`);
  const drift = unpackFile(folder, DRIFT_FILE);
  return {
    transfer,
    spec,
    policies: unpackPolicies(packed),
    drift: drift && DriftMeter.load(JSON.parse(drift.toString('utf8')) as SavedDrift),
  };
}
