/** Goes from an empty folder to the specifications of a user's own cluster, against a fake API server. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { answerInputs, useFakeCluster } from '../fake-cluster.ts';
import { answerMessages, eventually, karma } from '../helpers.ts';

describe("A cluster of one's own in an empty folder", () => {
  const folder = vscode.workspace.workspaceFolders![0].uri.fsPath;
  const fake = useFakeCluster();
  const messages: string[] = [];
  let answers: vscode.Disposable;
  let inputs: vscode.Disposable;

  before(async () => {
    answers = answerMessages((message, buttons) => {
      messages.push(message);
      return buttons.find((button) => button === 'Add Organization');
    });
    inputs = answerInputs({
      pick: () => 'Name It...',
      // The namespace has a suggestion.
      enter: ({ value }) => value ?? 'monitoring/prometheus:9090',
    });
    await karma();
  });
  after(async () => {
    answers.dispose();
    inputs.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    await vscode.commands.executeCommand('karma-mas.refresh');
  });

  it('A cluster is imported and gets an organization without errors', async () => {
    await vscode.commands.executeCommand('karma-mas.importCluster');
    assert.match(messages[0], /Imported 4 services of namespace chained/);
    await eventually('the organization is there', () =>
      messages.some((message) => /^Added to Cluster chained: organization\.karma\.yaml, .* context fake/.test(message)),
    );
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, join(folder, 'organization.karma.yaml'));
    assert.match(readFileSync(join(folder, 'transfer.karma.yaml'), 'utf8'), /context: "?fake"?, namespace: chained/);
    const files = readdirSync(folder).filter((name) => name.endsWith('.karma.yaml'));
    assert.equal(files.length, 7);
    await eventually('the training has its lenses, so that the server has read them all', async () => {
      const { uri } = await vscode.workspace.openTextDocument(join(folder, 'training.karma.yaml'));
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
      return lenses.length > 0;
    });
    const errors = vscode.languages
      .getDiagnostics()
      .flatMap(([uri, all]) => all.map((each) => ({ uri, ...each })))
      .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
    assert.deepEqual(errors, []);
    assert.deepEqual(fake().api.writes, []);
  });

  it('Add Organization keeps what is there when it is run again', async () => {
    const roles = readFileSync(join(folder, 'roles.karma.yaml'), 'utf8');
    await vscode.commands.executeCommand('karma-mas.addOrganization');
    assert.match(messages.at(-1)!, /are there already, and nothing is overwritten/);
    assert.equal(readFileSync(join(folder, 'roles.karma.yaml'), 'utf8'), roles);
  });
});
