import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { withIoErrors } from '../../runs/io-error.ts';
import type { Cluster } from '../../spec/model.ts';
import { unpackPolicies, type Policies } from '../../deciding/policy.ts';
import { JobError } from '../failure.ts';

/**
 * Reads the policies of every training seed from a folder. Throws JobError if there are none, or if they were trained for other
 * services than those of the cluster.
 */
export function readPolicies(folder: string, cluster: Cluster): Policies[] {
  const names = withIoErrors(folder, () => readdirSync(folder))
    .filter((name) => name.endsWith('.bin'))
    .sort(byNumber);
  if (names.length === 0) throw new JobError(`${folder} holds no policies: name a training run (--policies).`);
  return names.map((name) => {
    const path = join(folder, name);
    const bytes = withIoErrors(path, () => readFileSync(path));
    let policies: Policies;
    try {
      policies = unpackPolicies(bytes);
    } catch (error) {
      throw new JobError(`${path} cannot be used. ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    if (!isDeepStrictEqual(policies.cluster.services, cluster.services))
      throw new JobError(
        `${path} was trained for the services of cluster ${policies.cluster.name} as they were then, and those of ${cluster.name} differ now: train again.`,
      );
    return policies;
  });
}

const byNumber = (a: string, b: string): number => parseInt(a) - parseInt(b);
