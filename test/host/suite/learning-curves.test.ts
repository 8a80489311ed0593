import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** Panels of this kind that are open. */
function panels(): vscode.Tab[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.filter(
    ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('karma-mas.learningCurves'),
  );
}

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds()) {
    assert.ok(Date.now() < end, 'waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('learning curves', () => {
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('open once, however often they are asked for, and come to the front', async () => {
    await vscode.commands.executeCommand('karma-mas.openLearningCurves');
    await until(() => panels().length === 1);
    const document = await vscode.workspace.openTextDocument({ content: 'in front' });
    await vscode.window.showTextDocument(document);
    await until(() => !panels()[0].isActive);
    await vscode.commands.executeCommand('karma-mas.openLearningCurves');
    await until(() => panels()[0].isActive);
    assert.equal(panels().length, 1);
    assert.equal(panels()[0].label, 'Learning Curves');
  });

  it('open again after they were closed', async () => {
    for (let time = 0; time < 2; time++) {
      await vscode.commands.executeCommand('karma-mas.openLearningCurves');
      await until(() => panels().length === 1);
      await vscode.window.tabGroups.close(panels());
      await until(() => panels().length === 0);
    }
  });

  it('open whatever they are called with', async () => {
    for (const argument of [undefined, null, 7, 'no such run', { entry: {} }, {}]) {
      await vscode.commands.executeCommand('karma-mas.openLearningCurves', argument);
      await until(() => panels().length === 1);
    }
  });
});
