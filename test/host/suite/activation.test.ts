import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually, karma } from './helpers.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category?: string }[];
    readonly configuration: Configuration | readonly Configuration[];
  };
}
interface Configuration {
  readonly properties: Readonly<
    Record<string, { readonly scope?: string; readonly markdownDescription?: string; readonly description?: string }>
  >;
}

describe('the extension', () => {
  const extension = vscode.extensions.getExtension('karma-mas.karma-mas')!;
  const { contributes } = extension.packageJSON as Manifest;

  it('activates by itself in a folder that has specifications', async () => {
    await eventually('it is active', () => extension.isActive);
  });

  it('knows our files as its language', async () => {
    const folder = vscode.workspace.workspaceFolders![0].uri;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, 'organization.karma.yaml'));
    assert.equal(document.languageId, 'karma');
  });

  it('gives every command its category', () => {
    assert.deepEqual(
      contributes.commands.filter(({ category }) => category !== 'KARMA'),
      [],
    );
  });

  it('describes every setting, in words and not by a key; paths of programs belong to the machine', () => {
    const settings = [contributes.configuration].flat().flatMap(({ properties }) => Object.entries(properties));
    assert.ok(settings.length > 0);
    for (const [name, { scope, description, markdownDescription }] of settings) {
      const words = description ?? markdownDescription ?? '';
      assert.ok(words !== '' && !words.startsWith('%'), `${name} is described: ${words}`);
      assert.ok(scope, `${name} has a scope`);
      if (/path$/i.test(name)) assert.match(scope, /^machine/, name);
    }
  });

  it('runs where the files are', () => {
    assert.equal(extension.extensionKind, vscode.ExtensionKind.Workspace);
    assert.equal(extension.extensionPath, join(import.meta.dirname, '../../..'));
  });

  it('is the same however often it is asked for', async () => {
    assert.equal(await karma(), await karma());
  });
});
