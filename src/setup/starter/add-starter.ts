/** Writes the starter specs beside a Cluster. Overwrites nothing. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withIoErrors } from '../../runs/io-error.ts';
import type { Cluster } from '../../spec/model.ts';
import { asset } from '../../jobs/assets.ts';
import { UsageError } from '../../jobs/failure.ts';
import { STARTER_LOADS, starterSpecs } from './starter-specs.ts';

const sample = (name: string): string => asset(join('examples', 'chained-services', name));

/** Returns the names of the files that were written. If one of them exists, throws a UsageError and writes nothing. */
export function addStarter(folder: string, cluster: Cluster, context: string): string[] {
  const files = starterSpecs({ cluster, context, sample: (name) => readFileSync(sample(name), 'utf8') });
  const taken = files.map(({ name }) => name).filter((name) => existsSync(join(folder, name)));
  if (taken.length > 0)
    throw new UsageError(
      `${taken.join(', ')} ${taken.length === 1 ? 'is' : 'are'} there already, and nothing is overwritten: change what is there, or begin in a folder of its own.`,
    );
  withIoErrors(folder, () => {
    const loads = join(folder, STARTER_LOADS);
    cpSync(sample(STARTER_LOADS), loads, { recursive: true, force: false });
    for (const { name, text } of files) writeFileSync(join(folder, name), text, { flag: 'wx' });
  });
  return files.map(({ name }) => name);
}
