import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('activation', () => {
  it('runs', () => assert.ok(vscode.workspace.workspaceFolders?.length === 1));
  it('trusted', () => assert.ok(vscode.workspace.isTrusted));
});
