import * as vscode from 'vscode';
import { createBrokenRun, opensOnce } from './run-panel.ts';

describe('The Clustering view in the extension host', () => {
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('The Clustering view opens once, with or without a run, even when the file of the run is broken', async () => {
    const directory = createBrokenRun('analyze', 'analysis.json', '{ "sequences": [');
    await opensOnce('karma-mas.openClustering', 'karma-mas.clustering', 'Clustering', directory);
  });
});
