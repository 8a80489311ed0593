import { existsSync, readFileSync } from 'node:fs';
import type { InferredRole } from '../../language/host-knowledge.ts';
import { artifactPath } from '../../runs/run-directory.ts';
import { loadSpecs } from '../../spec/load.ts';
import type { FinishedRuns } from './finished-runs.ts';

const INFERRED_ROLES = 'inferred-roles.karma.yaml';

/** The inferred roles of the newest run that has some. */
export function inferredRolesOf(runs: FinishedRuns): InferredRole[] {
  const newest = [...runs.values()]
    .sort((a, b) => b.updatedAt - a.updatedAt)
    .map(({ directory }) => artifactPath(directory, INFERRED_ROLES))
    .find((path) => existsSync(path));
  if (newest === undefined) return [];
  try {
    const { documents } = loadSpecs([{ path: INFERRED_ROLES, text: readFileSync(newest) }]);
    return documents.flatMap(({ name, source, yaml }) => {
      if (name === undefined) return [];
      const about = yaml.getIn(['spec', 'description']);
      const text = source.text.slice(yaml.range[0], yaml.range[2]).replace(/^---\r?\n/, '');
      return [{ name, about: typeof about === 'string' ? about : '', yaml: text }];
    });
  } catch {
    return []; // deleted in the meantime
  }
}
