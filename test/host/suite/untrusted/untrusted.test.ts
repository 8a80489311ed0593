import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { runsFolder } from '../../../../src/runs/run-directory.ts';
import { COMMANDS } from '../../../../src/hosts/extension/commands.ts';
import { eventually, karma } from '../helpers.ts';

describe('The extension in an untrusted folder', () => {
  const folder = vscode.workspace.workspaceFolders![0].uri;
  before(karma);

  it('VS Code does not trust the folder of this test', () => assert.equal(vscode.workspace.isTrusted, false));

  it('A specification is checked as it is typed in an untrusted folder', async () => {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, 'missions.karma.yaml'));
    const editor = await vscode.window.showTextDocument(document);
    await eventually('it is read', () => vscode.languages.getDiagnostics(document.uri));
    const end = document.lineAt(document.lineCount - 1).range.end;
    await editor.edit((edit) => edit.insert(end, '\n---\nkind: Nothing\n'));
    await eventually('the mistake is found', () =>
      vscode.languages
        .getDiagnostics(document.uri)
        .some(({ severity }) => severity === vscode.DiagnosticSeverity.Error),
    );
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('The commands that need trust do nothing in an untrusted folder', async () => {
    const started = vscode.extensions.getExtension('karma-mas.karma-mas');
    assert.ok(started?.isActive);
    const guarded = Object.entries(COMMANDS).filter(([, { needsTrust }]) => needsTrust);
    assert.ok(guarded.length > 20);
    const argument = { training: 'in-emulator', options: { steps: 1024 }, seeds: [1] };
    const done = guarded.map(([id]) =>
      Promise.resolve(vscode.commands.executeCommand(id, argument)).catch(() => undefined),
    );
    // The question whether to trust the folder stays open, and nothing starts in the meantime.
    await Promise.race([Promise.all(done), new Promise((resolve) => setTimeout(resolve, 3_000))]);
    assert.equal(existsSync(runsFolder(folder.fsPath)), false);
    assert.deepEqual(await (await karma()).runs(), []);
  });
});
