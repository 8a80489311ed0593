import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeFileAtomic } from './atomic-file.ts';
import { restoreNewest, writeCheckpoint, type Checkpoint, type Content } from './checkpoints.ts';
import { codeOf, IoError, withIoErrors } from './io-error.ts';
import { openJournal, readJournal, type Journal } from './journal.ts';
import { acquireLease, type Lease } from './lease.ts';
import type { RunProcess } from './run-process.ts';
import { sha256, writeManifest, type Manifest } from './manifest.ts';

/** Where the runs of a folder of specs are. */
export function runsFolder(specFolder: string): string {
  return join(specFolder, '.karma', 'runs');
}

/** The part of a run that one seed's process writes: a run directory of its own. */
export function seedDirectory(runDirectory: string, seed: number): string {
  return join(runDirectory, 'seeds', String(seed));
}

export function journalPath(runDirectory: string): string {
  return join(runDirectory, 'journal.jsonl');
}

export function artifactPath(runDirectory: string, name: string): string {
  return join(runDirectory, 'artifacts', name);
}

export type NewManifest = Omit<Manifest, 'id' | 'version'>;

/** Makes <runs>/<time>-<kind>-<slug>/ with its manifest and returns its path. Throws an IoError. */
export function createRun(runs: string, manifest: NewManifest): string {
  withIoErrors(runs, () => mkdirSync(runs, { recursive: true }));
  const time = new Date(manifest.createdAt).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const base = [time, manifest.kind, slug(manifest.name)].filter((part) => part !== '').join('-');
  for (let attempt = 1; ; attempt++) {
    const id = attempt === 1 ? base : `${base}-${attempt}`;
    const directory = join(runs, id);
    if (!makeNew(directory)) continue;
    writeManifest(directory, { version: 1, id, ...manifest });
    return directory;
  }
}

/** Makes a run in a folder of the caller's choice, new or empty. Throws an IoError where it holds something. */
export function createRunAt(directory: string, manifest: NewManifest): void {
  withIoErrors(directory, () => mkdirSync(directory, { recursive: true }));
  if (withIoErrors(directory, () => readdirSync(directory)).length > 0)
    throw new IoError(
      'EEXIST',
      directory,
      `${directory} is not empty: choose a new folder, or resume the run in it (--resume ${directory}).`,
    );
  writeManifest(directory, { version: 1, id: basename(directory), ...manifest });
}

/** A run directory that this process alone writes. */
export interface RunWriter {
  readonly directory: string;
  readonly journal: Journal;
  readonly lease: Lease;
  /** Step of the checkpoint last restored or saved; 0 before. */
  readonly step: number;
  /**
   * Says that work begins: `started` the first time, else `resumed` with the newest whole checkpoint (none = from the
   * beginning). `problems`: a sentence for each newer checkpoint that is not whole.
   */
  begin(kind: string, seeds: readonly number[]): { checkpoint?: Checkpoint; problems: readonly string[] };
  /** Keeps the state after `step`; all journal events up to now belong to it. */
  saveCheckpoint(step: number, content: Content): void;
  /** Writes artifacts/<name> as one step and says so in the journal. */
  writeArtifact(name: string, content: string | Uint8Array): void;
  /** Says in the journal that artifacts/<name>, which was written otherwise, is there and whole. */
  recordArtifact(name: string): void;
  /** Closes the journal and gives the lease back. */
  close(): void;
}

/** Takes the lease and opens the journal. Throws LeaseHeldError or IoError. */
export function openRun(directory: string, process: RunProcess): RunWriter {
  withIoErrors(directory, () => mkdirSync(directory, { recursive: true }));
  const lease = acquireLease(directory, process);
  let journal: Journal;
  try {
    journal = openJournal(journalPath(directory), process.now);
  } catch (error) {
    lease.release();
    throw error;
  }
  const checkpoints = join(directory, 'checkpoints');
  let lastStep = 0;
  return {
    directory,
    journal,
    lease,
    get step() {
      return lastStep;
    },
    begin(kind, seeds) {
      const started = readJournal(journal.path).events.find((event) => event.type === 'started');
      if (!started) {
        journal.append('started', { kind, seeds });
        return { problems: [] };
      }
      const restored = restoreNewest(checkpoints);
      const { checkpoint, problems } = restored;
      for (const message of problems) journal.append('note', { level: 'warning', message });
      lastStep = checkpoint?.step ?? 0;
      journal.append('resumed', { step: lastStep, after: checkpoint?.after ?? started.seq });
      return restored;
    },
    saveCheckpoint(step, content) {
      // The journal first: a checkpoint never stands for lines that a power failure takes.
      journal.sync();
      writeCheckpoint(checkpoints, { step, after: journal.last, ...content });
      lastStep = step;
    },
    writeArtifact(name, content) {
      const path = artifactPath(directory, name);
      withIoErrors(path, () => mkdirSync(dirname(path), { recursive: true }));
      writeFileAtomic(path, content);
      this.recordArtifact(name);
    },
    recordArtifact(name) {
      const path = artifactPath(directory, name);
      const content = withIoErrors(path, () => readFileSync(path));
      journal.append('artifact', { path: `artifacts/${name}`, sha256: sha256(content), bytes: content.length });
    },
    close() {
      journal.close();
      lease.release();
    },
  };
}

function makeNew(directory: string): boolean {
  return withIoErrors(directory, () => {
    try {
      mkdirSync(directory);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  });
}

function slug(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return plain.slice(0, 40).replace(/^-+|-+$/g, '');
}
