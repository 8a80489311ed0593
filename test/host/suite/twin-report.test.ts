import * as vscode from 'vscode';
import { createBrokenRun, opensOnce } from './run-panel.ts';

describe('The Twin Report view in the extension host', () => {
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('The Twin Report view opens once, with or without a run, even when the file of the run is broken', async () => {
    const directory = createBrokenRun('fit', 'twin-report.json', '{ "kind": "calibrated", "accuracy": [');
    await opensOnce('karma-mas.openTwinReport', 'karma-mas.twinReport', 'Twin Report', directory);
  });
});
