import { isAbsolute, join } from 'node:path';
import { isJobKind, JOB_KINDS } from '../../runs/job-kinds.ts';
import { describeFailure, UsageError } from '../failure.ts';
import { newRun, type RunRequest } from './new-run.ts';
import { completeOptions } from '../options/check-options.ts';
import { SpecError } from './spec-error.ts';
import type { StartAnswer, StartProblem, StartRequest } from './start-protocol.ts';

/** Creates the run that a request asks for. Never rejects; otherwise the answer says why there is no run. */
export async function startRun(json: string, now: number): Promise<StartAnswer> {
  try {
    const { id, directory, warnings } = await newRun(readRequest(json, now));
    return { run: id, directory, warnings };
  } catch (error) {
    const problems = error instanceof SpecError ? error.problems.map(told(error.folder)) : [];
    return { error: describeFailure(error).message, problems };
  }
}

function readRequest(json: string, now: number): RunRequest {
  const { kind, folder, options = {}, seeds = [] } = parse(json);
  if (typeof kind !== 'string' || !isJobKind(kind))
    throw new UsageError(`There is no job "${String(kind)}": name one of ${JOB_KINDS.join(', ')}.`);
  if (typeof folder !== 'string' || !isAbsolute(folder)) throw new UsageError('"folder" must be an absolute path.');
  if (!Array.isArray(seeds) || !seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0))
    throw new UsageError('"seeds" must be a list of whole numbers from 0 on.');
  if (new Set(seeds).size < seeds.length) throw new UsageError('Each seed may be named once.');
  return { kind, folder, options: completeOptions(kind, options), seeds, now };
}

function parse(json: string): Partial<StartRequest> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Reported below.
  }
  throw new UsageError('The request must be a JSON object: {"kind": "train", "folder": "/path"}.');
}

function told(folder: string): (problem: SpecError['problems'][number]) => StartProblem {
  return ({ file, range, code, message }) => ({
    file: join(folder, file),
    line: range.start.line,
    column: range.start.column,
    code,
    message,
  });
}
