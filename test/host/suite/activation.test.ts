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

describe('The extension', () => {
  const extension = vscode.extensions.getExtension('karma-mas.karma-mas')!;
  const { contributes } = extension.packageJSON as Manifest;

  it('The extension activates by itself in a folder that has specifications', async () => {
    await eventually('it is active', () => extension.isActive);
  });

  it('The extension gives specification files its language', async () => {
    const folder = vscode.workspace.workspaceFolders![0].uri;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, 'organization.karma.yaml'));
    assert.equal(document.languageId, 'karma');
  });

  it('The extension gives every command its category', () => {
    assert.deepEqual(
      contributes.commands.filter(({ category }) => category !== 'KARMA'),
      [],
    );
  });

  it('The extension describes every setting in words, and paths of programs belong to the machine', () => {
    const settings = [contributes.configuration].flat().flatMap(({ properties }) => Object.entries(properties));
    assert.ok(settings.length > 0);
    for (const [name, { scope, description, markdownDescription }] of settings) {
      const words = description ?? markdownDescription ?? '';
      assert.ok(words !== '' && !words.startsWith('%'), `${name} is described: ${words}`);
      assert.ok(scope, `${name} has a scope`);
      if (/path$/i.test(name)) assert.match(scope, /^machine/, name);
    }
  });

  it('The extension runs where the files are', () => {
    assert.equal(extension.extensionKind, vscode.ExtensionKind.Workspace);
    assert.equal(extension.extensionPath, join(import.meta.dirname, '../../..'));
  });

  it('The extension is the same however often it is asked for', async () => {
    assert.equal(await karma(), await karma());
  });
});
