import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { artifactPath, createRun, openRun, runsFolder } from '../../../src/runs/run-directory.ts';
import { eventually, karma } from './helpers.ts';

describe('the Twin Report', () => {
  const project = vscode.workspace.workspaceFolders![0].uri.fsPath;
  const panels = () =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(
        ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('karma-mas.twinReport'),
      );

  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('opens once, with a run or without, and whatever is in its file', async () => {
    await karma();
    const directory = createRun(runsFolder(project), {
      kind: 'fit',
      name: 'default',
      createdAt: Date.now(),
      folder: project,
      specs: [],
      options: {},
      seeds: [1],
      versions: { 'karma-mas': '0.1.0' },
      machine: { cpu: 'x', cores: 1, memory: 1 },
    });
    const path = artifactPath(directory, 'twin-report.json');
    mkdirSync(dirname(path), { recursive: true });
    const run = openRun(directory, Date.now);
    run.begin('fit', [1]);
    writeFileSync(path, '{ "kind": "calibrated", "accuracy": [');
    run.recordArtifact('twin-report.json');
    run.journal.append('finished', { summary: {}, seconds: 1 });
    run.close();
    for (const argument of [undefined, directory, { directory }, 'no such run', null]) {
      await vscode.commands.executeCommand('karma-mas.openTwinReport', argument);
      await eventually('it is open', () => panels().length === 1);
    }
    assert.equal(panels()[0].label, 'Twin Report');
  });
});
