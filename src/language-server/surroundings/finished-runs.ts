import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LastResult } from '../../language/host-knowledge.ts';
import { runsFolder } from '../../runs/run-directory.ts';
import { readRun, type RunInfo } from '../../runs/run-list.ts';

/** Finished runs by their directory. */
export type FinishedRuns = ReadonlyMap<string, RunInfo>;

/** The finished runs of a project. Those that were read before are not read again: they do not change any more. */
export async function readFinishedRuns(
  projectFolder: string,
  known: FinishedRuns,
  now: () => number,
): Promise<FinishedRuns> {
  const folder = runsFolder(projectFolder);
  const finished = new Map<string, RunInfo>();
  for (const name of await readdir(folder).catch(() => [])) {
    const directory = join(folder, name);
    const run = known.get(directory) ?? finishedRun(directory, now);
    if (run) finished.set(directory, run);
  }
  return finished;
}

/** Undefined where it has not finished, or cannot be read: the Runs view says why. */
function finishedRun(directory: string, now: () => number): RunInfo | undefined {
  try {
    const run = readRun(directory, now);
    return run.state === 'finished' ? run : undefined;
  } catch {
    return undefined;
  }
}

/** The result of the newest finished run of a training. */
export function lastResultOf(runs: FinishedRuns, training: string, now: number): LastResult | undefined {
  const [last] = [...runs.values()]
    .flatMap(({ manifest, summary, updatedAt, directory }) => {
      const options = manifest.options as { readonly training?: unknown };
      const objective = objectiveOf(summary);
      return options.training === training && objective !== undefined ? [{ objective, updatedAt, directory }] : [];
    })
    .sort((a, b) => b.updatedAt - a.updatedAt);
  if (!last) return undefined;
  const text = `J ${last.objective.toFixed(3)}, ${ago(now - last.updatedAt)}`;
  return { text, directory: last.directory };
}

function objectiveOf(summary: RunInfo['summary']): number | undefined {
  const objective = (summary as { readonly objective?: unknown } | undefined)?.objective;
  return typeof objective === 'number' ? objective : undefined;
}

function ago(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 60 * 24) return `${Math.round(minutes / 60)} h ago`;
  return `${Math.round(minutes / 60 / 24)} d ago`;
}
