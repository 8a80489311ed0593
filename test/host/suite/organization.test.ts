import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, karma } from './helpers.ts';

describe('the Organization view', () => {
  const panels = () =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(
        ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('karma-mas.organization'),
      );

  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('opens once, as graph or as playground, whatever it is called with', async () => {
    await karma();
    for (const command of ['karma-mas.openOrganization', 'karma-mas.openPlayground'])
      for (const argument of [undefined, null, 'no uri']) {
        await vscode.commands.executeCommand(command, argument);
        await eventually('it is open', () => panels().length === 1);
      }
    assert.match(panels()[0].label, /Organization/);
  });
});
