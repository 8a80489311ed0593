import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { packTrajectories } from '../../../src/analyzing/trajectories/trajectories.ts';
import { createRun, openRun, runsFolder } from '../../../src/runs/run-directory.ts';
import { fourAgents, makeTrajectories } from '../../unit/analyzing/synthetic.ts';
import { eventually, karma, runOnce } from './helpers.ts';

describe('the Episode view', () => {
  const project = vscode.workspace.workspaceFolders![0].uri.fsPath;
  const panels = () =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('karma-mas.episode'));

  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('opens once, with an episode, with a run, or with an episode that is chosen', async () => {
    await karma();
    const directory = createRun(runsFolder(project), {
      kind: 'analyze',
      name: 'recorded',
      createdAt: Date.now(),
      folder: project,
      specs: [],
      options: {},
      seeds: [1],
      versions: {},
      machine: { cpu: 'x', cores: 1, memory: 1 },
    });
    const run = openRun(directory, Date.now);
    run.begin('analyze', [1]);
    const trajectories = makeTrajectories({ agents: fourAgents(), episodes: 2, steps: 20, noise: 0.1, seed: 1 });
    run.writeArtifact('trajectories/1.bin', packTrajectories(trajectories));
    run.writeArtifact('analysis.json', '{}');
    run.journal.append('finished', { summary: {}, seconds: 1 });
    run.close();
    await runOnce(directory, 'the run is found', () => true);

    const open = (...args: readonly unknown[]) => vscode.commands.executeCommand('karma-mas.openEpisode', ...args);
    for (const args of [
      [directory, { seed: 1, episode: 1, agent: 'relief', step: 3 }],
      [directory, 1, 0],
      [{ directory }, undefined],
      [directory, { seed: 'nonsense', episode: -4 }],
    ]) {
      await open(...args);
      await eventually('it is open', () => panels().length === 1);
    }
    assert.equal(panels()[0].label, 'Episode');

    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    let isOpen = false;
    const chosen = Promise.resolve(open()).then(() => (isOpen = true));
    await eventually('an episode is chosen', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return isOpen;
    });
    await chosen;
    await eventually('it is open', () => panels().length === 1);
  });
});
