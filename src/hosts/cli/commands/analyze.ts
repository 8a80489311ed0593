/** `karma-mas analyze`: analyzes a folder of specs or a run. With --out it writes the results as files for other tools. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { hasManifest } from '../../../runs/manifest.ts';
import { artifactPath, runsFolder } from '../../../runs/run-directory.ts';
import { findRun, listRuns, readRun, type RunInfo } from '../../../runs/run-list.ts';
import { ANALYSIS_FILE, POLICIES_FOLDER } from '../../../runs/artifacts.ts';
import { EXIT, UsageError } from '../../../jobs/failure.ts';
import { assertWritable, writeAnalysisFiles } from '../../../jobs/analysis-files.ts';
import type { CommandHost } from '../command.ts';

export interface AnalyzeTarget {
  /** A folder of specs, the path or the ID of a run, or 'latest'. */
  readonly target: string;
  /** Absolute folder for the files. */
  readonly out: string | undefined;
  readonly force: boolean;
  /** The first given option that affects the analysis. */
  readonly given: string | undefined;
}

/** Starts the job on the policies of a run, or on those that the options name. Resolves with its directory and exit code. */
export type StartAnalysis = (folder: string, run?: RunInfo) => Promise<{ directory: string; code: number }>;

export async function analyze(host: CommandHost, request: AnalyzeTarget, start: StartAnalysis): Promise<number> {
  const { target, out, force, given } = request;
  if (force && out === undefined) throw new UsageError('--force goes with --out: it writes over files there.');
  if (out !== undefined) assertWritable(out, force);
  const run = runNamed(target, host.now);
  if (run && isAnalyzed(run)) {
    if (given !== undefined)
      throw new UsageError(
        `${run.manifest.id} is analyzed already: leave ${given} out to write what was found, or name the folder of the specs to analyze anew.`,
      );
    if (out === undefined)
      throw new UsageError(`${run.manifest.id} is analyzed already: say where to write what was found (--out).`);
    return write(host, run.directory, out, force);
  }
  const { directory, code } = run ? await start(run.manifest.folder, run) : await start(resolve(target));
  return out === undefined || code !== EXIT.fine ? code : write(host, directory, out, force);
}

function write({ output }: CommandHost, directory: string, out: string, force: boolean): number {
  const files = writeAnalysisFiles(directory, out, force);
  output.result(
    { type: 'files', run: directory, out, files },
    `Wrote ${files.length} files to ${out}:\n  ${files.join('\n  ')}`,
  );
  return EXIT.fine;
}

const isAnalyzed = ({ directory }: RunInfo): boolean => existsSync(artifactPath(directory, ANALYSIS_FILE));
const hasPolicies = ({ directory }: RunInfo): boolean => existsSync(artifactPath(directory, POLICIES_FOLDER));

/** Returns the run that the target names, or undefined if it is a folder of specs. */
function runNamed(target: string, now: () => number): RunInfo | undefined {
  if (hasManifest(target)) return usable(readRun(resolve(target), now));
  if (existsSync(target)) return undefined;
  const runs = runsFolder(resolve('.'));
  if (target !== 'latest') return usable(findRun(runs, target, now));
  const all = listRuns(runs, now).runs;
  const newest = all.find(isAnalyzed) ?? all.find(hasPolicies);
  if (!newest) throw new UsageError('No run here has been analyzed or has policies yet: run karma-mas train first.');
  return newest;
}

function usable(run: RunInfo): RunInfo {
  if (isAnalyzed(run) || hasPolicies(run)) return run;
  throw new UsageError(
    `Run ${run.manifest.id} (${run.manifest.kind}, ${run.state}) has no policies to analyze: name a run that trained some.`,
  );
}
