import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('untrusted', () => {
  it('runs', () => assert.ok(vscode.workspace.workspaceFolders?.length === 1));
  it('untrusted', () => assert.ok(!vscode.workspace.isTrusted));
});
