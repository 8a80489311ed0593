/** Writes the results of an analysis to a folder of the user's choice, as files for other tools. */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { copyFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Analysis } from '../analyzing/analysis.ts';
import { trajectoriesAsParquet } from '../analyzing/export/parquet.ts';
import { jsonLines, unpackTrajectories } from '../analyzing/trajectories/trajectories.ts';
import type { ClusteringData } from '../analyzing/groups/clustering-data.ts';
import { writeAll } from '../runs/atomic-file.ts';
import { withIoErrors } from '../runs/io-error.ts';
import { artifactPath } from '../runs/run-directory.ts';
import { analysisFigures } from '../reporting/figures/analysis-figures.ts';
import {
  ANALYSIS_FILE,
  CLUSTERING_FILE,
  DISTANCES_FILE,
  INFERRED_GOALS_FILE,
  INFERRED_ROLES_FILE,
  LINKAGE_FILE,
  TRAJECTORIES_FOLDER,
} from '../runs/artifacts.ts';
import { UsageError, JobError } from './failure.ts';

/** Files that are copied from the run unchanged. */
const COPIED = [ANALYSIS_FILE, CLUSTERING_FILE, DISTANCES_FILE, LINKAGE_FILE, INFERRED_ROLES_FILE, INFERRED_GOALS_FILE];
/** Approximate number of characters per write. */
const PART = 1 << 20;

/** Throws a UsageError if files would be overwritten without the user's consent. */
export function assertWritable(out: string, force: boolean): void {
  if (!existsSync(out)) return;
  const isFolder = withIoErrors(out, () => statSync(out).isDirectory());
  if (!isFolder) throw new UsageError(`${out} is a file: name a folder (--out).`);
  if (!force && withIoErrors(out, () => readdirSync(out)).length > 0)
    throw new UsageError(
      `${out} is not empty: name another folder, or say --force to write over files of the same names in it.`,
    );
}

/**
 * Writes all files of an analyzed run into a folder and returns their names. They are written beside it first, so that a failure
 * leaves the folder unchanged. Files with other names in it are kept. Throws JobError, UsageError, IoError.
 */
export function writeAnalysisFiles(runDirectory: string, out: string, force: boolean): string[] {
  assertWritable(out, force);
  const analysis = readArtifact<Analysis>(runDirectory, ANALYSIS_FILE);
  const clustering = readArtifact<ClusteringData>(runDirectory, CLUSTERING_FILE);
  const staging = `${out}.${process.pid}.partial`;
  try {
    makeFolder(staging);
    for (const name of COPIED) copyArtifact(runDirectory, name, staging);
    writeTrajectories(runDirectory, staging);
    const figures = join(staging, 'figures');
    makeFolder(figures);
    for (const [name, svg] of analysisFigures(analysis, clustering)) writeText(join(figures, `${name}.svg`), [svg]);
    return moveAll(staging, out);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function readArtifact<T>(runDirectory: string, name: string): T {
  const path = artifactPath(runDirectory, name);
  if (!existsSync(path))
    throw new JobError(
      `${runDirectory} has no ${name}: an earlier version analyzed it, or none did. Analyze it again.`,
    );
  return JSON.parse(withIoErrors(path, () => readFileSync(path, 'utf8'))) as T;
}

function copyArtifact(runDirectory: string, name: string, folder: string): void {
  const path = artifactPath(runDirectory, name);
  if (existsSync(path)) withIoErrors(path, () => copyFileSync(path, join(folder, name)));
}

/** Writes each seed as Parquet and as JSON lines. */
function writeTrajectories(runDirectory: string, staging: string): void {
  const source = artifactPath(runDirectory, TRAJECTORIES_FOLDER);
  const folder = join(staging, TRAJECTORIES_FOLDER);
  makeFolder(folder);
  for (const name of withIoErrors(source, () => readdirSync(source)).filter((each) => each.endsWith('.bin'))) {
    const path = join(source, name);
    const trajectories = unpackTrajectories(withIoErrors(path, () => readFileSync(path)));
    const seed = join(folder, name.slice(0, -'.bin'.length));
    writeText(`${seed}.jsonl`, jsonLines(trajectories));
    writeBytes(`${seed}.parquet`, [trajectoriesAsParquet(trajectories)]);
  }
}

/** Writes lines, or one text with its own line ends. */
function writeText(path: string, lines: Iterable<string>): void {
  writeBytes(path, inParts(lines));
}

function* inParts(lines: Iterable<string>): Generator<Uint8Array> {
  let part = '';
  for (const line of lines) {
    part += line.endsWith('\n') ? line : `${line}\n`;
    if (part.length < PART) continue;
    yield Buffer.from(part);
    part = '';
  }
  yield Buffer.from(part);
}

function writeBytes(path: string, parts: Iterable<Uint8Array>): void {
  withIoErrors(path, () => {
    const file = openSync(path, 'w');
    try {
      for (const part of parts) writeAll(file, part);
    } finally {
      closeSync(file);
    }
  });
}

/** Moves everything in one step if the folder is new or empty, and otherwise file by file. Returns the names. */
function moveAll(staging: string, out: string): string[] {
  const names = withIoErrors(staging, () => readdirSync(staging, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(staging.length + 1))
    .sort();
  withIoErrors(out, () => {
    if (existsSync(out) && readdirSync(out).length === 0) rmSync(out, { recursive: true });
    if (!existsSync(out)) return renameSync(staging, out);
    for (const name of names) {
      makeFolder(dirname(join(out, name)));
      renameSync(join(staging, name), join(out, name));
    }
  });
  return names;
}

function makeFolder(path: string): void {
  withIoErrors(path, () => mkdirSync(path, { recursive: true }));
}
