import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from './atomic-file.ts';
import type { Json } from './events.ts';
import { IoError, withIoErrors } from './io-error.ts';

/** What a run is: written when it is made; only what computes it is added later, by the job. */
export interface Manifest {
  readonly version: 1;
  readonly id: string;
  /** The job: 'train', 'run', ... */
  readonly kind: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Absolute folder of the specs, where relative paths in them begin. */
  readonly folder: string;
  /** The specs as they were: a resumed run goes by these. */
  readonly specs: readonly SpecCopy[];
  readonly options: { readonly [option: string]: Json };
  readonly seeds: readonly number[];
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memory: number };
  readonly backend?: string;
  readonly device?: string;
  /** Why this backend, such as why another one that was asked for could not be used. */
  readonly backendReason?: string;
}

export interface SpecCopy {
  /** Relative to the folder, with forward slashes. */
  readonly path: string;
  readonly sha256: string;
  readonly text: string;
}

export function copySpec(path: string, text: string): SpecCopy {
  return { path, sha256: sha256(text), text };
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export function writeManifest(directory: string, manifest: Manifest): void {
  writeFileAtomic(manifestPath(directory), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Whether a folder is a run directory. */
export function hasManifest(directory: string): boolean {
  return existsSync(manifestPath(directory));
}

/** Throws an IoError where there is none or it cannot be read. */
export function readManifest(directory: string): Manifest {
  const path = manifestPath(directory);
  const text = withIoErrors(path, () => readFileSync(path, 'utf8'));
  try {
    return JSON.parse(text) as Manifest;
  } catch (error) {
    throw new IoError('', path, `${path} is damaged: this run cannot be read; start a new one.`, { cause: error });
  }
}

/** What computes a run. */
export type Computed = Required<Pick<Manifest, 'backend' | 'device' | 'backendReason'>>;

/** Adds what the job found out; false where the manifest says so already. The processes of several seeds may call it at once. */
export function amendManifest(directory: string, found: Computed): boolean {
  const manifest = readManifest(directory);
  const known =
    manifest.backend === found.backend &&
    manifest.device === found.device &&
    manifest.backendReason === found.backendReason;
  if (!known) writeManifest(directory, { ...manifest, ...found });
  return !known;
}

/** Sentences about specs that differ now from what the run was started with (it goes on with its copies). */
export function changedSpecs(manifest: Manifest, now: readonly SpecCopy[]): string[] {
  const present = new Map(now.map((copy) => [copy.path, copy.sha256]));
  const before = new Set(manifest.specs.map((copy) => copy.path));
  const changed = manifest.specs.filter((copy) => present.has(copy.path) && present.get(copy.path) !== copy.sha256);
  const removed = manifest.specs.filter((copy) => !present.has(copy.path));
  const added = now.filter((copy) => !before.has(copy.path));
  const told = (copies: readonly SpecCopy[], what: string) =>
    copies.map((copy) => `${copy.path} ${what} since this run started; it goes on with its own copy of the specs.`);
  return [...told(changed, 'was changed'), ...told(removed, 'was removed'), ...told(added, 'was added')];
}

export function manifestPath(directory: string): string {
  return join(directory, 'manifest.json');
}
