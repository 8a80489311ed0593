import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type {
  CodeAction,
  CodeLens,
  CompletionItem,
  DocumentHighlight,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  Hover,
  InlayHint,
  Location,
  SelectionRange,
  SemanticTokens,
  SignatureHelp,
  SymbolInformation,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver';
import { TOKEN_TYPES } from '../../src/language/semantic-tokens.ts';
import { Client, folderWith, uriOf } from './client.ts';

/** Uses the command that other editors start, on a copy of the sample. */
describe('language server: features', () => {
  let client: Client & { readonly initialized: { readonly capabilities: Record<string, unknown> } };
  const { folder, remove } = folderWith({});
  const file = (name: string): string => uriOf(join(folder, `${name}.karma.yaml`));
  const textOf = (name: string): string => readFileSync(join(folder, `${name}.karma.yaml`), 'utf8');
  /** The position just after a text in a file. */
  const past = (
    name: string,
    text: string,
  ): { textDocument: { uri: string }; position: { line: number; character: number } } => {
    const all = textOf(name);
    const at = all.indexOf(text);
    assert.ok(at >= 0, text);
    const uri = file(name);
    return { textDocument: { uri }, position: TextDocument.create(uri, 'karma', 1, all).positionAt(at + text.length) };
  };
  const cut = (name: string, range: Location['range']): string =>
    TextDocument.create('', 'karma', 1, textOf(name)).getText(range);
  const applied = (name: string, edits: readonly TextEdit[]): string =>
    TextDocument.applyEdits(TextDocument.create('', 'karma', 1, textOf(name)), [...edits]);

  before(async () => {
    cpSync('examples/chained-services', folder, { recursive: true });
    client = (await Client.start({
      folders: [folder],
      initialize: { initializationOptions: { commands: true } },
    })) as typeof client;
    for (const name of ['roles', 'organization', 'training', 'scenarios', 'cluster']) {
      await client.open(file(name), textOf(name));
      await client.diagnosticsOf(file(name), 1);
    }
    await client.request('karma/specifications', {}); // all files have been read
  });
  after(async () => {
    await client.stop();
    remove();
  });

  it('The language server announces its features, and code lenses only to clients that have the commands', async () => {
    const other = (await Client.start({ folders: [] })) as typeof client;
    assert.equal(other.initialized.capabilities.codeLensProvider, undefined);
    assert.ok(client.initialized.capabilities.codeLensProvider);
    for (const name of [
      'completionProvider',
      'hoverProvider',
      'renameProvider',
      'semanticTokensProvider',
      'codeActionProvider',
    ])
      assert.ok(other.initialized.capabilities[name], name);
    await other.stop();
  });

  it('Completion in an expression offers the fields of a service', async () => {
    const items = await client.request<CompletionItem[]>('textDocument/completion', past('roles', 'when: service.'));
    const pending = items.find(({ label }) => label === 'pending')!;
    assert.ok(pending, items.map(({ label }) => label).join());
    assert.match(JSON.stringify(pending), /pods|requests/);
    const inserted = applied('roles', [pending.textEdit as TextEdit]);
    assert.match(inserted, /when: service\.pending/);
  });

  it('Hover explains the key under the cursor', async () => {
    const hover = await client.request<Hover>('textDocument/hover', past('roles', 'hardne'));
    assert.match((hover.contents as { value: string }).value, /Constraint hardness/);
    assert.equal(cut('roles', hover.range!), 'hardness');
  });

  it('Signature help shows the function and marks the current argument', async () => {
    const help = await client.request<SignatureHelp>(
      'textDocument/signatureHelp',
      past('roles', 'change(e.received, '),
    );
    assert.match(help.signatures[0].label, /^change\(field, window\)/);
    assert.equal(help.activeParameter, 1);
  });

  it('Definition and references lead to other files', async () => {
    const found = await client.request<Location[]>(
      'textDocument/definition',
      past('organization', 'role: bottleneck-mana'),
    );
    assert.deepEqual(
      found.map(({ uri, range }) => [uri, cut('roles', range)]),
      [[file('roles'), 'bottleneck-manager']],
    );
    const params = { ...past('roles', 'name: bottleneck-m'), context: { includeDeclaration: true } };
    const references = await client.request<Location[]>('textDocument/references', params);
    assert.ok(new Set(references.map(({ uri }) => uri)).size >= 2);
    assert.ok(references.some(({ uri }) => uri === file('organization')));
  });

  it('Highlights show where a setting is declared and where it is read', async () => {
    const found = await client.request<DocumentHighlight[]>(
      'textDocument/documentHighlight',
      past('roles', 'settings: { loa'),
    );
    assert.deepEqual(
      found.map(({ range, kind }) => [cut('roles', range), kind]),
      [
        ['load', 3],
        ['load', 2],
      ],
    );
  });

  it('Rename changes every file with the name, and refuses invalid names and places with a sentence', async () => {
    const at = past('roles', 'name: ddos-man');
    const prepared = await client.request<{ placeholder: string }>('textDocument/prepareRename', at);
    assert.equal(prepared.placeholder, 'ddos-manager');
    const { changes } = await client.request<WorkspaceEdit>('textDocument/rename', { ...at, newName: 'wave-manager' });
    assert.match(applied('roles', changes![file('roles')]), /metadata: \{ name: wave-manager \}/);
    assert.doesNotMatch(applied('organization', changes![file('organization')]), /(?<!published-)ddos-manager/);
    await assert.rejects(client.request('textDocument/rename', { ...at, newName: 'Not A Name' }), /name/i);
    await assert.rejects(client.request('textDocument/prepareRename', past('roles', '# The default')), /no name here/);
  });

  it('Document symbols list the objects of a file, and workspace symbols find an object by its name', async () => {
    const symbols = await client.request<DocumentSymbol[]>('textDocument/documentSymbol', {
      textDocument: { uri: file('roles') },
    });
    assert.deepEqual(
      symbols.map(({ name }) => name),
      ['bottleneck-manager', 'ddos-manager', 'failure-manager', 'resource-manager'],
    );
    const found = await client.request<SymbolInformation[]>('workspace/symbol', { query: 'resource-manager' });
    assert.equal(found[0].name, 'resource-manager');
    assert.equal(found[0].location.uri, file('roles'));
  });

  it('Folding ranges cover the spec of an object and comments', async () => {
    const ranges = await client.request<FoldingRange[]>('textDocument/foldingRange', {
      textDocument: { uri: file('roles') },
    });
    const lines = textOf('roles').split('\n');
    const spec = lines.indexOf('spec:');
    const end = lines.indexOf('---') - 1;
    assert.ok(
      ranges.some(({ startLine, endLine }) => startLine === spec && endLine === end),
      JSON.stringify(ranges),
    );
    assert.ok(ranges.some(({ startLine, kind }) => startLine === 0 && kind === 'comment'));
    assert.ok(ranges.every(({ startLine, endLine }) => startLine < endLine && endLine < lines.length));
  });

  it('Selection ranges grow from a name in an expression to the whole document', async () => {
    const { textDocument, position } = past('roles', 'service.demand > settings.loa');
    const [first] = await client.request<SelectionRange[]>('textDocument/selectionRange', {
      textDocument,
      positions: [position],
    });
    const chosen: string[] = [];
    for (let range: SelectionRange | undefined = first; range; range = range.parent)
      chosen.push(cut('roles', range.range));
    assert.deepEqual(chosen.slice(1, 5), [
      'load',
      'settings.load',
      'settings.load * service.capacity',
      'service.demand > settings.load * service.capacity',
    ]);
    assert.equal(chosen.at(-1), textOf('roles'));
    for (let i = 1; i < chosen.length; i++) assert.ok(chosen[i].includes(chosen[i - 1]));
  });

  it('Semantic tokens classify keys, names and expressions, in the whole document and in a part of it', async () => {
    const textDocument = { uri: file('roles') };
    const decode = ({ data }: SemanticTokens): [string, string][] => {
      const found: [string, string][] = [];
      let [line, character] = [0, 0];
      for (let i = 0; i < data.length; i += 5) {
        if (data[i] > 0) character = 0;
        line += data[i];
        character += data[i + 1];
        const range = { start: { line, character }, end: { line, character: character + data[i + 2] } };
        found.push([cut('roles', range), TOKEN_TYPES[data[i + 3]]]);
      }
      return found;
    };
    const all = decode(await client.request('textDocument/semanticTokens/full', { textDocument }));
    const has = (text: string, type: string): boolean => all.some(([word, kind]) => word === text && kind === type);
    assert.ok(
      has('Role', 'type') && has('bottleneck-manager', 'class') && has('load', 'property'),
      JSON.stringify(all.slice(0, 20)),
    );
    assert.ok(
      has('service', 'variable') && has('demand', 'property') && has('change', 'function') && has('exists', 'method'),
    );
    assert.ok(has('e', 'parameter') && has('0.95', 'number') && has('&&', 'operator'));
    const range = { start: { line: 0, character: 0 }, end: { line: 12, character: 0 } };
    const part = decode(await client.request('textDocument/semanticTokens/range', { textDocument, range }));
    assert.deepEqual(part, all.slice(0, part.length));
    assert.ok(part.length > 0 && part.length < all.length);
  });

  it('Inlay hints show the unit of a number', async () => {
    const range = { start: { line: 0, character: 0 }, end: { line: 200, character: 0 } };
    const hints = await client.request<InlayHint[]>('textDocument/inlayHint', {
      textDocument: { uri: file('cluster') },
      range,
    });
    assert.ok(
      hints.some(({ label }) => String(label).includes('requests/s')),
      JSON.stringify(hints),
    );
  });

  it('Formatting changes the whole document or a given range', async () => {
    const uri = uriOf(join(folder, 'messy.karma.yaml'));
    const messy =
      'apiVersion: karma-mas.dev/v1alpha1\nkind:   Role\nmetadata: {name: messy}\nspec:\n    description:  x # kept\n';
    await client.open(uri, messy);
    const options = { tabSize: 2, insertSpaces: true };
    const edits = await client.request<TextEdit[]>('textDocument/formatting', { textDocument: { uri }, options });
    const formatted = TextDocument.applyEdits(TextDocument.create(uri, 'karma', 1, messy), edits);
    assert.match(formatted, /^kind: Role$/m);
    assert.match(formatted, /^ {2}description: x # kept$/m);
    const range = { start: { line: 1, character: 0 }, end: { line: 1, character: 5 } };
    const part = await client.request<TextEdit[]>('textDocument/rangeFormatting', {
      textDocument: { uri },
      range,
      options,
    });
    assert.match(TextDocument.applyEdits(TextDocument.create(uri, 'karma', 1, messy), part), /^kind: Role\n/m);
    await client.close(uri);
  });

  it('Code actions are quick fixes with their diagnostics, and only of the requested kinds', async () => {
    const uri = uriOf(join(folder, 'typo.karma.yaml'));
    const text = 'apiVersion: karma-mas.dev/v1alpha1\nkind: Role\nmetadata: { name: typo }\nspec:\n  otherwize: hold\n';
    await client.open(uri, text);
    const { diagnostics } = await client.diagnosticsOf(uri, 1);
    const unknown = diagnostics.find(({ code }) => code === 'unknown-key')!;
    const params = { textDocument: { uri }, range: unknown.range, context: { diagnostics } };
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', params);
    const fix = actions.find(({ isPreferred }) => isPreferred)!;
    assert.equal(fix.kind, 'quickfix');
    assert.deepEqual(fix.diagnostics, [unknown]);
    const fixed = TextDocument.applyEdits(TextDocument.create(uri, 'karma', 1, text), fix.edit!.changes![uri]);
    assert.match(fixed, /otherwise: hold/);
    const context = { diagnostics: [], only: ['refactor'] };
    const refactorings = await client.request<CodeAction[]>('textDocument/codeAction', { ...params, context });
    assert.ok(refactorings.every(({ kind }) => kind!.startsWith('refactor')));
    await client.close(uri);
  });

  it('Document links lead to the load files of a Scenario', async () => {
    const links = await client.request<DocumentLink[]>('textDocument/documentLink', {
      textDocument: { uri: file('scenarios') },
    });
    assert.ok(links.length > 0);
    for (const { target } of links) assert.match(target!, /\/loads\/[\w-]+\.csv$/);
  });

  it('Code lenses carry the arguments that their commands expect', async () => {
    const lenses = await client.request<CodeLens[]>('textDocument/codeLens', {
      textDocument: { uri: file('training') },
    });
    const train = lenses.find(({ command }) => command!.title === 'Train')!;
    assert.equal(train.command!.command, 'karma-mas.train');
    const [argument] = train.command!.arguments as [{ folder: string; training: string }];
    assert.equal(argument.folder, uriOf(folder));
    assert.match(textOf('training'), new RegExp(`name: ${argument.training}\\b`));
    const roles = await client.request<CodeLens[]>('textDocument/codeLens', { textDocument: { uri: file('roles') } });
    assert.ok(roles.some(({ command }) => command!.title.includes('agent')));
  });

  it('The language server answers requests about unknown documents with null', async () => {
    const textDocument = { uri: 'file:///nowhere/x.karma.yaml' };
    const position = { line: 0, character: 0 };
    for (const method of [
      'completion',
      'hover',
      'definition',
      'documentSymbol',
      'foldingRange',
      'codeLens',
      'prepareRename',
    ])
      assert.equal(await client.request(`textDocument/${method}`, { textDocument, position }), null, method);
  });
});
