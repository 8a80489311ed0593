import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { thisProcess } from '../../../src/jobs/this-process.ts';
import { packTrajectories } from '../../../src/analyzing/trajectories/trajectories.ts';
import { openRun } from '../../../src/runs/run-directory.ts';
import { fourAgents, makeTrajectories } from '../../unit/analyzing/synthetic.ts';
import { eventually, karma, runOnce } from './helpers.ts';
import { createTestRun, panelsOf } from './run-panel.ts';

describe('The Episode view in the extension host', () => {
  const panels = () => panelsOf('karma-mas.episode');

  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('The Episode view opens once: with an episode, with a run, or after the user has chosen an episode', async () => {
    await karma();
    const directory = createTestRun('analyze', 'recorded');
    const run = openRun(directory, thisProcess());
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
