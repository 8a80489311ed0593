import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { runsFolder } from '../../../../src/runs/run-directory.ts';
import { COMMANDS } from '../../../../src/hosts/extension/commands.ts';
import { eventually, karma } from '../helpers.ts';

describe('in an untrusted folder', () => {
  const folder = vscode.workspace.workspaceFolders![0].uri;
  before(karma);

  it('nothing is trusted', () => assert.equal(vscode.workspace.isTrusted, false));

  it('a specification is checked as it is typed', async () => {
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

  it('commands that start something do nothing', async () => {
    const started = vscode.extensions.getExtension('karma-mas.karma-mas')!;
    assert.ok(started.isActive);
    const jobs = Object.keys(COMMANDS).filter((id) => /\.(collect|fit|train|runAll)$/.test(id));
    assert.equal(jobs.length, 4);
    for (const id of jobs) {
      const done = vscode.commands.executeCommand(id, {
        training: 'in-emulator',
        options: { steps: 1024 },
        seeds: [1],
      });
      // The question whether to trust the folder stays open; nothing has begun meanwhile.
      await Promise.race([
        Promise.resolve(done).catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, 1_000)),
      ]);
    }
    assert.equal(existsSync(runsFolder(folder.fsPath)), false);
    assert.deepEqual(await (await karma()).runs(), []);
  });
});
