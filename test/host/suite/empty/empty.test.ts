import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { karma } from '../helpers.ts';

describe('The extension in an empty folder', () => {
  it('The extension does not activate in an empty folder until it is needed', () => {
    assert.equal(vscode.extensions.getExtension('karma-mas.karma-mas')?.isActive, false);
  });

  it('There are no runs in an empty folder', async () => {
    assert.deepEqual(await (await karma()).runs(), []);
  });

  it('Every view can be opened in an empty folder', async () => {
    for (const view of ['specifications', 'runs']) await vscode.commands.executeCommand(`karma-mas.${view}.focus`);
  });
});
