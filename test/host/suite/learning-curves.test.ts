import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from './helpers.ts';
import { panelsOf } from './run-panel.ts';

const panels = () => panelsOf('karma-mas.learningCurves');

describe('The Learning Curves view in the extension host', () => {
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('The Learning Curves view opens once and comes to the front when it is opened again', async () => {
    await vscode.commands.executeCommand('karma-mas.openLearningCurves');
    await eventually('the view is open', () => panels().length === 1);
    const document = await vscode.workspace.openTextDocument({ content: 'in front' });
    await vscode.window.showTextDocument(document);
    await eventually('the view is behind', () => !panels()[0].isActive);
    await vscode.commands.executeCommand('karma-mas.openLearningCurves');
    await eventually('the view is in front', () => panels()[0].isActive);
    assert.equal(panels().length, 1);
    assert.equal(panels()[0].label, 'Learning Curves');
  });

  it('The Learning Curves view opens again after it was closed', async () => {
    for (let time = 0; time < 2; time++) {
      await vscode.commands.executeCommand('karma-mas.openLearningCurves');
      await eventually('the view is open', () => panels().length === 1);
      await vscode.window.tabGroups.close(panels());
      await eventually('the view is closed', () => panels().length === 0);
    }
  });

  it('The Learning Curves view opens whatever arguments the command gets', async () => {
    for (const argument of [undefined, null, 7, 'no such run', { entry: {} }, {}]) {
      await vscode.commands.executeCommand('karma-mas.openLearningCurves', argument);
      await eventually('the view is open', () => panels().length === 1);
    }
  });
});
