import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, karma } from './helpers.ts';

describe('The Organization view in the extension host', () => {
  const panels = () =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(
        ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('karma-mas.organization'),
      );

  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('The Organization view opens once, as graph or as playground, whatever arguments the command gets', async () => {
    await karma();
    for (const command of ['karma-mas.openOrganization', 'karma-mas.openPlayground'])
      for (const argument of [undefined, null, 'no uri']) {
        await vscode.commands.executeCommand(command, argument);
        await eventually('it is open', () => panels().length === 1);
      }
    assert.match(panels()[0].label, /Organization/);
  });
});
