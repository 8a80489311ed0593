/** Reads and writes organizations of MOISE+MARL: `NAME.karma.yaml` for this program, and beside it the JSON that it came from. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { exportMoise } from '../../language/exchange/export-moise.ts';
import { importMoise, type MoiseImport } from '../../language/exchange/import-moise.ts';
import { withIoErrors } from '../../runs/io-error.ts';
import type { Model } from '../../spec/model.ts';
import { readSpecs } from '../../jobs/starting/specs.ts';
import { UsageError } from '../../jobs/failure.ts';
import { SpecError } from '../../jobs/starting/spec-error.ts';
import { writeFileAtomic } from '../../runs/atomic-file.ts';

/** Suffix of the original, which is kept beside the specs for the names and parts that they cannot hold. */
export const ORIGINAL_SUFFIX = '.moise.json';
/** Bytes. A usual organization has a few kilobytes. */
const LARGEST = 4 * 1024 * 1024;

export interface ImportedFiles extends MoiseImport {
  /** Paths of the files that were written; none if the text could not be read. */
  readonly files: readonly string[];
}

/** Writes the organization in a JSON file into a folder of specs. Overwrites nothing. */
export async function importMoiseFile(
  file: string,
  folder: string,
  options: { readonly name?: string; readonly cluster?: string } = {},
): Promise<ImportedFiles> {
  const { size } = withIoErrors(file, () => statSync(file));
  if (size > LARGEST) throw new UsageError(`${file} is larger than 4 MiB: that is no organization.`);
  const text = withIoErrors(file, () => readFileSync(file, 'utf8'));
  const result = importMoise(text, {
    name: options.name ?? basename(file, extname(file)),
    cluster: options.cluster ?? (await onlyCluster(folder)) ?? 'cluster',
  });
  if (result.yaml === '') return { ...result, files: [] };
  const [specs, original] = ['.karma.yaml', ORIGINAL_SUFFIX].map((end) => join(folder, result.organization + end));
  for (const path of [specs, original])
    if (existsSync(path))
      throw new UsageError(`${path} is there already, and import overwrites nothing: give another name.`);
  withIoErrors(folder, () => {
    writeFileAtomic(specs, result.yaml);
    writeFileAtomic(original, text);
  });
  return { ...result, files: [specs, original] };
}

/** Returns the name of the folder's cluster if it has exactly one. */
async function onlyCluster(folder: string): Promise<string | undefined> {
  if (!existsSync(folder)) return undefined;
  const { clusters } = (await readSpecs(folder)).model;
  return clusters.length === 1 ? clusters[0].name : undefined;
}

/** Returns the JSON of an organization in a folder, by default of the only one. Throws if the specs have errors. */
export async function exportMoiseFolder(folder: string, organization: string | undefined): Promise<string> {
  const specs = await readSpecs(folder);
  const errors = specs.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new SpecError(folder, errors);
  const name = organization ?? onlyOrganization(specs.model);
  const json = exportMoise(specs, name, originalOf(folder, name));
  if (!json) throw new UsageError(`There is no organization ${name} in ${folder}. There is: ${namesOf(specs.model)}.`);
  return `${JSON.stringify(json, null, 2)}\n`;
}

const namesOf = ({ organizations }: Model): string => organizations.map(({ name }) => name).join(', ') || 'none';

function onlyOrganization(model: Model): string {
  if (model.organizations.length === 1) return model.organizations[0].name;
  throw new UsageError(`Name one with --organization. There is: ${namesOf(model)}.`);
}

function originalOf(folder: string, name: string): unknown {
  const path = join(folder, name + ORIGINAL_SUFFIX);
  if (!existsSync(path)) return undefined;
  const text = withIoErrors(path, () => readFileSync(path, 'utf8'));
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(`${path} is not JSON: correct it, or move it away.`);
  }
}
