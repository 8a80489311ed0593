import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('Check Setup and the GPU backend in an untrusted folder', () => {
  for (const id of ['karma-mas.checkSetup', 'karma-mas.setUpGpu', 'karma-mas.removeGpu'])
    it(`${id} says in an untrusted folder why it does nothing`, async () => {
      const window = vscode.window as unknown as { showWarningMessage: unknown };
      const before = window.showWarningMessage;
      const told: string[] = [];
      window.showWarningMessage = (message: string) => Promise.resolve(void told.push(message));
      try {
        assert.equal(await vscode.commands.executeCommand(id), undefined);
        assert.equal(told.length, 1);
        assert.match(told[0], /Restricted Mode\. .* KARMA MAS starts no process and connects to nothing/);
      } finally {
        window.showWarningMessage = before;
      }
    });
});
