import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, karma } from './helpers.ts';

/** Requests the features of the language server through the editor's own commands. */
describe('The language in the editor', () => {
  const folder = vscode.workspace.workspaceFolders![0].uri;
  const uriOf = (name: string): vscode.Uri => vscode.Uri.joinPath(folder, `${name}.karma.yaml`);
  const ask = <T>(command: string, ...args: readonly unknown[]): Thenable<T> =>
    vscode.commands.executeCommand<T>(`vscode.execute${command}`, ...args);
  let roles: vscode.TextDocument;
  let editor: vscode.TextEditor;
  /** Returns the position just after a text in the roles. */
  const past = (text: string): vscode.Position => {
    const at = roles.getText().indexOf(text);
    assert.ok(at >= 0, text);
    return roles.positionAt(at + text.length);
  };
  const codes = (uri = roles.uri): string[] =>
    vscode.languages.getDiagnostics(uri).map(({ code }) => String(typeof code === 'object' ? code.value : code));

  before(async () => {
    await karma();
    roles = await vscode.workspace.openTextDocument(uriOf('roles'));
    editor = await vscode.window.showTextDocument(roles);
    await eventually('the server answers', async () => {
      const hovers = await ask<vscode.Hover[]>('HoverProvider', roles.uri, past('hardne'));
      return hovers.length > 0;
    });
  });
  afterEach(() => vscode.commands.executeCommand('workbench.action.files.revert'));

  const type = (at: vscode.Position, text: string): Thenable<boolean> => editor.edit((edit) => edit.insert(at, text));

  it('No other language server answers for specification files', async () => {
    assert.equal(roles.languageId, 'karma');
    const hovers = await ask<vscode.Hover[]>('HoverProvider', roles.uri, past('hardne'));
    assert.equal(hovers.length, 1);
    assert.match((hovers[0].contents[0] as vscode.MarkdownString).value, /Constraint hardness/);
  });

  it('A mistake is marked while it is typed, with the mistakes that it causes in other files', async () => {
    assert.deepEqual(
      codes().filter((code) => code.startsWith('unknown')),
      [],
    );
    await type(past('otherwis'), 'x');
    await eventually('unknown key', () => codes().includes('unknown-key'));
    await vscode.commands.executeCommand('undo');
    await eventually('none', () => !codes().includes('unknown-key'));
    await type(past('name: bottleneck-manager'), 's');
    await eventually('unknown reference elsewhere', () => codes(uriOf('organization')).includes('unknown-reference'));
  });

  it('A quick fix corrects a mistake', async () => {
    await type(past('otherwis'), 'x');
    const problem = await eventually('unknown key', () =>
      vscode.languages.getDiagnostics(roles.uri).find(({ code }) => code === 'unknown-key'),
    );
    const actions = await ask<vscode.CodeAction[]>('CodeActionProvider', roles.uri, problem.range);
    const fix = actions.find(({ isPreferred }) => isPreferred)!;
    await vscode.workspace.applyEdit(fix.edit!);
    assert.match(roles.getText(), /otherwise: hold/);
  });

  it('Completion offers items with documentation', async () => {
    const at = past('when: service.');
    const { items } = await ask<vscode.CompletionList>('CompletionItemProvider', roles.uri, at, '.');
    const labels = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.ok(labels.includes('pending') && labels.includes('utilization'), labels.join());
  });

  it('Definitions, references and renaming work across files', async () => {
    const organization = await vscode.workspace.openTextDocument(uriOf('organization'));
    const at = organization.positionAt(organization.getText().indexOf('role: ddos-manager') + 8);
    const links = await ask<(vscode.Location | vscode.LocationLink)[]>('DefinitionProvider', organization.uri, at);
    const [target] = links.map((link) => ('uri' in link ? link.uri : link.targetUri).toString());
    assert.equal(target, roles.uri.toString());
    const edit = await ask<vscode.WorkspaceEdit>(
      'DocumentRenameProvider',
      roles.uri,
      past('name: ddos-man'),
      'wave-manager',
    );
    const files = edit.entries().map(([uri]) => uri.path.split('/').at(-1));
    assert.ok(files.includes('roles.karma.yaml') && files.includes('organization.karma.yaml'), files.join());
  });

  it('The editor gets symbols, folding, selections, links, hints and tokens', async () => {
    const symbols = await ask<vscode.DocumentSymbol[]>('DocumentSymbolProvider', roles.uri);
    assert.equal(symbols[0].name, 'bottleneck-manager');
    assert.ok((await ask<vscode.SymbolInformation[]>('WorkspaceSymbolProvider', 'ddos-manager')).length > 0);
    assert.ok((await ask<vscode.FoldingRange[]>('FoldingRangeProvider', roles.uri)).length > 3);
    const [selection] = await ask<vscode.SelectionRange[]>('SelectionRangeProvider', roles.uri, [past('settings.loa')]);
    const around: string[] = [];
    for (let each: vscode.SelectionRange | undefined = selection; each; each = each.parent)
      around.push(roles.getText(each.range));
    assert.ok(around.includes('settings.load * service.capacity'), around.slice(0, 6).join(' | '));
    const scenarios = uriOf('scenarios');
    await vscode.workspace.openTextDocument(scenarios);
    assert.ok((await ask<vscode.DocumentLink[]>('LinkProvider', scenarios)).length > 0);
    const all = new vscode.Range(0, 0, 500, 0);
    await vscode.workspace.openTextDocument(uriOf('cluster'));
    assert.ok((await ask<vscode.InlayHint[]>('InlayHintProvider', uriOf('cluster'), all)).length > 0);
    // The commands for these two have their own prefix.
    const provide = (what: string): Thenable<vscode.SemanticTokens> =>
      vscode.commands.executeCommand(`vscode.provideDocument${what}`, roles.uri, all);
    assert.ok((await provide('SemanticTokens')).data.length > 50);
    assert.ok((await provide('RangeSemanticTokens')).data.length > 50);
  });

  it('Code lenses have commands that exist and places that open', async () => {
    await vscode.workspace.openTextDocument(uriOf('training'));
    const lenses = [
      ...(await ask<vscode.CodeLens[]>('CodeLensProvider', uriOf('training'), 100)),
      ...(await ask<vscode.CodeLens[]>('CodeLensProvider', roles.uri, 100)),
    ];
    const commands = new Set(await vscode.commands.getCommands(true));
    assert.ok(lenses.some(({ command }) => command?.title === 'Train'));
    for (const { command } of lenses)
      assert.ok(command!.command === '' || commands.has(command!.command), `${command!.title}: ${command!.command}`);
    const agents = lenses.find(({ command }) => /\d agent/.test(command?.title ?? ''))!;
    await vscode.commands.executeCommand(agents.command!.command, ...(agents.command!.arguments as unknown[]));
  });

  it('Formatting leaves the sample as it is', async () => {
    const edits = await ask<vscode.TextEdit[] | undefined>('FormatDocumentProvider', roles.uri, {
      tabSize: 2,
      insertSpaces: true,
    });
    const change = new vscode.WorkspaceEdit();
    change.set(roles.uri, edits ?? []);
    const before = roles.getText();
    await vscode.workspace.applyEdit(change);
    assert.equal(roles.getText(), before);
  });

  it('Changed settings are applied at once', async () => {
    const settings = vscode.workspace.getConfiguration('karma-mas');
    const scenarios = uriOf('scenarios');
    await eventually('a hint', () => codes(scenarios).includes('unused-scenario'));
    await settings.update('diagnostics.level', 'error', vscode.ConfigurationTarget.Global);
    try {
      await eventually('no hint', () => !codes(scenarios).includes('unused-scenario'));
    } finally {
      await settings.update('diagnostics.level', undefined, vscode.ConfigurationTarget.Global);
    }
    await eventually('a hint again', () => codes(scenarios).includes('unused-scenario'));
  });

  it('Files that come and go on the disk are followed', async () => {
    const extra = uriOf('extra');
    await vscode.workspace.fs.writeFile(extra, Buffer.from('kind: Rol\n'));
    await eventually('its mistake is found', () => codes(extra).includes('unknown-kind'));
    await vscode.workspace.fs.delete(extra);
    await eventually('it is gone', () => codes(extra).length === 0);
    const below = vscode.Uri.joinPath(folder, 'below', 'x.karma.yaml');
    await vscode.workspace.fs.writeFile(below, Buffer.from('kind: Rol\n'));
    await eventually('below, too', () => codes(below).includes('unknown-kind'));
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder, 'below'), { recursive: true });
    await eventually('the folder is gone', () => codes(below).length === 0);
  });

  it('An untitled document gets the same help', async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'karma', content: 'kind: Rol\n' });
    await eventually('its mistake is found', () => codes(document.uri).includes('unknown-kind'));
  });
});
