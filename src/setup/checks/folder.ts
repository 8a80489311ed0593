/** Checks a folder of specifications: its problems, its runs, and the disk that holds them. */
import { join } from 'node:path';
import { runsFolder } from '../../runs/run-directory.ts';
import { listRuns, type RunInfo } from '../../runs/run-list.ts';
import { readSpecFolder } from '../../spec/folder.ts';
import type { Model } from '../../spec/model.ts';
import { folderSize, formatBytes, freeSpace } from '../gpu/bytes.ts';
import type { Finding } from './finding.ts';

/** Bytes of free space below which the disk is tight, or full. A run of all phases of the sample takes about 100 MB. */
const TIGHT = 2e9;
const FULL = 300e6;

export async function checkSpecifications(
  folder: string,
): Promise<{ readonly finding: Finding; readonly model?: Model }> {
  const about = { check: 'specifications', title: 'Specifications' } as const;
  try {
    const { model, problems, files } = await readSpecFolder(folder);
    if (files.length === 0)
      return {
        finding: {
          ...about,
          state: 'warning',
          message: `No specifications (*.karma.yaml) are in ${folder}.`,
          advice: 'Create Sample Project (karma-mas init) makes some.',
        },
      };
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    const warnings = problems.length - errors;
    const found = `${count(files.length, 'file')} in ${folder}: ${count(errors, 'error')}, ${count(warnings, 'warning')}.`;
    if (problems.length === 0) return { model, finding: { ...about, state: 'ok', message: found } };
    return {
      model,
      finding: {
        ...about,
        state: errors > 0 ? 'problem' : 'warning',
        message: found,
        advice: `The Problems view (karma-mas validate) says where and what to do.`,
        action: { type: 'showProblems' },
      },
    };
  } catch (error) {
    const message = `${folder} cannot be read: ${(error as Error).message}`;
    return { finding: { ...about, state: 'problem', message, advice: 'Check the path and its permissions.' } };
  }
}

/** Returns one finding about all runs, and one for each run whose process died. */
export function checkRuns(folder: string, now: () => number): Finding[] {
  const about = { check: 'runs', title: 'Runs' } as const;
  let listed: ReturnType<typeof listRuns>;
  try {
    listed = listRuns(runsFolder(folder), now);
  } catch (error) {
    return [{ ...about, state: 'problem', message: (error as Error).message }];
  }
  const { runs, problems } = listed;
  const running = runs.filter(({ state }) => state === 'running');
  const stale = runs.filter(({ state }) => state === 'stale');
  const names = running.map(({ manifest, holder }) => `${manifest.id} (process ${holder?.pid} on ${holder?.host})`);
  const message = `${count(runs.length, 'run')}, ${running.length === 0 ? 'none' : running.length} running${names.length > 0 ? `: ${names.join(', ')}` : ''}.`;
  return [
    { ...about, state: 'ok', message },
    ...stale.map((run): Finding => staleRun(run)),
    ...problems.map((problem): Finding => ({
      ...about,
      state: 'warning',
      message: problem,
      advice: 'A run that cannot be read can be deleted, or moved out of .karma/runs.',
    })),
  ];
}

function staleRun({ manifest, directory, step }: RunInfo): Finding {
  return {
    check: 'runs',
    title: 'Stale run',
    state: 'warning',
    message: `The process of ${manifest.id} died${step > 0 ? ` after step ${step}` : ''}: nobody works on this run.`,
    advice: `Resume Run (karma-mas runs resume ${manifest.id}) goes on from its last checkpoint.`,
    action: { type: 'resumeRun', directory },
  };
}

export async function checkDisk(folder: string, askFree = freeSpace): Promise<Finding> {
  const about = { check: 'disk', title: 'Disk' } as const;
  const [free, used] = await Promise.all([askFree(runsFolder(folder)), folderSize(join(folder, '.karma'))]);
  const taken = `.karma takes ${formatBytes(used)}`;
  if (free === undefined) return { ...about, state: 'ok', message: `${taken}; the system does not tell what is free.` };
  const message = `${formatBytes(free)} are free where the runs of ${folder} are; ${taken}.`;
  if (free >= TIGHT) return { ...about, state: 'ok', message };
  return {
    ...about,
    state: free < FULL ? 'problem' : 'warning',
    message,
    advice: 'Free some space, or delete old runs: deleted ones are in .karma/trash until that is emptied.',
  };
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
