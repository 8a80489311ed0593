import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/hosts/extension/commands.ts';
import { answerMessages, karma } from './helpers.ts';

describe('Commands', () => {
  before(karma);

  it('Every command of the table is registered', async () => {
    const there = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.keys(COMMANDS).filter((id) => !there.has(id)),
      [],
    );
  });

  it('The extension has an interface of version 1', async () => {
    const api = await karma();
    assert.equal(api.version, 1);
    assert.ok(Array.isArray(await api.runs()));
    assert.equal(typeof api.onDidChangeRuns(() => undefined).dispose, 'function');
  });

  describe('Create Sample Project', () => {
    let parent: string;
    beforeEach(() => (parent = mkdtempSync(join(tmpdir(), 'karma-sample-'))));
    afterEach(() => rmSync(parent, { recursive: true }));

    it('Create Sample Project makes a new folder beside what is there and overwrites nothing', async () => {
      const messages: string[] = [];
      const answers = answerMessages((message) => void messages.push(message));
      try {
        const create = () =>
          vscode.commands.executeCommand<vscode.Uri>('karma-mas.createSample', vscode.Uri.file(parent));
        const first = await create();
        assert.equal(first.fsPath, join(parent, 'chained-services'));
        writeFileSync(join(first.fsPath, 'roles.karma.yaml'), 'mine');
        const second = await create();
        assert.equal(second.fsPath, join(parent, 'chained-services-2'));
        assert.equal(readFileSync(join(first.fsPath, 'roles.karma.yaml'), 'utf8'), 'mine');
        assert.deepEqual(readdirSync(second.fsPath).sort(), readdirSync(first.fsPath).sort());
        assert.ok(existsSync(join(second.fsPath, 'training.karma.yaml')));
        assert.match(messages[0], /The sample project is in/);
      } finally {
        answers.dispose();
      }
    });
  });

  it('A command that fails shows its error in a sentence with Show Log', async () => {
    const told: { message: string; buttons: readonly string[] }[] = [];
    const answers = answerMessages((message, buttons) => void told.push({ message, buttons }));
    try {
      await vscode.commands.executeCommand('karma-mas.collect', { training: 'nothing', options: {}, seeds: [1] });
      assert.equal(told.length, 1);
      assert.match(told[0].message, /There is no Training named nothing/);
      assert.deepEqual(told[0].buttons, ['Show Log']);
    } finally {
      answers.dispose();
    }
  });
});
