import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Manifest } from '../runs/manifest.ts';
import { asset } from './assets.ts';

/** Describes the machine for a manifest or a table; memory is in MiB. */
export function describeMachine(): Manifest['machine'] {
  return { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cores(), memory: Math.round(totalmem() / 2 ** 20) };
}

/** Returns the number of processes that can work at the same time. */
export function cores(): number {
  return availableParallelism();
}

export function describeVersions(): Readonly<Record<string, string>> {
  return { 'karma-mas': packageVersion(), node: process.versions.node };
}

export function packageVersion(): string {
  return (JSON.parse(readFileSync(asset('package.json'), 'utf8')) as { version: string }).version;
}
