import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { artifactPath, createRun, openRun, runsFolder } from '../../../src/runs/run-directory.ts';
import { eventually, karma } from './helpers.ts';

describe('the Clustering view', () => {
  const project = vscode.workspace.workspaceFolders![0].uri.fsPath;
  const panels = () =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(
        ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('karma-mas.clustering'),
      );

  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('opens once, with a run or without, and whatever is in its file', async () => {
    await karma();
    const directory = createRun(runsFolder(project), {
      kind: 'analyze',
      name: 'default',
      createdAt: Date.now(),
      folder: project,
      specs: [],
      options: {},
      seeds: [1],
      versions: { 'karma-mas': '0.1.0' },
      machine: { cpu: 'x', cores: 1, memory: 1 },
    });
    const path = artifactPath(directory, 'analysis.json');
    mkdirSync(dirname(path), { recursive: true });
    const run = openRun(directory, Date.now);
    run.begin('analyze', [1]);
    writeFileSync(path, '{ "sequences": [');
    run.recordArtifact('analysis.json');
    run.journal.append('finished', { summary: {}, seconds: 1 });
    run.close();
    for (const argument of [undefined, directory, { directory }, 'no such run', null]) {
      await vscode.commands.executeCommand('karma-mas.openClustering', argument);
      await eventually('it is open', () => panels().length === 1);
    }
    assert.equal(panels()[0].label, 'Clustering');
  });
});
