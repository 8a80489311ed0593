import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJournal } from '../../../src/runs/journal.ts';
import { journalPath, runsFolder, seedDirectory } from '../../../src/runs/run-directory.ts';
import { thorough } from '../../thorough.ts';
import { eventually } from './eventually.ts';
import type { Workbench } from './workbench.ts';

export const QUICK = { name: 'quick', steps: thorough ? 337_920 : 112_640, seeds: [1, 2] } as const;

/** Adds a Training to a copy of the sample that takes less than a minute on two cores. */
export function addQuickTraining(folder: string): void {
  const { name, steps, seeds } = QUICK;
  writeFileSync(
    join(folder, 'quick.karma.yaml'),
    `apiVersion: karma-mas.dev/v1alpha1
kind: Training
metadata: { name: ${name} }
spec:
  organization: resilience-team
  twin: { kind: emulator }
  scenarios: [bottleneck, ddos, failures, contention, mixed]
  budget: { steps: ${steps}, episode: 15m, environments: 32, horizon: 32 }
  seeds: [${seeds.join(', ')}]
`,
  );
}

/** Starts it as a user does, and returns the directory of the run once it trains. */
export async function startQuickTraining(workbench: Workbench, folder: string): Promise<string> {
  const before = runDirectories(folder);
  await workbench.run('KARMA: Train Policies');
  await workbench.pick(QUICK.name, 'Which Training?');
  await workbench.pick('As Specified', 'How thorough?');
  return eventually('there is a run that trains', () =>
    runDirectories(folder).find((directory) => !before.includes(directory) && shareDone(directory) > 0),
  );
}

export function runDirectories(folder: string): string[] {
  const runs = runsFolder(folder);
  return existsSync(runs) ? readdirSync(runs).map((name) => join(runs, name)) : [];
}

/** How far the seed is that has done least, 0 to 1. */
export function shareDone(directory: string): number {
  const steps = QUICK.seeds.map((seed) => {
    const { events } = readJournal(journalPath(seedDirectory(directory, seed)));
    return events.findLast((event) => event.type === 'iteration')?.step ?? 0;
  });
  return Math.min(...steps) / QUICK.steps;
}
