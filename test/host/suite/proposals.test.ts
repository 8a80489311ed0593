import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Analysis } from '../../../src/analyzing/analysis.ts';
import { writePlantedTeam } from '../../browser/planted-team.ts';
import { answerMessages, eventually, karma } from './helpers.ts';

/** Accepts the proposals of an analysis into the specifications of the sample. */
describe('Proposals of an analysis', () => {
  const folder = vscode.workspace.workspaceFolders![0].uri;
  const files = ['roles', 'organization', 'missions'].map((name) => vscode.Uri.joinPath(folder, `${name}.karma.yaml`));
  const textOf = async (name: string): Promise<string> =>
    (await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, `${name}.karma.yaml`))).getText();
  const problems = () =>
    files
      .flatMap((uri) => vscode.languages.getDiagnostics(uri))
      .filter(({ severity }) => severity <= vscode.DiagnosticSeverity.Warning);
  let directory = '';
  let proposals: Analysis['proposals'] = [];
  let originals: Uint8Array[] = [];

  const idOf = (kind: string): string => proposals.find((proposal) => proposal.kind === kind)!.id;
  const add = (command: string, argument: object) =>
    vscode.commands.executeCommand<string | undefined>(`karma-mas.${command}`, {
      directory,
      preview: false,
      ...argument,
    });
  const open = (viewType: string) => () =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .some(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType));

  before(async function () {
    this.timeout(120_000);
    const api = await karma();
    ({
      directory,
      analysis: { proposals },
    } = await writePlantedTeam(folder.fsPath));
    originals = await Promise.all(files.map((uri) => Promise.resolve(vscode.workspace.fs.readFile(uri))));
    await vscode.commands.executeCommand('karma-mas.refresh');
    await eventually('the run is known', async () => (await api.runs()).some((run) => run.directory === directory));
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const [i, uri] of files.entries()) await vscode.workspace.fs.writeFile(uri, originals[i]);
    rmSync(directory, { recursive: true });
    await vscode.commands.executeCommand('karma-mas.refresh');
  });

  it('The views of an analysis open with its proposals', async () => {
    for (const [command, viewType] of [
      ['karma-mas.openRoles', 'karma-mas.roles'],
      ['karma-mas.openRelations', 'karma-mas.relations'],
    ]) {
      await vscode.commands.executeCommand(command, directory);
      await eventually(`${viewType} is open`, open(viewType));
    }
  });

  it('Refine and Retrain asks to accept a proposal first', async () => {
    const messages: string[] = [];
    const answers = answerMessages((message) => void messages.push(message));
    try {
      assert.equal(await vscode.commands.executeCommand('karma-mas.refineAndRetrain', directory), undefined);
      await eventually('it is told', () =>
        messages.some((message) => /Accept one of its \d+ proposals first/.test(message)),
      );
    } finally {
      answers.dispose();
    }
  });

  it('An accepted role is added with the agents that play it', async () => {
    const name = await add('addInferredRole', { proposal: idOf('role'), agents: ['relief'] });
    assert.equal(name, 'inferred-1');
    assert.match(await textOf('roles'), /\n---\napiVersion: .*\nkind: Role\nmetadata:\n {2}name: inferred-1\n/);
    assert.match(await textOf('organization'), /\{ name: relief, role: inferred-1 \} # observes/);
  });

  it('An accepted relation is added', async () => {
    assert.equal(await add('addRelation', { proposal: idOf('relation') }), 'authority failure-manager -> ddos-manager');
    assert.match(await textOf('organization'), /- \{ type: authority, from: failure-manager, to: ddos-manager \}/);
  });

  it('The specifications have no problems after proposals were accepted', async () => {
    const marked = vscode.Uri.joinPath(folder, 'roles.karma.yaml');
    await vscode.window.showTextDocument(marked);
    // Once the server knows the new role, it has seen the edits.
    const symbols = await eventually('the role is there', async () => {
      const found = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
        'vscode.executeDocumentSymbolProvider',
        marked,
      );
      return found?.some(({ name }) => name === 'inferred-1') ? found : undefined;
    });
    assert.ok(symbols.length > 4);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    assert.deepEqual(
      problems().map(({ message }) => message),
      [],
    );
  });

  it('Proposals are not added twice, and unknown ones not at all', async () => {
    const messages: string[] = [];
    const answers = answerMessages((message) => void messages.push(message));
    try {
      assert.equal(await add('addRelation', { proposal: idOf('relation') }), undefined);
      assert.equal(await add('addInferredRole', { proposal: idOf('role') }), undefined);
      assert.equal(await add('addInferredRole', { proposal: 'none' }), undefined);
      await eventually('it is told', () => messages.length >= 3);
      assert.match(messages[0], /already contain it: resilience/);
      assert.match(messages[1], /already contain it: inferred-1/);
      assert.match(messages[2], /does not have this proposal/);
      assert.equal(await vscode.commands.executeCommand('karma-mas.addInferredGoal', { directory }), undefined);
      await eventually('that there are none', () => messages.some((message) => /no goal is proposed/.test(message)));
    } finally {
      answers.dispose();
    }
  });
});
