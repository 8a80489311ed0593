import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { thisProcess } from '../../../src/jobs/this-process.ts';
import type { JobKind } from '../../../src/jobs/options/job-table.ts';
import { artifactPath, createRun, openRun, runsFolder } from '../../../src/runs/run-directory.ts';
import { eventually, karma } from './helpers.ts';

/** Returns the folder of the project that the tests open. */
export function projectFolder(): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  return folder.uri.fsPath;
}

/** Returns the tabs of views of this type, such as 'karma-mas.episode'. */
export const panelsOf = (viewType: string): vscode.Tab[] =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType));

/** Creates the directory of a run without specifications. */
export const createTestRun = (kind: JobKind, name = 'default'): string =>
  createRun(runsFolder(projectFolder()), {
    kind,
    name,
    createdAt: Date.now(),
    folder: projectFolder(),
    specs: [],
    options: {},
    seeds: [1],
    versions: { 'karma-mas': '0.1.0' },
    machine: { cpu: 'x', cores: 1, memory: 1 },
  });

/** Creates a finished run with an incomplete artifact. */
export function createBrokenRun(kind: JobKind, artifact: string, content: string): string {
  const directory = createTestRun(kind);
  const path = artifactPath(directory, artifact);
  mkdirSync(dirname(path), { recursive: true });
  const run = openRun(directory, thisProcess());
  run.begin(kind, [1]);
  writeFileSync(path, content);
  run.recordArtifact(artifact);
  run.journal.append('finished', { summary: {}, seconds: 1 });
  run.close();
  return directory;
}

/** Opens a view of a run with many kinds of arguments, and checks that each time there is one panel with this title. */
export async function opensOnce(command: string, viewType: string, title: string, directory: string): Promise<void> {
  await karma();
  for (const argument of [undefined, directory, { directory }, 'no such run', null]) {
    await vscode.commands.executeCommand(command, argument);
    await eventually('the view is open', () => panelsOf(viewType).length === 1);
  }
  assert.equal(panelsOf(viewType)[0].label, title);
}
