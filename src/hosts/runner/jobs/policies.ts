import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withIoErrors } from '../../../runs/io-error.ts';
import { unpackPolicies, type Policies } from '../../../training/policy.ts';
import { JobError } from '../context.ts';

/** The policies of every training seed in a folder. Throws JobError where there are none. */
export function readPolicies(folder: string): Policies[] {
  const names = withIoErrors(folder, () => readdirSync(folder))
    .filter((name) => name.endsWith('.bin'))
    .sort(byNumber);
  if (names.length === 0) throw new JobError(`${folder} holds no policies: name a training run (--policies).`);
  return names.map((name) => {
    const path = join(folder, name);
    const bytes = withIoErrors(path, () => readFileSync(path));
    try {
      return unpackPolicies(bytes);
    } catch (error) {
      throw new JobError(`${path} cannot be used. ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  });
}

const byNumber = (a: string, b: string): number => parseInt(a) - parseInt(b);
