import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { karma } from '../helpers.ts';

describe('in an empty folder', () => {
  it('the extension waits until it is needed', () => {
    assert.equal(vscode.extensions.getExtension('karma-mas.karma-mas')?.isActive, false);
  });

  it('there are no runs', async () => {
    assert.deepEqual(await (await karma()).runs(), []);
  });

  it('every view can be opened', async () => {
    for (const view of ['specifications', 'runs']) await vscode.commands.executeCommand(`karma-mas.${view}.focus`);
  });
});
