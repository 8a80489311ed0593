import assert from 'node:assert/strict';
import { mkdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StreamMessageReader, type ResponseMessage } from 'vscode-jsonrpc/node';
import type { Diagnostic } from 'vscode-languageserver';
import type { FolderSpecifications } from '../../src/language/protocol.ts';
import { cluster, object, organization, role, scenario, training } from '../unit/spec/samples.ts';
import { Client, folderWith, uriOf } from './client.ts';

const WHOLE = [cluster(), role, organization, scenario, training()].join('---\n');

describe('language server: documents', () => {
  let client: Client;
  let folder: string;
  let remove: () => void;
  const file = (path: string): string => uriOf(join(folder, path));
  const start = async (files: Readonly<Record<string, string>>, folders?: readonly string[]): Promise<void> => {
    ({ folder, remove } = folderWith(files));
    client = await Client.start({ folders: (folders ?? ['.']).map((name) => join(folder, name)) });
  };
  const changedOnDisk = (...changes: readonly { path: string; type: 1 | 2 | 3 }[]): Promise<void> =>
    client.notify('workspace/didChangeWatchedFiles', {
      changes: changes.map(({ path, type }) => ({ uri: file(path), type })),
    });
  const specifications = (under?: string): Promise<FolderSpecifications[]> =>
    client.request('karma/specifications', under === undefined ? {} : { folder: file(under) });
  const errors = ({ diagnostics }: { diagnostics: readonly Diagnostic[] }): string[] =>
    diagnostics.filter(({ severity }) => severity === 1).map(({ code }) => String(code));

  afterEach(async () => {
    await client.stop();
    remove();
  });

  it('The language server reports problems in files that nobody opened and in each version of open documents', async () => {
    await start({ 'a.karma.yaml': WHOLE, 'b.karma.yaml': object('Role', 'x', '  rulez: []\n') });
    const [first] = (await client.diagnosticsOf(file('b.karma.yaml'), undefined)).diagnostics;
    assert.equal(first.code, 'unknown-key');
    assert.deepEqual(first.range, { start: { line: 4, character: 2 }, end: { line: 4, character: 7 } });
    await client.open(file('b.karma.yaml'), object('Role', 'x', '  rulez: []\n'));
    assert.deepEqual(errors(await client.diagnosticsOf(file('b.karma.yaml'), 1)), ['unknown-key']);
    const range = { start: { line: 4, character: 6 }, end: { line: 4, character: 7 } };
    const version = await client.change(file('b.karma.yaml'), { range, text: 's' });
    assert.deepEqual(errors(await client.diagnosticsOf(file('b.karma.yaml'), version)), []);
  });

  it('A change in one file changes the problems of another, and closing a document returns to its text on disk', async () => {
    await start({
      'rest.karma.yaml': [cluster(), organization, scenario, training()].join('---\n'),
      'role.karma.yaml': role,
    });
    await client.open(file('role.karma.yaml'), role.replace('grower', 'shrinker'));
    await client.until('reference', () => {
      const known = client.diagnostics.get(file('rest.karma.yaml'));
      return known && errors(known).includes('unknown-reference');
    });
    await client.close(file('role.karma.yaml'));
    await client.until('no reference', () => {
      const known = client.diagnostics.get(file('rest.karma.yaml'));
      return known && errors(known).length === 0;
    });
  });

  it('The language server follows files that are created, changed and deleted outside the editor, and folders that are deleted', async () => {
    await start({ 'a.karma.yaml': WHOLE, 'sub/b.karma.yaml': 'kind: Rol\n' });
    const watched = client.registered.find(({ method }) => method === 'workspace/didChangeWatchedFiles');
    await client.until(
      'watchers',
      () => watched ?? client.registered.find(({ method }) => method.endsWith('WatchedFiles')),
    );
    assert.deepEqual(await client.codesOf(file('sub/b.karma.yaml'), undefined), ['unknown-kind']);
    writeFileSync(join(folder, 'sub/c.karma.yaml'), 'kind: Clustr\n');
    await changedOnDisk({ path: 'sub/c.karma.yaml', type: 1 });
    assert.deepEqual(await client.codesOf(file('sub/c.karma.yaml'), undefined), ['unknown-kind']);
    writeFileSync(join(folder, 'sub/c.karma.yaml'), '[]');
    await changedOnDisk({ path: 'sub/c.karma.yaml', type: 2 });
    await client.until(
      'changed',
      () => client.diagnostics.get(file('sub/c.karma.yaml'))?.diagnostics[0]?.code === 'wrong-type',
    );
    unlinkSync(join(folder, 'sub/c.karma.yaml'));
    await changedOnDisk({ path: 'sub/c.karma.yaml', type: 3 });
    await client.until('deleted', () => client.diagnostics.get(file('sub/c.karma.yaml'))?.diagnostics.length === 0);
    rmSync(join(folder, 'sub'), { recursive: true });
    await changedOnDisk({ path: 'sub', type: 3 });
    await client.until(
      'folder deleted',
      () => client.diagnostics.get(file('sub/b.karma.yaml'))?.diagnostics.length === 0,
    );
  });

  it('A data file that is created ends the problem of the Scenario that refers to it', async () => {
    const played = object(
      'Scenario',
      'played',
      '  load: [{ entryPoint: web, profile: { type: file, path: loads/day.csv } }]\n',
    );
    await start({ 'a.karma.yaml': WHOLE, 'b.karma.yaml': played });
    await client.until('missing', () =>
      client.diagnostics.get(file('b.karma.yaml'))?.diagnostics.some(({ code }) => code === 'file-not-found'),
    );
    mkdirSync(join(folder, 'loads'));
    writeFileSync(join(folder, 'loads/day.csv'), 'seconds,requests_per_second\n0,1\n');
    await changedOnDisk({ path: 'loads/day.csv', type: 1 });
    await client.until(
      'there',
      () => !client.diagnostics.get(file('b.karma.yaml'))!.diagnostics.some(({ code }) => code === 'file-not-found'),
    );
  });

  it('Each topmost folder with specifications is one model, and the folders of a workspace are kept apart', async () => {
    await start(
      {
        'one/a.karma.yaml': WHOLE,
        'one/deep/b.karma.yaml': role,
        'two/x/a.karma.yaml': WHOLE,
        'two/y/a.karma.yaml': WHOLE,
      },
      ['one', 'two'],
    );
    // Folder one declares the same role twice; in folder two, the same names belong to separate models.
    await client.until(
      'duplicate',
      () => client.diagnostics.get(file('one/deep/b.karma.yaml'))?.diagnostics[0]?.code === 'duplicate-name',
    );
    const all = await specifications();
    assert.deepEqual(all.map(({ folder: uri }) => uri).sort(), [file('one'), file('two/x'), file('two/y')]);
    assert.deepEqual(
      all
        .find(({ folder: uri }) => uri === file('two/x'))!
        .objects.map(({ kind, name, errors }) => [kind, name, errors]),
      [
        ['Cluster', 'shop', 0],
        ['Role', 'grower', 0],
        ['Organization', 'team', 0],
        ['Scenario', 'day', 0],
        ['Training', 'first', 0],
      ],
    );
    assert.deepEqual((await specifications('two')).length, 2);
    assert.deepEqual(
      (await specifications('one/deep')).map(({ folder: uri }) => uri),
      [file('one')],
    );
  });

  it('The language server follows folders that join and leave the workspace', async () => {
    await start({ 'one/a.karma.yaml': 'kind: Rol\n', 'two/a.karma.yaml': 'kind: Clustr\n' }, ['one']);
    await client.codesOf(file('one/a.karma.yaml'), undefined);
    assert.equal(client.diagnostics.has(file('two/a.karma.yaml')), false);
    const two = { uri: file('two'), name: 'two' };
    client.connection.onRequest('workspace/workspaceFolders', () => [two]);
    const one = { uri: file('one'), name: 'one' };
    await client.notify('workspace/didChangeWorkspaceFolders', { event: { added: [two], removed: [one] } });
    await client.codesOf(file('two/a.karma.yaml'), undefined);
    await client.until('left', () => client.diagnostics.get(file('one/a.karma.yaml'))?.diagnostics.length === 0);
  });

  it('A document that is not a file on disk is a model of its own', async () => {
    await start({ 'a.karma.yaml': WHOLE });
    await client.open('untitled:Untitled-1', role);
    assert.deepEqual(errors(await client.diagnosticsOf('untitled:Untitled-1', 1)), []);
    await client.open('vscode-vfs://github/x/y/a.karma.yaml', 'kind: Rol\n');
    assert.deepEqual(await client.codesOf('vscode-vfs://github/x/y/a.karma.yaml', 1), ['unknown-kind']);
    await client.close('untitled:Untitled-1');
    assert.deepEqual((await specifications()).map(({ folder: uri }) => uri).sort(), [
      file('.').replace(/\/\.?$/, ''),
      'vscode-vfs://github/x/y/a.karma.yaml',
    ]);
  });

  it('A file outside the workspace is checked together with the files beside it', async () => {
    await start(
      {
        'in/a.karma.yaml': role,
        'out/a.karma.yaml': cluster(),
        'out/b.karma.yaml': organization,
        'out/deep/c.karma.yaml': 'kind: Rol\n',
      },
      ['in'],
    );
    await client.open(file('out/b.karma.yaml'), organization);
    const codes = await client.until('diagnostics', () => {
      const known = client.diagnostics.get(file('out/b.karma.yaml'));
      const found = known && errors(known);
      // The cluster is in a file beside it, but the role belongs to another model.
      return found?.length === 1 && found;
    });
    assert.deepEqual(codes, ['unknown-reference']);
    assert.equal(client.diagnostics.has(file('out/deep/c.karma.yaml')), false);
  });

  it('Positions agree with those of the editor in text with CRLF and after a byte order mark', async () => {
    await start({});
    const text = `\u{feff}kind: Rol\r\nmetadata: { name: x }\r\n---\r\nkind: Clustr\r\n`;
    await client.open(file('a.karma.yaml'), text);
    const { diagnostics } = await client.diagnosticsOf(file('a.karma.yaml'), 1);
    assert.deepEqual(
      diagnostics.map(({ range }) => [range.start.line, range.start.character, range.end.character]),
      [
        [0, 7, 10],
        [3, 6, 12],
      ],
    );
    const hover = await client.request('textDocument/hover', {
      textDocument: { uri: file('a.karma.yaml') },
      position: { line: 0, character: 2 },
    });
    assert.deepEqual((hover as { range: unknown }).range, {
      start: { line: 0, character: 1 },
      end: { line: 0, character: 5 },
    });
  });

  it('The language server reports a file that is too large, and checks it again once it is small enough', async () => {
    await start({ 'a.karma.yaml': role });
    await client.open(file('a.karma.yaml'), `${role}${'# x\n'.repeat(300_000)}`);
    assert.deepEqual(await client.codesOf(file('a.karma.yaml'), 1), ['file-too-large']);
    assert.deepEqual(
      await client.request('textDocument/hover', {
        textDocument: { uri: file('a.karma.yaml') },
        position: { line: 0, character: 2 },
      }),
      null,
    );
    const version = await client.change(file('a.karma.yaml'), { text: role });
    assert.deepEqual(errors(await client.diagnosticsOf(file('a.karma.yaml'), version)), []);
  });

  it('Settings for the level of problems and for inlay hints take effect at once', async () => {
    await start({ 'a.karma.yaml': [WHOLE, object('Role', 'idle', '  description: Nobody holds it.\n')].join('---\n') });
    const warnings = (): string[] | undefined =>
      client.diagnostics.get(file('a.karma.yaml'))?.diagnostics.map(({ code }) => String(code));
    await client.until('warning', () => warnings()?.includes('role-never-acts'));
    const hints = (): Promise<unknown[] | null> =>
      client.request('textDocument/inlayHint', {
        textDocument: { uri: file('a.karma.yaml') },
        range: { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } },
      });
    assert.ok((await hints())!.length > 0);
    client.configuration = { 'karma-mas': { diagnostics: { level: 'error' }, inlayHints: { enabled: false } } };
    await client.notify('workspace/didChangeConfiguration', { settings: null });
    await client.until('no warning', () => !warnings()?.includes('role-never-acts'));
    assert.equal(await hints(), null);
    assert.ok(client.notifications.some(({ method }) => method === 'workspace/inlayHint/refresh'));
  });

  it('A canceled request is answered as canceled, and stale checks are skipped', async () => {
    await start({ 'a.karma.yaml': WHOLE });
    await client.open(file('a.karma.yaml'), WHOLE);
    await client.diagnosticsOf(file('a.karma.yaml'), 1);
    client.published.length = 0;
    let version = 1;
    for (let i = 0; i < 50; i++) version = await client.change(file('a.karma.yaml'), { text: `${WHOLE}# ${i}\n` });
    await client.diagnosticsOf(file('a.karma.yaml'), version);
    const versions = client.published
      .filter(({ uri }) => uri === file('a.karma.yaml'))
      .map((params) => params.version!);
    assert.deepEqual(
      versions,
      [...versions].sort((a, b) => a - b),
      'never an older one after a newer',
    );
    assert.ok(versions.length < 50, `${versions.length} checks`);
    const id = 'to-cancel';
    const answered = new Promise<ResponseMessage>((resolve) => {
      new StreamMessageReader(client.process.stdout).listen((message) => {
        if ((message as ResponseMessage).id === id) resolve(message as ResponseMessage);
      });
    });
    const framed = (message: object): string => {
      const body = JSON.stringify({ jsonrpc: '2.0', ...message });
      return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    };
    const position = { line: 0, character: 1 };
    const params = { textDocument: { uri: file('a.karma.yaml') }, position };
    const request = framed({ id, method: 'textDocument/hover', params });
    // Both messages are written at once, so that the server cannot answer in between.
    client.process.stdin.write(request + framed({ method: '$/cancelRequest', params: { id } }));
    assert.equal((await answered).error?.code, -32800);
  });
});
