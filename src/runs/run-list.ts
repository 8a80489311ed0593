import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Json, JournalEvent } from './events.ts';
import { isMissing, toIoError, withIoErrors } from './io-error.ts';
import { readJournal } from './journal.ts';
import { readLease, type LeaseHolder } from './lease.ts';
import { readManifest, type Manifest } from './manifest.ts';
import { journalPath } from './run-directory.ts';

/**
 * created: no process has begun it. running: a living process works on it. stopped: ended at a checkpoint on request.
 * stale: its process died without a final event; it can be resumed, as can stopped and failed ones.
 */
export type RunState = 'created' | 'running' | 'stopped' | 'finished' | 'failed' | 'stale';

/** A run as a list shows it, rebuilt from its directory. */
export interface RunInfo {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly state: RunState;
  readonly holder?: LeaseHolder;
  /** Last training step or checkpoint step told by the journal. */
  readonly step: number;
  /** Milliseconds since the epoch of the last event. */
  readonly updatedAt: number;
  /** Why it failed. */
  readonly message?: string;
  readonly summary?: Json;
  /** What of the directory could not be read. */
  readonly problems: readonly string[];
}

/** No run, or more than one, goes by this name. */
export class RunNotFoundError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RunNotFoundError';
  }
}

/** Throws an IoError where there is no readable manifest. `now`: milliseconds since the epoch. */
export function readRun(directory: string, now: () => number): RunInfo {
  const manifest = readManifest(directory);
  const { events, problems } = readJournal(journalPath(directory));
  const holder = readLease(directory, now);
  const alive = holder !== undefined && !holder.stale;
  const end = events.findLast(isMilestone);
  return {
    directory,
    manifest,
    state: stateOf(end, alive),
    ...(alive ? { holder } : {}),
    step: stepOf(events),
    updatedAt: events.at(-1)?.t ?? manifest.createdAt,
    ...(end?.type === 'failed' ? { message: end.message } : {}),
    ...(end?.type === 'finished' ? { summary: end.summary } : {}),
    problems,
  };
}

/** The runs in a folder, newest first, and a sentence for each that cannot be read. */
export function listRuns(runs: string, now: () => number): { runs: RunInfo[]; problems: string[] } {
  const problems: string[] = [];
  const infos = runNames(runs).flatMap((name) => {
    try {
      return [readRun(join(runs, name), now)];
    } catch (error) {
      problems.push(toIoError(error, join(runs, name)).message);
      return [];
    }
  });
  infos.sort((a, b) => b.manifest.createdAt - a.manifest.createdAt || (a.manifest.id < b.manifest.id ? 1 : -1));
  return { runs: infos, problems };
}

/** The run with this id, with the only id that begins so, 'latest', or the path of a run directory. Throws RunNotFoundError, IoError. */
export function findRun(runs: string, name: string, now: () => number): RunInfo {
  if (/[\\/]/.test(name)) return readRun(resolve(name), now);
  const names = runNames(runs).sort();
  if (names.length === 0)
    throw new RunNotFoundError(`There are no runs in ${runs} yet: start one, e.g. with karma-mas train.`);
  if (name === 'latest') return listRuns(runs, now).runs[0] ?? readRun(join(runs, names[names.length - 1]), now);
  const matching = names.includes(name) ? [name] : names.filter((id) => id.startsWith(name));
  if (matching.length === 1) return readRun(join(runs, matching[0]), now);
  if (matching.length === 0)
    throw new RunNotFoundError(`No run in ${runs} begins with "${name}": karma-mas runs lists them.`);
  throw new RunNotFoundError(`"${name}" is the beginning of ${matching.length} runs: ${matching.join(', ')}.`);
}

/** Moves a run to .karma/trash, from where it can be moved back. Returns its new path. Throws an IoError. */
export function moveToTrash(directory: string): string {
  const trash = join(dirname(dirname(directory)), 'trash');
  withIoErrors(trash, () => mkdirSync(trash, { recursive: true }));
  return moveInto(trash, basename(directory), directory);
}

/** Moves a run back from .karma/trash. Returns its path. Throws an IoError. */
export function restoreFromTrash(trashed: string): string {
  const runs = join(dirname(dirname(trashed)), 'runs');
  withIoErrors(runs, () => mkdirSync(runs, { recursive: true }));
  return moveInto(runs, basename(trashed), trashed);
}

/** A run of that name may be there already, such as one deleted before. */
function moveInto(folder: string, name: string, directory: string): string {
  for (let attempt = 1; ; attempt++) {
    const target = join(folder, attempt === 1 ? name : `${name}-${attempt}`);
    if (existsSync(target)) continue;
    withIoErrors(directory, () => renameSync(directory, target));
    return target;
  }
}

export type Milestone = Extract<JournalEvent, { type: 'started' | 'resumed' | 'stopped' | 'finished' | 'failed' }>;

/** Events that begin or end the work on a run. */
export function isMilestone(event: JournalEvent): event is Milestone {
  return ['started', 'resumed', 'stopped', 'finished', 'failed'].includes(event.type);
}

/** The state that the last milestone and the lease tell. */
export function stateOf(end: Milestone | undefined, alive: boolean): RunState {
  if (end?.type === 'stopped' || end?.type === 'finished' || end?.type === 'failed') return end.type;
  if (alive) return 'running';
  return end ? 'stale' : 'created';
}

function stepOf(events: readonly JournalEvent[]): number {
  const last = events.findLast((event) => 'step' in event && event.step !== undefined);
  return last && 'step' in last ? (last.step ?? 0) : 0;
}

function runNames(runs: string): string[] {
  try {
    const entries = readdirSync(runs, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw toIoError(error, runs);
  }
}
